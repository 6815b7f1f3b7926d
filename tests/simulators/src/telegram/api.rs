//! The Bot API over HTTP: `/bot{token}/{method}` and `/file/bot{token}/{path}`.
//!
//! Parameters come as JSON or in the query string, two of the four ways that are documented; forms are not read, because
//! nothing here sends them.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::params::Params;
use super::refusal::Refusal;
use super::{Inner, control};

pub(crate) fn router(inner: Arc<Inner>) -> Router {
    control::routes().fallback(bot_api).with_state(inner)
}

/// Telegram's 429 body.
pub(crate) fn later(seconds: u32) -> Value {
    Refusal::later(seconds).to_json()
}

async fn bot_api(
    State(inner): State<Arc<Inner>>,
    http_method: Method,
    uri: Uri,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Some(rest) = uri.path().strip_prefix("/file/bot") {
        return download(&inner, rest).unwrap_or_else(|refusal| answer(Err(refusal)));
    }
    let Some((token, method)) = uri
        .path()
        .strip_prefix("/bot")
        .and_then(|rest| rest.split_once('/'))
    else {
        return answer(Err(Refusal::not_found()));
    };
    if token != inner.token {
        return answer(Err(unknown(token)));
    }
    if !matches!(http_method, Method::GET | Method::POST) {
        return answer(Err(Refusal::not_found()));
    }
    answer(params(query, &headers, &body).and_then(|params| inner.call(method, params, false)))
}

fn params(
    query: HashMap<String, String>,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Params, Refusal> {
    let mut params: Map<String, Value> = query
        .into_iter()
        .map(|(name, value)| (name, json!(value)))
        .collect();
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    // As at Telegram, a body of an unknown type is no body: what is required is then missing.
    if content_type
        .to_ascii_lowercase()
        .starts_with("application/json")
        && !body.is_empty()
    {
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => params.extend(fields),
            Ok(_) | Err(_) => return Err(Refusal::bad("can't parse JSON object")),
        }
    }
    Ok(Params(params))
}

/// What is no token at all leads to no bot; what could be one is not ours.
fn unknown(token: &str) -> Refusal {
    let is_bot = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    match token.split_once(':') {
        Some((id, secret)) if is_bot(id) && !secret.is_empty() => Refusal::unauthorized(),
        _ => Refusal::not_found(),
    }
}

fn download(inner: &Inner, rest: &str) -> Result<Response, Refusal> {
    let (token, path) = rest.split_once('/').ok_or_else(Refusal::not_found)?;
    if token != inner.token {
        return Err(unknown(token));
    }
    let found = inner.state(|state| state.files.values().find(|file| file.path == path).cloned());
    let bytes = found
        .and_then(|file| file.bytes)
        .ok_or_else(Refusal::not_found)?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}

fn answer(result: Result<Value, Refusal>) -> Response {
    match result {
        Ok(result) => axum::Json(json!({ "ok": true, "result": result })).into_response(),
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.code).unwrap_or(StatusCode::BAD_REQUEST);
            (status, axum::Json(refusal.to_json())).into_response()
        }
    }
}
