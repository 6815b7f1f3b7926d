//! The other side as the platform's settings know it: the client server, where the agent's words go.

use crate::client::{Answer, Unreachable};
use crate::outbox::Destination;

/// The two fields of the channel's settings: "Channel webhook: URL" and "Channel webhook: Token".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientServer {
    /// The base URL. A method's name is put behind it, after a slash.
    pub url: String,
    /// What the header `Authorization: Token {token}` carries. Without one there is no header: then the URL is the secret.
    pub token: Option<String>,
}

impl ClientServer {
    /// A client server that wants the header.
    #[must_use]
    pub fn with_token(url: impl Into<String>, token: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            token: Some(token.into()),
        }
    }

    /// A client server whose URL carries the token.
    #[must_use]
    pub fn with_unique_url(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            token: None,
        }
    }

    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        self.token
            .iter()
            .map(|token| ("authorization", format!("Token {token}")))
            .collect()
    }

    /// Where a message of the agent goes.
    pub(crate) fn send_message(&self) -> Destination {
        Destination {
            url: format!("{}/send_message", self.url.trim_end_matches('/')),
            headers: self.headers(),
        }
    }
}

/// What the platform found when the channel was switched on. It is on either way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// What the base URL answered to a GET.
    pub get: Result<Answer, Unreachable>,
    /// What it answered to a POST after it.
    pub post: Result<Answer, Unreachable>,
}

impl Activation {
    /// The warning that the settings show. Any answer is good, whatever its status.
    #[must_use]
    pub fn warning(&self) -> Option<&'static str> {
        (self.get.is_err() || self.post.is_err()).then_some("Can't reach channel")
    }
}
