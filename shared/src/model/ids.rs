//! Ids that cannot be wrong: what is parsed into one of these can stand in a key, a URL and a log line.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest id of a connection, in characters.
const MAX_CONNECTION_ID: usize = 64;
/// The longest id of a chat, in bytes. DynamoDB's limit for a whole key is 2,048.
const MAX_CHAT_ID: usize = 512;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidId(&'static str);

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidId {}

/// The id of a connection, such as `shop-bot`: lower-case letters, digits and hyphens, beginning with a letter or digit,
/// at most 64 of them. No dot, because a dot ends it in URLs and thread ids.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConnectionId(String);

impl ConnectionId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ConnectionId {
    type Err = InvalidId;

    fn from_str(id: &str) -> Result<Self, InvalidId> {
        let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let valid = id.len() <= MAX_CONNECTION_ID
            && id.starts_with(alphanumeric)
            && id.chars().all(|c| alphanumeric(c) || c == '-');
        if valid {
            Ok(Self(id.to_owned()))
        } else {
            Err(InvalidId(
                "the id of a connection is 1 to 64 lower-case letters, digits and hyphens, beginning with a letter or a digit",
            ))
        }
    }
}

/// The channel's own id of a chat. Any text that is not empty, without control characters, at most 512 bytes.
/// An integer is its decimal text: platforms send the same id either way.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChatId(String);

impl ChatId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ChatId {
    type Err = InvalidId;

    fn from_str(id: &str) -> Result<Self, InvalidId> {
        if id.is_empty() || id.len() > MAX_CHAT_ID || id.chars().any(char::is_control) {
            Err(InvalidId(
                "the id of a chat is a text of 1 to 512 bytes without control characters",
            ))
        } else {
            Ok(Self(id.to_owned()))
        }
    }
}

impl From<i64> for ChatId {
    fn from(id: i64) -> Self {
        Self(id.to_string())
    }
}

macro_rules! text_id {
    ($id:ty) => {
        impl TryFrom<String> for $id {
            type Error = InvalidId;

            fn try_from(id: String) -> Result<Self, InvalidId> {
                id.parse()
            }
        }

        impl From<$id> for String {
            fn from(id: $id) -> Self {
                id.0
            }
        }

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(ConnectionId);
text_id!(ChatId);

/// Which conversation: one chat on one channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConversationKey {
    /// The channel's connection.
    pub channel: ConnectionId,
    /// The chat on it.
    pub chat: ChatId,
}

impl ConversationKey {
    /// The conversation's id for agents that let us choose it: `{connection}.{chat}`. It leads straight back
    /// ([`ConversationKey::from_thread`]), so that no index is needed.
    pub fn thread(&self) -> String {
        format!("{}.{}", self.channel, self.chat)
    }

    /// The conversation that [`ConversationKey::thread`] named.
    ///
    /// # Errors
    /// [`InvalidId`] if `thread` is no such id.
    pub fn from_thread(thread: &str) -> Result<Self, InvalidId> {
        let (channel, chat) = thread
            .split_once('.')
            .ok_or(InvalidId("a thread's id is {connection}.{chat}"))?;
        Ok(Self {
            channel: channel.parse()?,
            chat: chat.parse()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_what_could_not_stand_in_a_url_or_key() {
        for id in ["", "-a", "A", "a.b", "a/b", "ä", "a b", &"a".repeat(65)] {
            assert!(id.parse::<ConnectionId>().is_err(), "{id}");
        }
        for id in ["", "a\nb", &"x".repeat(513)] {
            assert!(id.parse::<ChatId>().is_err(), "{id}");
        }
    }

    proptest! {
        #[test]
        fn a_thread_leads_back(channel in "[a-z0-9][a-z0-9-]{0,40}", chat in "\\PC{1,60}") {
            let key = ConversationKey { channel: channel.parse().unwrap(), chat: chat.parse().unwrap() };
            prop_assert_eq!(ConversationKey::from_thread(&key.thread()).unwrap(), key);
        }
    }
}
