//! A request of the client's server into an event.

use crate::platforms::bot_api::read::{Body, Dialect, Fault, Heard, event_id, heard};
use crate::time::Millis;
use crate::webhook::{ChannelEvent, Received};

/// The event of a request's body.
///
/// # Errors
/// [`Fault`], by which the answer tells what is missing from what is wrong.
pub fn receive(bytes: &[u8], now: Millis) -> Result<Received<ChannelEvent>, Fault> {
    let body = Body::parse(bytes)?;
    if body.event()? != "new_message" {
        return Ok(Received::Ignored("event"));
    }
    let message = body.get("message").ok_or(Fault::Missing("message"))?;
    let message = match heard(message, Dialect::Omnichannel, now)? {
        Heard::Said(message) => message,
        Heard::Nothing(reason) => return Ok(Received::Ignored(reason)),
    };
    let chat = body.chat()?;
    Ok(Received::Event(ChannelEvent {
        event: event_id(Some(&message), bytes, now),
        visitor: body.visitor(&chat, "omnichannel"),
        chat,
        messages: vec![message],
        moved_to: None,
        moved_from: None,
    }))
}
