//! A call of `send_message_external` into an event.

use serde_json::Value;

use super::Settings;
use crate::mailbox::EventId;
use crate::model::{Author, Content, Message, Visitor};
use crate::platforms::selarti::wire::SendMessageExternal;
use crate::time::Millis;
use crate::webhook::{ChannelEvent, Received, Refusal, parse_json};

/// The token of an `Authorization` header; empty if it holds no bearer token.
pub fn bearer(authorization: &str) -> &str {
    match authorization.split_once(' ') {
        // RFC 9110: the name of a scheme has no case.
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => "",
    }
}

/// The event of a call's body. As at the vendor, its three fields are texts that are not empty; an id may also be an integer.
///
/// # Errors
/// [`Refusal::Malformed`] if the body is no such call, or is for another task.
pub fn receive(
    settings: &Settings,
    body: &[u8],
    now: Millis,
) -> Result<Received<ChannelEvent>, Refusal> {
    let call: SendMessageExternal<Option<Value>> = parse_json(body)?;
    let task = text("task_id", call.task_id.map(spelled))?;
    let chat = text("chat_id", call.chat_id.map(spelled))?;
    let message = text("message", call.message)?;
    // Not 404: to the host's clients that means that the workflow is missing. A task that does not exist is a parameter that
    // is wrong.
    if task != settings.task_id {
        return Err(Refusal::malformed("`task_id` is none that answers here"));
    }
    Ok(Received::Event(ChannelEvent {
        chat: chat
            .parse()
            .map_err(|error| Refusal::malformed(format!("`chat_id`: {error}")))?,
        event: EventId::within(body, now.0, u64::from(settings.duplicate_window) * 1000),
        visitor: Visitor {
            // "Pass the unique user identifier": the vendor has no other.
            id: Some(chat),
            ..Visitor::default()
        },
        messages: vec![Message::new(
            Author::Visitor { name: None },
            now,
            Content::Text(message),
        )],
        moved_to: None,
        moved_from: None,
    }))
}

/// "For example, Telegram user_id": many a client sends that as the number that it is.
fn spelled(id: Value) -> Value {
    match id {
        Value::Number(number) if !number.is_f64() => Value::String(number.to_string()),
        other => other,
    }
}

fn text(name: &str, value: Option<Value>) -> Result<String, Refusal> {
    match value {
        None | Some(Value::Null) => Err(Refusal::malformed(format!("`{name}` is missing"))),
        Some(Value::String(text)) if text.trim().is_empty() => {
            Err(Refusal::malformed(format!("`{name}` is empty")))
        }
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Refusal::malformed(format!("`{name}` is not a text"))),
    }
}
