//! The visitor's side over HTTP, for a person with `curl` at the playground. No part of any vendor's API.
//!
//! * `POST /chats/{id}/messages` with `{"text": "…"}`, `{"press": "what is offered"}`, `{"attachment": "https://…"}` (or a
//!   `data:` URL, where the API takes them) or `{"location": {"latitude": 52.5, "longitude": 13.4}}`: 202 with the
//!   message's number.
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

use super::people::People;

/// The longest that a person may wait, in seconds.
const LONGEST_WAIT: u64 = 60;

/// An application that a person can use like this.
pub(crate) trait Application: Send + Sync + 'static {
    /// Everybody in it.
    fn people(&self) -> &People;

    /// The visitor of `chat` does something. Returns the message's number.
    ///
    /// # Errors
    /// Why it cannot be done.
    fn act(self: &Arc<Self>, chat: &str, act: Act) -> Result<u64, String>;
}

/// What a visitor does.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Act {
    Text(String),
    Press(String),
    /// The URL of a file.
    Attachment(String),
    Location {
        latitude: f64,
        longitude: f64,
    },
}

pub(crate) fn routes<A: Application>() -> Router<Arc<A>> {
    Router::new()
        .route("/chats/{id}/messages", post(write::<A>))
        .route("/chats/{id}", get(read::<A>))
}

async fn write<A: Application>(
    State(application): State<Arc<A>>,
    Path(id): Path<String>,
    Json(act): Json<Act>,
) -> Response {
    let acted = match act {
        Act::Text(text) if text.trim().is_empty() => Err("the text is empty".to_owned()),
        act => application.act(&id, act),
    };
    match acted {
        Ok(number) => (StatusCode::ACCEPTED, Json(json!({ "message": number }))).into_response(),
        Err(reason) => (StatusCode::BAD_REQUEST, Json(json!({ "error": reason }))).into_response(),
    }
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    after: usize,
    #[serde(default)]
    wait: u64,
}

async fn read<A: Application>(
    State(application): State<Arc<A>>,
    Path(id): Path<String>,
    Query(Asked { after, wait }): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let patience = Duration::from_secs(wait.min(LONGEST_WAIT));
    let people = application.people();
    let lines = people.transcript_after(&id, after, patience).await;
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
