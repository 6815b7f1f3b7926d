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
use tokio::task::JoinSet;

/// When, with regard to a call, the process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum When {
    /// The call has left the process and has had no effect.
    Before,
    /// The call has had its effect, and the process has not heard of it.
    After,
}

/// A tap with a spout before each upstream. Its clones are the same tap.
#[derive(Clone, Default)]
pub(crate) struct Tap {
    calls: Arc<Calls>,
    spouts: Arc<Mutex<JoinSet<()>>>,
}

#[derive(Default)]
struct Calls {
    /// The calls since the tap was armed, or `None` while it is not.
    noted: Mutex<Option<Vec<String>>>,
    /// The bytes of the bodies of those of them that were answered, there and back.
    bytes: Mutex<usize>,
    kill: Mutex<Option<(usize, When, Arc<Function>)>>,
}

/// What stands before one upstream.
#[derive(Clone)]
struct Spout {
    calls: Arc<Calls>,
    upstream: Arc<str>,
    http: Http,
}

impl Tap {
    /// Where to call instead of `upstream`, which is `http://` and a host. Both are without a slash at the end.
    pub(crate) async fn before(&self, upstream: &str) -> String {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let spout = Spout {
            calls: Arc::clone(&self.calls),
            upstream: upstream.into(),
            http: Http::new().unwrap(),
        };
        let router = Router::new().fallback(pass).with_state(spout);
        let mut spouts = self.spouts.lock().unwrap();
        spouts.spawn(async move { axum::serve(listener, router).await.unwrap() });
        url
    }

    /// Notes calls from now on.
    pub(crate) fn record(&self) {
        *self.calls.noted.lock().unwrap() = Some(Vec::new());
        *self.calls.bytes.lock().unwrap() = 0;
    }

    /// Notes calls from now on and kills `function` at call number `at`, counted from zero.
    pub(crate) fn kill_at(&self, at: usize, when: When, function: &Arc<Function>) {
        self.record();
        *self.calls.kill.lock().unwrap() = Some((at, when, Arc::clone(function)));
    }

    /// Stops noting; what was noted. A kill that did not happen is off.
    pub(crate) fn disarm(&self) -> Vec<String> {
        *self.calls.kill.lock().unwrap() = None;
        self.calls.noted.lock().unwrap().take().unwrap_or_default()
    }

    /// How much went through in the bodies since it was last armed, there and back.
    pub(crate) fn bytes(&self) -> usize {
        *self.calls.bytes.lock().unwrap()
    }

    /// Whether the kill is still to come.
    pub(crate) fn is_armed(&self) -> bool {
        self.calls.kill.lock().unwrap().is_some()
    }
}

impl Calls {
    /// Notes a call; what is to happen at it.
    fn note(&self, label: String) -> Option<(When, Arc<Function>)> {
        let mut calls = self.noted.lock().unwrap();
        let calls = calls.as_mut()?;
        calls.push(label);
        let mut kill = self.kill.lock().unwrap();
        let (_, when, function) = kill.take_if(|(at, ..)| *at + 1 == calls.len())?;
        Some((when, function))
    }
}

/// What a call is called: DynamoDB's operation, the last segment of what is posted to, or another method than that.
fn label(method: &Method, uri: &Uri, headers: &HeaderMap) -> String {
    let last = |text: &str, separator| text.rsplit(separator).next().unwrap().to_owned();
    match headers.get("x-amz-target") {
        Some(target) => last(target.to_str().unwrap(), '.'),
        None if method == Method::POST => last(uri.path(), '/'),
        None => method.to_string(),
    }
}

/// Whether the SDK makes this call anew, which it does on a busy machine: it is no call of its own.
fn is_repeated(headers: &HeaderMap) -> bool {
    let request = headers.get("amz-sdk-request");
    request.is_some_and(|request| !request.to_str().unwrap().contains("attempt=1;"))
}

async fn pass(
    State(spout): State<Spout>,
    method: Method,
    uri: Uri,
    mut headers: HeaderMap,
    body: Bytes,
) -> Response {
    let kill = if is_repeated(&headers) {
        None
    } else {
        spout.calls.note(label(&method, &uri, &headers))
    };
    if let Some((When::Before, function)) = &kill {
        function.kill_all().await;
        return StatusCode::BAD_GATEWAY.into_response();
    }
    for hop in ["host", "content-length", "connection", "transfer-encoding"] {
        headers.remove(hop);
    }
    let sent = body.len();
    let answer = spout
        .http
        .call(
            method,
            &format!("{}{uri}", spout.upstream),
            headers,
            body,
            Duration::from_secs(30),
        )
        .await;
    if let Some((When::After, function)) = &kill {
        function.kill_all().await;
    }
    match answer {
        Ok(answer) => {
            *spout.calls.bytes.lock().unwrap() += sent + answer.body.len();
            let mut headers = answer.headers;
            for hop in ["content-length", "connection", "transfer-encoding"] {
                headers.remove(hop);
            }
            (answer.status, headers, answer.body).into_response()
        }
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}
