//! Selarti's JSON. Flags are the strings `"yes"` and `"no"`.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::platforms::optional_text;

/// The body of `POST {base}/api/1.1/wf/send_message_external`.
#[derive(Debug, Serialize)]
pub struct SendMessageExternal<'a> {
    /// Which task answers.
    pub task_id: &'a str,
    /// The conversation's id, chosen by us; comes back as `external_chat_id`.
    pub chat_id: &'a str,
    /// The visitor's text.
    pub message: &'a str,
}

/// The body of the `all_messages` webhook. Every field but the type may be missing: only a sample is published. So the
/// fields that stand beside the message may also be of any type; none of them may cost the message.
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
