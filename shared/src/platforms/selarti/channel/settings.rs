//! What a connection to an application needs.

use serde::{Deserialize, Serialize};

use crate::connections::{InDoubt, SecretRef};
use crate::platforms::{ConnectionSettings, End, check_url};

/// The settings of an application that speaks Selarti's API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The application's webhook: the whole URL, with its path and its query if it has them.
    pub url: String,
    /// The random half of the bearer token that the application sends.
    pub token: SecretRef,
    /// The task that the application names in every message, and finds in every webhook.
    pub task_id: String,
    /// The webhook's `channel_id`; without one, the connection's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// The webhook's `company_id`.
    #[serde(default)]
    pub company_id: String,
    /// The webhook's `manager_id`.
    #[serde(default)]
    pub manager_id: String,
    /// Messages have no ids. Two that are alike within this many seconds (up to twice that) are one message sent twice; 0
    /// takes each for its own.
    #[serde(default = "default_duplicate_window")]
    pub duplicate_window: u32,
    /// What happens to a message of which it cannot be known whether the application has it.
    #[serde(default)]
    pub in_doubt: InDoubt,
}

fn default_duplicate_window() -> u32 {
    5
}

impl ConnectionSettings for Settings {
    fn check(&self) -> Result<(), (&'static str, String)> {
        // A webhook may have a query; what stands before it is like any URL.
        let base = self
            .url
            .split_once('?')
            .map_or(&*self.url, |(base, _)| base);
        check_url("url", base)?;
        if let Err(error) = self.url.parse::<http::Uri>() {
            return Err(("url", format!("is no URL: {error}")));
        }
        if self.task_id.is_empty() {
            return Err((
                "task_id",
                "is empty; give the task that the application sends".to_owned(),
            ));
        }
        if self.duplicate_window > 60 {
            return Err((
                "duplicate_window",
                "is in seconds, at most 60; longer would take a visitor's repeated word for a copy"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    fn secrets(&self) -> Vec<&SecretRef> {
        vec![&self.token]
    }

    fn webhook_secret(&self) -> &SecretRef {
        &self.token
    }

    fn setup(&self, url: &str) -> String {
        let base = url.strip_suffix(End::SelartiChannel.route()).unwrap_or(url);
        format!(
            "In the application, in place of Selarti's address:\n{base}\n\
             In place of Selarti's bearer token: this connection's id, a dot and what ${} holds.",
            self.token.name()
        )
    }

    fn in_doubt(&self) -> InDoubt {
        self.in_doubt
    }
}
