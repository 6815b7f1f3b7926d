//! A message to the bot into an event.

use super::{Settings, attachment};
use crate::files::{FileKey, Upload};
use crate::mailbox::EventId;
use crate::model::{Author, ChatId, ConnectionId, Content, Message, Visitor};
use crate::platforms::api_medium::wire::{AtBot, Credentials, Taken, UserId};
use crate::time::Millis;
use crate::webhook::{ChannelEvent, Refusal, parse_json};

/// How long an `Idempotency-Key` is, in bytes. The shortest leave room for what makes it the only one, such as a UUID.
const KEY: std::ops::RangeInclusive<usize> = 16..=255;

/// A message, and what has to be done about it.
#[derive(Debug)]
pub struct Incoming {
    /// The event.
    pub event: ChannelEvent,
    /// The files that have to be kept before it is.
    pub uploads: Vec<(FileKey, Upload)>,
    /// What it is answered once it is kept.
    pub taken: Taken,
}

/// What a request proves itself by: the id of a connection, and its secret.
///
/// # Errors
/// [`Refusal::Malformed`] if it brings none.
pub fn credentials(body: &[u8]) -> Result<(String, String), Refusal> {
    let Credentials { channel_id, token } = parse_json(body)?;
    Ok((
        channel_id.ok_or_else(|| Refusal::malformed("`channelID` is missing"))?,
        token.ok_or_else(|| Refusal::malformed("`token` is missing"))?,
    ))
}

/// The most attachments of one message: each is a write to the storage before the message is kept.
const MAX_ATTACHMENTS: usize = 20;

/// The event of a request that came through `channel` and has proved itself. `key` is its `Idempotency-Key`, if it has one;
/// `new_user` is what a person without an id is called, unless the key says it.
///
/// # Errors
/// [`Refusal::Malformed`] if it is not the document's.
pub fn receive(
    settings: &Settings,
    channel: &ConnectionId,
    (body, key): (&[u8], Option<&[u8]>),
    new_user: UserId,
    now: Millis,
) -> Result<Incoming, Refusal> {
    let request: AtBot = parse_json(body)?;
    let text = request
        .message
        .ok_or_else(|| Refusal::malformed("`message` is missing"))?;
    let (mut files, mut uploads) = (Vec::new(), Vec::new());
    let attachments = request.attachments.unwrap_or_default();
    if attachments.len() > MAX_ATTACHMENTS {
        return Err(Refusal::malformed(format!(
            "`attachments` are {}; at most {MAX_ATTACHMENTS} are taken",
            attachments.len()
        )));
    }
    for (number, attachment) in attachments.iter().enumerate() {
        let (file, upload) = attachment::read(channel, number, attachment)?;
        files.push(Content::File(file));
        uploads.extend(upload);
    }
    let said = (!text.trim().is_empty()).then(|| Content::Text(text.clone()));
    let contents: Vec<Content> = said.into_iter().chain(files).collect();
    if contents.is_empty() {
        return Err(Refusal::malformed(
            "there is neither a `message` that is not blank nor a file",
        ));
    }
    let key = key.map(checked).transpose()?;
    let user = match (request.user_id, key) {
        (Some(user), _) => user,
        (None, Some(key)) => UserId::of(channel, key),
        (None, None) => new_user,
    };
    let event = match key {
        Some(key) => EventId::named(key),
        None => EventId::within(body, now.0, u64::from(settings.duplicate_window) * 1000),
    };
    let chat: ChatId = user
        .to_string()
        .parse()
        .map_err(|error| Refusal::malformed(format!("`userID`: {error}")))?;
    Ok(Incoming {
        event: ChannelEvent {
            chat,
            event,
            visitor: Visitor {
                id: Some(user.to_string()),
                ..Visitor::default()
            },
            messages: vec![Message {
                contents,
                ..Message::new(
                    Author::Visitor { name: None },
                    now,
                    Content::Text(String::new()),
                )
            }],
            moved_to: None,
            moved_from: None,
        },
        uploads,
        taken: Taken {
            channel_id: channel.to_string(),
            message: text,
            user_id: user,
            success: true,
        },
    })
}

/// A key that is fit to tell one request from all others.
fn checked(key: &[u8]) -> Result<&str, Refusal> {
    std::str::from_utf8(key)
        .ok()
        .filter(|key| KEY.contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()))
        .ok_or_else(|| {
            Refusal::malformed(format!(
                "`Idempotency-Key` is not {} to {} visible ASCII characters, such as a UUID",
                KEY.start(),
                KEY.end()
            ))
        })
}
