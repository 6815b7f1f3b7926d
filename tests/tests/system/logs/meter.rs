//! DynamoDB's own count of what a deployment asks of it.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use shared::http::Http;
use simulators::listen;
use tokio::task::JoinSet;

/// What was used of a table.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Used {
    pub(super) writes: u32,
    /// What DynamoDB charges for them.
    pub(super) write_units: u32,
    pub(super) reads: u32,
    /// What DynamoDB charges for them, in half units: one for a read that may be a moment old.
    pub(super) read_halves: u32,
}

/// Stands before a DynamoDB and has it say what each call consumes. It ends with the value.
pub(super) struct Meter {
    url: String,
    inner: Arc<Inner>,
    _serving: JoinSet<()>,
}

#[derive(Default)]
struct Inner {
    upstream: OnceLock<String>,
    used: Mutex<Used>,
}

impl Meter {
    pub(super) async fn start() -> Self {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Inner::default());
        let state = (Arc::clone(&inner), Http::new().unwrap());
        let router = Router::new().fallback(pass).with_state(state);
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            inner,
            _serving: serving,
        }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Stands before `upstream` from now on.
    pub(super) fn before(&self, upstream: &str) {
        self.inner.upstream.set(upstream.to_owned()).unwrap();
    }

    /// What was used since this was last asked.
    pub(super) fn take(&self) -> Used {
        std::mem::take(&mut *self.inner.used.lock().unwrap())
    }
}

async fn pass(
    State((inner, http)): State<(Arc<Inner>, Http)>,
    mut headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut asked: Value = serde_json::from_slice(&body).unwrap();
    asked["ReturnConsumedCapacity"] = "TOTAL".into();
    for hop in ["host", "content-length", "connection"] {
        headers.remove(hop);
    }
    let target = headers["x-amz-target"].to_str().unwrap();
    let is_read = target.ends_with(".GetItem");
    let url = inner.upstream.get().unwrap();
    let answer = http
        .call(
            Method::POST,
            url,
            headers,
            Bytes::from(asked.to_string()),
            Duration::from_secs(20),
        )
        .await
        .unwrap();
    let said: Value = serde_json::from_slice(&answer.body).unwrap();
    let halves = match said["ConsumedCapacity"]["CapacityUnits"].as_f64() {
        Some(units) => (2.0 * units).to_string().parse().unwrap(),
        // A write that its condition refuses does not say what it consumed: at the least one unit.
        None => 2,
    };
    {
        let mut used = inner.used.lock().unwrap();
        if is_read {
            used.reads += 1;
            used.read_halves += halves;
        } else {
            used.writes += 1;
            used.write_units += halves / 2;
        }
    }
    let mut headers = answer.headers;
    for hop in ["content-length", "connection", "transfer-encoding"] {
        headers.remove(hop);
    }
    (answer.status, headers, answer.body).into_response()
}
