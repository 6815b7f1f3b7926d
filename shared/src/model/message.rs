//! The normalised message.

use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// A message on its way from one side to the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Who wrote it.
    pub author: Author,
    /// When its platform says it was written, or else when it was received.
    pub at: Millis,
    /// Its platform's own id, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// It replaces an earlier message of the same author.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
    /// What it holds, in the order in which a person reads it.
    pub contents: Vec<Content>,
}

impl Message {
    /// A message of `author` with one content, written at `at`.
    pub fn new(author: Author, at: Millis, content: Content) -> Self {
        Self {
            author,
            at,
            id: None,
            edited: false,
            contents: vec![content],
        }
    }
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The person on the channel.
    Visitor {
        /// Their name; set where several people write in one chat, so that the agent can tell them apart.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// The AI.
    Agent,
    /// A person who answers in the AI's place.
    Operator,
}

/// One thing that a message holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Text as it is.
    Text(String),
    /// Text in Markdown, as AIs write it.
    Markdown(String),
    /// A file.
    File(File),
    /// Buttons to choose from, in rows.
    Buttons(Vec<Vec<Button>>),
    /// A button was pressed.
    Press(Button),
    /// A place.
    Location(Location),
    /// A person's contact.
    Contact(Contact),
    /// The agent gives the conversation to people here. For channels that have to be told; others pass over it.
    HandedOver,
    /// The conversation is over here. For channels that have to be told; others pass over it.
    Closed,
}

/// A button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What its author calls it; comes back when it is pressed.
    pub id: String,
    /// What the visitor reads.
    pub text: String,
}

/// A file. The bytes stay where they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// How it is to be shown.
    pub kind: FileKind,
    /// Where it is.
    pub source: FileSource,
    /// With extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The media type, such as `image/png`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// In bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileSource {
    /// At a URL that anybody may have.
    Url(String),
    /// With its platform, under this id; fetching it takes the connection's secret, so it has no URL that may be handed
    /// on.
    Held(String),
    /// In our own object storage, under this key ([`crate::files`]); it is handed on as a signed URL that expires.
    Kept(String),
}

/// How a file is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A picture.
    Image,
    /// Music and the like.
    Audio,
    /// A spoken message.
    Voice,
    /// A moving picture.
    Video,
    /// A sticker.
    Sticker,
    /// Anything else.
    Document,
}

/// A place on Earth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// A name, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl Location {
    /// A link that every browser understands.
    pub fn link(&self) -> String {
        format!(
            "https://maps.google.com/maps?q={},{}",
            self.latitude, self.longitude
        )
    }
}

/// A person's contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The person's name.
    pub name: String,
    /// Their number, as it was given.
    pub phone: String,
}
