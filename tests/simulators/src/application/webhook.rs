//! The request that an application's webhook gets, up to the point where its fields have a meaning.

use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// The JSON object of a request.
///
/// # Errors
/// What is wrong with it, for a person.
pub(crate) fn object(headers: &HeaderMap, body: &Bytes) -> Result<Map<String, Value>, String> {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(format!(
            "the content type is {content_type:?}, not application/json"
        ));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err("the body is not a JSON object".to_owned()),
        Err(error) => Err(format!("the body is not JSON: {error}")),
    }
}

/// Takes the required string `name` out of `fields`.
///
/// # Errors
/// What is wrong with it, for a person.
pub(crate) fn text(fields: &mut Map<String, Value>, name: &str) -> Result<String, String> {
    match fields.remove(name) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(format!("`{name}` is not a string but {other}")),
        None => Err(format!("`{name}` is missing")),
    }
}

/// # Errors
/// When something is left that the document does not know.
pub(crate) fn nothing_left(fields: &Map<String, Value>) -> Result<(), String> {
    match fields.keys().next() {
        Some(name) => Err(format!("`{name}` is not documented")),
        None => Ok(()),
    }
}

/// Whether it is an address that a person can open.
pub(crate) fn is_link(url: &str) -> bool {
    reqwest::Url::parse(url)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// The answer to a webhook: 200, or 400 with the reason.
pub(crate) fn answer(refused: Option<&str>) -> Response {
    match refused {
        None => StatusCode::OK.into_response(),
        Some(reason) => (StatusCode::BAD_REQUEST, Json(json!({ "error": reason }))).into_response(),
    }
}
