//! A client server that speaks the Omnichannel public API: a company's own chat, which calls an agent's webhook.
//!
//! It posts `new_message` to the URL that the agent's platform gave it, and serves `{base}/send_message` for the answers.
//! The API has texts, buttons and files from the visitor, but no files from the agent, and no operators.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use simulators::omnichannel_client::{Content, OmnichannelClient, Options};
//!
//! let listener = simulators::listen("127.0.0.1:0").await?;
//! let client = OmnichannelClient::start(listener, Options::default())?;
//! client.set_webhook("http://127.0.0.1:3000/connector/omnichannel/omnichannel_message/some-token/bot_api_webhook");
//! // ... the bridge is configured with `client.base_url()` and `client.token()` ...
//! let ada = client.chat(42);
//! let event = ada.text("Hello");
//! let delivery = client.delivered(&event, Duration::from_secs(10)).await?;
//! assert_eq!(delivery.status(), Some(200));
//! let shown = ada.wait_shown(1, Duration::from_secs(10)).await?;
//! assert_eq!(shown[0].content, Content::Text("Hi, Ada".into()));
//! # Ok(()) }
//! ```
//!
//! Files: `api` what is served, `visitor` the people. The rest is shared with [`crate::webim_v2`].
//!
//! A person with `curl` writes and presses with `POST {control_url}/chats/{id}/messages`, and reads with
//! `GET {control_url}/chats/{id}`.
//!
//! Source: "Public asynchronous API Omnichannel connectivity" of the platform. It does not show the body of
//! `send_message`: that is taken as Webim's External Bot API 2.0 has it, whose family this is. Nor does it say what a
//! client server does with a failure; see [`Options::retry`].

mod api;
mod visitor;

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;

pub use crate::application::{Line, NoSuchButton};
pub use crate::bot_api::book::Shown;
pub use crate::bot_api::delivery::{Delivery, Event, Retry};
pub use crate::bot_api::message::{Button, Content};
pub use crate::bot_api::request::Call;
pub use crate::bot_api::visitor::{File, FileState, Visitor};
pub use visitor::Chat;

use crate::bot_api::book::Book;
use crate::bot_api::delivery::{Manner, Post, Verdict};
use crate::client::{Answer, Unreachable};
use crate::faults::Faults;
use crate::log::{Log, TimedOut};
use crate::server::Server;

/// How the agent's platform shows that it is the one it says. These are the two ways that the document has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// `Authorization: Token {token}`.
    Header(String),
    /// The token is a segment of the base URL's path, and there need not be a header.
    Path(String),
}

/// What the simulated client server is.
#[derive(Clone, Debug)]
pub struct Options {
    /// The agent's webhook. Events wait until there is one. Default: none yet.
    pub webhook: Option<String>,
    /// Default: by header, `omnichannel-token`.
    pub authentication: Authentication,
    /// How events are sent again that were answered 5xx, or not at all. Everything else is final.
    pub retry: Retry,
    /// How long an answer to an event is waited for. Not published; default: 10 s.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            webhook: None,
            authentication: Authentication::Header("omnichannel-token".to_owned()),
            retry: Retry::default(),
            patience: Duration::from_secs(10),
        }
    }
}

/// A running simulated client server.
#[derive(Debug)]
pub struct OmnichannelClient {
    inner: Arc<Inner>,
    server: Server,
}

#[derive(Debug)]
pub(crate) struct Inner {
    authentication: Authentication,
    book: Book,
    post: Arc<Post>,
    calls: Log<Call>,
    probes: Log<String>,
    faults: Arc<Faults>,
}

impl OmnichannelClient {
    /// Serves `send_message` on `listener`. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the listener or the HTTP client cannot be used.
    pub fn start(listener: TcpListener, options: Options) -> io::Result<Self> {
        let post = Post::new(Manner {
            url: options.webhook,
            headers: vec![],
            patience: options.patience,
            retry: options.retry,
            judge,
        })?;
        let inner = Arc::new(Inner {
            authentication: options.authentication,
            book: Book::default(),
            post,
            calls: Log::default(),
            probes: Log::default(),
            faults: Arc::new(Faults::default()),
        });
        let server = Server::start(
            listener,
            api::router(Arc::clone(&inner)),
            Arc::clone(&inner.faults),
            api::later,
        )?;
        Ok(Self { inner, server })
    }

    /// What the platform is given as the channel's webhook URL, without a slash at the end: `http://127.0.0.1:port`, with
    /// the token behind it if that is how the platform authenticates.
    #[must_use]
    pub fn base_url(&self) -> String {
        let base = self.server.base_url();
        match &self.inner.authentication {
            Authentication::Header(_) => base,
            Authentication::Path(token) => format!("{base}/{token}"),
        }
    }

    /// Where a person with `curl` finds the chats, at `/chats/{id}` below it. No part of the API.
    #[must_use]
    pub fn control_url(&self) -> String {
        self.server.base_url()
    }

    /// The token for the platform's header, if it wants one.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        match &self.inner.authentication {
            Authentication::Header(token) => Some(token),
            Authentication::Path(_) => None,
        }
    }

    /// Finishes the answers under way, frees the port and sends no more events.
    pub async fn stop(&self) {
        self.server.stop().await;
        self.inner.post.abort();
    }

    /// What goes wrong with the agent's calls. The endpoint is `send_message`.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Points events at an agent's webhook, also those that wait or are repeated.
    pub fn set_webhook(&self, url: &str) {
        self.inner.post.set_url(url);
    }

    /// The chat with this id, made if it is new, of a visitor called Ada.
    pub fn chat(&self, id: i64) -> Chat {
        self.chat_of(id, Visitor::ada(id))
    }

    /// The chat with this id, made if it is new, of this visitor.
    pub fn chat_of(&self, id: i64, visitor: Visitor) -> Chat {
        Chat::open(&self.inner, id, visitor)
    }

    /// Everything that the agent showed, in all chats, in order.
    #[must_use]
    pub fn shown(&self) -> &Log<Shown> {
        &self.inner.book.shown
    }

    /// Every call of `send_message`, granted or refused, except those that a fault kept away.
    #[must_use]
    pub fn calls(&self) -> &Log<Call> {
        &self.inner.calls
    }

    /// Every request to the base URL itself, by its HTTP method: whether the client server can be reached.
    #[must_use]
    pub fn probes(&self) -> &Log<String> {
        &self.inner.probes
    }

    /// Every event that was made, whether the agent has it or not.
    #[must_use]
    pub fn events(&self) -> &Log<Event> {
        &self.inner.post.events
    }

    /// Every attempt to bring an event to the agent, with the status and body that came back.
    #[must_use]
    pub fn deliveries(&self) -> &Log<Delivery> {
        &self.inner.post.deliveries
    }

    /// Waits until an event was answered for good, or was given up, and returns that last attempt.
    ///
    /// # Errors
    /// [`TimedOut`], with all attempts of all events so far.
    pub async fn delivered(
        &self,
        event: &Event,
        timeout: Duration,
    ) -> Result<Delivery, TimedOut<Delivery>> {
        self.inner.post.delivered(event, timeout).await
    }

    /// Posts any JSON to the webhook once, now, beside all order: an old event, a strange one.
    ///
    /// # Errors
    /// [`Unreachable`] when there is no answer, or no webhook.
    pub async fn post_event(&self, body: &Value) -> Result<Answer, Unreachable> {
        self.inner.post.once(body).await
    }

    /// Posts `copies` of an event at once, and returns what came back in the order of the calls.
    pub async fn copies(&self, body: &Value, copies: usize) -> Vec<Result<Answer, Unreachable>> {
        self.inner.post.copies(body, copies).await
    }
}

impl Drop for OmnichannelClient {
    fn drop(&mut self) {
        self.inner.post.abort();
    }
}

/// 200 is the only success that is documented, 500 the only failure that is the platform's own.
fn judge(answer: &Answer) -> Verdict {
    match answer.status {
        200 => Verdict::Taken,
        500.. => Verdict::Again,
        _ => Verdict::Refused,
    }
}
