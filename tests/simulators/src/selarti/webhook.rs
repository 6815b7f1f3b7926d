//! The `all_messages` webhook: its 20 fields as the vendor's sample shows them, and what became of each call.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::brain::Flags;
use super::id;
use crate::client::{Answer, Unreachable};

/// Who wrote a message: the webhook's `message_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Author {
    /// The agent.
    Bot,
    /// A person at the vendor's panel.
    Operator,
    /// The visitor: the echo of what was sent to the agent.
    User,
}

/// The body of a webhook of the type "All messages".
///
/// Source: Selarti's documentation, "Integration with an external messenger". The fields and their order are the sample's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Webhook {
    /// The channel at Selarti.
    pub channel_id: String,
    /// Whether the dialog is closed.
    #[serde(serialize_with = "yes_no")]
    pub close: bool,
    /// The company at Selarti.
    pub company_id: String,
    /// The visitor's contact.
    pub contacts: String,
    /// The caller's own id of the chat.
    pub external_chat_id: String,
    /// Whether a contact was received.
    #[serde(serialize_with = "yes_no")]
    pub get_contact: bool,
    /// Whether the visitor is interested.
    #[serde(serialize_with = "yes_no")]
    pub interest: bool,
    /// Whether the visitor looks like a bot.
    #[serde(serialize_with = "yes_no")]
    pub is_bot: bool,
    /// The manager at Selarti.
    pub manager_id: String,
    /// The message's own id. It is the same in every copy of a webhook.
    pub message_id: String,
    /// The text.
    pub message_text: String,
    /// Who wrote it.
    pub message_type: Author,
    /// Whether the dialog is handed to an operator.
    #[serde(serialize_with = "yes_no")]
    pub operator: bool,
    /// The dialog in the vendor's panel, to answer in.
    pub panel_url: String,
    /// The dialog, to look at.
    pub share_url: String,
    /// Whether the dialog is a success.
    #[serde(serialize_with = "yes_no")]
    pub success: bool,
    /// The task.
    pub task_id: String,
    /// Selarti's id of the dialog.
    pub thread_id: String,
    /// The visitor's name.
    pub title: String,
    /// `all_messages`, or another type that the receiver has to ignore.
    pub wh_type: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn yes_no<S: Serializer>(flag: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if *flag { "yes" } else { "no" })
}

impl Webhook {
    pub(crate) fn new(
        task_id: &str,
        chat_id: &str,
        thread_id: &str,
        text: &str,
        author: Author,
        flags: Flags,
    ) -> Self {
        Self {
            channel_id: "5q".to_owned(),
            close: flags.close,
            company_id: "1708251850060x460235863640434700".to_owned(),
            contacts: chat_id.to_owned(),
            external_chat_id: chat_id.to_owned(),
            get_contact: flags.get_contact,
            interest: flags.interest,
            is_bot: flags.is_bot,
            manager_id: "4q".to_owned(),
            message_id: id::unique(),
            message_text: text.to_owned(),
            message_type: author,
            operator: flags.operator,
            panel_url: format!("https://selarti.com/panel?menu=chats&thread={thread_id}"),
            share_url: format!("https://selarti.com/share?thread={thread_id}"),
            success: flags.success,
            task_id: task_id.to_owned(),
            thread_id: thread_id.to_owned(),
            title: format!("API chat {chat_id}"),
            wh_type: "all_messages".to_owned(),
        }
    }

    /// The JSON that goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        // A struct of strings and flags always has a JSON form.
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// One call of the webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The body that was sent.
    pub webhook: Value,
    /// What came back.
    pub outcome: Result<Answer, Unreachable>,
}

impl Delivery {
    /// The HTTP status, if there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.outcome.as_ref().ok().map(|answer| answer.status)
    }

    /// Whether the webhook took it: a 2xx.
    #[must_use]
    pub fn taken(&self) -> bool {
        self.outcome.as_ref().is_ok_and(Answer::is_success)
    }
}
