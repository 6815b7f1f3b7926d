//! DynamoDB and Secrets Manager at one address: the first is the embedded one, unless it is to fail; the second holds what it is
//! given, and answers as <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html> says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Method};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use shared::http::Http;
use simulators::listen;
use tokio::task::JoinSet;

/// How an operation fails.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// The operation, such as `UpdateItem`; all of DynamoDB's without one.
    pub(super) operation: Option<&'static str>,
    pub(super) status: u16,
    pub(super) code: &'static str,
}

/// What a secret is answered with.
#[derive(Clone, Debug)]
pub(super) enum Secret {
    Text(String),
    Refused(u16, &'static str),
    /// It is never answered.
    Hangs,
}

#[derive(Default)]
struct Held {
    fault: Mutex<Option<Fault>>,
    secrets: Mutex<HashMap<String, Secret>>,
    /// The operations that were asked for, by name.
    asked: Mutex<Vec<String>>,
}

/// The service. It ends with the value.
pub(super) struct Service {
    url: String,
    held: Arc<Held>,
    _serving: JoinSet<()>,
}

impl Service {
    /// Before the DynamoDB at `upstream`.
    pub(super) async fn before(upstream: &str) -> Self {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let held = Arc::new(Held::default());
        let state = (Arc::clone(&held), Arc::from(upstream), Http::new().unwrap());
        let router = Router::new().fallback(serve).with_state(state);
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            held,
            _serving: serving,
        }
    }

    pub(super) fn url(&self) -> String {
        self.url.clone()
    }

    /// DynamoDB fails like that from now on, or not any more.
    pub(super) fn fails(&self, fault: Option<Fault>) {
        *self.held.fault.lock().unwrap() = fault;
    }

    /// The secret `id` is that from now on.
    pub(super) fn holds(&self, id: &str, secret: Secret) {
        let mut secrets = self.held.secrets.lock().unwrap();
        secrets.insert(id.to_owned(), secret);
    }

    /// How often the operation was asked for.
    pub(super) fn asked(&self, operation: &str) -> usize {
        let asked = self.held.asked.lock().unwrap();
        asked.iter().filter(|asked| *asked == operation).count()
    }
}

type Shared = (Arc<Held>, Arc<str>, Http);

async fn serve(
    State((held, upstream, http)): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = headers["x-amz-target"].to_str().unwrap();
    let (service, operation) = target.split_once('.').unwrap();
    let signed = headers["authorization"].to_str().unwrap();
    assert!(signed.starts_with("AWS4-HMAC-SHA256 "), "unsigned");
    held.asked.lock().unwrap().push(operation.to_owned());
    if service == "secretsmanager" {
        return secret(&held, &body).await;
    }
    let fault = held.fault.lock().unwrap().clone();
    if let Some(fault) = fault.filter(|fault| fault.operation.is_none_or(|of| of == operation)) {
        let kind = format!("com.amazonaws.dynamodb.v20120810#{}", fault.code);
        return error(fault.status, &kind, "the request is refused");
    }
    let kept = [
        "x-amz-target",
        "content-type",
        "authorization",
        "x-amz-date",
    ];
    let kept = kept.map(HeaderName::from_static);
    let kept = kept.into_iter().filter_map(|name| {
        let value = headers.get(&name)?.clone();
        Some((name, value))
    });
    let answer = http
        .call(
            Method::POST,
            &upstream,
            HeaderMap::from_iter(kept),
            body,
            Duration::from_secs(20),
        )
        .await
        .unwrap();
    let mut response = (answer.status, answer.body).into_response();
    for name in ["content-type", "x-amz-crc32", "x-amzn-requestid"] {
        if let Some(value) = answer.headers.get(name) {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value.clone());
        }
    }
    response
}

async fn secret(held: &Held, body: &[u8]) -> Response {
    let asked: Value = serde_json::from_slice(body).unwrap();
    let id = asked["SecretId"].as_str().unwrap();
    let secret = held.secrets.lock().unwrap().get(id).cloned();
    match secret {
        Some(Secret::Text(text)) => json_answer(200, &json!({ "Name": id, "SecretString": text })),
        Some(Secret::Refused(status, code)) => error(status, code, "the request is refused"),
        Some(Secret::Hangs) => std::future::pending().await,
        None => error(
            400,
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
        ),
    }
}

fn error(status: u16, kind: &str, message: &str) -> Response {
    json_answer(status, &json!({ "__type": kind, "message": message }))
}

fn json_answer(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    let headers = [("content-type", "application/x-amz-json-1.1")];
    (status, headers, body.to_string()).into_response()
}
