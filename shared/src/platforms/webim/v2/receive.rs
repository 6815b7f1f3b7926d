//! An event of Webim's into an event of ours.

use serde_json::Value;

use crate::model::Message;
use crate::platforms::bot_api::read::{Body, Fault, Heard, event_id, heard};
use crate::time::Millis;
use crate::webhook::{ChannelEvent, Received, Refusal};

/// The event of a webhook's body.
///
/// # Errors
/// [`Refusal::Malformed`] if the body is no event of Webim's.
pub fn receive(body: &[u8], now: Millis) -> Result<Received<ChannelEvent>, Refusal> {
    Ok(read(body, now)?)
}

fn read(bytes: &[u8], now: Millis) -> Result<Received<ChannelEvent>, Fault> {
    let body = Body::parse(bytes)?;
    let (event, messages) = match body.event()? {
        "new_chat" => {
            let messages = messages(body.get("messages"), now)?;
            // A chat that is given back may bring what was heard before. Who heard the last message heard those in front.
            (event_id(messages.last(), bytes, now), messages)
        }
        "new_message" => {
            let message = body.get("message").ok_or(Fault::Missing("message"))?;
            match heard(message, now)? {
                Heard::Said(message) => (event_id(Some(&message), bytes, now), vec![message]),
                Heard::Nothing(reason) => return Ok(Received::Ignored(reason)),
            }
        }
        _ => return Ok(Received::Ignored("event")),
    };
    let chat = body.chat()?;
    Ok(Received::Event(ChannelEvent {
        event,
        visitor: body.visitor(&chat, "webim"),
        chat,
        messages,
        moved_to: None,
        moved_from: None,
    }))
}

/// The visitor's among the messages that a chat begins with.
fn messages(messages: Option<&Value>, now: Millis) -> Result<Vec<Message>, Fault> {
    let messages = match messages {
        None => return Ok(Vec::new()),
        Some(Value::Array(messages)) => messages,
        Some(_) => return Err(Refusal::malformed("`messages` is no list").into()),
    };
    let mut said = Vec::new();
    for message in messages {
        if let Heard::Said(message) = heard(message, now)? {
            said.push(message);
        }
    }
    Ok(said)
}
