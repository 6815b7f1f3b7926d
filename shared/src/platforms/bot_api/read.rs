//! A visitor's message, as a webhook brings it, into the model. Read piece by piece: what is of an unknown event or kind may
//! be of any shape, and is passed over all the same.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::location;
use super::wire::{self, Chat, Data, Fields, Kind};
use crate::mailbox::EventId;
use crate::model::{Author, Button, ChatId, Content, File, FileKind, FileSource, Message, Visitor};
use crate::time::Millis;
use crate::webhook::{Refusal, json_error};

/// Webhooks whose message has no id and that are alike within this time, up to twice it, are copies.
const UNNAMED_WINDOW_MS: u64 = 10_000;

/// Why a webhook is not accepted. One dialect answers differently when a parameter is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A parameter that is needed is not there: its path.
    Missing(&'static str),
    /// Anything else.
    Refused(Refusal),
}

impl Fault {
    fn malformed(why: impl Into<String>) -> Self {
        Self::Refused(Refusal::malformed(why))
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Missing(path) => Self::malformed(format!("`{path}` is missing")),
            Fault::Refused(refusal) => refusal,
        }
    }
}

/// Which of the two writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Webim. Its files are also seen without a state; then a URL says that they are ready.
    Webim,
    /// Omnichannel: "only when state is ready".
    Omnichannel,
}

/// A webhook's body.
pub(crate) struct Body(Map<String, Value>);

/// What a message turned out to be.
pub(crate) enum Heard {
    /// The visitor said something.
    Said(Message),
    /// Nothing that concerns us; counted under this reason.
    Nothing(&'static str),
}

impl Body {
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Fault> {
        serde_json::from_slice(body)
            .map(Self)
            .map_err(|error| Fault::malformed(json_error(&error)))
    }

    /// What `name` is, if it is anything: null is nothing.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        present(self.0.get(name))
    }

    pub(crate) fn event(&self) -> Result<&str, Fault> {
        let event = self.get("event").ok_or(Fault::Missing("event"))?;
        event
            .as_str()
            .ok_or_else(|| Fault::malformed("`event` is no text"))
    }

    /// The chat: `chat_id`, or `chat.id`.
    pub(crate) fn chat(&self) -> Result<ChatId, Fault> {
        let of_chat = || present(self.get("chat")?.get("id"));
        let id = self.get("chat_id").or_else(of_chat);
        let Chat(id) = Chat::deserialize(id.ok_or(Fault::Missing("chat_id"))?)
            .map_err(|_| Fault::malformed("`chat_id` is neither an integer nor a text"))?;
        id.parse()
            .map_err(|error| Fault::malformed(format!("`chat_id`: {error}")))
    }

    /// What it says of the visitor of `chat` on `platform`. A visitor of another shape is unknown, and no reason to lose what
    /// they said.
    pub(crate) fn visitor(&self, chat: &ChatId, platform: &str) -> Visitor {
        let visitor = self.get("visitor").map(wire::Visitor::deserialize);
        let visitor = visitor.and_then(Result::ok).unwrap_or_default();
        Visitor {
            chat_id: Some(format!("{chat}|{platform}")),
            ..whom(visitor)
        }
    }
}

/// A message, if it is the visitor's and there is something in it.
///
/// # Errors
/// If it cannot be understood.
pub(crate) fn heard(message: &Value, dialect: Dialect, now: Millis) -> Result<Heard, Fault> {
    let kind = present(message.get("kind")).map(Kind::deserialize);
    let kind = kind
        .transpose()
        .map_err(|_| Fault::malformed("`message.kind` is no text"))?;
    if matches!(
        kind,
        Some(Kind::Operator | Kind::Keyboard | Kind::FileOperator | Kind::Other)
    ) {
        return Ok(Heard::Nothing("kind"));
    }
    let message = wire::Message::deserialize(message)
        .map_err(|_| Fault::malformed("`message` is of another shape"))?;
    let content = match (kind, message.data) {
        (Some(Kind::KeyboardResponse), data) => {
            let data = data.ok_or(Fault::Missing("message.data"))?;
            let button = data.button.ok_or(Fault::Missing("message.data.button"))?;
            Content::Press(pressed(button)?)
        }
        (Some(Kind::FileVisitor), data) => {
            let data = data.ok_or(Fault::Missing("message.data"))?;
            match file(data, dialect)? {
                Some(file) => Content::File(file),
                None => return Ok(Heard::Nothing("state")),
            }
        }
        (kind, _) => match message.text {
            Some(text) if text.trim().is_empty() => return Ok(Heard::Nothing("text")),
            Some(text) => match location::parse(&text) {
                Some(location) => Content::Location(location),
                None => Content::Text(text),
            },
            None if kind.is_none() => return Err(Fault::Missing("message.kind")),
            None => return Err(Fault::Missing("message.text")),
        },
    };
    Ok(Heard::Said(Message {
        id: message.id,
        ..Message::new(Author::Visitor { name: None }, now, content)
    }))
}

/// Which event a webhook is: its message's id, else its bytes within a while.
pub(crate) fn event_id(message: Option<&Message>, body: &[u8], now: Millis) -> EventId {
    match message.and_then(|message| message.id.as_deref()) {
        Some(id) => EventId::named(id),
        None => EventId::within(body, now.0, UNNAMED_WINDOW_MS),
    }
}

fn present(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_null())
}

fn pressed(button: wire::Button) -> Result<Button, Fault> {
    let id = button.id.or_else(|| button.text.clone());
    Ok(Button {
        id: id.ok_or(Fault::Missing("message.data.button.id"))?,
        text: button.text.unwrap_or_default(),
    })
}

/// A file that can be fetched; `None` if it cannot yet, or never will: then the same message comes again when that changes,
/// and what says so must not spend its id.
fn file(data: Data, dialect: Dialect) -> Result<Option<File>, Fault> {
    let url = data.url.filter(|url| !url.trim().is_empty());
    let state = data.state.as_deref().filter(|state| !state.is_empty());
    let url = match (state, url) {
        (Some("ready"), Some(url)) => url,
        (None, Some(url)) if dialect == Dialect::Webim => url,
        (Some("ready"), None) => return Err(Fault::Missing("message.data.url")),
        _ => return Ok(None),
    };
    let media_type = data.content_type.or(data.media_type);
    Ok(Some(File {
        kind: kind_of(media_type.as_deref()),
        source: FileSource::Url(url),
        name: data.name,
        media_type,
        size: data.size,
    }))
}

/// How a file of a media type is to be shown.
pub(crate) fn kind_of(media_type: Option<&str>) -> FileKind {
    let family = media_type.and_then(|media_type| media_type.split('/').next());
    match family.map(str::to_ascii_lowercase).as_deref() {
        Some("image") => FileKind::Image,
        Some("audio") => FileKind::Audio,
        Some("video") => FileKind::Video,
        _ => FileKind::Document,
    }
}

fn whom(visitor: wire::Visitor) -> Visitor {
    let (flat, nested) = (visitor.flat, visitor.fields.unwrap_or_default());
    let known = |field: fn(&Fields) -> &Option<String>| {
        field(&nested).clone().or_else(|| field(&flat).clone())
    };
    Visitor {
        id: visitor.id,
        first_name: known(|fields| &fields.firstname).or_else(|| known(|fields| &fields.name)),
        last_name: known(|fields| &fields.lastname),
        username: known(|fields| &fields.login).or_else(|| known(|fields| &fields.username)),
        phone: known(|fields| &fields.phone),
        email: known(|fields| &fields.email),
        location: known(|fields| &fields.location),
        site: known(|fields| &fields.site),
        chat_id: None,
        language: None,
    }
}
