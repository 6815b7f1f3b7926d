//! The JSON of the family, each type for reading and for writing. A field that is read may be missing; [`super::read`] says
//! which are needed.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::platforms::{optional_text, text_or_integer};

/// A chat's id: an integer, which some write as a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat(pub String);

impl<'de> Deserialize<'de> for Chat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_integer(deserializer).map(Self)
    }
}

impl Serialize for Chat {
    /// An integer, if that says the same; platforms of this family refuse the text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.parse::<i64>() {
            Ok(integer) if integer.to_string() == self.0 => serializer.serialize_i64(integer),
            _ => serializer.serialize_str(&self.0),
        }
    }
}

/// A webhook with a visitor's message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewMessage {
    /// `new_message`.
    pub event: &'static str,
    /// Where.
    pub chat_id: Chat,
    /// Who.
    pub visitor: Visitor,
    /// What.
    pub message: Message,
}

/// The body of `send_message`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendMessage {
    /// Where.
    pub chat_id: Chat,
    /// What.
    pub message: Message,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A visitor's text.
    Visitor,
    /// A visitor's file.
    FileVisitor,
    /// A visitor pressed a button.
    KeyboardResponse,
    /// A text of the bot, which stands in an operator's place.
    Operator,
    /// Buttons of the bot.
    Keyboard,
    /// A file of the bot.
    FileOperator,
    /// Anything else.
    #[serde(other)]
    Other,
}

/// A message of either side.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Message {
    /// The sender's id of it.
    #[serde(
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub id: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What was pressed, or the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
    /// The buttons of a keyboard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buttons: Option<Rows>,
}

impl Message {
    /// A text.
    pub fn text(kind: Kind, text: String) -> Self {
        Self {
            kind: Some(kind),
            text: Some(text),
            ..Self::default()
        }
    }

    /// A file or a pressed button.
    pub fn data(kind: Kind, data: Data) -> Self {
        Self {
            kind: Some(kind),
            data: Some(data),
            ..Self::default()
        }
    }
}

/// What was pressed, or a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Data {
    /// What was pressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub button: Option<Button>,
    /// The file's id.
    #[serde(
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub id: Option<String>,
    /// How far its upload is: `ready`, or it cannot be fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// With extension.
    #[serde(
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub name: Option<String>,
    /// The media type of a visitor's file.
    #[serde(
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub content_type: Option<String>,
    /// The media type of the bot's file, and of a visitor's in earlier releases.
    #[serde(
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub media_type: Option<String>,
    /// In bytes.
    #[serde(
        deserialize_with = "or_nothing",
        skip_serializing_if = "Option::is_none"
    )]
    pub size: Option<u64>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A button.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Button {
    /// What comes back when it is pressed.
    #[serde(
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub id: Option<String>,
    /// What the visitor reads.
    #[serde(
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub text: Option<String>,
}

/// The buttons of a keyboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Rows {
    /// In rows, as the family's documents have them.
    Nested(Vec<Vec<Button>>),
    /// In one list.
    Flat(Vec<Button>),
}

/// A visitor. The fields stand in `fields`; where they stand beside the id, they are read too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Visitor {
    /// The sender's id of the person.
    #[serde(
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub id: Option<String>,
    /// The fields, if they stand here.
    #[serde(flatten)]
    pub flat: Fields,
    /// The fields, if they stand there.
    #[serde(
        deserialize_with = "or_nothing",
        skip_serializing_if = "Option::is_none"
    )]
    pub fields: Option<Fields>,
}

/// What may be known of a visitor. Which of the names is used depends on the platform and on its site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fields {
    /// Whole name.
    #[serde(
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub name: Option<String>,
    /// First name.
    #[serde(
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub firstname: Option<String>,
    /// Last name.
    #[serde(
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub lastname: Option<String>,
    /// Account, at Omnichannel.
    #[serde(
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub login: Option<String>,
    /// Account, at Webim.
    #[serde(
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub username: Option<String>,
    /// Phone number.
    #[serde(
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub email: Option<String>,
    /// Place.
    #[serde(
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub location: Option<String>,
    /// The page or site that they write from.
    #[serde(
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub site: Option<String>,
}

/// What stands beside what matters, and is passed over if it is of another shape.
fn or_nothing<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}
