//! An update into an event.

use crate::mailbox::EventId;
use crate::model::{
    Author, Button, ChatId, Contact, Content, File, FileKind, FileSource, Location, Message,
    Visitor,
};
use crate::platforms::telegram::wire::{self, CallbackQuery, FileOf, Update};
use crate::time::Millis;
use crate::webhook::{ChannelEvent, Received, Refusal, parse_json};

/// An update, and what its answer may carry.
#[derive(Debug)]
pub struct Incoming {
    /// The event.
    pub received: Received<ChannelEvent>,
    /// The callback query that has to be answered, or the client shows a spinner.
    pub callback: Option<String>,
    /// The chat that can be shown that somebody is typing.
    pub chat: Option<i64>,
}

/// The event of an update.
///
/// # Errors
/// [`Refusal::Malformed`] if the body is no update.
pub fn receive(body: &[u8], now: Millis) -> Result<Incoming, Refusal> {
    let update: Update = parse_json(body)?;
    let event = EventId::named(&update.update_id.to_string());
    if let Some(query) = update.callback_query {
        let (callback, chat) = (
            query.id.clone(),
            query.message.as_ref().map(|message| message.chat.id),
        );
        let received = match pressed(query, event, now) {
            Some(event) => Received::Event(event),
            None => Received::Ignored("callback_query"),
        };
        return Ok(Incoming {
            received,
            callback: Some(callback),
            chat,
        });
    }
    let (message, edited) = match (update.message, update.edited_message) {
        (Some(message), _) => (message, false),
        (None, Some(message)) => (message, true),
        (None, None) => {
            return Ok(Incoming {
                received: Received::Ignored("update"),
                callback: None,
                chat: None,
            });
        }
    };
    let chat = message.chat.id;
    let received = match written(message, edited, event, now) {
        Some(event) => Received::Event(event),
        None => Received::Ignored("message"),
    };
    let typing = matches!(&received, Received::Event(event) if !event.messages.is_empty());
    Ok(Incoming {
        received,
        callback: None,
        chat: typing.then_some(chat),
    })
}

fn pressed(query: CallbackQuery, event: EventId, now: Millis) -> Option<ChannelEvent> {
    let on = query.message?;
    let id = query.data?;
    let text = on
        .reply_markup
        .into_iter()
        .flat_map(|keyboard| keyboard.inline_keyboard)
        .flatten()
        .find(|button| button.callback_data.as_ref() == Some(&id))
        .map_or_else(|| id.clone(), |button| button.text);
    let author = author(&on.chat, person(&query.from).name());
    Some(ChannelEvent {
        chat: on.chat.id.into(),
        event,
        visitor: whom(&on.chat, Some(&query.from)),
        messages: vec![Message::new(
            author,
            now,
            Content::Press(Button { id, text }),
        )],
        moved_to: None,
        moved_from: None,
    })
}

fn written(
    message: wire::Message,
    edited: bool,
    event: EventId,
    now: Millis,
) -> Option<ChannelEvent> {
    // Other bots of a group do not talk to an AI: that would be a loop. What is sent in the name of a chat has a bot in
    // `from` too, but a person wrote it.
    let (from, in_the_name_of) = (message.from.as_ref(), message.sender_chat.as_ref());
    if in_the_name_of.is_none() && from.is_some_and(|from| from.is_bot) {
        return None;
    }
    // Each move of somebody who shares where they are is an edit; the agent was told where they began.
    let moves = message
        .location
        .as_ref()
        .is_some_and(|location| location.live_period.is_some());
    if edited && moves {
        return None;
    }
    let (moved_to, moved_from) = (message.migrate_to_chat_id, message.migrate_from_chat_id);
    let at = message.edit_date.unwrap_or(message.date);
    let name = match in_the_name_of {
        Some(sender) => sender.title.clone(),
        None => from.and_then(|from| person(from).name()),
    };
    let author = author(&message.chat, name);
    let visitor = whom(&message.chat, from);
    let (chat, id) = (message.chat.id, message.message_id);
    let contents = contents(message);
    if contents.is_empty() && moved_to.is_none() && moved_from.is_none() {
        // A member joined, a title changed and the like.
        return None;
    }
    let message = Message {
        author,
        at: if at == 0 {
            now
        } else {
            Millis(at.saturating_mul(1000))
        },
        id: Some(id.to_string()),
        edited,
        contents,
    };
    Some(ChannelEvent {
        chat: chat.into(),
        event,
        visitor,
        messages: if message.contents.is_empty() {
            Vec::new()
        } else {
            vec![message]
        },
        moved_to: moved_to.map(ChatId::from),
        moved_from: moved_from.map(ChatId::from),
    })
}

fn is_group(chat: &wire::Chat) -> bool {
    matches!(chat.kind.as_str(), "group" | "supergroup")
}

/// In a group the agent has to know who speaks.
fn author(chat: &wire::Chat, name: Option<String>) -> Author {
    Author::Visitor {
        name: name.filter(|_| is_group(chat)),
    }
}

/// In a group the visitor is the group; each message says who wrote it.
fn whom(chat: &wire::Chat, from: Option<&wire::User>) -> Visitor {
    from.filter(|_| !is_group(chat))
        .map(person)
        .unwrap_or_default()
}

fn person(from: &wire::User) -> Visitor {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Visitor {
        id: Some(from.id.to_string()),
        first_name: some(&from.first_name),
        last_name: from.last_name.clone(),
        username: from.username.clone(),
        language: from.language_code.clone(),
        ..Visitor::default()
    }
}

fn contents(message: wire::Message) -> Vec<Content> {
    let mut contents = Vec::new();
    let mut add = |kind, file: Option<FileOf>| {
        if let Some(file) = file {
            contents.push(Content::File(held(kind, file)));
        }
    };
    // An animation is also sent as a document, for clients that do not know animations.
    let document = if message.animation.is_some() {
        None
    } else {
        message.document
    };
    add(FileKind::Video, message.animation);
    add(FileKind::Document, document);
    add(FileKind::Audio, message.audio);
    add(FileKind::Video, message.video);
    add(FileKind::Video, message.video_note);
    add(FileKind::Voice, message.voice);
    add(FileKind::Image, message.photo.and_then(largest));
    if let Some(sticker) = message.sticker {
        let file = FileOf {
            file_id: sticker.file_id,
            file_name: sticker.emoji,
            mime_type: None,
            file_size: sticker.file_size,
        };
        contents.push(Content::File(held(FileKind::Sticker, file)));
    }
    match (message.venue, message.location) {
        (Some(venue), _) => contents.push(Content::Location(Location {
            latitude: venue.location.latitude,
            longitude: venue.location.longitude,
            title: Some(
                format!("{} {}", venue.title, venue.address)
                    .trim()
                    .to_owned(),
            ),
        })),
        (None, Some(location)) => contents.push(Content::Location(Location {
            latitude: location.latitude,
            longitude: location.longitude,
            title: None,
        })),
        (None, None) => {}
    }
    if let Some(contact) = message.contact {
        let name = [Some(contact.first_name), contact.last_name]
            .into_iter()
            .flatten();
        contents.push(Content::Contact(Contact {
            name: name.collect::<Vec<_>>().join(" "),
            phone: contact.phone_number,
        }));
    }
    if let Some(dice) = message.dice {
        contents.push(Content::Text(format!("{} {}", dice.emoji, dice.value)));
    }
    if let Some(poll) = message.poll {
        let options = poll
            .options
            .iter()
            .map(|option| format!("\n\u{2022} {}", option.text));
        contents.push(Content::Text(
            options.fold(poll.question, |text, option| text + &option),
        ));
    }
    let text = message.text.map(|text| command(&text)).or(message.caption);
    if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
        let entities = message.entities.iter().chain(&message.caption_entities);
        contents.push(Content::Text(with_links(text, entities)));
    }
    contents
}

/// Behind linked words is a URL that the text does not show; it stands under the text.
fn with_links<'a>(mut text: String, entities: impl Iterator<Item = &'a wire::Entity>) -> String {
    let urls = entities.filter(|entity| entity.kind == "text_link");
    for url in urls.filter_map(|entity| entity.url.as_deref()) {
        if !text.contains(url) {
            text.push('\n');
            text.push_str(url);
        }
    }
    text
}

/// In a group a command names the bot, `/start@shop_bot now`; the agent need not know its name.
fn command(text: &str) -> String {
    let (first, rest) = match text.split_once(char::is_whitespace) {
        Some((first, _)) => (first, text.strip_prefix(first).unwrap_or_default()),
        None => (text, ""),
    };
    match first.split_once('@') {
        Some((command, bot))
            if command.starts_with('/') && bot.to_ascii_lowercase().ends_with("bot") =>
        {
            format!("{command}{rest}")
        }
        _ => text.to_owned(),
    }
}

fn largest(sizes: Vec<wire::PhotoSize>) -> Option<FileOf> {
    sizes
        .into_iter()
        .max_by_key(|size| size.width)
        .map(|size| FileOf {
            file_id: size.file_id,
            file_name: None,
            mime_type: Some("image/jpeg".to_owned()),
            file_size: size.file_size,
        })
}

/// Telegram keeps the file; its URL would hold the bot's token.
fn held(kind: FileKind, file: FileOf) -> File {
    File {
        kind,
        source: FileSource::Held(file.file_id),
        name: file.file_name,
        media_type: file.mime_type,
        size: file.file_size,
    }
}
