//! What a conversation knows beside its messages.

use serde::{Deserialize, Serialize};

/// Who answers a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// The AI.
    #[default]
    Agent,
    /// A person.
    Operator,
    /// Nobody, until the visitor writes again.
    Closed,
}

impl Mode {
    /// As the table and the logs have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Operator => "operator",
            Self::Closed => "closed",
        }
    }

    /// What [`Mode::as_str`] wrote.
    pub fn parse(mode: &str) -> Option<Self> {
        [Self::Agent, Self::Operator, Self::Closed]
            .into_iter()
            .find(|known| known.as_str() == mode)
    }
}

/// What a channel says of the person. Every field is optional: no channel sends them all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Visitor {
    /// The channel's id of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// First name, or the whole name where the channel does not part it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Account or login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where they say or seem to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The page or site that they write from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The chat's id with its platform's name behind it, `<id>|webim`, as agents' scripts know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat_id: Option<String>,
    /// Language tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

impl Visitor {
    /// First and last name, or the account, or nothing.
    pub fn name(&self) -> Option<String> {
        match (&self.first_name, &self.last_name) {
            (Some(first), Some(last)) => Some(format!("{first} {last}")),
            (Some(name), None) | (None, Some(name)) => Some(name.clone()),
            (None, None) => self.username.clone(),
        }
    }
}

/// What an agent says of the conversation; the latest of each is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The agent's own id of the thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// What the agent calls the conversation; often the visitor's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where staff can read and answer it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub panel_url: Option<String>,
    /// Where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_url: Option<String>,
    /// Phone, e-mail or name that the visitor left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contacts: Option<String>,
    /// The visitor left a contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub get_contact: Option<bool>,
    /// The visitor showed interest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interest: Option<bool>,
    /// The conversation reached its goal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<bool>,
    /// The agent believes that the visitor is a program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_bot: Option<bool>,
}

/// What an agent's event does to the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signals {
    /// Who answers from now on.
    pub mode: Option<Mode>,
    /// What is known from now on.
    pub facts: Facts,
}
