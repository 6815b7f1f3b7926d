//! The Runtime API of one process: where it asks for events and brings its responses.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::event::now;
use crate::log::Log;

/// Lambda's limit for events and responses.
const LARGEST: usize = 6 * 1024 * 1024;

/// An event on its way to the process.
pub(super) struct Invocation {
    /// The request id.
    pub(super) id: String,
    /// The event, as JSON.
    pub(super) event: Bytes,
    /// How long the process may take, from the moment when it takes the event.
    pub(super) time: Duration,
    /// Told when the process takes the event.
    pub(super) taken: oneshot::Sender<()>,
    /// Told what the process makes of it.
    pub(super) result: oneshot::Sender<Outcome>,
}

/// What a process made of an event: its response, or the error that it reported.
pub(super) type Outcome = Result<Value, Value>;

/// One process's side of the Runtime API.
pub(super) struct Desk {
    events: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    current: Mutex<Option<(String, oneshot::Sender<Outcome>)>>,
    polled: watch::Sender<Option<Instant>>,
    log: Arc<Log<String>>,
}

impl Desk {
    /// A desk that hands out what `events` brings. Errors of the process's start go to `log`.
    pub(super) fn new(events: mpsc::UnboundedReceiver<Invocation>, log: Arc<Log<String>>) -> Self {
        Self {
            events: tokio::sync::Mutex::new(events),
            current: Mutex::default(),
            polled: watch::Sender::new(None),
            log,
        }
    }

    /// When the process asked for its first event.
    pub(super) fn polled(&self) -> watch::Receiver<Option<Instant>> {
        self.polled.subscribe()
    }

    /// Takes the result's sender if `id` is the invocation under way.
    fn take(&self, id: &str) -> Option<oneshot::Sender<Outcome>> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current
            .take_if(|(current, _)| current == id)
            .map(|(_, result)| result)
    }
}

/// The four endpoints.
pub(super) fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route(
            "/2018-06-01/runtime/invocation/{id}/response",
            post(response),
        )
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(desk)
}

/// The long poll. It has no time out: an idle process waits here.
async fn next(State(desk): State<Arc<Desk>>) -> Response<Body> {
    desk.polled.send_if_modified(|polled| {
        let first = polled.is_none();
        polled.get_or_insert_with(Instant::now);
        first
    });
    let Some(invocation) = desk.events.lock().await.recv().await else {
        return refused(StatusCode::INTERNAL_SERVER_ERROR, "Container.Stopped");
    };
    let Invocation {
        id,
        event,
        time,
        taken,
        result,
    } = invocation;
    let deadline = now().saturating_add(time);
    let headers = [
        (header::CONTENT_TYPE.as_str(), "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", id.clone()),
        (
            "lambda-runtime-deadline-ms",
            deadline.as_millis().to_string(),
        ),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:123456789012:function:simulated".to_owned(),
        ),
        (
            "lambda-runtime-trace-id",
            format!("Root=1-{:08x}-{id:.24};Sampled=0", deadline.as_secs()),
        ),
    ];
    *desk.current.lock().unwrap_or_else(PoisonError::into_inner) = Some((id, result));
    if taken.send(()).is_err() {
        tracing::debug!("nobody waits for this invocation any more");
    }
    (headers, event).into_response()
}

async fn response(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response<Body> {
    // The body's form is between the function and its caller; what is no JSON reaches the caller as text.
    let value = serde_json::from_slice(&body)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned()));
    settle(&desk, &id, Ok(value))
}

async fn error(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response<Body> {
    let value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    settle(&desk, &id, Err(value))
}

async fn init_error(State(desk): State<Arc<Desk>>, body: Bytes) -> Response<Body> {
    desk.log
        .push(format!("init error: {}", String::from_utf8_lossy(&body)));
    accepted()
}

fn settle(desk: &Desk, id: &str, outcome: Outcome) -> Response<Body> {
    let Some(result) = desk.take(id) else {
        return refused(StatusCode::BAD_REQUEST, "InvalidRequestID");
    };
    if result.send(outcome).is_err() {
        tracing::debug!("nobody waits for this response any more");
    }
    accepted()
}

fn accepted() -> Response<Body> {
    let body = axum::Json(json!({"status": "OK"}));
    (StatusCode::ACCEPTED, body).into_response()
}

fn refused(status: StatusCode, kind: &str) -> Response<Body> {
    let body = axum::Json(json!({"errorMessage": kind, "errorType": kind}));
    (status, body).into_response()
}
