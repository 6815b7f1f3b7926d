//! Telegram: the Bot API, and the people who write to the bot.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use simulators::telegram::{Options, Telegram};
//!
//! let telegram = Telegram::start(simulators::listen("127.0.0.1:0").await?, Options::default())?;
//! telegram.set_webhook("http://127.0.0.1:3000/webhooks/telegram/some-token", Some("secret"));
//! // ... the bridge is configured with `telegram.base_url()` and `telegram.token()` ...
//! let ada = telegram.chat(1001);
//! let update = ada.text("Hello");
//! telegram.delivered(update, Duration::from_secs(10)).await?;
//! let sent = ada.wait_sent(1, Duration::from_secs(10)).await?;
//! assert_eq!(sent[0].text, "Hi, Ada");
//! # Ok(()) }
//! ```
//!
//! Files: `api` the HTTP side, `methods` what is called, with `params`, `html`, `entity`, `markup` and `refusal`; `chats`
//! what is known; `visitor` the people, `delivery` their updates' way to the webhook, `control` the same for a person
//! with `curl`.
//!
//! Not simulated: methods that a bridge does not call, `parse_mode` Markdown and uploads (both are refused), links that
//! Telegram finds in plain text by itself, and its limits on the rate (order them with [`crate::faults`]).

mod api;
mod chats;
mod control;
mod delivery;
mod entity;
mod html;
mod markup;
mod methods;
mod params;
mod refusal;
mod visitor;

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use chats::{Line, User};
pub use delivery::{Delivery, Retry};
pub use entity::Entity;
pub use markup::{Action, Button};
pub use methods::{Content, Sent};
pub use visitor::{Chat, NoSuchButton};

use crate::client::{Answer, Client, Unreachable};
use crate::faults::Faults;
use crate::lanes::Lanes;
use crate::log::{Log, TimedOut};
use crate::server::Server;
use crate::tasks::{Tasks, at_once};
use chats::State;
use params::Params;
use refusal::Refusal;

/// How long Telegram waits for its webhook's answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the simulated Telegram is.
#[derive(Clone, Debug)]
pub struct Options {
    /// The bot's token. Default: `123456789:telegram-token`.
    pub token: String,
    /// The bot's username. Default: `switchboard_bot`.
    pub username: String,
    /// How updates are sent again.
    pub retry: Retry,
    /// Whether `setWebhook` takes an `http://` address, and any port, as the vendor's own local Bot API server does. Default: yes.
    pub plain_webhooks: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            token: "123456789:telegram-token".to_owned(),
            username: "switchboard_bot".to_owned(),
            retry: Retry::default(),
            plain_webhooks: true,
        }
    }
}

/// A running simulated Telegram.
#[derive(Debug)]
pub struct Telegram {
    inner: Arc<Inner>,
    server: Server,
}

/// One call of a method, whether it was granted or refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The method as it was called.
    pub method: String,
    /// Its parameters.
    pub params: Value,
    /// Whether it came in the webhook's answer instead of over HTTP.
    pub in_answer: bool,
    /// What was, or would have been, answered: `{"ok": …}`.
    pub answer: Value,
}

impl Call {
    /// Whether it was granted.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.answer.get("ok") == Some(&Value::Bool(true))
    }
}

#[derive(Debug)]
pub(crate) struct Inner {
    token: String,
    username: String,
    retry: Retry,
    plain_webhooks: bool,
    state: Mutex<State>,
    webhook: watch::Sender<Option<Webhook>>,
    sent: Log<Sent>,
    calls: Log<Call>,
    actions: Log<(i64, String)>,
    updates: Log<Value>,
    deliveries: Log<Delivery>,
    lines_changed: watch::Sender<u64>,
    client: Client,
    running: Arc<Tasks>,
    lanes: Lanes<i64>,
    faults: Arc<Faults>,
}

/// Where updates go.
#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    url: String,
    secret: Option<String>,
    /// The kinds that are sent; empty: all.
    allowed: HashSet<String>,
    max_connections: i64,
}

impl Webhook {
    fn wants(&self, kind: &str) -> bool {
        self.allowed.is_empty() || self.allowed.contains(kind)
    }
}

impl Telegram {
    /// Serves the Bot API on `listener`. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the listener or the HTTP client cannot be used.
    pub fn start(listener: TcpListener, options: Options) -> io::Result<Self> {
        let running = Arc::new(Tasks::default());
        let inner = Arc::new(Inner {
            token: options.token,
            username: options.username,
            retry: options.retry,
            plain_webhooks: options.plain_webhooks,
            state: Mutex::default(),
            webhook: watch::Sender::new(None),
            sent: Log::default(),
            calls: Log::default(),
            actions: Log::default(),
            updates: Log::default(),
            deliveries: Log::default(),
            lines_changed: watch::Sender::new(0),
            client: Client::new(PATIENCE).map_err(io::Error::other)?,
            lanes: Lanes::new(Arc::clone(&running)),
            running,
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

    /// Where the API is: `http://127.0.0.1:port`, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// The bot's token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.inner.token
    }

    /// Finishes the answers under way, frees the port and sends no more updates.
    pub async fn stop(&self) {
        self.server.stop().await;
        self.inner.running.abort();
    }

    /// What goes wrong. The endpoints are the methods, as the bot writes them.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Points updates at a webhook, as `setWebhook` does, without its checks.
    pub fn set_webhook(&self, url: &str, secret: Option<&str>) {
        let secret = secret.map(str::to_owned);
        let webhook = Webhook {
            url: url.to_owned(),
            secret,
            allowed: HashSet::new(),
            max_connections: 40,
        };
        self.inner.webhook.send_replace(Some(webhook));
    }

    /// The chat with this id, made if it is new: positive for the private chat with [`User`] `Ada`, below
    /// -1000000000000 for a supergroup, negative otherwise for a group. A chat that was not made does not exist for the
    /// bot.
    pub fn chat(&self, id: i64) -> Chat {
        Chat::open(&self.inner, id)
    }

    /// Everything that the bot sent, to all chats, in order.
    #[must_use]
    pub fn sent(&self) -> &Log<Sent> {
        &self.inner.sent
    }

    /// Every call that reached a method, granted or refused, over HTTP or in a webhook's answer.
    #[must_use]
    pub fn calls(&self) -> &Log<Call> {
        &self.inner.calls
    }

    /// What `sendChatAction` showed: the chat, and the action.
    #[must_use]
    pub fn actions(&self) -> &Log<(i64, String)> {
        &self.inner.actions
    }

    /// Every update that was made, whether the webhook has it or not.
    #[must_use]
    pub fn updates(&self) -> &Log<Value> {
        &self.inner.updates
    }

    /// Every attempt to bring an update to the webhook.
    #[must_use]
    pub fn deliveries(&self) -> &Log<Delivery> {
        &self.inner.deliveries
    }

    /// Waits until the webhook has taken an update, or it was given up, and returns that last attempt.
    ///
    /// # Errors
    /// [`TimedOut`], with all attempts of all updates so far.
    pub async fn delivered(
        &self,
        update_id: i64,
        timeout: Duration,
    ) -> Result<Delivery, TimedOut<Delivery>> {
        let ended = |delivery: &Delivery| {
            delivery.update_id == update_id && (delivery.taken() || delivery.gave_up)
        };
        let mut found = self
            .inner
            .deliveries
            .wait_for_matching(1, timeout, ended)
            .await?;
        Ok(found.swap_remove(0))
    }

    /// Posts any JSON to the webhook once, now, beside all order: an old update, a strange one.
    ///
    /// # Errors
    /// [`Unreachable`] when there is no answer, or no webhook.
    pub async fn post_update(&self, update: &Value) -> Result<Answer, Unreachable> {
        let Some(webhook) = self.inner.webhook.borrow().clone() else {
            return Err(Unreachable {
                reason: "no webhook is set".to_owned(),
                timed_out: false,
            });
        };
        delivery::post(&self.inner, &webhook, update).await
    }

    /// Posts `copies` of an update at once, and returns what came back in the order of the calls.
    pub async fn copies(&self, update: &Value, copies: usize) -> Vec<Result<Answer, Unreachable>> {
        let webhook = self.inner.webhook.borrow().clone();
        let calls = webhook
            .iter()
            .flat_map(|webhook| std::iter::repeat_n(webhook, copies))
            .map(|webhook| {
                let (inner, webhook, update) =
                    (Arc::clone(&self.inner), webhook.clone(), update.clone());
                async move { delivery::post(&inner, &webhook, &update).await }
            });
        at_once(calls.collect::<Vec<_>>()).await
    }
}

impl Drop for Telegram {
    fn drop(&mut self) {
        self.inner.running.abort();
    }
}

impl Chat {
    pub(crate) fn open(inner: &Arc<Inner>, id: i64) -> Self {
        let user = inner.state(|state| {
            state
                .chat(id, &User::named(id.saturating_abs(), "Ada"))
                .user
                .clone()
        });
        Self {
            inner: Arc::clone(inner),
            id,
            user,
        }
    }
}

impl Inner {
    fn state<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The bot's id: the token's first part.
    fn bot_id(&self) -> i64 {
        self.token
            .split(':')
            .next()
            .and_then(|id| id.parse().ok())
            .unwrap_or_default()
    }

    /// Executes a method and notes it.
    fn call(&self, method: &str, params: Params, in_answer: bool) -> Result<Value, Refusal> {
        let result = methods::execute(self, method, &params, in_answer);
        let answer = match &result {
            Ok(result) => json!({ "ok": true, "result": result }),
            Err(refusal) => refusal.to_json(),
        };
        self.calls.push(Call {
            method: method.to_owned(),
            params: Value::Object(params.0),
            in_answer,
            answer,
        });
        result
    }
}
