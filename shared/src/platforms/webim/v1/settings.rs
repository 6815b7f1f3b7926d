//! What a connection to Webim needs.

use serde::{Deserialize, Serialize};

use crate::connections::{InDoubt, SecretRef};
use crate::platforms::ConnectionSettings;

/// The settings of a channel on Webim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The random half of the webhook's token: Webim signs nothing, so the URL is the secret.
    pub token: SecretRef,
    /// Webim's messages have no ids. Two that are alike within this many seconds (up to twice that) are one message sent
    /// twice; 0 takes each for its own.
    #[serde(default = "default_duplicate_window")]
    pub duplicate_window: u32,
}

fn default_duplicate_window() -> u32 {
    5
}

impl ConnectionSettings for Settings {
    fn secrets(&self) -> Vec<&SecretRef> {
        vec![&self.token]
    }

    fn setup(&self, url: &str) -> String {
        format!(
            "At Webim, Settings > Bots, as the address of a bot of type \"Smart bot\", version 1:\n{url}"
        )
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        if self.duplicate_window > 60 {
            return Err((
                "duplicate_window",
                "is in seconds, at most 60; longer would take a visitor's repeated word for a copy"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    fn webhook_secret(&self) -> &SecretRef {
        &self.token
    }

    fn in_doubt(&self) -> InDoubt {
        // Nothing is sent to it: it fetches.
        InDoubt::Repeat
    }
}
