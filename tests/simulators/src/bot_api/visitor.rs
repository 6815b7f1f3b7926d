//! The people who chat, and their messages as both APIs write them.

use serde_json::{Map, Value, json};

use super::message::Button;

/// Who chats: `visitor` in the events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// The platform's id of the person, any string.
    pub id: String,
    /// `fields.name`.
    pub name: Option<String>,
    /// `fields.login`.
    pub login: Option<String>,
    /// `fields.phone`.
    pub phone: Option<String>,
    /// `fields.email`.
    pub email: Option<String>,
    /// `fields.site`.
    pub site: Option<String>,
}

impl Visitor {
    /// Someone with an id and nothing else.
    #[must_use]
    pub fn unknown(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: None,
            login: None,
            phone: None,
            email: None,
            site: None,
        }
    }

    /// Ada, as the visitor of this chat.
    pub(crate) fn ada(chat_id: i64) -> Self {
        Self {
            name: Some("Ada Lovelace".to_owned()),
            phone: Some("+12025550143".to_owned()),
            ..Self::unknown(&format!("visitor-of-{chat_id}"))
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let all = [
            ("name", &self.name),
            ("login", &self.login),
            ("phone", &self.phone),
            ("email", &self.email),
            ("site", &self.site),
        ];
        let mut fields = Map::new();
        for (name, value) in all {
            if let Some(value) = value {
                fields.insert(name.to_owned(), json!(value));
            }
        }
        json!({ "id": self.id, "fields": fields })
    }
}

/// A file that a visitor sends. The platform keeps it and passes on where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The name with its extension.
    pub name: String,
    /// The Internet media type.
    pub content_type: String,
    /// The size in bytes.
    pub size: u64,
    /// Where it can be fetched.
    pub url: String,
}

impl File {
    /// A file of which only the address matters.
    pub(crate) fn at(url: &str) -> Self {
        let name = url.rsplit('/').next().unwrap_or_default();
        Self {
            name: name.to_owned(),
            content_type: "application/octet-stream".to_owned(),
            size: 1024,
            url: url.to_owned(),
        }
    }
}

/// How far a visitor's file is: `data.state`.
///
/// The document names only `ready`, and that nothing else is to be processed; the others are those of Webim's own apps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// It is being uploaded, and has no `url` yet.
    Upload,
    /// It can be fetched.
    Ready,
    /// It could not be uploaded, and has no `url`.
    Error,
}

impl FileState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Ready => "ready",
            Self::Error => "error",
        }
    }
}

/// An id for a message or a file: 32 hexadecimal digits.
pub(crate) fn unique() -> String {
    format!("{:032x}", fastrand::u128(..))
}

pub(crate) fn text(text: &str) -> Value {
    json!({ "id": unique(), "kind": "visitor", "text": text })
}

pub(crate) fn press(button: &Button) -> Value {
    json!({
        "id": unique(),
        "kind": "keyboard_response",
        "data": { "button": { "id": button.id, "text": button.text } },
    })
}

/// A file as both documents describe it. `ids`: the message's and the file's, which stay when the state changes.
pub(crate) fn file(file: &File, state: FileState, ids: &(String, String)) -> Value {
    let (message_id, file_id) = ids;
    let mut data = Map::new();
    data.insert("id".to_owned(), json!(file_id));
    data.insert("state".to_owned(), json!(state.name()));
    data.insert("name".to_owned(), json!(file.name));
    data.insert("content_type".to_owned(), json!(file.content_type));
    data.insert("size".to_owned(), json!(file.size));
    if state == FileState::Ready {
        data.insert("url".to_owned(), json!(file.url));
    }
    json!({ "id": message_id, "kind": "file_visitor", "data": data })
}
