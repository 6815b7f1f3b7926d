//! The two endpoints of Selarti's API, in the shapes of its host, Bubble.
//!
//! Published are the path, the bearer header and the three fields of `send_message_external`, and that a token is had at
//! `auth`. The bodies of answers and refusals are those of Bubble's workflow endpoints.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Map, Value, json};

use super::Inner;

/// The fields of `send_message_external`.
const FIELDS: [&str; 3] = ["task_id", "chat_id", "message"];

pub(crate) fn router(inner: Arc<Inner>) -> Router {
    Router::new()
        .route(
            "/api/1.1/wf/send_message_external",
            post(send_message_external),
        )
        .route("/api/1.1/wf/auth", post(auth))
        .fallback(|| async { Refusal::new(StatusCode::NOT_FOUND, "workflow not found") })
        .method_not_allowed_fallback(|| async {
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed")
        })
        .with_state(inner)
}

/// Bubble's 429 body.
pub(crate) fn later(seconds: u32) -> Value {
    json!({ "message": format!("Too many requests, try again in {seconds} seconds") })
}

/// A request that the vendor refuses.
struct Refusal {
    status: StatusCode,
    body: Value,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, axum::Json(self.body)).into_response()
    }
}

impl Refusal {
    /// The host's form of most refusals.
    fn new(status: StatusCode, message: &str) -> Self {
        Self {
            status,
            body: json!({ "message": message }),
        }
    }

    /// The host's form of a 400.
    fn invalid(status: &str, message: &str) -> Self {
        let body = json!({ "statusCode": 400, "body": { "status": status, "message": message } });
        Self {
            status: StatusCode::BAD_REQUEST,
            body,
        }
    }
}

async fn send_message_external(
    State(inner): State<Arc<Inner>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<axum::Json<Value>, Refusal> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    if !bearer.is_some_and(|token| inner.tokens.is_valid(token)) {
        return Err(Refusal::new(
            StatusCode::UNAUTHORIZED,
            "The access token is missing, wrong or expired",
        ));
    }
    let fields = object(&headers, &body)?;
    let (task_id, chat_id, message) = (
        text(&fields, "task_id")?,
        text(&fields, "chat_id")?,
        text(&fields, "message")?,
    );
    if !inner.knows_task(task_id) {
        let message = format!(
            "Invalid data for parameter task_id: object with this id does not exist: {task_id}"
        );
        return Err(Refusal::invalid("INVALID_DATA", &message));
    }
    let unknown = fields
        .keys()
        .filter(|key| !FIELDS.contains(&key.as_str()))
        .cloned()
        .collect();
    inner.accept(task_id, chat_id, message, unknown);
    Ok(success(&json!({})))
}

async fn auth(
    State(inner): State<Arc<Inner>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<axum::Json<Value>, Refusal> {
    let fields = object(&headers, &body)?;
    let names = inner.tokens.names();
    let Some(token) = inner.tokens.exchange(text(&fields, &names.request)?) else {
        return Err(Refusal::new(
            StatusCode::UNAUTHORIZED,
            "The API key is wrong",
        ));
    };
    let mut response = Map::new();
    response.insert(names.response.clone(), Value::String(token));
    Ok(success(&Value::Object(response)))
}

/// The JSON object of a request.
fn object(headers: &HeaderMap, body: &Bytes) -> Result<Map<String, Value>, Refusal> {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case("application/json")
    {
        let message = format!("the content type must be application/json, not {content_type:?}");
        return Err(Refusal::invalid("INVALID_DATA", &message));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Refusal::invalid(
            "INVALID_DATA",
            "the body must be a JSON object",
        )),
        Err(error) => Err(Refusal::invalid(
            "INVALID_DATA",
            &format!("the body is not JSON: {error}"),
        )),
    }
}

/// A required, non-empty string.
fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refusal> {
    let (status, what) = match fields.get(name) {
        None | Some(Value::Null) => ("MISSING_DATA", "is missing"),
        Some(Value::String(text)) if text.is_empty() => ("MISSING_DATA", "is empty"),
        Some(Value::String(text)) => return Ok(text),
        Some(_) => ("INVALID_DATA", "is not a text"),
    };
    Err(Refusal::invalid(
        status,
        &format!("Missing or invalid parameter for workflow: parameter {name} {what}"),
    ))
}

fn success(response: &Value) -> axum::Json<Value> {
    axum::Json(json!({ "status": "success", "response": response }))
}
