//! An AI agent behind SmartBot360's "API medium": messages are posted to it, it assigns the users, and it answers by calling
//! a webhook.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use simulators::api_medium_bot::{ApiMediumBot, Options, Reply};
//!
//! let bot = ApiMediumBot::start(simulators::listen("127.0.0.1:0").await?, Options::default())?;
//! bot.set_webhook("http://127.0.0.1:3000/api-medium/some-token");
//! // ... the bridge is configured with `bot.send_url()`, a visitor writes ...
//! let accepted = bot.accepted().wait_for(1, Duration::from_secs(10)).await?;
//! let deliveries = bot.deliveries().wait_for(1, Duration::from_secs(10)).await?;
//! // The bot speaks first, and then a person does.
//! bot.say(accepted[0].user_id, Reply::text("Are you still there?")).await;
//! bot.admin_says(accepted[0].user_id, 7, "This is Ann, may I help?").await;
//! # Ok(()) }
//! ```
//!
//! Source: SmartBot360's "API Medium Integration". Not published, and so a choice of this simulator: the path of the send
//! endpoint and its refusals (`api`), that an empty `message` is refused, and the unit of an attachment's `offset` (`webhook`).
//!
//! Files: `api` the send endpoint, `attachment` files that come in, `users` and `rate` who may write and how often, `brain` what
//! is answered, `webhook` the body that carries it.

mod api;
mod attachment;
mod brain;
mod rate;
mod users;
mod webhook;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::time::Instant;

pub use attachment::Attachment;
pub use brain::{ADMIN, Brain, FILE, Incoming, Reply, friendly};
pub use rate::RateLimit;
pub use webhook::{Placed, Webhook};

pub use crate::outbox::{Delivery, Retry};
pub use crate::selarti::{Delivering, Order};

use crate::client::Client;
use crate::faults::Faults;
use crate::lanes::Lanes;
use crate::log::Log;
use crate::outbox::{Bubble, Destination, Outbox};
use crate::server::Server;
use crate::tasks::Tasks;
use api::Refusal;
use rate::Recent;
use users::Users;

/// How long the platform waits for its webhook's answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a simulated channel is.
#[derive(Clone)]
pub struct Options {
    /// The channel's id. Default: the vendor's sample, `D9LjuWl0jappznT5`.
    pub channel_id: String,
    /// The channel's token. Default: `api-medium-token`.
    pub token: String,
    /// The id that the first user gets; the next ones count up. Default: 1.
    pub first_user: u64,
    /// The hashtag that starts the bot for a user. Until a user's message is exactly that, the bot does not answer them.
    /// Default: none, every message is answered.
    pub keyword: Option<String>,
    /// How many messages are taken. Default: any number.
    pub rate_limit: Option<RateLimit>,
    /// Where the bot's words go. Without one there is nobody to tell.
    pub webhook: Option<String>,
    /// After how long the bot answers, from the message's acceptance. The vendor says up to 60 s. Default: at once.
    pub delay: Duration,
    /// How answers reach the webhook.
    pub delivering: Delivering,
    /// How often a webhook that was not answered with 200 is called again. Default: never, as none is documented.
    pub retry: Retry,
    /// What the bot says.
    pub brain: Brain,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            channel_id: "D9LjuWl0jappznT5".to_owned(),
            token: "api-medium-token".to_owned(),
            first_user: 1,
            keyword: None,
            rate_limit: None,
            webhook: None,
            delay: Duration::ZERO,
            delivering: Delivering::default(),
            retry: Retry::default(),
            brain: Arc::new(friendly),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("channel_id", &self.channel_id)
            .field("keyword", &self.keyword)
            .field("webhook", &self.webhook)
            .finish_non_exhaustive()
    }
}

/// A message that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The HTTP status of the answer.
    pub status: u16,
    /// The `error` in it.
    pub error: String,
}

/// A running simulated bot with one API channel.
#[derive(Debug)]
pub struct ApiMediumBot {
    inner: Arc<Inner>,
    server: Server,
}

pub(crate) struct Inner {
    channel_id: String,
    token: String,
    keyword: Option<String>,
    settings: Mutex<Settings>,
    users: Mutex<Users>,
    recent: Mutex<Recent>,
    accepted: Log<Incoming>,
    refused: Log<Refused>,
    outbox: Arc<Outbox>,
    running: Arc<Tasks>,
    lanes: Lanes<u64>,
    faults: Arc<Faults>,
}

/// What can be changed while it runs.
#[derive(Clone)]
struct Settings {
    rate_limit: Option<RateLimit>,
    delay: Duration,
    delivering: Delivering,
    brain: Brain,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner")
            .field("accepted", &self.accepted)
            .finish_non_exhaustive()
    }
}

impl ApiMediumBot {
    /// Serves the send endpoint on `listener`. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the listener or the HTTP client cannot be used.
    pub fn start(listener: TcpListener, options: Options) -> io::Result<Self> {
        let running = Arc::new(Tasks::default());
        let client = Client::new(PATIENCE).map_err(io::Error::other)?;
        let inner = Arc::new(Inner {
            channel_id: options.channel_id,
            token: options.token,
            keyword: options.keyword,
            settings: Mutex::new(Settings {
                rate_limit: options.rate_limit,
                delay: options.delay,
                delivering: options.delivering,
                brain: options.brain,
            }),
            users: Mutex::new(Users::new(options.first_user)),
            recent: Mutex::default(),
            accepted: Log::default(),
            refused: Log::default(),
            outbox: Arc::new(Outbox::new(
                client,
                // The document names this status, and no other.
                |status| status == 200,
                options.webhook.as_deref().map(destination),
                options.retry,
            )),
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

    /// Where the platform is: `http://127.0.0.1:port`, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// Where messages are sent to: what the vendor's dashboard shows as the request's example.
    #[must_use]
    pub fn send_url(&self) -> String {
        format!("{}{}", self.base_url(), api::PATH)
    }

    /// Finishes the answers under way, frees the port and calls nobody any more.
    pub async fn stop(&self) {
        self.server.stop().await;
        self.inner.running.abort();
    }

    /// What goes wrong. The endpoint is `messages`.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// The messages that were accepted, in order.
    #[must_use]
    pub fn accepted(&self) -> &Log<Incoming> {
        &self.inner.accepted
    }

    /// The messages that were refused, faults on order not counted.
    #[must_use]
    pub fn refused(&self) -> &Log<Refused> {
        &self.inner.refused
    }

    /// The calls of the webhook, in the order in which they ended: answers, copies, and what was said first.
    #[must_use]
    pub fn deliveries(&self) -> &Log<Delivery> {
        self.inner.outbox.deliveries()
    }

    /// Where the bot's words go from now on.
    pub fn set_webhook(&self, url: &str) {
        self.inner.outbox.set_destination(destination(url));
    }

    /// How many messages are taken from now on.
    pub fn set_rate_limit(&self, limit: Option<RateLimit>) {
        self.inner.settings(|settings| settings.rate_limit = limit);
    }

    /// After how long messages accepted from now on are answered.
    pub fn set_delay(&self, delay: Duration) {
        self.inner.settings(|settings| settings.delay = delay);
    }

    /// How answers reach the webhook from now on.
    pub fn set_delivering(&self, delivering: Delivering) {
        self.inner
            .settings(|settings| settings.delivering = delivering);
    }

    /// How often a webhook that was not answered with 200 is called again from now on.
    pub fn set_retry(&self, retry: Retry) {
        self.inner.outbox.set_retry(retry);
    }

    /// What the bot says from now on.
    pub fn set_brain(&self, brain: impl Fn(&Incoming) -> Vec<Reply> + Send + Sync + 'static) {
        self.inner
            .settings(|settings| settings.brain = Arc::new(brain));
    }

    /// The bot says something to a user now. What came back is also in [`Self::deliveries`].
    pub async fn say(&self, user_id: u64, reply: Reply) -> Delivery {
        self.deliver(&self.webhook(user_id, reply)).await
    }

    /// A person in the vendor's dashboard says `text` to a user now.
    pub async fn admin_says(&self, user_id: u64, admin_id: u64, text: &str) -> Delivery {
        self.say(user_id, Reply::text(text).by_admin(admin_id))
            .await
    }

    /// A webhook with a message to a user, not sent yet: change it (its fields are public), hold it back, send it twice.
    #[must_use]
    pub fn webhook(&self, user_id: u64, reply: Reply) -> Webhook {
        Webhook::new(&self.inner.channel_id, user_id, reply)
    }

    /// Sends a webhook now and notes what came back.
    pub async fn deliver(&self, webhook: &Webhook) -> Delivery {
        self.deliver_json(&webhook.to_json()).await
    }

    /// Sends any JSON to the webhook's URL.
    pub async fn deliver_json(&self, body: &Value) -> Delivery {
        self.inner.outbox.send(body).await
    }

    /// Sends `copies` of one webhook at once and returns what came back, in the order of the calls.
    pub async fn deliver_copies(&self, webhook: &Webhook, copies: usize) -> Vec<Delivery> {
        let body = webhook.to_json();
        self.inner
            .outbox
            .send_at_once(std::iter::repeat_n(body, copies))
            .await
    }

    /// Sends different webhooks at once and returns what came back, in the order of the calls.
    pub async fn deliver_at_once(&self, webhooks: &[Webhook]) -> Vec<Delivery> {
        let bodies: Vec<_> = webhooks.iter().map(Webhook::to_json).collect();
        self.inner.outbox.send_at_once(bodies).await
    }
}

impl Drop for ApiMediumBot {
    fn drop(&mut self) {
        self.inner.running.abort();
    }
}

fn destination(url: &str) -> Destination {
    Destination {
        url: url.to_owned(),
        headers: Vec::new(),
    }
}

impl Inner {
    fn settings<R>(&self, change: impl FnOnce(&mut Settings) -> R) -> R {
        change(&mut self.settings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note_refusal(&self, refusal: &Refusal) {
        self.refused.push(Refused {
            status: refusal.status.as_u16(),
            error: refusal.error.clone(),
        });
    }

    /// Whether a message with this id and token is looked at, now.
    fn admit(&self, channel_id: &str, token: &str) -> Result<(), Refusal> {
        if channel_id != self.channel_id || token != self.token {
            return Err(Refusal::new(
                StatusCode::UNAUTHORIZED,
                "there is no channel with this channelID and token",
            ));
        }
        let Some(limit) = self.settings(|settings| settings.rate_limit) else {
            return Ok(());
        };
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent
            .count(limit, Instant::now())
            .map_err(|seconds| Refusal {
                after: Some(seconds),
                ..Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too many messages")
            })
    }

    /// Queues a message, lets the bot answer it in the background in its turn, and returns the user's id.
    fn accept(
        &self,
        user_id: Option<u64>,
        message: &str,
        attachments: Vec<Attachment>,
        unknown: Vec<String>,
    ) -> Result<u64, Refusal> {
        // The lock is held until the message is in its lane: two messages of a user are answered in the order of the log.
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        let new_user = user_id.is_none();
        let user_id = user_id.unwrap_or_else(|| users.create());
        if !users.knows(user_id) {
            return Err(Refusal::new(
                StatusCode::BAD_REQUEST,
                format!("userID {user_id} is unknown"),
            ));
        }
        let heard = users.hear(user_id, message, self.keyword.as_deref());
        let incoming = Incoming {
            user_id,
            new_user,
            message: message.to_owned(),
            attachments,
            heard,
            unknown,
        };
        self.accepted.push(incoming.clone());
        if heard {
            self.answer(incoming);
        }
        Ok(user_id)
    }

    fn answer(&self, incoming: Incoming) {
        let accepted_at = Instant::now();
        let settings = self.settings(|settings| settings.clone());
        let outbox = Arc::clone(&self.outbox);
        let channel_id = self.channel_id.clone();
        self.lanes.run(incoming.user_id, async move {
            let bubbles = (settings.brain)(&incoming).into_iter().map(|reply| Bubble {
                due: accepted_at + reply.delay.unwrap_or(settings.delay),
                message: reply,
            });
            let body = |reply| Webhook::new(&channel_id, incoming.user_id, reply).to_json();
            outbox
                .speak(bubbles.collect(), settings.delivering, body)
                .await;
        });
    }
}
