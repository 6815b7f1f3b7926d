//! What a failure of the other side means for the message, decided here for all platforms. A platform adds only what
//! its own answers say beyond the HTTP status.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::http::{Answer, NoAnswer};
use crate::model::ChatId;

/// Why a message was not delivered, as what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Try again.
    Later {
        /// Not before this has passed, because the other side says so.
        after: Option<Duration>,
        /// The other side may have it already.
        in_doubt: bool,
        /// For a person.
        reason: String,
    },
    /// It will never be taken: a dead letter, at once.
    Never {
        /// For a person.
        reason: String,
    },
    /// Who we are was refused, and surely nothing was taken. The secrets may be others by now: [`crate::platforms::send`] looks.
    Unauthorized {
        /// For a person.
        reason: String,
        /// If they are not: it will never be taken. Otherwise a person mends that, and the message waits.
        never: bool,
    },
    /// The chat has another id now: send it there.
    Moved(ChatId),
}

impl Failure {
    /// Surely not taken; try again.
    pub fn later(reason: impl fmt::Display) -> Self {
        Self::Later {
            after: None,
            in_doubt: false,
            reason: reason.to_string(),
        }
    }

    /// It will never be taken.
    pub fn never(reason: impl fmt::Display) -> Self {
        Self::Never {
            reason: reason.to_string(),
        }
    }

    /// The same, with a reason that does not quote `sent`: some sides repeat in their error what they were sent, and a reason is
    /// logged.
    #[must_use]
    pub fn without(mut self, sent: &str) -> Self {
        if let Self::Later { reason, .. }
        | Self::Never { reason }
        | Self::Unauthorized { reason, .. } = &mut self
        {
            let begins: String = sent.trim().chars().take(16).collect();
            if let Some((before, _)) = reason.split_once(&begins)
                && !begins.is_empty()
            {
                *reason = format!("{before}…");
            }
        }
        self
    }

    /// Who we are was refused; a person will mend that, so the message waits.
    pub fn unauthorized(reason: impl fmt::Display) -> Self {
        Self::Unauthorized {
            reason: reason.to_string(),
            never: false,
        }
    }

    /// What it is while nobody knows whether there are other secrets.
    #[must_use]
    pub fn until_secrets_are_known(self) -> Self {
        match self {
            Self::Unauthorized { reason, .. } => Self::later(reason),
            other => other,
        }
    }

    /// What it is when nobody has other secrets.
    #[must_use]
    pub fn with_these_secrets(self) -> Self {
        match self {
            Self::Unauthorized {
                reason,
                never: true,
            } => Self::Never { reason },
            Self::Unauthorized {
                reason,
                never: false,
            } => Self::later(reason),
            other => other,
        }
    }

    /// Our own side is not set up. A person will mend that, so the message waits.
    pub fn misconfigured(reason: impl fmt::Display) -> Self {
        Self::later(reason)
    }

    /// What a status says that is no success.
    ///
    /// * 429 and 503: not taken, come back when they say;
    /// * 401: not taken, other secrets or a person mend it; 403: other secrets, or nothing;
    /// * 408, 425: not taken; time mends it;
    /// * other 4xx and 3xx: it will be the same tomorrow;
    /// * other 5xx: it may have been taken.
    pub fn from_status(answer: &Answer, message: Option<&str>) -> Self {
        let status = answer.status;
        let mut reason = format!("status {}", status.as_u16());
        if let Some(message) = message {
            reason.push_str(": ");
            reason.extend(message.chars().filter(|c| !c.is_control()).take(200));
        }
        match status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Self::Later {
                after: answer.retry_after(),
                in_doubt: false,
                reason,
            },
            StatusCode::UNAUTHORIZED => Self::unauthorized(reason),
            StatusCode::FORBIDDEN => Self::Unauthorized {
                reason,
                never: true,
            },
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY => Self::later(reason),
            status if status.is_server_error() => Self::Later {
                after: answer.retry_after(),
                in_doubt: true,
                reason,
            },
            _ => Self::Never { reason },
        }
    }
}

impl From<NoAnswer> for Failure {
    fn from(error: NoAnswer) -> Self {
        Self::Later {
            after: None,
            in_doubt: matches!(error, NoAnswer::InDoubt(_)),
            reason: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue};

    use super::*;

    fn answer(status: u16, retry_after: Option<&'static str>) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert("retry-after", HeaderValue::from_static(value));
        }
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: Bytes::new(),
        }
    }

    #[test]
    fn a_status_says_what_to_do() {
        for (status, again, in_doubt) in [
            (302, false, false),
            (400, false, false),
            (401, true, false),
            (403, false, false),
            (404, false, false),
            (408, true, false),
            (413, false, false),
            (429, true, false),
            (500, true, true),
            (502, true, true),
            (503, true, false),
            (504, true, true),
        ] {
            let failure = Failure::from_status(&answer(status, None), None);
            let refused = matches!(failure, Failure::Unauthorized { .. });
            assert_eq!(refused, matches!(status, 401 | 403), "{status}");
            match failure.with_these_secrets() {
                Failure::Later {
                    in_doubt: doubt, ..
                } => assert_eq!((again, in_doubt), (true, doubt), "{status}"),
                _ => assert!(!again, "{status}"),
            }
        }
    }

    #[test]
    fn a_reason_does_not_quote_the_message() {
        let Failure::Never { reason } = Failure::never("status 400: bad value: My number is +7900")
            .without("My number is +7900 123")
        else {
            panic!("it stays what it is");
        };
        assert_eq!(reason, "status 400: bad value: …");
    }

    #[test]
    fn retry_after_is_kept() {
        let Failure::Later { after, .. } = Failure::from_status(&answer(429, Some("7")), None)
        else {
            panic!("429 can be tried again");
        };
        assert_eq!(after, Some(Duration::from_secs(7)));
    }
}
