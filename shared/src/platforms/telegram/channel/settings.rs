//! What a connection to Telegram needs.

use serde::{Deserialize, Serialize};

use super::connect::UPDATES;
use crate::connections::{InDoubt, SecretRef};
use crate::platforms::ConnectionSettings;

/// The settings of a channel on Telegram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The bot's token, from @BotFather.
    pub bot_token: SecretRef,
    /// What Telegram sends in `X-Telegram-Bot-Api-Secret-Token`: `setWebhook`'s `secret_token`.
    pub webhook_secret: SecretRef,
    /// Where the Bot API is.
    #[serde(default = "default_api_url")]
    pub api_url: String,
    /// What happens to a message of which it cannot be known whether Telegram has it.
    #[serde(default)]
    pub in_doubt: InDoubt,
}

fn default_api_url() -> String {
    "https://api.telegram.org".to_owned()
}

impl ConnectionSettings for Settings {
    fn secrets(&self) -> Vec<&SecretRef> {
        vec![&self.bot_token, &self.webhook_secret]
    }

    fn setup(&self, url: &str) -> String {
        let (api, bot, secret) = (
            self.api_url.trim_end_matches('/'),
            self.bot_token.name(),
            self.webhook_secret.name(),
        );
        format!(
            "In a shell where the two variables are set:\n\
             curl -sS \"{api}/bot${bot}/setWebhook\" -d 'url={url}' -d \"secret_token=${secret}\" \
             -d 'allowed_updates=[{}]'",
            UPDATES.map(|update| format!("\"{update}\"")).join(",")
        )
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        crate::platforms::check_url("api_url", &self.api_url)
    }

    fn webhook_secret(&self) -> &SecretRef {
        &self.webhook_secret
    }

    fn in_doubt(&self) -> InDoubt {
        self.in_doubt
    }
}
