//! What a connection to SmartBot360 needs.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::connections::{InDoubt, SecretRef};
use crate::platforms::ConnectionSettings;
use crate::platforms::api_medium::check_whole_url;
use crate::store::mailbox::Silence;

/// A week.
const MOST_MINUTES: u32 = 7 * 24 * 60;

/// The settings of an agent on SmartBot360.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where messages are sent: the whole URL, as the dashboard's "Request Example" shows it.
    pub url: String,
    /// The id of the API channel.
    pub channel_id: String,
    /// The API channel's token.
    pub token: SecretRef,
    /// The random half of the webhook's token.
    pub webhook_token: SecretRef,
    /// What starts the bot for a new person, such as `#start`; sent as the first message, exactly as it stands here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_keyword: Option<String>,
    /// How files go that have no URL of their own.
    #[serde(default)]
    pub attachments: Attachments,
    /// How long after a person's last word in the dashboard the bot's words are held back. In minutes.
    #[serde(default = "default_operator_silence_minutes")]
    pub operator_silence_minutes: u32,
    /// What happens to a message of which it cannot be known whether SmartBot360 has it.
    #[serde(default)]
    pub in_doubt: InDoubt,
}

/// How files go that have no URL of their own. Those that have one go by it, because nobody else's URL is opened here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attachments {
    /// By a URL of ours that expires.
    #[default]
    Url,
    /// Inside the message; one that is too large for that, by URL.
    Base64,
}

fn default_operator_silence_minutes() -> u32 {
    30
}

impl ConnectionSettings for Settings {
    fn check(&self) -> Result<(), (&'static str, String)> {
        check_whole_url("url", &self.url)?;
        if self.channel_id.trim().is_empty() {
            return Err((
                "channel_id",
                "is empty; copy the API channel's id from SmartBot360's dashboard".to_owned(),
            ));
        }
        if self
            .start_keyword
            .as_ref()
            .is_some_and(|keyword| keyword.trim().is_empty())
        {
            return Err((
                "start_keyword",
                "is blank; leave it out if the bot needs none".to_owned(),
            ));
        }
        if self.operator_silence_minutes > MOST_MINUTES {
            return Err((
                "operator_silence_minutes",
                format!("is in minutes, at most {MOST_MINUTES}, which is a week"),
            ));
        }
        Ok(())
    }

    fn secrets(&self) -> Vec<&SecretRef> {
        vec![&self.token, &self.webhook_token]
    }

    fn webhook_secret(&self) -> &SecretRef {
        &self.webhook_token
    }

    fn setup(&self, url: &str) -> String {
        format!(
            "In SmartBot360's dashboard, Settings > Integrations > API medium, as the Webhook URL of the channel {}:\n{url}",
            self.channel_id
        )
    }

    fn operator_silence(&self) -> Silence {
        // Nothing says that a person has left the conversation to the bot again.
        Silence::After(Duration::from_secs(
            u64::from(self.operator_silence_minutes) * 60,
        ))
    }

    fn takes_bytes(&self) -> bool {
        self.attachments == Attachments::Base64
    }

    fn in_doubt(&self) -> InDoubt {
        self.in_doubt
    }
}
