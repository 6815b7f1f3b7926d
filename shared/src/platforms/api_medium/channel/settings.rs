//! What a connection to such an application needs.

use serde::{Deserialize, Serialize};

use crate::connections::{InDoubt, SecretRef};
use crate::platforms::ConnectionSettings;
use crate::platforms::api_medium::check_whole_url;
use crate::platforms::api_medium::wire::UserId;

/// The settings of a channel in an application that speaks SmartBot360's API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The application's webhook: the whole URL.
    pub url: String,
    /// What the application sends as `token`.
    pub token: SecretRef,
    /// The `adminID` of every person at the agent. The agent does not say which of its people wrote.
    #[serde(default = "default_admin_id")]
    pub admin_id: u64,
    /// Requests have no ids. Two of a known user that are alike within this many seconds (up to twice that) are one that was sent
    /// twice; 0 takes each for its own. Those with an `Idempotency-Key` do not need it.
    #[serde(default = "default_duplicate_window")]
    pub duplicate_window: u32,
    /// What happens to a message of which it cannot be known whether the application has it.
    #[serde(default)]
    pub in_doubt: InDoubt,
}

fn default_admin_id() -> u64 {
    1
}

fn default_duplicate_window() -> u32 {
    5
}

impl ConnectionSettings for Settings {
    fn check(&self) -> Result<(), (&'static str, String)> {
        check_whole_url("url", &self.url)?;
        if self.admin_id > UserId::MAX {
            return Err((
                "admin_id",
                format!("is at most {}, so that JavaScript keeps it", UserId::MAX),
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
        format!(
            "In the application, in place of what SmartBot360's dashboard shows: the id of this connection as channelID, the \
             value of {} as token, and as the URL that messages are sent to:\n{url}",
            self.token.name()
        )
    }

    fn in_doubt(&self) -> InDoubt {
        self.in_doubt
    }
}
