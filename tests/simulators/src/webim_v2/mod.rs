//! Webim, External Bot API 2.0: a chat on a site that tells the bot of events and is answered by calls.
//!
//! The platform posts an event to the bot's URL and wants `200 {"result":"ok"}` for it at once; what the bot has to say
//! comes later, as calls of `POST /api/bot/v2/{method}`. A chat is with the bot, with the operators, or closed, and only
//! in the first case does the bot hear the visitor and may speak.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use simulators::webim_v2::{Content, Options, WebimV2};
//!
//! let webim = WebimV2::start(simulators::listen("127.0.0.1:0").await?, Options::default())?;
//! webim.set_bot_url("http://127.0.0.1:3000/webhooks/webim/some-token");
//! // ... the bridge is configured with `webim.base_url()` and `webim.token()` ...
//! let ada = webim.chat(42);
//! let event = ada.text("Hello")?;
//! webim.delivered(&event, Duration::from_secs(10)).await?;
//! let shown = ada.wait_shown(1, Duration::from_secs(10)).await?;
//! assert_eq!(shown[0].content, Content::Text("Hi, Ada".into()));
//! # Ok(()) }
//! ```
//!
//! Files: `api` what is served, `refusal` how it refuses, `chats` who has which chat, `visitor` the people. The rest is
//! shared with [`crate::omnichannel_client`].
//!
//! A person with `curl` writes and presses with `POST {base}/chats/{id}/messages`, reads with `GET {base}/chats/{id}`, and
//! lets the operators give a chat back with `POST {base}/chats/{id}/hand_back`.
//!
//! Sources: the vendor's page "External Bot API 2.0" and sample bot (github.com/webim/webim-extbot). Not published are
//! the codes and statuses of refusals (those here are made up), what happens to an event that is not answered as
//! documented (see [`Options::retry`]), and which messages come with a chat that is given back (see [`History`]).

mod api;
mod chats;
mod refusal;
mod visitor;

#[cfg(test)]
mod tests;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;

pub use crate::application::{Line, NoSuchButton};
pub use crate::bot_api::book::Shown;
pub use crate::bot_api::delivery::{Delivery, Event, Retry};
pub use crate::bot_api::message::{Button, Content};
pub use crate::bot_api::request::Call;
pub use crate::bot_api::visitor::{File, FileState, Visitor};
pub use chats::{Holder, Target};
pub use refusal::Refusals;
pub use visitor::{Chat, NotAsked};

use crate::bot_api::book::Book;
use crate::bot_api::delivery::{Manner, Post, Verdict};
use crate::client::{Answer, Unreachable};
use crate::faults::Faults;
use crate::log::{Log, TimedOut};
use crate::server::Server;
use chats::State;

/// The release from which events say which API they are of.
const WITH_HEADERS: Release = Release {
    major: 10,
    minor: 3,
};
/// The release from which a chat can be redirected to the queue.
const WITH_QUEUE: Release = Release {
    major: 10,
    minor: 4,
};

/// A release of Webim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    /// 10 in 10.4.
    pub major: u16,
    /// 4 in 10.4.
    pub minor: u16,
}

/// Which of the visitor's messages a `new_chat` brings when the operators give a chat back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// None.
    Nothing,
    /// What was written while the operators had it.
    Unheard,
    /// All of the chat, with the ids under which the bot may have got them before.
    Everything,
}

/// In which words a visitor's file is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileForm {
    /// `id`, `state`, `name`, `content_type`, `size`, `url`.
    Described,
    /// `id`, `name`, `media_type`, `size`, `url`, as earlier releases sent it: only the `url` tells that it is ready.
    Earlier,
}

/// What the simulated Webim is.
#[derive(Clone, Debug)]
pub struct Options {
    /// The bot's token. Default: `webim-token`.
    pub token: String,
    /// Where the bot is. Events wait until there is one. Default: nowhere yet.
    pub bot_url: Option<String>,
    /// How events are sent again that were not answered `200 {"result":"ok"}`.
    pub retry: Retry,
    /// How long an answer to an event is waited for. Not published; default: 5 s, as in version 1.0.
    pub patience: Duration,
    /// How calls are refused. Default: with the HTTP status.
    pub refusals: Refusals,
    /// Default: 10.4. Before 10.3 events have no headers, before 10.4 there is no redirecting to the queue.
    pub release: Release,
    /// The operators to whom a chat can be redirected. Default: 1.
    pub operators: Vec<i64>,
    /// The keys of the departments to which a chat can be redirected. Default: `sales`.
    pub departments: Vec<String>,
    /// What comes with a chat that is given back. Default: nothing.
    pub history: History,
    /// How files are described. Default: as documented.
    pub files: FileForm,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            token: "webim-token".to_owned(),
            bot_url: None,
            retry: Retry::default(),
            patience: Duration::from_secs(5),
            refusals: Refusals::Status,
            release: WITH_QUEUE,
            operators: vec![1],
            departments: vec!["sales".to_owned()],
            history: History::Nothing,
            files: FileForm::Described,
        }
    }
}

/// A running simulated Webim with one bot.
#[derive(Debug)]
pub struct WebimV2 {
    inner: Arc<Inner>,
    server: Server,
}

#[derive(Debug)]
pub(crate) struct Inner {
    token: String,
    refusals: Refusals,
    release: Release,
    operators: Vec<i64>,
    departments: Vec<String>,
    history: History,
    files: FileForm,
    state: Mutex<State>,
    book: Book,
    post: Arc<Post>,
    calls: Log<Call>,
    redirects: Log<(i64, Target)>,
    faults: Arc<Faults>,
}

impl WebimV2 {
    /// Serves the API on `listener`. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the listener or the HTTP client cannot be used.
    pub fn start(listener: TcpListener, options: Options) -> io::Result<Self> {
        let post = Post::new(Manner {
            url: options.bot_url,
            headers: headers(options.release),
            patience: options.patience,
            retry: options.retry,
            judge,
        })?;
        let inner = Arc::new(Inner {
            token: options.token,
            refusals: options.refusals,
            release: options.release,
            operators: options.operators,
            departments: options.departments,
            history: options.history,
            files: options.files,
            state: Mutex::default(),
            book: Book::default(),
            post,
            calls: Log::default(),
            redirects: Log::default(),
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

    /// Where Webim is: `http://127.0.0.1:port`, without a slash at the end. The API is at `/api/bot/v2/` below.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// The bot's token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.inner.token
    }

    /// Finishes the answers under way, frees the port and sends no more events.
    pub async fn stop(&self) {
        self.server.stop().await;
        self.inner.post.abort();
    }

    /// What goes wrong with the bot's calls. The endpoints are the methods.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Points events at a bot, also those that wait or are repeated.
    pub fn set_bot_url(&self, url: &str) {
        self.inner.post.set_url(url);
    }

    /// The chat with this id, of a visitor called Ada. It does not exist for the bot before its first event.
    #[must_use]
    pub fn chat(&self, id: i64) -> Chat {
        self.chat_of(id, Visitor::ada(id))
    }

    /// The chat with this id, of this visitor.
    #[must_use]
    pub fn chat_of(&self, id: i64, visitor: Visitor) -> Chat {
        Chat {
            inner: Arc::clone(&self.inner),
            id,
            visitor,
        }
    }

    /// Everything that the bot showed, in all chats, in order.
    #[must_use]
    pub fn shown(&self) -> &Log<Shown> {
        &self.inner.book.shown
    }

    /// Every call of the bot, granted or refused, except those that a fault kept away.
    #[must_use]
    pub fn calls(&self) -> &Log<Call> {
        &self.inner.calls
    }

    /// Every chat that the bot gave away, and to whom.
    #[must_use]
    pub fn redirects(&self) -> &Log<(i64, Target)> {
        &self.inner.redirects
    }

    /// Every event that was made, whether the bot has it or not.
    #[must_use]
    pub fn events(&self) -> &Log<Event> {
        &self.inner.post.events
    }

    /// Every attempt to bring an event to the bot.
    #[must_use]
    pub fn deliveries(&self) -> &Log<Delivery> {
        &self.inner.post.deliveries
    }

    /// Waits until the bot has taken an event, or it was given up, and returns that last attempt.
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

    /// Posts any JSON to the bot once, now, beside all order: an old event, a strange one.
    ///
    /// # Errors
    /// [`Unreachable`] when there is no answer, or no bot.
    pub async fn post_event(&self, body: &Value) -> Result<Answer, Unreachable> {
        self.inner.post.once(body).await
    }

    /// Posts `copies` of an event at once, and returns what came back in the order of the calls.
    pub async fn copies(&self, body: &Value, copies: usize) -> Vec<Result<Answer, Unreachable>> {
        self.inner.post.copies(body, copies).await
    }
}

impl Drop for WebimV2 {
    fn drop(&mut self) {
        self.inner.post.abort();
    }
}

impl Inner {
    fn state<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What events say about the API that they are of.
fn headers(release: Release) -> Vec<(&'static str, String)> {
    if release < WITH_HEADERS {
        return vec![];
    }
    let Release { major, minor } = release;
    vec![
        ("x-bot-api-dialect", "Webim Standard".to_owned()),
        ("x-bot-api-version", "2.0".to_owned()),
        ("x-webim-version", format!("{major}.{minor}.1")),
    ]
}

/// Only `200 {"result":"ok"}` says that the bot has an event.
fn judge(answer: &Answer) -> Verdict {
    let result = answer.json();
    let result = result
        .as_ref()
        .and_then(|body| body.get("result")?.as_str());
    if answer.status == 200 && result == Some("ok") {
        Verdict::Taken
    } else {
        Verdict::Again
    }
}
