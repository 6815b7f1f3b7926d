//! An application that speaks Selarti's API: it calls `send_message_external` with what its visitors write, and gets the
//! answers at its webhook.
//!
//! The bridge stands in Selarti's place, and the application takes nothing that Selarti's pages do not show: what the
//! answers and the webhook's requests have beyond them, or lack, is refused and noted in [`SelartiClient::violations`].
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use simulators::selarti_client::{Options, SelartiClient};
//!
//! let application = SelartiClient::start(simulators::listen("127.0.0.1:0").await?, Options::default())?;
//! // ... the bridge is configured with `application.webhook_url()` ...
//! application.set_base_url("http://127.0.0.1:3000/selarti");
//! let ada = application.chat("123456789");
//! application.delivered(ada.text("Hello"), Duration::from_secs(10)).await?;
//! let shown = ada.wait_shown(1, Duration::from_secs(10)).await?;
//! assert_eq!(shown[0].message_text, "Hi, Ada");
//! # Ok(()) }
//! ```
//!
//! Source: Selarti's documentation, "Integration with an external messenger", and the form that its host, Bubble, gives to
//! answers, which Selarti does not publish.
//!
//! Files: `request` what is posted and what may come back, `webhook` the 20 fields, `visitor` the people.

mod request;
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
pub use crate::selarti::{Author, Webhook};
pub use visitor::Chat;
pub use webhook::{Received, Verdict};

use crate::application::control;
use crate::application::people::People;
use crate::application::sending::{PATIENCE, nowhere, send};
use crate::client::{Answer, Client, Unreachable};
use crate::faults::Faults;
use crate::lanes::Lanes;
use crate::log::{Log, TimedOut};
use crate::server::Server;
use crate::tasks::{Tasks, at_once};
use webhook::Seen;

/// What the application is.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the API is, without a slash at the end: what stands before `/api/1.1/wf/send_message_external`. `None`:
    /// [`SelartiClient::set_base_url`] will say.
    pub base_url: Option<String>,
    /// The bearer token. Default: `selarti-token`.
    pub token: String,
    /// The task. Default: the vendor's sample, `1721129985149x478019552540622850`.
    pub task_id: String,
    /// How messages are sent. Default: each once.
    pub sending: Sending,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            base_url: None,
            token: "selarti-token".to_owned(),
            task_id: "1721129985149x478019552540622850".to_owned(),
            sending: Sending::default(),
        }
    }
}

/// A running simulated application.
#[derive(Debug)]
pub struct SelartiClient {
    inner: Arc<Inner>,
    server: Server,
}

#[derive(Debug)]
pub(crate) struct Inner {
    base_url: Mutex<Option<String>>,
    token: String,
    task_id: String,
    sending: Sending,
    people: People,
    seen: Mutex<Seen>,
    /// The number of the last message.
    last: Mutex<u64>,
    deliveries: Log<Delivery<Value>>,
    received: Log<Received>,
    shown: Log<Webhook>,
    violations: Log<String>,
    client: Client,
    running: Arc<Tasks>,
    lanes: Lanes<String>,
    faults: Arc<Faults>,
}

impl SelartiClient {
    /// Serves the application's webhook on `listener`. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the listener or the HTTP client cannot be used.
    pub fn start(listener: TcpListener, options: Options) -> io::Result<Self> {
        let running = Arc::new(Tasks::default());
        let inner = Arc::new(Inner {
            base_url: Mutex::new(options.base_url),
            token: options.token,
            task_id: options.task_id,
            sending: options.sending,
            people: People::default(),
            seen: Mutex::default(),
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

    /// Where webhooks are taken.
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

    /// Where the API is from now on: what stands before `/api/1.1/wf/send_message_external`.
    pub fn set_base_url(&self, url: &str) {
        *self
            .inner
            .base_url
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(url.to_owned());
    }

    /// The chat with this id, made if it is new. A webhook for a chat that was not made is refused.
    pub fn chat(&self, id: &str) -> Chat {
        Chat::open(&self.inner, id)
    }

    /// Every attempt to bring a message out. The outcome of a copy that was taken is the answer's `response`.
    #[must_use]
    pub fn deliveries(&self) -> &Log<Delivery<Value>> {
        &self.inner.deliveries
    }

    /// Everything that reached the webhook, taken or refused.
    #[must_use]
    pub fn received(&self) -> &Log<Received> {
        &self.inner.received
    }

    /// Everything that is shown, in all chats, in order: what the bot and the operators say, each message once.
    #[must_use]
    pub fn shown(&self) -> &Log<Webhook> {
        &self.inner.shown
    }

    /// All that was not as documented: in successful answers, and in the webhook's requests.
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
    ) -> Result<Delivery<Value>, TimedOut<Delivery<Value>>> {
        let ended = |delivery: &Delivery<Value>| {
            delivery.message == message && (delivery.taken() || delivery.gave_up)
        };
        let mut found = self
            .inner
            .deliveries
            .wait_for_matching(1, timeout, ended)
            .await?;
        Ok(found.swap_remove(0))
    }

    /// Posts any JSON once, now, with the token and beside all order. The answer is not judged.
    ///
    /// # Errors
    /// [`Unreachable`] when there is no answer, or no URL.
    pub async fn post(&self, request: &Value) -> Result<Answer, Unreachable> {
        self.inner.post(request).await
    }

    /// Posts `copies` of any JSON at once, and returns what came back in the order of the calls. The answers are not judged.
    pub async fn copies(&self, request: &Value, copies: usize) -> Vec<Result<Answer, Unreachable>> {
        let calls = (0..copies).map(|_| {
            let (inner, request) = (Arc::clone(&self.inner), request.clone());
            async move { inner.post(&request).await }
        });
        at_once(calls).await
    }
}

impl Drop for SelartiClient {
    fn drop(&mut self) {
        self.inner.running.abort();
    }
}

impl Inner {
    fn url(&self) -> Option<String> {
        let base = self
            .base_url
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        base.map(|base| format!("{base}/api/1.1/wf/send_message_external"))
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        vec![("authorization", format!("Bearer {}", self.token))]
    }

    async fn post(&self, request: &Value) -> Result<Answer, Unreachable> {
        let url = self.url().ok_or_else(nowhere)?;
        self.client.post(&url, &self.headers(), request).await
    }

    /// Numbers a visitor's message and queues it behind the visitor's earlier ones.
    fn queue(self: &Arc<Self>, chat: &str, text: &str) -> u64 {
        // Numbered, shown and queued under one lock: the numbers of a chat rise in the order in which they are sent.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last += 1;
        let number = *last;
        self.people.says(chat, text.to_owned());
        let (inner, id, text) = (Arc::clone(self), chat.to_owned(), text.to_owned());
        self.lanes.run(chat.to_owned(), async move {
            inner.bring(number, id, &text).await;
        });
        number
    }

    async fn bring(&self, number: u64, chat: String, text: &str) {
        let outgoing = request::outgoing(self, number, chat, text);
        let judge = |answer: &Answer| {
            request::judge(answer).map_err(|reason| {
                let refused = Refused {
                    status: Some(answer.status),
                    reason,
                };
                if (200..400).contains(&answer.status) {
                    self.violations.push(refused.to_string());
                }
                refused
            })
        };
        send(
            &self.client,
            self.sending,
            &outgoing,
            &self.deliveries,
            judge,
        )
        .await;
    }
}
