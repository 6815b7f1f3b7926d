//! An application that speaks SmartBot360's API medium: it posts what its visitors write, and gets the replies at its
//! webhook.
//!
//! The bridge stands in the vendor's place, and the application is as strict as the vendor's page lets it be: what the
//! answers and the webhook's requests have beyond the page, or lack, is refused and noted in
//! [`ApiMediumClient::violations`].
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use simulators::api_medium_client::{ApiMediumClient, Options};
//!
//! let application = ApiMediumClient::start(simulators::listen("127.0.0.1:0").await?, Options::default())?;
//! // ... the bridge is configured with `application.webhook_url()` ...
//! application.set_url("http://127.0.0.1:3000/api-medium/some-token");
//! let ada = application.chat("ada");
//! application.delivered(ada.text("#start"), Duration::from_secs(10)).await?;
//! let shown = ada.wait_shown(1, Duration::from_secs(10)).await?;
//! assert_eq!(shown[0].text, "Hi, Ada");
//! # Ok(()) }
//! ```
//!
//! Source: SmartBot360's "API Medium Integration". Not on that page, and decided here: `offset` counts UTF-16 units, as
//! JavaScript does; numbers are whole and not negative; the page's example answers have all the fields that there are.
//!
//! Files: `request` what is posted and what may come back, `webhook` the replies, `users` who is who, `visitor` the people.

mod request;
mod users;
mod visitor;
mod webhook;

#[cfg(test)]
mod tests;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;

pub use crate::application::{Delivery, Line, NoSuchButton, Refused, Sending};
pub use request::Attachment;
pub use visitor::Chat;
pub use webhook::{Part, Received, Shown};

use crate::application::control;
use crate::application::people::People;
use crate::application::sending::{PATIENCE, nowhere, send};
use crate::client::{Answer, Client, Unreachable};
use crate::faults::Faults;
use crate::lanes::Lanes;
use crate::log::{Log, TimedOut};
use crate::server::Server;
use crate::tasks::{Tasks, at_once};
use users::Users;

/// What the application is.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where messages are posted, the whole URL; `None`: [`ApiMediumClient::set_url`] will say.
    pub url: Option<String>,
    /// The channel's id. Default: the vendor's sample, `D9LjuWl0jappznT5`.
    pub channel_id: String,
    /// The channel's token. Default: `api-medium-token`.
    pub token: String,
    /// How messages are sent. Default: each once.
    pub sending: Sending,
    /// Whether requests carry an `Idempotency-Key`, the same in all copies and attempts of a message. The vendor's page does
    /// not know it. Default: no.
    pub idempotency_key: bool,
    /// What becomes of a reply that overtakes the answer with its `userID`.
    pub early: Early,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            url: None,
            channel_id: "D9LjuWl0jappznT5".to_owned(),
            token: "api-medium-token".to_owned(),
            sending: Sending::default(),
            idempotency_key: false,
            early: Early::default(),
        }
    }
}

/// What becomes of a reply to a `userID` that the application has not been told, while it waits for the answer to some
/// visitor's first message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Early {
    /// It is refused like any other unknown user's. The vendor answers once a message is queued, so that applications do
    /// not expect a reply before.
    #[default]
    Refuse,
    /// It is held until the answer is there.
    Hold,
}

/// A running simulated application.
#[derive(Debug)]
pub struct ApiMediumClient {
    inner: Arc<Inner>,
    server: Server,
}

#[derive(Debug)]
pub(crate) struct Inner {
    url: Mutex<Option<String>>,
    channel_id: String,
    token: String,
    sending: Sending,
    idempotency_key: bool,
    early: Early,
    people: People,
    users: Users,
    /// The number of the last message.
    last: Mutex<u64>,
    deliveries: Log<Delivery<u64>>,
    received: Log<Received>,
    shown: Log<Shown>,
    violations: Log<String>,
    client: Client,
    running: Arc<Tasks>,
    lanes: Lanes<String>,
    faults: Arc<Faults>,
}

impl ApiMediumClient {
    /// Serves the application's webhook on `listener`. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the listener or the HTTP client cannot be used.
    pub fn start(listener: TcpListener, options: Options) -> io::Result<Self> {
        let running = Arc::new(Tasks::default());
        let inner = Arc::new(Inner {
            url: Mutex::new(options.url),
            channel_id: options.channel_id,
            token: options.token,
            sending: options.sending,
            idempotency_key: options.idempotency_key,
            early: options.early,
            people: People::default(),
            users: Users::default(),
            last: Mutex::default(),
            deliveries: Log::default(),
            received: Log::default(),
            shown: Log::default(),
            violations: Log::default(),
            client: Client::new(PATIENCE).map_err(io::Error::other)?,
            lanes: Lanes::new(Arc::clone(&running)),
            running,
            faults: Arc::new(Faults::default()),
        });
        let router = webhook::routes()
            .merge(control::routes())
            .with_state(Arc::clone(&inner));
        let server = Server::start(listener, router, Arc::clone(&inner.faults), webhook::later)?;
        Ok(Self { inner, server })
    }

    /// Where the application is: `http://127.0.0.1:port`, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// Where replies are taken.
    #[must_use]
    pub fn webhook_url(&self) -> String {
        format!("{}/webhook", self.base_url())
    }

    /// Finishes the answers under way, frees the port and sends no more messages.
    pub async fn stop(&self) {
        self.server.stop().await;
        self.inner.running.abort();
    }

    /// What goes wrong at the webhook. The endpoint is `webhook`.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Where messages are posted from now on: the whole URL.
    pub fn set_url(&self, url: &str) {
        *self
            .inner
            .url
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(url.to_owned());
    }

    /// The chat of this visitor, made if it is new. The name is the application's own and never leaves it.
    pub fn chat(&self, name: &str) -> Chat {
        Chat::open(&self.inner, name)
    }

    /// Every attempt to bring a message out. The outcome of a copy that was taken is the `userID` that came back.
    #[must_use]
    pub fn deliveries(&self) -> &Log<Delivery<u64>> {
        &self.inner.deliveries
    }

    /// Everything that reached the webhook, taken or refused.
    #[must_use]
    pub fn received(&self) -> &Log<Received> {
        &self.inner.received
    }

    /// Everything that is shown, in all chats, in order.
    #[must_use]
    pub fn shown(&self) -> &Log<Shown> {
        &self.inner.shown
    }

    /// All that was not as the vendor's page describes: in successful answers, and in the webhook's requests.
    #[must_use]
    pub fn violations(&self) -> &Log<String> {
        &self.inner.violations
    }

    /// Waits until a message is out, or was given up, and returns that last attempt.
    ///
    /// # Errors
    /// [`TimedOut`], with all attempts of all messages so far.
    pub async fn delivered(
        &self,
        message: u64,
        timeout: Duration,
    ) -> Result<Delivery<u64>, TimedOut<Delivery<u64>>> {
        let ended = |delivery: &Delivery<u64>| {
            delivery.message == message && (delivery.taken() || delivery.gave_up)
        };
        let mut found = self
            .inner
            .deliveries
            .wait_for_matching(1, timeout, ended)
            .await?;
        Ok(found.swap_remove(0))
    }

    /// Posts any JSON once, now, beside all order. The answer is not judged.
    ///
    /// # Errors
    /// [`Unreachable`] when there is no answer, or no URL.
    pub async fn post(&self, request: &Value) -> Result<Answer, Unreachable> {
        let url = self.inner.url().ok_or_else(nowhere)?;
        self.inner.client.post(&url, &[], request).await
    }

    /// Posts `copies` of any JSON at once, and returns what came back in the order of the calls. The answers are not judged.
    pub async fn copies(&self, request: &Value, copies: usize) -> Vec<Result<Answer, Unreachable>> {
        let calls = (0..copies).map(|_| {
            let (inner, request) = (Arc::clone(&self.inner), request.clone());
            async move {
                let url = inner.url().ok_or_else(nowhere)?;
                inner.client.post(&url, &[], &request).await
            }
        });
        at_once(calls).await
    }
}

impl Drop for ApiMediumClient {
    fn drop(&mut self) {
        self.inner.running.abort();
    }
}

impl Inner {
    fn url(&self) -> Option<String> {
        self.url
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Numbers a visitor's message and queues it behind the visitor's earlier ones.
    fn queue(self: &Arc<Self>, chat: &str, text: &str, attachments: &[Attachment]) -> u64 {
        // Numbered, shown and queued under one lock: the numbers of a chat rise in the order in which they are sent.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last += 1;
        let number = *last;
        self.people
            .says(chat, request::transcript(text, attachments));
        let (inner, name) = (Arc::clone(self), chat.to_owned());
        let (text, attachments) = (text.to_owned(), attachments.to_vec());
        self.lanes.run(chat.to_owned(), async move {
            inner.bring(number, name, &text, &attachments).await;
        });
        number
    }

    /// Brings a message out. The earlier ones of the chat have ended, so that a `userID` that they brought is known.
    async fn bring(&self, number: u64, chat: String, text: &str, attachments: &[Attachment]) {
        let first = self.users.begin(&chat);
        let outgoing = request::outgoing(self, number, chat, text, attachments);
        send(
            &self.client,
            self.sending,
            &outgoing,
            &self.deliveries,
            |answer| {
                let judged = request::judge(answer, &outgoing.body).and_then(|user_id| {
                    let told = self.users.learn(&outgoing.chat, user_id);
                    told.map(|()| user_id)
                });
                judged.map_err(|reason| {
                    let refused = Refused {
                        status: Some(answer.status),
                        reason,
                    };
                    if (200..400).contains(&answer.status) {
                        self.violations.push(refused.to_string());
                    }
                    refused
                })
            },
        )
        .await;
        drop(first);
    }
}
