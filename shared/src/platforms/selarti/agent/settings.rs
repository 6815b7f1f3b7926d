//! What a connection to Selarti needs.

use serde::{Deserialize, Serialize};

use crate::connections::{InDoubt, SecretRef};
use crate::platforms::ConnectionSettings;

/// The settings of an agent on Selarti.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where Selarti is, such as `https://selarti.example`.
    pub url: String,
    /// The bearer token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<SecretRef>,
    /// An API key that is exchanged for a bearer token; in place of `token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key: Option<SecretRef>,
    /// The field of the exchange's request that holds the API key. The vendor does not publish it.
    #[serde(default = "default_api_key_field")]
    pub api_key_field: String,
    /// The field of the exchange's response that holds the bearer token, at the top or in `response`.
    #[serde(default = "default_token_field")]
    pub token_field: String,
    /// The id of the task of type "Web" that answers.
    pub task_id: String,
    /// The random half of the webhook's token.
    pub webhook_token: SecretRef,
    /// What happens to a message of which it cannot be known whether Selarti has it.
    #[serde(default)]
    pub in_doubt: InDoubt,
}

fn default_api_key_field() -> String {
    "api_key".to_owned()
}

fn default_token_field() -> String {
    "token".to_owned()
}

impl ConnectionSettings for Settings {
    fn secrets(&self) -> Vec<&SecretRef> {
        [
            self.token.as_ref(),
            self.api_key.as_ref(),
            Some(&self.webhook_token),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn setup(&self, url: &str) -> String {
        format!(
            "In Selarti's panel, as the webhook url of the integration of type \"Another\" (webhook type \"All messages\"):\n{url}"
        )
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        crate::platforms::check_url("url", &self.url)?;
        if self.task_id.is_empty() {
            return Err((
                "task_id",
                "is empty; copy the task's id from Selarti's panel".to_owned(),
            ));
        }
        match (&self.token, &self.api_key) {
            (None, None) => Err(("token", "is missing; give `token` or `api_key`".to_owned())),
            (Some(_), Some(_)) => Err((
                "api_key",
                "stands beside `token`; give one of the two".to_owned(),
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
