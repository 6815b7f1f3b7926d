//! A request of Webim's into an event.

use super::Settings;
use super::wire::{self, Fields, Incoming, Request};
use crate::mailbox::EventId;
use crate::model::{Author, Button, Content, Message, Visitor};
use crate::platforms::bot_api::location;
use crate::time::Millis;
use crate::webhook::{ChannelEvent, Received, Refusal, parse_json};

/// The event of a request's body.
///
/// # Errors
/// [`Refusal::Malformed`] if the body is no request of Webim's; Webim then gives the chat to its operators.
pub fn receive(
    settings: &Settings,
    body: &[u8],
    now: Millis,
) -> Result<Received<ChannelEvent>, Refusal> {
    let request: Request = parse_json(body)?;
    let (chat, visitor, messages) = match request {
        Request::NewChat {
            chat,
            visitor,
            messages,
        } => {
            // A new chat may bring what others wrote; only the visitor's words are for the agent.
            let messages = messages.unwrap_or_default();
            let messages = messages
                .into_iter()
                .filter(|message| {
                    matches!(
                        message.kind.as_deref(),
                        None | Some("visitor" | "keyboard_response")
                    )
                })
                .filter_map(|message| contents(message).transpose())
                .collect::<Result<Vec<_>, _>>()?;
            (chat, visitor, messages)
        }
        Request::NewMessage {
            chat,
            visitor,
            message,
        } => {
            let content = contents(message)?
                .ok_or_else(|| Refusal::malformed("`text` is missing or empty"))?;
            (chat, visitor, vec![content])
        }
    };
    let visitor = Visitor {
        chat_id: Some(format!("{}|webim", chat.id)),
        ..visitor.map(whom).unwrap_or_default()
    };
    Ok(Received::Event(ChannelEvent {
        chat: chat
            .id
            .parse()
            .map_err(|error| Refusal::malformed(format!("`chat.id`: {error}")))?,
        event: EventId::within(body, now.0, u64::from(settings.duplicate_window) * 1000),
        visitor,
        messages: messages
            .into_iter()
            .map(|content| Message::new(Author::Visitor { name: None }, now, content))
            .collect(),
        moved_to: None,
        moved_from: None,
    }))
}

fn contents(message: Incoming) -> Result<Option<Content>, Refusal> {
    match (message.kind.as_deref(), message.response) {
        (Some("keyboard_response"), Some(response)) => Ok(Some(Content::Press(Button {
            id: response.button.id,
            text: response.button.text,
        }))),
        (Some("keyboard_response"), None) => Err(Refusal::malformed("`response` is missing")),
        (None | Some("visitor"), _) => Ok(message.text.filter(|text| !text.trim().is_empty()).map(
            |text| match location::parse(&text) {
                Some(location) => Content::Location(location),
                None => Content::Text(text),
            },
        )),
        (Some(_), _) => Err(Refusal::malformed(
            "`kind` is neither `visitor` nor `keyboard_response`",
        )),
    }
}

fn whom(visitor: wire::Visitor) -> Visitor {
    let Fields {
        name,
        firstname,
        lastname,
        username,
        phone,
        email,
        location,
    } = visitor.flat;
    let nested = visitor.fields.unwrap_or_default();
    Visitor {
        id: visitor.id,
        first_name: firstname.or(nested.firstname).or(name).or(nested.name),
        last_name: lastname.or(nested.lastname),
        username: username.or(nested.username),
        phone: phone.or(nested.phone),
        email: email.or(nested.email),
        location: location.or(nested.location),
        site: None,
        chat_id: None,
        language: None,
    }
}
