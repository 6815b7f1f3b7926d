//! An event of Webim's into events of ours.

use serde_json::Value;

use crate::mailbox::EventId;
use crate::model::Message;
use crate::platforms::bot_api::read::{Body, Dialect, Fault, Heard, event_id, heard};
use crate::time::Millis;
use crate::webhook::{ChannelEvent, Received, Refusal};

/// The events of a webhook's body, in order: one for each message, because a chat that is given back may bring again what was
/// heard before, among what is new. A chat that begins without a word is an event too.
///
/// # Errors
/// [`Refusal::Malformed`] if the body is no event of Webim's.
pub fn receive(body: &[u8], now: Millis) -> Result<Vec<Received<ChannelEvent>>, Refusal> {
    Ok(read(body, now)?)
}

fn read(bytes: &[u8], now: Millis) -> Result<Vec<Received<ChannelEvent>>, Fault> {
    let body = Body::parse(bytes)?;
    let heard: Vec<Heard> = match body.event()? {
        "new_chat" => messages(body.get("messages"), now)?,
        "new_message" => {
            let message = body.get("message").ok_or(Fault::Missing("message"))?;
            vec![heard(message, Dialect::Webim, now)?]
        }
        _ => return Ok(vec![Received::Ignored("event")]),
    };
    let chat = body.chat()?;
    let visitor = body.visitor(&chat, "webim");
    let event = |event: EventId, message: Option<Message>| {
        Received::Event(ChannelEvent {
            event,
            visitor: visitor.clone(),
            chat: chat.clone(),
            messages: message.into_iter().collect(),
            moved_to: None,
            moved_from: None,
        })
    };
    let begins = body.event()? == "new_chat";
    let mut events = Vec::new();
    let mut said = 0_u32;
    for heard in heard {
        events.push(match heard {
            Heard::Said(message) => {
                // Two without ids in one body are two.
                let place = if said > 0 {
                    said.to_string()
                } else {
                    String::new()
                };
                said += 1;
                let id = event_id(Some(&message), &[bytes, place.as_bytes()].concat(), now);
                event(id, Some(message))
            }
            Heard::Nothing(reason) => Received::Ignored(reason),
        });
    }
    if begins && said == 0 {
        events.push(event(event_id(None, bytes, now), None));
    }
    Ok(events)
}

/// What a chat begins with. One of it that cannot be understood does not cost the others.
fn messages(messages: Option<&Value>, now: Millis) -> Result<Vec<Heard>, Fault> {
    let messages = match messages {
        None => return Ok(Vec::new()),
        Some(Value::Array(messages)) => messages,
        Some(_) => return Err(Refusal::malformed("`messages` is no list").into()),
    };
    Ok(messages
        .iter()
        .map(|message| {
            heard(message, Dialect::Webim, now)
                .unwrap_or(Heard::Nothing("a message of no known shape"))
        })
        .collect())
}
