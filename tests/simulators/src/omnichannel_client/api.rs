//! `POST {base}/send_message`, and an answer for whoever looks whether there is a server.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::visitor::Chat;
use super::{Authentication, File, Inner, Visitor};
use crate::application::control::{self, Act, Application};
use crate::application::people::People;
use crate::bot_api::message;
use crate::bot_api::request::{self, Call};

pub(crate) fn router(inner: Arc<Inner>) -> Router {
    control::routes::<Inner>().fallback(serve).with_state(inner)
}

/// The body of a 429.
pub(crate) fn later(seconds: u32) -> Value {
    json!({ "error": format!("try again in {seconds} seconds") })
}

async fn serve(
    State(inner): State<Arc<Inner>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match below_base(&inner.authentication, uri.path()) {
        Some("" | "/") if matches!(method, Method::GET | Method::POST) => {
            inner.probes.push(method.to_string());
            Json(json!({ "result": "ok" })).into_response()
        }
        Some("" | "/") => answer(Err(Refusal::method_not_allowed())),
        Some("/send_message") => {
            let result = send_message(&inner, &method, &headers, &body);
            let (status, Json(answer)) = parts(result);
            inner.calls.push(Call {
                method: "send_message".to_owned(),
                // Null stands for what is not JSON: the answer says so.
                body: serde_json::from_slice(&body).unwrap_or_default(),
                status: status.as_u16(),
                answer: answer.clone(),
            });
            (status, Json(answer)).into_response()
        }
        _ => answer(Err(Refusal(StatusCode::NOT_FOUND, "not found".to_owned()))),
    }
}

/// What follows the base URL. A wrong token in it is a wrong URL.
fn below_base<'a>(authentication: &Authentication, path: &'a str) -> Option<&'a str> {
    let below = match authentication {
        Authentication::Header(_) => path,
        Authentication::Path(token) => path.strip_prefix('/')?.strip_prefix(token.as_str())?,
    };
    (below.is_empty() || below.starts_with('/')).then_some(below)
}

fn send_message(
    inner: &Inner,
    method: &Method,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(), Refusal> {
    if method != Method::POST {
        return Err(Refusal::method_not_allowed());
    }
    if let Authentication::Header(token) = &inner.authentication
        && !request::has_token(headers, token)
    {
        let reason = "the token is wrong".to_owned();
        return Err(Refusal(StatusCode::UNAUTHORIZED, reason));
    }
    let fields = request::object(headers, body).map_err(Refusal::bad)?;
    let chat_id = request::chat_id(&fields).map_err(Refusal::bad)?;
    let content = message::read(fields.get("message"), false).map_err(Refusal::bad)?;
    if !inner.book.people.knows(&chat_id.to_string()) {
        let reason = format!("there is no chat {chat_id}");
        return Err(Refusal(StatusCode::NOT_FOUND, reason));
    }
    inner.book.show(chat_id, content);
    Ok(())
}

/// A request that this server refuses. What a client server answers then is its own affair.
struct Refusal(StatusCode, String);

impl Refusal {
    fn bad(reason: String) -> Self {
        Self(StatusCode::BAD_REQUEST, reason)
    }

    fn method_not_allowed() -> Self {
        Self(StatusCode::METHOD_NOT_ALLOWED, "POST it".to_owned())
    }
}

fn parts(result: Result<(), Refusal>) -> (StatusCode, Json<Value>) {
    match result {
        Ok(()) => (StatusCode::OK, Json(json!({ "result": "ok" }))),
        Err(Refusal(status, reason)) => (status, Json(json!({ "error": reason }))),
    }
}

fn answer(result: Result<(), Refusal>) -> Response {
    parts(result).into_response()
}

impl Application for Inner {
    fn people(&self) -> &People {
        &self.book.people
    }

    fn act(self: &Arc<Self>, chat: &str, act: Act) -> Result<u64, String> {
        let id = chat
            .parse()
            .map_err(|_not_a_number| "a chat's id is an integer")?;
        let chat = Chat::open(self, id, Visitor::ada(id));
        let event = match act {
            Act::Text(text) => chat.text(&text),
            Act::Press(button) => chat.press(&button).map_err(|error| error.to_string())?,
            Act::Attachment(url) => chat.file(&File::at(&url)),
            Act::Location {
                latitude,
                longitude,
            } => chat.location(latitude, longitude),
        };
        Ok(event.number)
    }
}
