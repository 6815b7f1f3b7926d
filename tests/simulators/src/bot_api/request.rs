//! What every call of a bot has to be: its token, JSON, and an integer for the chat.

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};

/// One call of the bot, granted or refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The method: the last segment of the path.
    pub method: String,
    /// Its body; null when that was not JSON.
    pub body: Value,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The body of the answer.
    pub answer: Value,
}

impl Call {
    /// Whether it was granted. A refusal can have the status 200.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.status == 200 && self.answer.get("error").is_none()
    }
}

/// Whether there is `Authorization: Token {token}`.
pub(crate) fn has_token(headers: &HeaderMap, token: &str) -> bool {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Token "))
        == Some(token)
}

/// The JSON object of a request.
///
/// # Errors
/// Why it is none.
pub(crate) fn object(headers: &HeaderMap, body: &Bytes) -> Result<Map<String, Value>, String> {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(format!(
            "the content type must be application/json, not {content_type:?}"
        ));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err("the body is not an object".to_owned()),
        Err(error) => Err(format!("the body is not JSON: {error}")),
    }
}

/// The chat that a call is about.
///
/// # Errors
/// When it is missing or not an integer; a string that looks like one is not.
pub(crate) fn chat_id(fields: &Map<String, Value>) -> Result<i64, String> {
    match fields.get("chat_id") {
        None => Err("`chat_id` is missing".to_owned()),
        Some(id) => id
            .as_i64()
            .ok_or_else(|| format!("`chat_id` is not an integer: {id}")),
    }
}
