//! The webhook into an event.

use serde_json::Value;

use super::Settings;
use crate::files::public::PublicUrl;
use crate::mailbox::{EventHash, EventId};
use crate::model::{Author, Button, Content, File, FileSource, Message, Signals};
use crate::platforms::api_medium::file::kind_of_url;
use crate::platforms::api_medium::place::{Piece, place};
use crate::platforms::api_medium::wire::{FromBot, Offered};
use crate::time::Millis;
use crate::webhook::{AgentEvent, Received, Refusal, Thread, parse_json};

/// The event of a webhook's body.
///
/// # Errors
/// [`Refusal::Malformed`] if the body is not the document's.
pub fn receive(
    settings: &Settings,
    body: &[u8],
    now: Millis,
) -> Result<Received<AgentEvent>, Refusal> {
    let webhook: FromBot = parse_json(body)?;
    let missing = |field: &str| Refusal::malformed(format!("`{field}` is missing"));
    let channel = webhook.channel_id.ok_or_else(|| missing("channelID"))?;
    let message = webhook.message.ok_or_else(|| missing("message"))?;
    let user = webhook.user_id.ok_or_else(|| missing("userID"))?;
    let timestamp = webhook.timestamp.ok_or_else(|| missing("timestamp"))?;
    if channel != settings.channel_id {
        return Ok(Received::Ignored("channelID"));
    }
    let files = webhook.attachments.unwrap_or_default().into_iter();
    let mut contents: Vec<Content> = place(&message, files.map(offered))
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => Content::Text(text),
            Piece::File(file) => file,
        })
        .collect();
    contents.extend(buttons(&webhook.quick_replies));
    if contents.is_empty() {
        return Ok(Received::Ignored("message"));
    }
    let author = if webhook.admin_id.is_null() {
        Author::Agent
    } else {
        Author::Operator
    };
    Ok(Received::Event(AgentEvent {
        thread: Thread::Kept(user.to_string()),
        // There is no id. The same person is not told the same in the same millisecond twice.
        event: EventId::from(EventHash::of(&[b"body", body])),
        message: Some(Message {
            author: author.clone(),
            // Their clock may be ahead of ours.
            at: Millis(timestamp).min(now),
            id: None,
            edited: false,
            contents,
        }),
        author,
        signals: Signals::default(),
    }))
}

/// A file, and where it goes. What is no URL for everybody is a line of text: a platform would not fetch it, a person may.
fn offered(file: Offered) -> (Option<u64>, Content) {
    let content = match PublicUrl::parse(&file.url) {
        Ok(url) => Content::File(File {
            kind: kind_of_url(url.as_str()),
            source: FileSource::Url(url.into()),
            name: None,
            media_type: None,
            size: None,
        }),
        Err(_) => Content::Text(file.url),
    };
    (file.offset.as_u64(), content)
}

/// Quick replies as buttons, one a row. A press comes back as the text, so that is what the button is called too.
fn buttons(quick_replies: &Value) -> Option<Content> {
    let rows: Vec<Vec<Button>> = quick_replies
        .as_array()?
        .iter()
        .filter_map(|reply| match reply {
            Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
        .map(|text| {
            vec![Button {
                id: text.clone(),
                text,
            }]
        })
        .collect();
    (!rows.is_empty()).then_some(Content::Buttons(rows))
}
