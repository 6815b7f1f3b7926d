//! `POST /api/bot/v2/{method}`: what the bot can do.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use super::chats::{Holder, Target};
use super::refusal::Refusal;
use super::visitor::Chat;
use super::{Inner, WITH_QUEUE};
use crate::application::control::{self, Act, Application};
use crate::application::people::People;
use crate::bot_api::message;
use crate::bot_api::request::{self, Call};
use crate::bot_api::visitor::{File, Visitor};

/// Beside `chat_id` and the target, what a `redirect_chat` may have: flags.
const FLAGS: [&str; 2] = [
    "allow_redirect_to_offline_dep",
    "allow_redirect_to_invisible_dep",
];

pub(crate) fn router(inner: Arc<Inner>) -> Router {
    control::routes::<Inner>()
        // Beside what a visitor can do: `POST /chats/{id}/hand_back`, the operators give the chat back to the bot.
        .route("/chats/{id}/hand_back", post(hand_back))
        .fallback(bot_api)
        .with_state(inner)
}

/// The body of a 429.
pub(crate) fn later(seconds: u32) -> Value {
    Refusal::later(seconds).to_json()
}

async fn bot_api(
    State(inner): State<Arc<Inner>>,
    http_method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let method = uri.path().strip_prefix("/api/bot/v2/");
    let result = call(&inner, &http_method, method, &headers, &body);
    let (status, answer) = match result {
        Ok(()) => (StatusCode::OK, json!({ "result": "ok" })),
        Err(refusal) => (refusal.status(inner.refusals), refusal.to_json()),
    };
    inner.calls.push(Call {
        method: method.unwrap_or_default().to_owned(),
        // Null stands for what is not JSON: the answer says so.
        body: serde_json::from_slice(&body).unwrap_or_default(),
        status: status.as_u16(),
        answer: answer.clone(),
    });
    (status, Json(answer)).into_response()
}

fn call(
    inner: &Inner,
    http_method: &Method,
    method: Option<&str>,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(), Refusal> {
    let execute = match method {
        Some("send_message") => send_message,
        Some("redirect_chat") => redirect_chat,
        Some("close_chat") => close_chat,
        _ => return Err(Refusal::not_found("there is no such method")),
    };
    if http_method != Method::POST {
        return Err(Refusal::method_not_allowed());
    }
    if !request::has_token(headers, &inner.token) {
        return Err(Refusal::unauthorized());
    }
    let fields = request::object(headers, body).map_err(Refusal::invalid)?;
    let chat_id = request::chat_id(&fields).map_err(Refusal::invalid)?;
    execute(inner, chat_id, &fields)
}

fn send_message(inner: &Inner, chat_id: i64, fields: &Map<String, Value>) -> Result<(), Refusal> {
    let content = message::read(fields.get("message"), true).map_err(Refusal::invalid)?;
    inner.state(|state| {
        state.with_bot(chat_id)?;
        inner.book.show(chat_id, content);
        Ok(())
    })
}

fn redirect_chat(inner: &Inner, chat_id: i64, fields: &Map<String, Value>) -> Result<(), Refusal> {
    let target = target(inner, fields)?;
    inner.state(|state| {
        state.with_bot(chat_id)?.holder = Holder::Operators;
        inner
            .book
            .note(chat_id, "bot", "[to the operators]".to_owned());
        inner.redirects.push((chat_id, target));
        Ok(())
    })
}

fn target(inner: &Inner, fields: &Map<String, Value>) -> Result<Target, Refusal> {
    for flag in FLAGS {
        if fields.get(flag).is_some_and(|flag| !flag.is_boolean()) {
            return Err(Refusal::invalid(format!("`{flag}` is not a boolean")));
        }
    }
    match (fields.get("operator_id"), fields.get("dep_key")) {
        (Some(_), Some(_)) => Err(Refusal::invalid("an operator and a department")),
        (Some(id), None) => match id.as_i64() {
            None => Err(Refusal::invalid("`operator_id` is not an integer")),
            Some(id) if inner.operators.contains(&id) => Ok(Target::Operator(id)),
            Some(id) => Err(Refusal::not_found(&format!("there is no operator {id}"))),
        },
        (None, Some(key)) => match key.as_str() {
            None => Err(Refusal::invalid("`dep_key` is not a string")),
            Some(key) if inner.departments.iter().any(|known| known == key) => {
                Ok(Target::Department(key.to_owned()))
            }
            Some(key) => Err(Refusal::not_found(&format!(
                "there is no department `{key}`"
            ))),
        },
        (None, None) if inner.release >= WITH_QUEUE => Ok(Target::Queue),
        (None, None) => Err(Refusal::invalid("neither an operator nor a department")),
    }
}

fn close_chat(inner: &Inner, chat_id: i64, _fields: &Map<String, Value>) -> Result<(), Refusal> {
    inner.state(|state| {
        state.with_bot(chat_id)?.holder = Holder::Nobody;
        inner
            .book
            .note(chat_id, "bot", "[closes the chat]".to_owned());
        Ok(())
    })
}

impl Application for Inner {
    fn people(&self) -> &People {
        &self.book.people
    }

    fn act(self: &Arc<Self>, chat: &str, act: Act) -> Result<u64, String> {
        let id = chat
            .parse()
            .map_err(|_not_a_number| "a chat's id is an integer")?;
        let chat = at_desk(self, id);
        let event = match act {
            Act::Text(text) => chat.text(&text),
            Act::Press(button) => chat.press(&button),
            Act::Attachment(url) => chat.file(&File::at(&url)),
            Act::Location {
                latitude,
                longitude,
            } => chat.location(latitude, longitude),
        };
        event
            .map(|event| event.number)
            .map_err(|not_asked| not_asked.to_string())
    }
}

async fn hand_back(State(inner): State<Arc<Inner>>, Path(id): Path<i64>) -> Response {
    match at_desk(&inner, id).hand_back() {
        Some(event) => {
            let body = Json(json!({ "message": event.number }));
            (StatusCode::ACCEPTED, body).into_response()
        }
        None => {
            let body = Json(json!({ "error": "the operators do not have the chat" }));
            (StatusCode::BAD_REQUEST, body).into_response()
        }
    }
}

fn at_desk(inner: &Arc<Inner>, id: i64) -> Chat {
    Chat {
        inner: Arc::clone(inner),
        id,
        visitor: Visitor::ada(id),
    }
}
