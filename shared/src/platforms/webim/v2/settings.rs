//! What a connection to Webim needs.

use serde::{Deserialize, Serialize};

use crate::connections::{InDoubt, SecretRef};
use crate::platforms::ConnectionSettings;

/// The settings of a channel on Webim, version 2.0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where Webim is, such as `https://company.webim.ru`.
    pub url: String,
    /// The bot's token, which Webim shows when the bot is saved.
    pub token: SecretRef,
    /// The random half of the webhook's token: Webim signs nothing, so the URL is the secret.
    pub webhook_token: SecretRef,
    /// The operator to whom the agent hands a chat over, by id. Without this and `department`, the queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_id: Option<u64>,
    /// The department to which the agent hands a chat over, by key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// What happens to a message of which it cannot be known whether Webim has it.
    #[serde(default)]
    pub in_doubt: InDoubt,
}

impl ConnectionSettings for Settings {
    fn secrets(&self) -> Vec<&SecretRef> {
        vec![&self.token, &self.webhook_token]
    }

    fn setup(&self, url: &str) -> String {
        format!(
            "At Webim, Settings > Bots, as the link to the external API of a bot of type \"Smart bot\", version 2:\n{url}\n\
             The token that Webim shows when the bot is saved is {}.",
            self.token
        )
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        crate::platforms::check_url("url", &self.url)?;
        match (&self.operator_id, &self.department) {
            (Some(_), Some(_)) => Err((
                "department",
                "stands beside `operator_id`; give one of the two, or neither for the queue"
                    .to_owned(),
            )),
            (None, Some(department)) if department.trim().is_empty() => Err((
                "department",
                "is empty; give the department's key, or leave it out for the queue".to_owned(),
            )),
            _ => Ok(()),
        }
    }

    fn webhook_secret(&self) -> &SecretRef {
        &self.webhook_token
    }

    fn in_doubt(&self) -> InDoubt {
        self.in_doubt
    }
}
