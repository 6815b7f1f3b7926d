//! A call of `send_message` into an event. The vendor does not publish its body; that of the family's other member is taken,
//! and the ways in which callers are known to differ from it.

use super::Settings;
use crate::fit;
use crate::mailbox::EventId;
use crate::model::{Author, Button, Content, File, FileSource, Message, Mode, Signals};
use crate::platforms::bot_api::read::kind_of;
use crate::platforms::bot_api::wire::{self, Data, Rows, SendMessage};
use crate::time::Millis;
use crate::webhook::{AgentEvent, Received, Refusal, Thread, parse_json};

/// The event of a call's body.
///
/// # Errors
/// [`Refusal::Malformed`] if the body is no message for a chat.
pub fn receive(
    settings: &Settings,
    body: &[u8],
    now: Millis,
) -> Result<Received<AgentEvent>, Refusal> {
    let SendMessage { chat_id, message } = parse_json(body)?;
    if chat_id.0.is_empty() {
        return Err(Refusal::malformed("`chat_id` is empty"));
    }
    // We allocate integers of 52 bits.
    if chat_id.0.len() > 16 || !chat_id.0.bytes().all(|c| c.is_ascii_digit()) {
        return Err(Refusal::NotFound);
    }
    let id = message.id.clone();
    // What a message is, is what it holds: `kind` is missing in some.
    let is_said = message.text.is_some();
    let contents = contents(message);
    let hands_over = hands_over(settings, &contents);
    if contents.is_empty() {
        return if is_said {
            Ok(Received::Ignored("text"))
        } else {
            Err(Refusal::malformed(
                "`message` holds neither a text nor buttons nor a file",
            ))
        };
    }
    let event = match &id {
        Some(id) => EventId::named(id),
        None => EventId::within(body, now.0, u64::from(settings.duplicate_window) * 1000),
    };
    Ok(Received::Event(AgentEvent {
        thread: Thread::Kept(chat_id.0),
        event,
        author: Author::Agent,
        message: (!hands_over).then_some(Message {
            author: Author::Agent,
            at: now,
            id,
            edited: false,
            contents,
        }),
        signals: Signals {
            // Whoever hands over by a text has it again when another one comes: the API has no word for that either.
            mode: settings.operator_text.as_ref().map(|_| {
                if hands_over {
                    Mode::Operator
                } else {
                    Mode::Agent
                }
            }),
            ..Signals::default()
        },
    }))
}

/// Whether a message is nothing but the text that stands for a handover.
fn hands_over(settings: &Settings, contents: &[Content]) -> bool {
    match (contents, &settings.operator_text) {
        ([Content::Text(text)], Some(operator_text)) => text.trim() == operator_text.trim(),
        _ => false,
    }
}

/// What a message holds, in the order in which a person reads it.
fn contents(message: wire::Message) -> Vec<Content> {
    let text = message.text.filter(|text| !text.trim().is_empty());
    let rows = message.buttons.map(rows).unwrap_or_default();
    [
        text.map(Content::Text),
        message.data.and_then(file).map(Content::File),
        (!rows.is_empty()).then_some(Content::Buttons(rows)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A flat list says nothing of rows: one button in each is what fits everywhere.
fn rows(rows: Rows) -> Vec<Vec<Button>> {
    let rows = match rows {
        Rows::Nested(rows) => rows,
        Rows::Flat(buttons) => buttons.into_iter().map(|button| vec![button]).collect(),
    };
    rows.into_iter()
        .map(|row| row.into_iter().filter_map(button).collect::<Vec<_>>())
        .filter(|row| !row.is_empty())
        .collect()
}

/// A button without an id is called what it reads; one with neither is none.
fn button(button: wire::Button) -> Option<Button> {
    let button = Button {
        id: button.id.or_else(|| button.text.clone())?,
        text: button.text.unwrap_or_default(),
    };
    let text = fit::label(&button).to_owned();
    Some(Button { text, ..button })
}

fn file(data: Data) -> Option<File> {
    let url = data.url.filter(|url| !url.trim().is_empty())?;
    let media_type = data.media_type.or(data.content_type);
    Some(File {
        kind: kind_of(media_type.as_deref()),
        source: FileSource::Url(url),
        name: data.name,
        media_type,
        size: data.size,
    })
}
