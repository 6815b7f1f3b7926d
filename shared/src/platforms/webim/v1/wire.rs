//! Webim's JSON.

use serde::{Deserialize, Serialize};

use crate::platforms::{optional_text, text_or_integer};

/// A request of Webim's to its bot. What older releases leave out is optional.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Request {
    /// A chat was given to the bot, perhaps with what the visitor has written.
    NewChat {
        /// The chat.
        chat: Chat,
        /// The visitor.
        #[serde(default)]
        visitor: Option<Visitor>,
        /// What was written so far.
        #[serde(default)]
        messages: Option<Vec<Incoming>>,
    },
    /// The visitor wrote or pressed a button.
    NewMessage {
        /// The chat.
        chat: Chat,
        /// The visitor.
        #[serde(default)]
        visitor: Option<Visitor>,
        /// The message.
        #[serde(flatten)]
        message: Incoming,
    },
}

/// A chat.
#[derive(Debug, Deserialize)]
pub struct Chat {
    /// Its id; often a UUID, from some callers an integer.
    #[serde(deserialize_with = "text_or_integer")]
    pub id: String,
}

/// A message of the visitor's.
#[derive(Debug, Deserialize)]
pub struct Incoming {
    /// `visitor` or `keyboard_response`; absent in older releases, where it is text.
    #[serde(default)]
    pub kind: Option<String>,
    /// The text.
    #[serde(default)]
    pub text: Option<String>,
    /// What was pressed.
    #[serde(default)]
    pub response: Option<Response>,
}

/// What was pressed.
#[derive(Debug, Deserialize)]
pub struct Response {
    /// The button.
    pub button: Button,
}

/// A button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// `[a-zA-Z0-9_-]{1,24}`.
    #[serde(deserialize_with = "text_or_integer")]
    pub id: String,
    /// What the visitor reads.
    pub text: String,
}

/// The visitor; the fields stand here, or in `fields`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Visitor {
    /// Webim's id of the visitor.
    #[serde(deserialize_with = "optional_text")]
    pub id: Option<String>,
    /// The fields, if they stand here.
    #[serde(flatten)]
    pub flat: Fields,
    /// The fields, if they stand there.
    pub fields: Option<Fields>,
}

/// What Webim may know of a visitor. Fields of another type than text are passed over: they come from the site.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    /// Whole name, in later releases.
    #[serde(deserialize_with = "optional_text")]
    pub name: Option<String>,
    /// First name.
    #[serde(deserialize_with = "optional_text")]
    pub firstname: Option<String>,
    /// Last name.
    #[serde(deserialize_with = "optional_text")]
    pub lastname: Option<String>,
    /// Account.
    #[serde(deserialize_with = "optional_text")]
    pub username: Option<String>,
    /// Phone.
    #[serde(deserialize_with = "optional_text")]
    pub phone: Option<String>,
    /// E-mail.
    #[serde(deserialize_with = "optional_text")]
    pub email: Option<String>,
    /// Place.
    #[serde(deserialize_with = "optional_text")]
    pub location: Option<String>,
}

/// The bot's answer.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// `false` gives the chat to the operators.
    pub has_answer: bool,
    /// What the visitor is shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Outgoing>,
}

/// A message of the bot's.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outgoing {
    /// Text.
    Operator {
        /// Not empty.
        text: String,
    },
    /// Buttons, in rows, without text.
    Keyboard {
        /// The rows.
        buttons: Vec<Vec<Button>>,
    },
}
