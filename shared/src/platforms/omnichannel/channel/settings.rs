//! What a connection to a client's server needs.

use serde::{Deserialize, Serialize};

use crate::connections::{InDoubt, SecretRef};
use crate::platforms::ConnectionSettings;

/// The settings of a client's server as a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The server's base URL, to which `/send_message` is added. Goes with `token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What the server wants in `Authorization: Token …`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<SecretRef>,
    /// The base URL of a server that knows the platform by a token in it. The whole URL is the secret then. In place of `url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_url: Option<SecretRef>,
    /// The random half of the webhook's token.
    pub webhook_token: SecretRef,
    /// What happens to a message of which it cannot be known whether the server has it.
    #[serde(default)]
    pub in_doubt: InDoubt,
}

impl ConnectionSettings for Settings {
    fn secrets(&self) -> Vec<&SecretRef> {
        [
            self.token.as_ref(),
            self.secret_url.as_ref(),
            Some(&self.webhook_token),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn setup(&self, url: &str) -> String {
        format!("In the client server's settings, as the platform's webhook URL:\n{url}")
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        match (&self.url, &self.secret_url, &self.token) {
            (Some(url), None, Some(_)) => crate::platforms::check_url("url", url),
            (None, Some(_), _) => Ok(()),
            (Some(_), Some(_), _) => Err((
                "secret_url",
                "stands beside `url`; give one of the two".to_owned(),
            )),
            (Some(_), None, None) => Err((
                "token",
                "is missing; a server that has its token in its URL is given as `secret_url`"
                    .to_owned(),
            )),
            (None, None, _) => Err((
                "url",
                "is missing; give `url` and `token`, or `secret_url` for a URL that holds the token"
                    .to_owned(),
            )),
        }
    }

    fn webhook_secret(&self) -> &SecretRef {
        &self.webhook_token
    }

    fn in_doubt(&self) -> InDoubt {
        self.in_doubt
    }
}
