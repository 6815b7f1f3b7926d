//! Between the program and DynamoDB: notes the calls, answers some of them itself, and lets a test look at the table after each.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use shared::http::Http;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// What is to happen to a call.
pub(crate) enum Fate {
    /// DynamoDB gets it.
    Passed,
    /// It is answered with this status and body, and DynamoDB never hears of it.
    Answered(u16, Value),
}

/// Decides about a call: by DynamoDB's operation, and how many calls of it there were before.
pub(crate) type Judge = Box<dyn Fn(&str, usize) -> Fate + Send + Sync>;
/// Is told of a write that DynamoDB has done, and awaited before the next one is let through.
pub(crate) type Watch = Box<dyn Fn(&str) -> Watching + Send + Sync>;
/// What a [`Watch`] does.
pub(crate) type Watching = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// A running proxy.
pub(crate) struct Proxy {
    pub(crate) url: String,
    state: Arc<Inner>,
    _serving: JoinSet<()>,
}

struct Inner {
    upstream: String,
    http: Http,
    judge: Judge,
    watch: Watch,
    calls: Mutex<Vec<String>>,
    /// One write after the other, so that the table can be looked at between any two.
    writing: tokio::sync::Mutex<()>,
}

impl Proxy {
    pub(crate) async fn before(upstream: &str, judge: Judge) -> Self {
        Self::watched(upstream, judge, Box::new(|_| Box::pin(async {}))).await
    }

    pub(crate) async fn watched(upstream: &str, judge: Judge, watch: Watch) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Inner {
            upstream: upstream.to_owned(),
            http: Http::new().unwrap(),
            judge,
            watch,
            calls: Mutex::default(),
            writing: tokio::sync::Mutex::default(),
        });
        let router = Router::new().fallback(pass).with_state(Arc::clone(&state));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            state,
            _serving: serving,
        }
    }

    /// The operations that were called, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.state.calls.lock().unwrap().clone()
    }

    /// How many of the calls were writes.
    pub(crate) fn writes(&self) -> usize {
        let calls = self.calls();
        calls.iter().filter(|call| is_write(call)).count()
    }
}

fn is_write(operation: &str) -> bool {
    matches!(operation, "PutItem" | "DeleteItem")
}

async fn pass(State(state): State<Arc<Inner>>, mut headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").unwrap().to_str().unwrap();
    let operation = target.rsplit('.').next().unwrap().to_owned();
    let _one = match is_write(&operation) {
        true => Some(state.writing.lock().await),
        false => None,
    };
    let before = {
        let mut calls = state.calls.lock().unwrap();
        let before = calls.iter().filter(|call| **call == operation).count();
        calls.push(operation.clone());
        before
    };
    if let Fate::Answered(status, body) = (state.judge)(&operation, before) {
        let status = StatusCode::from_u16(status).unwrap();
        return (status, axum::Json(body)).into_response();
    }
    headers.remove("host");
    headers.remove("content-length");
    let patience = Duration::from_secs(30);
    let limit = 8 * 1024 * 1024;
    let answer = state.http.fetch(
        Method::POST,
        &state.upstream,
        headers,
        body,
        patience,
        limit,
    );
    let answer = answer.await.unwrap();
    if is_write(&operation) {
        (state.watch)(&operation).await;
    }
    let mut headers = answer.headers;
    headers.remove("content-length");
    headers.remove("transfer-encoding");
    (answer.status, headers, answer.body).into_response()
}

/// DynamoDB's answer to somebody who may not, to what is not there, and so on.
pub(crate) fn error(code: &str, message: &str) -> Value {
    serde_json::json!({
        "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"),
        "message": message,
    })
}
