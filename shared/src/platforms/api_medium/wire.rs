//! The API's JSON: what an application sends to a bot and is answered, and what a bot sends to an application.
//!
//! Each direction has a type that is written and one that is read: what is written is what the vendor's document says and no
//! more, what is read may be less. Types that hold a token do not print.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::mailbox::EventHash;
use crate::model::ConnectionId;

/// A person, as the bot's side numbers them: a whole number that JavaScript keeps exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct UserId(u64);

impl UserId {
    /// `Number.MAX_SAFE_INTEGER`.
    pub const MAX: u64 = (1 << 53) - 1;
    /// Those that we assign are below: 52 bits.
    const ASSIGNED: u64 = 1 << 52;

    /// An id that nobody has. Never 0, which JavaScript takes for none.
    pub fn random() -> Self {
        Self((crate::random::number() % Self::ASSIGNED).max(1))
    }

    /// The id of whoever first wrote through `channel` in a request that is called `request`: the same each time.
    pub fn of(channel: &ConnectionId, request: &str) -> Self {
        let hash = EventHash::of(&[b"user", channel.as_str().as_bytes(), request.as_bytes()]);
        Self((u64::from_be_bytes(hash.0) % Self::ASSIGNED).max(1))
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that is no user's id. Does not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidUserId;

impl fmt::Display for InvalidUserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a userID is a whole number from 0 to 9007199254740991")
    }
}

impl std::error::Error for InvalidUserId {}

impl TryFrom<u64> for UserId {
    type Error = InvalidUserId;

    fn try_from(id: u64) -> Result<Self, InvalidUserId> {
        (id <= Self::MAX).then_some(Self(id)).ok_or(InvalidUserId)
    }
}

impl FromStr for UserId {
    type Err = InvalidUserId;

    fn from_str(id: &str) -> Result<Self, InvalidUserId> {
        // The parser of integers would let a sign pass.
        if !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidUserId);
        }
        id.parse::<u64>().map_err(|_| InvalidUserId)?.try_into()
    }
}

impl<'de> Deserialize<'de> for UserId {
    /// A number, as the document has it, or its digits as a text.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(u64),
            Text(String),
        }
        match Either::deserialize(deserializer)? {
            Either::Number(number) => number.try_into(),
            Either::Text(text) => text.parse(),
        }
        .map_err(serde::de::Error::custom)
    }
}

/// A message to the bot, as it is sent.
#[derive(Serialize)]
pub struct ToBot<'a> {
    /// Which of the bot's channels.
    #[serde(rename = "channelID")]
    pub channel_id: &'a str,
    /// The channel's secret.
    pub token: &'a str,
    /// The text. Never empty: the document requires it.
    pub message: &'a str,
    /// Who writes; none if the bot has not said yet what it calls them.
    #[serde(rename = "userID", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Files.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub attachments: &'a [Linked],
}

/// A file of a message to the bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Linked {
    /// Where it is.
    Url(String),
    /// What it holds, as a `data:` URL.
    Base64(String),
}

/// Who sends a message to the bot, as it is received: all that is read of it before that is proved.
#[derive(Deserialize)]
pub struct Credentials {
    /// Which of the bot's channels: our connection's id.
    #[serde(rename = "channelID")]
    pub channel_id: Option<String>,
    /// The channel's secret.
    pub token: Option<String>,
}

/// A message to the bot, as it is received, but for its [`Credentials`].
#[derive(Debug, Deserialize)]
pub struct AtBot {
    /// The text. May be empty where there is a file.
    pub message: Option<String>,
    /// Who writes; none if they have not written before.
    #[serde(rename = "userID", default)]
    pub user_id: Option<UserId>,
    /// Files.
    #[serde(default)]
    pub attachments: Option<Vec<Attachment>>,
}

/// A file of a message to the bot: one of the two.
#[derive(Deserialize)]
pub struct Attachment {
    /// Where it is.
    pub url: Option<String>,
    /// The file itself, as a data URL.
    pub base64: Option<String>,
}

impl fmt::Debug for Attachment {
    /// Without what is in it: it may be megabytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment")
            .field("url", &self.url)
            .field("base64", &self.base64.as_ref().map(String::len))
            .finish()
    }
}

/// The answer to a message that was taken, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// As it came.
    #[serde(rename = "channelID")]
    pub channel_id: String,
    /// As it came.
    pub message: String,
    /// Who wrote.
    #[serde(rename = "userID")]
    pub user_id: UserId,
    /// `true`.
    pub success: bool,
}

/// The answer to a message that was not taken, as it is sent. The document leaves its form open.
#[derive(Debug, Serialize)]
pub struct Refused<'a> {
    /// `false`.
    pub success: bool,
    /// Why, for a person.
    pub error: &'a str,
}

/// The answer to a message, as it is received. The document shows that of a success, of a failure it says that there is one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Answered {
    /// Who wrote.
    #[serde(rename = "userID", deserialize_with = "optional_user")]
    pub user_id: Option<UserId>,
    /// Whether the message was taken.
    pub success: Value,
    /// What went wrong.
    pub error: Value,
    /// Of a success the message itself, of a failure maybe what went wrong.
    pub message: Value,
}

impl Answered {
    /// What a failure says to people.
    pub fn reason(&self) -> Option<&str> {
        let error = self.error.get("message").unwrap_or(&self.error);
        [error, &self.message]
            .into_iter()
            .filter_map(Value::as_str)
            .find(|text| !text.trim().is_empty())
    }
}

/// A message to the application, as it is sent.
#[derive(Debug, Serialize)]
pub struct ToUser<'a> {
    /// Which of the bot's channels: our connection's id.
    #[serde(rename = "channelID")]
    pub channel_id: &'a str,
    /// What is said.
    #[serde(flatten)]
    pub said: &'a Said,
    /// To whom.
    #[serde(rename = "userID")]
    pub user_id: UserId,
    /// When it was said, in milliseconds.
    pub timestamp: u64,
    /// The person who said it; none if it was the bot.
    #[serde(rename = "adminID", skip_serializing_if = "Option::is_none")]
    pub admin_id: Option<u64>,
}

/// What one message to the application says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The text. Empty if there is nothing but files.
    pub message: String,
    /// What the person may answer with a press.
    #[serde(rename = "quickReplies", skip_serializing_if = "Vec::is_empty")]
    pub quick_replies: Vec<String>,
    /// Files, in the order of their places.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Placed>,
}

/// A file of a message to the application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Placed {
    /// Before which UTF-16 unit of the text it belongs. The document names no unit; JavaScript counts so.
    pub offset: usize,
    /// Where it is.
    pub url: String,
}

/// A message to the application, as it is received.
#[derive(Debug, Deserialize)]
pub struct FromBot {
    /// Which of the bot's channels.
    #[serde(rename = "channelID")]
    pub channel_id: Option<String>,
    /// The text.
    pub message: Option<String>,
    /// To whom.
    #[serde(rename = "userID")]
    pub user_id: Option<UserId>,
    /// When it was said, in milliseconds.
    pub timestamp: Option<u64>,
    /// What the person may answer with a press. Of any type: it must not cost the message.
    #[serde(rename = "quickReplies", default)]
    pub quick_replies: Value,
    /// Files.
    #[serde(default)]
    pub attachments: Option<Vec<Offered>>,
    /// The person who said it. Of any type: that it is there says enough.
    #[serde(rename = "adminID", default)]
    pub admin_id: Value,
}

/// A file of a message to the application, as it is received.
#[derive(Debug, Deserialize)]
pub struct Offered {
    /// As in [`Placed`]. What is no such number is the end.
    #[serde(default)]
    pub offset: Value,
    /// Where it is.
    pub url: String,
}

fn optional_user<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<UserId>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_u64().and_then(|number| number.try_into().ok()),
        Value::String(text) => text.parse().ok(),
        _ => None,
    })
}
