//! How an application brings a message to what it takes for the vendor: in copies and several times, if it is told to.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::client::{Answer, Client, Unreachable};
use crate::log::Log;
use crate::tasks::at_once;

/// How long an application waits for an answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How each message is sent. By default once: no document obliges an application to more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sending {
    /// How many copies of each request are sent, all at once. 0 is taken as 1.
    pub copies: usize,
    /// After how many attempts a message is given up. 0 is taken as 1. Tried again is what was not answered, or with 429 or
    /// a 5xx.
    pub attempts: u32,
    /// The pause before the second attempt. Each further one is twice as long, up to two seconds.
    pub pause: Duration,
}

impl Default for Sending {
    fn default() -> Self {
        Self {
            copies: 1,
            attempts: 1,
            pause: Duration::from_millis(100),
        }
    }
}

/// A request was not answered with success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The HTTP status; `None` when there was no answer.
    pub status: Option<u16>,
    /// What the answer says, or what is wrong with it.
    pub reason: String,
}

impl Refused {
    /// Whether another attempt may help.
    fn may_pass(&self) -> bool {
        self.status
            .is_none_or(|status| status == 429 || status >= 500)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) => write!(f, "HTTP status {status}: {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

impl std::error::Error for Refused {}

impl From<Unreachable> for Refused {
    fn from(error: Unreachable) -> Self {
        Self {
            status: None,
            reason: error.reason,
        }
    }
}

/// One attempt to bring a message out, in all its copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery<T> {
    /// The message's number.
    pub message: u64,
    /// Whose it is: the application's own id of the chat.
    pub chat: String,
    /// The how manieth attempt it was, from 1.
    pub attempt: u32,
    /// What was posted.
    pub request: Value,
    /// What each copy was answered, in the order of the calls.
    pub outcomes: Vec<Result<T, Refused>>,
    /// Whether it was the last one, in vain.
    pub gave_up: bool,
}

impl<T> Delivery<T> {
    /// Whether the message is out: at least one copy was answered as documented.
    #[must_use]
    pub fn taken(&self) -> bool {
        self.outcomes.iter().any(Result::is_ok)
    }

    /// What is wrong with the first copy that was not taken.
    #[must_use]
    pub fn refused(&self) -> Option<&Refused> {
        self.outcomes
            .iter()
            .find_map(|outcome| outcome.as_ref().err())
    }
}

/// A message on its way.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) number: u64,
    pub(crate) chat: String,
    /// Where to. `None`: nobody said yet.
    pub(crate) url: Option<String>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Value,
}

/// Sends a message until it is taken or given up, and notes each attempt.
pub(crate) async fn send<T: Clone>(
    client: &Client,
    sending: Sending,
    outgoing: &Outgoing,
    deliveries: &Log<Delivery<T>>,
    judge: impl Fn(&Answer) -> Result<T, Refused>,
) {
    let mut pause = sending.pause;
    let mut attempt = 0;
    loop {
        attempt += 1;
        let answers = post(client, outgoing, sending.copies.max(1)).await;
        let outcomes: Vec<_> = answers.into_iter().map(|answer| judge(&answer?)).collect();
        let taken = outcomes.iter().any(Result::is_ok);
        let may_pass = outcomes
            .iter()
            .any(|outcome| outcome.as_ref().is_err_and(Refused::may_pass));
        let gave_up = !taken && (!may_pass || attempt >= sending.attempts);
        deliveries.push(Delivery {
            message: outgoing.number,
            chat: outgoing.chat.clone(),
            attempt,
            request: outgoing.body.clone(),
            outcomes,
            gave_up,
        });
        if taken || gave_up {
            return;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Posts `copies` of a message at once; the answers come in the order of the calls.
async fn post(
    client: &Client,
    outgoing: &Outgoing,
    copies: usize,
) -> Vec<Result<Answer, Unreachable>> {
    let Outgoing {
        url, headers, body, ..
    } = outgoing;
    let Some(url) = url else {
        return vec![Err(nowhere())];
    };
    let calls = (0..copies).map(|_| {
        let (client, url, headers, body) =
            (client.clone(), url.clone(), headers.clone(), body.clone());
        async move { client.post(&url, &headers, &body).await }
    });
    at_once(calls).await
}

/// The application was not told where to send.
pub(crate) fn nowhere() -> Unreachable {
    Unreachable {
        reason: "no URL is configured".to_owned(),
        timed_out: false,
    }
}
