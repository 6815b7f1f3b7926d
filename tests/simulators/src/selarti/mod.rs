//! Selarti: an AI agent that is sent messages over HTTP and answers by calling a webhook.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use simulators::selarti::{Flags, Options, Selarti};
//!
//! let selarti = Selarti::start(simulators::listen("127.0.0.1:0").await?, Options::default())?;
//! selarti.set_webhook("http://127.0.0.1:3000/webhooks/selarti/some-token");
//! // ... the bridge is configured with `selarti.base_url()`, a visitor writes ...
//! let accepted = selarti.accepted().wait_for(1, Duration::from_secs(10)).await?;
//! let deliveries = selarti.deliveries().wait_for(2, Duration::from_secs(10)).await?;
//! // The agent speaks first.
//! selarti.say(&accepted[0].chat_id, "Are you still there?", Flags::default()).await;
//! # Ok(()) }
//! ```
//!
//! Files: `api` the endpoints, `tokens` who may call them, `brain` what is answered, `webhook` the body that carries it,
//! `id` the host's ids.

mod api;
mod brain;
mod id;
mod tokens;
mod webhook;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::time::Instant;

pub use brain::{Brain, FILE, Flags, Incoming, Reply, friendly};
pub use tokens::AuthNames;
pub use webhook::{Author, Delivery, Webhook};

use crate::client::{Client, Unreachable};
use crate::faults::Faults;
use crate::lanes::Lanes;
use crate::log::Log;
use crate::server::Server;
use crate::tasks::Tasks;
use tokens::Tokens;

/// How long the platform waits for its webhook's answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a simulated Selarti account holds.
#[derive(Clone)]
pub struct Options {
    /// Bearer tokens that are good for ever. Default: `selarti-token`.
    pub tokens: Vec<String>,
    /// API keys that `auth` exchanges for a token. Default: `selarti-key`.
    pub api_keys: Vec<String>,
    /// How long such a token is good; `None`: for ever.
    pub token_life: Option<Duration>,
    /// The names of the fields of `auth`.
    pub auth_names: AuthNames,
    /// The tasks of the account. A message to any other is refused. Default: the vendor's sample,
    /// `1721129985149x478019552540622850`.
    pub tasks: Vec<String>,
    /// Where webhooks go. Without one there is nobody to tell, as at the vendor.
    pub webhook: Option<String>,
    /// Whether each accepted message is first echoed to the webhook with `message_type: "user"`. Default: yes.
    pub echo: bool,
    /// After how long the agent answers, from the message's acceptance. Default: at once.
    pub delay: Duration,
    /// How answers reach the webhook.
    pub delivering: Delivering,
    /// What the agent says.
    pub brain: Brain,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tokens: vec!["selarti-token".to_owned()],
            api_keys: vec!["selarti-key".to_owned()],
            token_life: None,
            auth_names: AuthNames::default(),
            tasks: vec!["1721129985149x478019552540622850".to_owned()],
            webhook: None,
            echo: true,
            delay: Duration::ZERO,
            delivering: Delivering::default(),
            brain: Arc::new(friendly),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("tasks", &self.tasks)
            .field("webhook", &self.webhook)
            .finish_non_exhaustive()
    }
}

/// How the webhooks of one answer are sent. By default each once, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivering {
    /// How many copies of each are sent, all at once. 0 is taken as 1.
    pub copies: usize,
    /// In which order the bubbles of one answer are sent.
    pub order: Order,
}

impl Default for Delivering {
    fn default() -> Self {
        Self {
            copies: 1,
            order: Order::Written,
        }
    }
}

/// The order of the bubbles of one answer on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As the agent wrote them, each after the other was answered.
    Written,
    /// The last one first.
    Reversed,
    /// All at once.
    AtOnce,
}

/// A running simulated Selarti.
#[derive(Debug)]
pub struct Selarti {
    inner: Arc<Inner>,
    server: Server,
}

pub(crate) struct Inner {
    tokens: Tokens,
    tasks: HashSet<String>,
    first_task: String,
    settings: Mutex<Settings>,
    threads: Mutex<HashMap<(String, String), String>>,
    accepted: Log<Incoming>,
    deliveries: Log<Delivery>,
    client: Client,
    running: Arc<Tasks>,
    lanes: Lanes<(String, String)>,
    faults: Arc<Faults>,
}

/// What can be changed while it runs.
#[derive(Clone)]
struct Settings {
    webhook: Option<String>,
    echo: bool,
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

impl Selarti {
    /// Serves the API on `listener`. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the listener or the HTTP client cannot be used.
    pub fn start(listener: TcpListener, options: Options) -> io::Result<Self> {
        let running = Arc::new(Tasks::default());
        let inner = Arc::new(Inner {
            tokens: Tokens::new(
                options.tokens,
                options.api_keys,
                options.token_life,
                options.auth_names,
            ),
            first_task: options.tasks.first().cloned().unwrap_or_default(),
            tasks: options.tasks.into_iter().collect(),
            settings: Mutex::new(Settings {
                webhook: options.webhook,
                echo: options.echo,
                delay: options.delay,
                delivering: options.delivering,
                brain: options.brain,
            }),
            threads: Mutex::default(),
            accepted: Log::default(),
            deliveries: Log::default(),
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

    /// Finishes the answers under way, frees the port and sends no more webhooks.
    pub async fn stop(&self) {
        self.server.stop().await;
        self.inner.running.abort();
    }

    /// What goes wrong. The endpoints are `send_message_external` and `auth`.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// The messages that were accepted, in order.
    #[must_use]
    pub fn accepted(&self) -> &Log<Incoming> {
        &self.inner.accepted
    }

    /// The calls of the webhook, in the order in which they ended: echoes, answers, copies, and what was said first.
    #[must_use]
    pub fn deliveries(&self) -> &Log<Delivery> {
        &self.inner.deliveries
    }

    /// Where webhooks go from now on.
    pub fn set_webhook(&self, url: &str) {
        self.inner
            .settings(|settings| settings.webhook = Some(url.to_owned()));
    }

    /// Whether accepted messages are echoed from now on.
    pub fn set_echo(&self, echo: bool) {
        self.inner.settings(|settings| settings.echo = echo);
    }

    /// After how long messages accepted from now on are answered.
    pub fn set_delay(&self, delay: Duration) {
        self.inner.settings(|settings| settings.delay = delay);
    }

    /// How webhooks are sent from now on.
    pub fn set_delivering(&self, delivering: Delivering) {
        self.inner
            .settings(|settings| settings.delivering = delivering);
    }

    /// What the agent says from now on.
    pub fn set_brain(&self, brain: impl Fn(&Incoming) -> Vec<Reply> + Send + Sync + 'static) {
        self.inner
            .settings(|settings| settings.brain = Arc::new(brain));
    }

    /// Makes a bearer token good.
    pub fn allow_token(&self, token: &str) {
        self.inner.tokens.allow(token);
    }

    /// Makes all bearer tokens bad, fixed ones and exchanged ones. API keys stay good.
    pub fn revoke_tokens(&self) {
        self.inner.tokens.revoke_all();
    }

    /// The agent says `text` in a chat of the first task, now. What came back is also in [`Self::deliveries`].
    pub async fn say(&self, chat_id: &str, text: &str, flags: Flags) -> Delivery {
        self.deliver(&self.webhook(chat_id, text, Author::Bot, flags))
            .await
    }

    /// A person at the vendor's panel says `text` in a chat of the first task, now.
    pub async fn operator_says(&self, chat_id: &str, text: &str, flags: Flags) -> Delivery {
        self.deliver(&self.webhook(chat_id, text, Author::Operator, flags))
            .await
    }

    /// A webhook about a new message in a chat of the first task, not sent yet: change it (its fields are public), hold
    /// it back, send it twice.
    #[must_use]
    pub fn webhook(&self, chat_id: &str, text: &str, author: Author, flags: Flags) -> Webhook {
        let task = &self.inner.first_task;
        let thread = self.inner.thread(task, chat_id);
        Webhook::new(task, chat_id, &thread, text, author, flags)
    }

    /// Sends a webhook now and notes what came back.
    pub async fn deliver(&self, webhook: &Webhook) -> Delivery {
        self.inner.deliver(webhook.to_json()).await
    }

    /// Sends any JSON to the webhook's URL: another `wh_type`, a field that is missing, no object at all.
    pub async fn deliver_json(&self, body: Value) -> Delivery {
        self.inner.deliver(body).await
    }

    /// Sends `copies` of one webhook at once and returns what came back, in the order of the calls.
    pub async fn deliver_copies(&self, webhook: &Webhook, copies: usize) -> Vec<Delivery> {
        all(&self.inner, &vec![webhook.to_json(); copies]).await
    }

    /// Sends different webhooks at once and returns what came back, in the order of the calls.
    pub async fn deliver_at_once(&self, webhooks: &[Webhook]) -> Vec<Delivery> {
        all(
            &self.inner,
            &webhooks.iter().map(Webhook::to_json).collect::<Vec<_>>(),
        )
        .await
    }
}

impl Drop for Selarti {
    fn drop(&mut self) {
        self.inner.running.abort();
    }
}

impl Inner {
    fn settings<R>(&self, change: impl FnOnce(&mut Settings) -> R) -> R {
        change(&mut self.settings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn knows_task(&self, task: &str) -> bool {
        self.tasks.contains(task)
    }

    /// Selarti's id of a dialog: one for each chat of a task.
    fn thread(&self, task: &str, chat: &str) -> String {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads
            .entry((task.to_owned(), chat.to_owned()))
            .or_insert_with(id::unique)
            .clone()
    }

    /// Takes a message and lets the agent answer it in the background.
    fn accept(self: &Arc<Self>, task: &str, chat: &str, message: &str, unknown: Vec<String>) {
        let thread_id = self.thread(task, chat);
        let incoming = Incoming {
            task_id: task.to_owned(),
            chat_id: chat.to_owned(),
            message: message.to_owned(),
            unknown,
            thread_id,
        };
        let inner = Arc::clone(self);
        let settings = self.settings(|settings| settings.clone());
        self.accepted.push(incoming.clone());
        let accepted_at = Instant::now();
        self.lanes
            .run((task.to_owned(), chat.to_owned()), async move {
                inner.answer(&incoming, &settings, accepted_at).await;
            });
    }

    async fn answer(
        self: &Arc<Self>,
        incoming: &Incoming,
        settings: &Settings,
        accepted_at: Instant,
    ) {
        let Incoming {
            task_id,
            chat_id,
            thread_id,
            ..
        } = incoming;
        if settings.echo {
            let echo = Webhook::new(
                task_id,
                chat_id,
                thread_id,
                &incoming.message,
                Author::User,
                Flags::default(),
            );
            self.deliver(echo.to_json()).await;
        }
        let mut replies = (settings.brain)(incoming);
        if settings.delivering.order == Order::Reversed {
            replies.reverse();
        }
        let copies = settings.delivering.copies.max(1);
        let mut at_once = Vec::new();
        for reply in replies {
            let webhook = Webhook::new(
                task_id,
                chat_id,
                thread_id,
                &reply.text,
                reply.author,
                reply.flags,
            );
            let copies = vec![webhook.to_json(); copies];
            tokio::time::sleep_until(accepted_at + reply.delay.unwrap_or(settings.delay)).await;
            if settings.delivering.order == Order::AtOnce {
                at_once.extend(copies);
            } else {
                all(self, &copies).await;
            }
        }
        all(self, &at_once).await;
    }

    async fn deliver(&self, webhook: Value) -> Delivery {
        let outcome = match self.settings(|settings| settings.webhook.clone()) {
            Some(url) => self.client.post(&url, &[], &webhook).await,
            None => Err(Unreachable {
                reason: "no webhook is configured".to_owned(),
                timed_out: false,
            }),
        };
        let delivery = Delivery { webhook, outcome };
        self.deliveries.push(delivery.clone());
        delivery
    }
}

/// Sends all of them at once; the answers come in the order of the calls.
async fn all(inner: &Arc<Inner>, webhooks: &[Value]) -> Vec<Delivery> {
    let calls = webhooks.iter().cloned().map(|webhook| {
        let inner = Arc::clone(inner);
        async move { inner.deliver(webhook).await }
    });
    crate::tasks::at_once(calls).await
}
