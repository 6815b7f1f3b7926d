//! What goes wrong between the bridge and a platform, on order.
//!
//! A test orders faults on an endpoint of a simulated server: one after another for the next requests ([`Faults::next`]),
//! or by a rule that stays ([`Faults::every`]). An endpoint is the last segment of the request's path
//! (`send_message_external`, `sendMessage`); [`ANY`] stands for all of them. Every request is noted with what was done
//! to it, so that a test can count attempts.
//!
//! The difference that matters to delivery is whether the platform *took* the request: [`Fault::ResetBefore`] and
//! [`Fault::Status`] did not, [`Fault::ResetAfter`] did and the other side cannot know.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::watch;

use crate::log::Log;
use crate::server::line::Line;

/// Every endpoint of the server.
pub const ANY: &str = "*";

/// The largest request that a simulator reads, in bytes.
const LARGEST: usize = 8 * 1024 * 1024;

/// Enough of an answer that the other side has begun to read it, too little to know what it says: `HTTP/1.1 2`.
const BEGINNING: usize = 10;

/// Something that goes wrong with one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request is not taken; the answer is this HTTP status with this body (`application/json`).
    Status(u16, String),
    /// The request is not taken; the answer is the platform's own 429, with a `Retry-After` header too.
    RetryAfter {
        /// After how many seconds it may be tried again.
        seconds: u32,
    },
    /// The request is taken, after this time.
    Delay(Duration),
    /// The connection is reset without an answer. The request is *not* taken.
    ResetBefore,
    /// The request *is* taken, and the connection is reset in the middle of the answer.
    ResetAfter,
    /// The request is not taken and never answered: the connection stays open until the server stops.
    Hang,
    /// The request *is* taken and never answered: the connection stays open until the server stops.
    HangAfter,
}

/// One request that reached a simulated server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The last segment of its path.
    pub endpoint: String,
    /// What was done to it; `None`: it was served as usual.
    pub fault: Option<Fault>,
}

/// The faults of one simulated server.
#[derive(Debug, Default)]
pub struct Faults {
    orders: Mutex<HashMap<String, Orders>>,
    attempts: Log<Attempt>,
}

#[derive(Debug, Default)]
struct Orders {
    queue: VecDeque<Fault>,
    rule: Option<Rule>,
}

#[derive(Debug)]
struct Rule {
    every: usize,
    seen: usize,
    fault: Fault,
}

impl Faults {
    /// The next request to `endpoint` that has no earlier order meets `fault`.
    pub fn next(&self, endpoint: &str, fault: Fault) {
        self.with(|orders| {
            orders
                .entry(endpoint.to_owned())
                .or_default()
                .queue
                .push_back(fault);
        });
    }

    /// The next `count` requests to `endpoint` meet `fault`.
    pub fn times(&self, endpoint: &str, count: usize, fault: &Fault) {
        for _ in 0..count {
            self.next(endpoint, fault.clone());
        }
    }

    /// From now on every `n`th request to `endpoint` meets `fault`: 1 is each of them. It replaces an earlier rule, and
    /// requests that meet a queued fault do not count. An `n` of 0 is taken as 1.
    pub fn every(&self, endpoint: &str, n: usize, fault: Fault) {
        let rule = Rule {
            every: n.max(1),
            seen: 0,
            fault,
        };
        self.with(|orders| orders.entry(endpoint.to_owned()).or_default().rule = Some(rule));
    }

    /// Forgets all orders: the platform is well again.
    pub fn clear(&self) {
        self.with(HashMap::clear);
    }

    /// How many queued faults no request has met yet. A test that orders faults can check that all of them happened.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.with(|orders| orders.values().map(|orders| orders.queue.len()).sum())
    }

    /// Every request that arrived, in order, with what was done to it.
    pub fn attempts(&self) -> &Log<Attempt> {
        &self.attempts
    }

    fn with<R>(&self, change: impl FnOnce(&mut HashMap<String, Orders>) -> R) -> R {
        change(&mut self.orders.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn take(&self, endpoint: &str) -> Option<Fault> {
        let fault = self.with(|orders| {
            let queued = [endpoint, ANY].into_iter().find_map(|name| {
                orders
                    .get_mut(name)
                    .and_then(|orders| orders.queue.pop_front())
            });
            queued.or_else(|| {
                [endpoint, ANY]
                    .into_iter()
                    .find_map(|name| orders.get_mut(name)?.rule.as_mut()?.meet())
            })
        });
        self.attempts.push(Attempt {
            endpoint: endpoint.to_owned(),
            fault: fault.clone(),
        });
        fault
    }
}

impl Rule {
    fn meet(&mut self) -> Option<Fault> {
        self.seen += 1;
        self.seen
            .is_multiple_of(self.every)
            .then(|| self.fault.clone())
    }
}

/// How a platform says "too many requests, come back in so many seconds", without the header.
pub(crate) type RetryForm = fn(u32) -> serde_json::Value;

/// What stands before a server's handlers.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(crate) faults: Arc<Faults>,
    pub(crate) retry_form: RetryForm,
    pub(crate) stopping: watch::Receiver<bool>,
}

/// The middleware: meets the request with the fault that is due, or lets it through.
pub(crate) async fn apply(
    State(mut gate): State<Gate>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
    next: Next,
) -> Response {
    // Read first and whole, so that a refusal leaves nothing unread on a connection that is used again.
    let (head, body) = request.into_parts();
    let body: Bytes = match axum::body::to_bytes(body, LARGEST).await {
        Ok(body) => body,
        Err(error) => return (StatusCode::PAYLOAD_TOO_LARGE, error.to_string()).into_response(),
    };
    let request = Request::from_parts(head, Body::from(body));
    let endpoint = request
        .uri()
        .path()
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_owned();
    match gate.faults.take(&endpoint) {
        None => next.run(request).await,
        Some(Fault::Delay(time)) => {
            tokio::time::sleep(time).await;
            next.run(request).await
        }
        Some(Fault::Status(status, body)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
        }
        Some(Fault::RetryAfter { seconds }) => {
            let body = axum::Json((gate.retry_form)(seconds));
            let header = (header::RETRY_AFTER, HeaderValue::from(seconds));
            (StatusCode::TOO_MANY_REQUESTS, [header], body).into_response()
        }
        Some(Fault::ResetBefore) => {
            line.cut_after(0);
            StatusCode::OK.into_response()
        }
        Some(Fault::ResetAfter) => {
            let response = next.run(request).await;
            line.cut_after(BEGINNING);
            response
        }
        Some(Fault::Hang) => silence(&mut gate.stopping, &line).await,
        Some(Fault::HangAfter) => {
            drop(next.run(request).await);
            silence(&mut gate.stopping, &line).await
        }
    }
}

/// Answers nothing for as long as the server lives.
async fn silence(stopping: &mut watch::Receiver<bool>, line: &Line) -> Response {
    if stopping.wait_for(|stop| *stop).await.is_err() {
        tracing::trace!("the simulator was dropped");
    }
    line.cut_after(0);
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
