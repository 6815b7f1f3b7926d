//! Selarti's JSON. Flags are the strings `"yes"` and `"no"`.
//!
//! What one end writes, the other one reads: `send_message_external` is one type, with other fields to write than to read. The
//! webhook is two, because it is written exactly as the sample has it and read as whatever may come.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::platforms::optional_text;

/// The `wh_type` of a message's webhook.
pub(super) const ALL_MESSAGES: &str = "all_messages";
/// The `message_type` of what the AI says.
pub(super) const BOT: &str = "bot";
/// The `message_type` of what a person says in its place.
pub(super) const OPERATOR: &str = "operator";

/// The body of `POST {base}/api/1.1/wf/send_message_external`: of `&str` to write, of `Option<Value>` to read.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendMessageExternal<T> {
    /// Which task answers.
    pub task_id: T,
    /// The conversation's id, chosen by the sender; comes back as `external_chat_id`.
    pub chat_id: T,
    /// The visitor's text.
    pub message: T,
}

/// The body of the `all_messages` webhook as it is written: the 20 fields of the vendor's sample in its order, all of them
/// strings, all of them there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AllMessages<'a> {
    /// The channel at Selarti.
    pub channel_id: &'a str,
    /// The dialog is closed.
    #[serde(serialize_with = "write_yes_no")]
    pub close: bool,
    /// The company at Selarti.
    pub company_id: &'a str,
    /// The visitor's contact.
    pub contacts: &'a str,
    /// The `chat_id` that the message was sent with.
    pub external_chat_id: &'a str,
    /// The visitor left a contact.
    #[serde(serialize_with = "write_yes_no")]
    pub get_contact: bool,
    /// The visitor showed interest.
    #[serde(serialize_with = "write_yes_no")]
    pub interest: bool,
    /// The visitor seems to be a program.
    #[serde(serialize_with = "write_yes_no")]
    pub is_bot: bool,
    /// The manager at Selarti.
    pub manager_id: &'a str,
    /// The message's id.
    pub message_id: String,
    /// The message's text.
    pub message_text: &'a str,
    /// `bot` or `operator`.
    pub message_type: &'static str,
    /// The dialog was handed to an operator.
    #[serde(serialize_with = "write_yes_no")]
    pub operator: bool,
    /// Where staff answer.
    pub panel_url: &'a str,
    /// Where the dialog can be read.
    pub share_url: &'a str,
    /// The dialog reached its goal.
    #[serde(serialize_with = "write_yes_no")]
    pub success: bool,
    /// The task's id.
    pub task_id: &'a str,
    /// The dialog's id, of whoever answers.
    pub thread_id: String,
    /// The visitor's name, or what the dialog is called.
    pub title: String,
    /// `all_messages`.
    pub wh_type: &'static str,
}

/// The body of the `all_messages` webhook as it is read. Every field but the type may be missing: only a sample is published.
/// So the fields that stand beside the message may also be of any type; none of them may cost the message.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Webhook {
    /// `all_messages`, or another type that is none of our business.
    pub wh_type: Option<String>,
    /// `bot`, `operator` or `user`.
    pub message_type: Option<String>,
    /// The message's id.
    #[serde(deserialize_with = "optional_id")]
    pub message_id: Option<String>,
    /// The message's text.
    pub message_text: Option<String>,
    /// The `chat_id` that the message was sent with.
    #[serde(deserialize_with = "optional_id")]
    pub external_chat_id: Option<String>,
    /// The task's id.
    #[serde(deserialize_with = "optional_id")]
    pub task_id: Option<String>,
    /// Selarti's own id of the dialog.
    #[serde(deserialize_with = "optional_text")]
    pub thread_id: Option<String>,
    /// The dialog was handed to an operator.
    #[serde(deserialize_with = "yes_no")]
    pub operator: Option<bool>,
    /// The dialog is closed.
    #[serde(deserialize_with = "yes_no")]
    pub close: Option<bool>,
    /// The visitor left a contact.
    #[serde(deserialize_with = "yes_no")]
    pub get_contact: Option<bool>,
    /// The visitor showed interest.
    #[serde(deserialize_with = "yes_no")]
    pub interest: Option<bool>,
    /// The dialog reached its goal.
    #[serde(deserialize_with = "yes_no")]
    pub success: Option<bool>,
    /// The visitor seems to be a program.
    #[serde(deserialize_with = "yes_no")]
    pub is_bot: Option<bool>,
    /// The visitor's contact.
    #[serde(deserialize_with = "optional_text")]
    pub contacts: Option<String>,
    /// The visitor's name, or what the dialog is called.
    #[serde(deserialize_with = "optional_text")]
    pub title: Option<String>,
    /// Where staff answer.
    #[serde(deserialize_with = "optional_text")]
    pub panel_url: Option<String>,
    /// Where the dialog can be read.
    #[serde(deserialize_with = "optional_text")]
    pub share_url: Option<String>,
}

/// A failure's body, in any of the forms that Bubble's workflow endpoints use.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Failed {
    /// `{"message": …}`.
    #[serde(deserialize_with = "optional_text")]
    pub message: Option<String>,
    /// `{"body": {"message": …}}`.
    pub body: Value,
}

impl Failed {
    /// What it says to people.
    pub fn message(&self) -> Option<&str> {
        let within = self.body.get("message").and_then(Value::as_str);
        within.or(self.message.as_deref())
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn write_yes_no<S: Serializer>(flag: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if *flag { "yes" } else { "no" })
}

fn yes_no<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) if text.eq_ignore_ascii_case("yes") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("no") => Some(false),
        Value::Bool(flag) => Some(flag),
        _ => None,
    })
}

fn optional_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Text(String),
        Integer(i64),
        Null(()),
    }
    Ok(match Id::deserialize(deserializer)? {
        Id::Text(text) => Some(text),
        Id::Integer(integer) => Some(integer.to_string()),
        Id::Null(()) => None,
    })
}
