//! The agent channel's webhook, with the document's table of responses.
//!
//! | what | answer |
//! |---|---|
//! | an unknown token, or the channel is inactive | 400, and a body with [`NO_CHANNEL`] |
//! | a required parameter is missing | 400 |
//! | another URL | 404 |
//! | another `event` or `kind` | 200, and nothing happens |
//! | any other fault of the JSON | 500 |
//!
//! The other bodies are not published, so they are empty: nobody can come to depend on them.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

use super::request::{self, Wrong};
use super::{Inner, Refused};

/// What the platform says to a token that it does not know, and while the channel is inactive.
pub const NO_CHANNEL: &str = "There is no active channel for received event.";

pub(crate) fn router(inner: Arc<Inner>) -> Router {
    Router::new()
        .route(
            "/connector/omnichannel/omnichannel_message/{token}/bot_api_webhook",
            post(webhook),
        )
        .with_state(inner)
}

/// The body of a 429. The document has none.
pub(crate) fn later(seconds: u32) -> Value {
    json!({ "error": format!("Too many requests, try again in {seconds} seconds") })
}

async fn webhook(
    State(inner): State<Arc<Inner>>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !inner.is_active(&token) {
        inner.refuse(Refused {
            status: 400,
            reason: NO_CHANNEL.to_owned(),
        });
        let body = axum::Json(json!({ "error": NO_CHANNEL }));
        return (StatusCode::BAD_REQUEST, body).into_response();
    }
    match json_of(&headers, &body).and_then(|body| request::read(&body)) {
        Ok(request) => {
            inner.take(request);
            StatusCode::OK.into_response()
        }
        Err(wrong) => {
            let (status, reason) = match wrong {
                Wrong::Missing(path) => (StatusCode::BAD_REQUEST, format!("{path} is missing")),
                Wrong::Invalid(reason) => (StatusCode::INTERNAL_SERVER_ERROR, reason),
            };
            inner.refuse(Refused {
                status: status.as_u16(),
                reason,
            });
            status.into_response()
        }
    }
}

fn json_of(headers: &HeaderMap, body: &Bytes) -> Result<Value, Wrong> {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(Wrong::Invalid(format!(
            "the content type is {content_type:?}"
        )));
    }
    serde_json::from_slice(body)
        .map_err(|error| Wrong::Invalid(format!("the body is not JSON: {error}")))
}
