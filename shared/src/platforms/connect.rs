//! What [`super::connect()`] is given and says: a platform is told where its webhooks go, or asked whether our credentials are right,
//! without anybody on it noticing. For the command line: no function does this.
//!
//! Only calls that the vendor documents, and of which it is certain that they reach no person. Where there is none, that is
//! the answer.

use std::fmt;
use std::time::Duration;

use crate::connections::Connection;
use crate::delivery::failure::Failure;
use crate::time::Millis;

/// A person waits for it.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(10);

/// What is to be connected.
#[derive(Debug, Clone, Copy)]
pub struct Registration<'a> {
    /// The connection.
    pub connection: &'a Connection,
    /// The whole URL of its webhook, which may hold its token.
    pub url: &'a str,
    /// The platform may send its webhooks somewhere else by now: they are taken from there.
    pub take: bool,
}

/// What connecting came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Connected {
    /// The platform sends its webhooks to us.
    Registered(Registered),
    /// The platform has no call that takes the webhook's URL, and this was found to be right.
    Checked(&'static str),
    /// It has none for that either, for this reason.
    Unchecked(&'static str),
}

/// What a platform says of a webhook that it knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registered {
    /// How many webhooks wait there to be brought.
    pub waiting: u64,
    /// When it last could not bring one, and why; that may have been before.
    pub last_error: Option<(Millis, String)>,
}

/// Why it is not connected. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotConnected {
    /// The webhooks go somewhere else, of which this is the beginning: the rest of the URL may be a secret.
    Elsewhere(String),
    /// It did not work: why, and what to do.
    Failed(String),
}

impl fmt::Display for NotConnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Elsewhere(url) => write!(f, "the platform's webhooks go to {url}…"),
            Self::Failed(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for NotConnected {}

impl NotConnected {
    pub(crate) fn failed(why: impl fmt::Display) -> Self {
        Self::Failed(why.to_string())
    }
}

impl From<Failure> for NotConnected {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Later {
                after: Some(after),
                reason,
                ..
            } => Self::Failed(format!("{reason}; try again in {} s", after.as_secs())),
            Failure::Later { reason, .. }
            | Failure::Never { reason }
            | Failure::Unauthorized { reason, .. } => Self::Failed(reason),
            Failure::Moved(_) => Self::failed("the platform speaks of a chat, and none was named"),
        }
    }
}

/// The scheme and host of a URL, without what may be a secret; nothing of what is no URL, because that may be one, too.
pub(crate) fn beginning(url: &str) -> String {
    let uri = url.parse::<http::Uri>().ok();
    let parts = uri.and_then(|uri| {
        let (scheme, host) = (uri.scheme_str()?, uri.host()?);
        Some(format!("{scheme}://{host}/"))
    });
    parts.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_url_only_what_is_no_secret_is_shown() {
        for (url, shown) in [
            ("https://a.example/bot/hunter2", "https://a.example/"),
            (
                "https://u:hunter2@a.example:8443/?t=hunter2",
                "https://a.example/",
            ),
            ("hunter2", ""),
            ("", ""),
        ] {
            assert_eq!(beginning(url), shown, "{url}");
        }
    }
}
