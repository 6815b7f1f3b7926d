//! The visitor's side over HTTP, for a person with `curl` at the playground. No part of Telegram.
//!
//! * `POST /chats/{id}/messages` with `{"text": "…"}` or `{"press": "a button's label"}`: 202 with the `update_id`.
//! * `GET /chats/{id}`: the transcript as plain text, or as JSON with `Accept: application/json`. `?after=3` leaves out
//!   the first three lines, `&wait=10` waits up to ten seconds for more of them than that.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use super::entity::utf16;
use super::visitor::Chat;
use super::{Inner, chats::Line};

/// The longest that a person may wait, in seconds.
const LONGEST_WAIT: u64 = 60;
/// What Telegram's apps allow to be typed.
const LONGEST_TEXT: usize = 4096;

pub(crate) fn routes() -> Router<Arc<Inner>> {
    Router::new()
        .route("/chats/{id}/messages", post(write))
        .route("/chats/{id}", get(read))
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    Text(String),
    Press(String),
}

async fn write(
    State(inner): State<Arc<Inner>>,
    Path(id): Path<i64>,
    Json(said): Json<Said>,
) -> Response {
    let chat = Chat::open(&inner, id);
    let update_id = match said {
        Said::Text(text) if text.trim().is_empty() => return refusal("the text is empty"),
        Said::Text(text) if utf16(&text) > LONGEST_TEXT => {
            return refusal("the text is longer than Telegram allows");
        }
        Said::Text(text) => chat.text(&text),
        Said::Press(label) => match chat.press(&label) {
            Ok(update_id) => update_id,
            Err(error) => return refusal(&error.to_string()),
        },
    };
    (
        StatusCode::ACCEPTED,
        Json(json!({ "update_id": update_id })),
    )
        .into_response()
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    after: usize,
    #[serde(default)]
    wait: u64,
}

async fn read(
    State(inner): State<Arc<Inner>>,
    Path(id): Path<i64>,
    Query(Asked { after, wait }): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let chat = Chat::open(&inner, id);
    let mut changes = inner.lines_changed.subscribe();
    let more = changes.wait_for(|_| chat.transcript().len() > after);
    if tokio::time::timeout(Duration::from_secs(wait.min(LONGEST_WAIT)), more)
        .await
        .is_err()
    {
        tracing::trace!("nothing new was said");
    }
    let lines: Vec<Line> = chat.transcript().into_iter().skip(after).collect();
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if accept.contains("application/json") {
        return Json(json!({ "lines": lines })).into_response();
    }
    lines
        .iter()
        .map(|line| format!("{}: {}\n", line.from, line.text))
        .collect::<String>()
        .into_response()
}

fn refusal(reason: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": reason }))).into_response()
}
