//! Between a function's process and everything that it calls: notes the calls, and kills the process at one of them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use shared::http::Http;
use simulators::lambda::Function;
use simulators::listen;

/// When, with regard to a call, the process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// The call has left the process and has had no effect.
    Before,
    /// The call has had its effect, and the process has not heard of it.
    After,
}

/// Where calls go.
#[derive(Clone, Default)]
pub(crate) struct Upstreams {
    pub(crate) dynamodb: String,
    pub(crate) selarti: String,
    pub(crate) telegram: String,
}

#[derive(Default)]
struct Inner {
    upstreams: Mutex<Upstreams>,
    /// The calls since the tap was armed, or `None` while it is not.
    calls: Mutex<Option<Vec<String>>>,
    kill: Mutex<Option<(usize, When, Arc<Function>)>>,
}

/// A running tap.
#[derive(Clone)]
pub(crate) struct Tap {
    inner: Arc<Inner>,
    base_url: String,
    _server: Arc<tokio::task::JoinSet<()>>,
}

impl Tap {
    pub(crate) async fn start() -> Self {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Inner::default());
        let router = Router::new().fallback(pass).with_state(inner.clone());
        let mut server = tokio::task::JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            inner,
            base_url,
            _server: Arc::new(server),
        }
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    pub(crate) fn set_upstreams(&self, upstreams: Upstreams) {
        *self.inner.upstreams.lock().unwrap() = upstreams;
    }

    /// Notes calls from now on.
    pub(crate) fn record(&self) {
        *self.inner.calls.lock().unwrap() = Some(Vec::new());
    }

    /// Notes calls from now on and kills `function` at call number `at`, counted from zero.
    pub(crate) fn kill_at(&self, at: usize, when: When, function: Arc<Function>) {
        self.record();
        *self.inner.kill.lock().unwrap() = Some((at, when, function));
    }

    /// Stops noting; what was noted. A kill that did not happen is off.
    pub(crate) fn disarm(&self) -> Vec<String> {
        *self.inner.kill.lock().unwrap() = None;
        self.inner.calls.lock().unwrap().take().unwrap_or_default()
    }

    /// Whether the kill is still to come.
    pub(crate) fn is_armed(&self) -> bool {
        self.inner.kill.lock().unwrap().is_some()
    }
}

impl Inner {
    /// Notes a call; what is to happen at it.
    fn note(&self, label: &str) -> Option<(When, Arc<Function>)> {
        let mut calls = self.calls.lock().unwrap();
        let calls = calls.as_mut()?;
        calls.push(label.to_owned());
        let mut kill = self.kill.lock().unwrap();
        let (_, when, function) = kill.take_if(|(at, ..)| *at + 1 == calls.len())?;
        Some((when, function))
    }

    fn upstream(&self, path: &str) -> String {
        let upstreams = self.upstreams.lock().unwrap();
        match path {
            path if path.starts_with("/api/") => upstreams.selarti.clone(),
            path if path.starts_with("/bot") => upstreams.telegram.clone(),
            _ => upstreams.dynamodb.clone(),
        }
    }
}

async fn pass(
    State(tap): State<Arc<Inner>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let label = match headers.get("x-amz-target") {
        Some(target) => target
            .to_str()
            .unwrap()
            .rsplit('.')
            .next()
            .unwrap()
            .to_owned(),
        None => uri.path().rsplit('/').next().unwrap().to_owned(),
    };
    let kill = tap.note(&label);
    if let Some((When::Before, function)) = &kill {
        function.kill_all().await;
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let url = format!("{}{}", tap.upstream(uri.path()), uri.path());
    let mut passed = headers.clone();
    for hop in ["host", "content-length", "connection", "transfer-encoding"] {
        passed.remove(hop);
    }
    let http = Http::new().unwrap();
    let answer = http
        .call(method, &url, passed, body, Duration::from_secs(30))
        .await;
    if let Some((When::After, function)) = &kill {
        function.kill_all().await;
    }
    match answer {
        Ok(answer) => {
            let mut headers = answer.headers;
            for hop in ["content-length", "connection", "transfer-encoding"] {
                headers.remove(hop);
            }
            (answer.status, headers, answer.body).into_response()
        }
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}
