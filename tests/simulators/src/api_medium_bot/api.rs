//! The send endpoint.
//!
//! Published are the fields of the request and of a success. The path is shown in the vendor's dashboard alone, and a refusal
//! is only said to exist: the path, the statuses and the form of the error are choices of this simulator.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Map, Value, json};

use super::{Inner, attachment};

/// Where messages are sent to.
pub(crate) const PATH: &str = "/api/v1/messages";

/// The fields of a message.
const FIELDS: [&str; 5] = ["channelID", "token", "message", "userID", "attachments"];

pub(crate) fn router(inner: Arc<Inner>) -> Router {
    Router::new()
        .route(PATH, post(send))
        .fallback(|| async { Refusal::new(StatusCode::NOT_FOUND, "there is nothing here") })
        .method_not_allowed_fallback(|| async {
            Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "messages are sent with POST",
            )
        })
        // Attachments are in the body; what is too large is decided before.
        .layer(DefaultBodyLimit::disable())
        .with_state(inner)
}

/// The body of a 429.
pub(crate) fn later(seconds: u32) -> Value {
    error(&format!(
        "too many messages, try again in {seconds} seconds"
    ))
}

fn error(message: &str) -> Value {
    json!({ "success": false, "error": message })
}

/// A message that is refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) error: String,
    /// `Retry-After`, in seconds.
    pub(crate) after: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self {
            status,
            error: error.into(),
            after: None,
        }
    }

    fn invalid(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(error(&self.error))).into_response();
        if let Some(seconds) = self.after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

async fn send(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> Response {
    match take(&inner, &headers, &body) {
        Ok(success) => axum::Json(success).into_response(),
        Err(refusal) => {
            inner.note_refusal(&refusal);
            refusal.into_response()
        }
    }
}

fn take(inner: &Inner, headers: &HeaderMap, body: &Bytes) -> Result<Value, Refusal> {
    let fields = object(headers, body)?;
    let (channel_id, token) = (text(&fields, "channelID")?, text(&fields, "token")?);
    inner.admit(channel_id, token)?;
    let message = text(&fields, "message")?;
    let user_id = match fields.get("userID") {
        None => None,
        Some(value) => Some(
            value
                .as_u64()
                .ok_or_else(|| Refusal::invalid("userID must be an integer"))?,
        ),
    };
    let attachments = match fields.get("attachments") {
        None => Vec::new(),
        Some(attachments) => attachment::read_all(attachments).map_err(Refusal::invalid)?,
    };
    let unknown = fields
        .keys()
        .filter(|key| !FIELDS.contains(&key.as_str()))
        .cloned()
        .collect();
    let user_id = inner.accept(user_id, message, attachments, unknown)?;
    Ok(json!({ "channelID": channel_id, "message": message, "userID": user_id, "success": true }))
}

/// The JSON object of a request.
fn object(headers: &HeaderMap, body: &Bytes) -> Result<Map<String, Value>, Refusal> {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::invalid(format!(
            "the content type must be application/json, not {content_type:?}"
        )));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Refusal::invalid("the body must be a JSON object")),
        Err(error) => Err(Refusal::invalid(format!("the body is not JSON: {error}"))),
    }
}

/// A required string. An empty one counts as missing.
fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refusal> {
    match fields.get(name) {
        None | Some(Value::Null) => Err(Refusal::invalid(format!("{name} is missing"))),
        Some(Value::String(text)) if text.is_empty() => {
            Err(Refusal::invalid(format!("{name} is empty")))
        }
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Refusal::invalid(format!("{name} must be a string"))),
    }
}
