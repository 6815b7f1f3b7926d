//! What a connection to the platform needs.

use serde::{Deserialize, Serialize};

use crate::connections::{InDoubt, SecretRef};
use crate::platforms::ConnectionSettings;

/// The settings of an agent behind the Omnichannel API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The whole URL of the agent channel's webhook ("App.Chatbots webhook: URL"). It holds the token, so it is a secret.
    pub webhook_url: SecretRef,
    /// The random half of the token in our own URL; also what the platform may send in `Authorization: Token …` instead.
    pub webhook_token: SecretRef,
    /// A message that is exactly this text hands the conversation to people and is not shown: the API has no handover of its
    /// own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_text: Option<String>,
    /// The agent's messages have no ids. Two that are alike within this many seconds (up to twice that) are one message sent
    /// twice; 0 takes each for its own.
    #[serde(default = "default_duplicate_window")]
    pub duplicate_window: u32,
    /// What happens to a message of which it cannot be known whether the platform has it.
    #[serde(default)]
    pub in_doubt: InDoubt,
}

fn default_duplicate_window() -> u32 {
    5
}

impl ConnectionSettings for Settings {
    fn secrets(&self) -> Vec<&SecretRef> {
        vec![&self.webhook_url, &self.webhook_token]
    }

    fn setup(&self, url: &str) -> String {
        let base = url.strip_suffix("/send_message").unwrap_or(url);
        format!(
            "In the agent's channel of type \"Omnichannel\", as \"Channel webhook: URL\", with \"Channel webhook: Token\" left empty \
             (the platform adds /send_message by itself):\n{base}\n\
             The \"App.Chatbots webhook: URL\" that it shows is {}.",
            self.webhook_url
        )
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        if self.duplicate_window > 60 {
            return Err((
                "duplicate_window",
                "is in seconds, at most 60; longer would take an agent's repeated word for a copy"
                    .to_owned(),
            ));
        }
        if self
            .operator_text
            .as_ref()
            .is_some_and(|text| text.trim().is_empty())
        {
            return Err((
                "operator_text",
                "is blank; give a text that the agent says for nothing else, or leave it out"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    fn webhook_secret(&self) -> &SecretRef {
        &self.webhook_token
    }

    fn in_doubt(&self) -> InDoubt {
        self.in_doubt
    }
}
