//! The embedded DynamoDB, behind a proxy that counts the calls.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
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

/// How often each operation was called.
pub(crate) type Counts = BTreeMap<String, u64>;

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
}

impl DynamoDb {
    pub(crate) async fn start() -> Result<Self, Error> {
        let database = Database::memory()?;
        let listener = listen("127.0.0.1:0").await?;
        let proxy = Arc::new(Proxy {
            behind: format!("http://{}/", listener.local_addr()?),
            http: Http::new()?,
            counts: Mutex::default(),
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
    *proxy
        .counts
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(operation)
        .or_default() += 1;
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    let called = proxy
        .http
        .call(Method::POST, &proxy.behind, headers, body, TIMEOUT);
    match called.await {
        Ok(answer) => {
            let mut response = Response::new(Body::from(answer.body));
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            response.headers_mut().remove(header::TRANSFER_ENCODING);
            response
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}
