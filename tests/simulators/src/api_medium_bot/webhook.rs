//! The body of a call of the webhook: a message from the bot, or from a person in the vendor's dashboard.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::Value;

use super::brain::Reply;

/// A message to the application. Source: SmartBot360's "API Medium Integration", "Receiving API Messages".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Webhook {
    /// The channel that the reply comes from.
    #[serde(rename = "channelID")]
    pub channel_id: String,
    /// The text.
    pub message: String,
    /// The user that it is for.
    #[serde(rename = "userID")]
    pub user_id: u64,
    /// When it was sent: UTC, in milliseconds. There is no message id: copies have this in common, and little else.
    pub timestamp: u64,
    /// The labels to choose from. Left out when there are none.
    #[serde(rename = "quickReplies", skip_serializing_if = "Vec::is_empty")]
    pub quick_replies: Vec<String>,
    /// The files of the message. Left out when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Placed>,
    /// The person who wrote it. Left out when it was the bot.
    #[serde(rename = "adminID", skip_serializing_if = "Option::is_none")]
    pub admin_id: Option<u64>,
}

/// A file of a message to the application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Placed {
    /// Where in the text it belongs. The unit is not published; UTF-16 units here, as the vendor's own language counts.
    pub offset: usize,
    /// Where it is.
    pub url: String,
}

impl Webhook {
    pub(crate) fn new(channel_id: &str, user_id: u64, reply: Reply) -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            channel_id: channel_id.to_owned(),
            message: reply.message,
            user_id,
            timestamp: now.as_millis().try_into().unwrap_or(u64::MAX),
            quick_replies: reply.quick_replies,
            attachments: reply.attachments,
            admin_id: reply.admin_id,
        }
    }

    /// The JSON that goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        // A struct of strings and numbers always has a JSON form.
        serde_json::to_value(self).unwrap_or_default()
    }
}
