//! The embedded DynamoDB, behind a proxy that counts the calls.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse;
use dynoxide::Database;
use http::{Method, header};
use shared::http::Http;
use simulators::listen;
use tokio::task::JoinSet;

use crate::Error;

const TIMEOUT: Duration = Duration::from_secs(10);

/// The calls of each operation.
pub(crate) type Counts = BTreeMap<String, Calls>;

/// How many there were, and the bytes of their bodies.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Calls {
    pub(crate) count: u64,
    pub(crate) sent: u64,
    pub(crate) received: u64,
}

impl Calls {
    /// Adds others.
    pub(crate) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.sent += other.sent;
        self.received += other.received;
    }
}

/// How many there were of all operations.
pub(crate) fn number(counts: &Counts) -> u64 {
    counts.values().map(|calls| calls.count).sum()
}

/// An embedded DynamoDB in memory. It ends when this is dropped.
pub(crate) struct DynamoDb {
    /// The data itself.
    pub(crate) database: Database,
    /// Where functions find it.
    pub(crate) url: String,
    proxy: Arc<Proxy>,
    _serving: JoinSet<()>,
}

struct Proxy {
    behind: String,
    http: Http,
    counts: Mutex<Counts>,
    recorded: Mutex<Option<Vec<Bytes>>>,
}

impl DynamoDb {
    pub(crate) async fn start() -> Result<Self, Error> {
        let database = Database::memory()?;
        let listener = listen("127.0.0.1:0").await?;
        let proxy = Arc::new(Proxy {
            behind: format!("http://{}/", listener.local_addr()?),
            http: Http::new()?,
            counts: Mutex::default(),
            recorded: Mutex::default(),
        });
        let front = listen("127.0.0.1:0").await?;
        let url = format!("http://{}", front.local_addr()?);
        let mut serving = JoinSet::new();
        serving.spawn(dynoxide::server::serve_on(listener, database.clone()));
        let router = Router::new()
            .fallback(forward)
            .with_state(Arc::clone(&proxy));
        serving.spawn(async move {
            if let Err(error) = axum::serve(front, router).await {
                crate::say(&format!("the proxy failed: {error}"));
            }
        });
        Ok(Self {
            database,
            url,
            proxy,
            _serving: serving,
        })
    }

    /// The calls since this was last asked.
    pub(crate) fn counts(&self) -> Counts {
        std::mem::take(
            &mut *self
                .proxy
                .counts
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Begins to keep the bodies of `UpdateItem` calls.
    pub(crate) fn record(&self) {
        *self.proxy.recorded() = Some(vec![]);
    }

    /// Ends it: the bodies, in the order of the calls.
    pub(crate) fn recorded(&self) -> Vec<Bytes> {
        self.proxy.recorded().take().unwrap_or_default()
    }
}

impl Proxy {
    fn recorded(&self) -> MutexGuard<'_, Option<Vec<Bytes>>> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, operation: String, sent: usize, received: usize) {
        let bytes = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        self.counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(operation)
            .or_default()
            .add(Calls {
                count: 1,
                sent: bytes(sent),
                received: bytes(received),
            });
    }
}

async fn forward(
    State(proxy): State<Arc<Proxy>>,
    mut headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let operation = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok())
        .and_then(|target| target.rsplit('.').next())
        .unwrap_or_default()
        .to_owned();
    let sent = body.len();
    if operation == "UpdateItem"
        && let Some(recorded) = &mut *proxy.recorded()
    {
        recorded.push(body.clone());
    }
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    let called = proxy
        .http
        .call(Method::POST, &proxy.behind, headers, body, TIMEOUT);
    match called.await {
        Ok(answer) => {
            proxy.note(operation, sent, answer.body.len());
            let mut response = Response::new(Body::from(answer.body));
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            response.headers_mut().remove(header::TRANSFER_ENCODING);
            response
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}
