//! An AI agent behind the public API "Omnichannel": a platform that takes messages at a webhook with a token in its URL,
//! and answers by calling `send_message` of the client server.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use simulators::omnichannel_agent::{ClientServer, OmnichannelAgent, Options, Reply};
//!
//! let agent = OmnichannelAgent::start(simulators::listen("127.0.0.1:0").await?, Options::default())?;
//! agent.set_client(ClientServer::with_token("http://127.0.0.1:3000/omnichannel/some-token", "secret"));
//! assert_eq!(agent.activate().await?.warning(), None);
//! // ... the bridge is configured with `agent.webhook_url()`, a visitor writes ...
//! let accepted = agent.accepted().wait_for(1, Duration::from_secs(10)).await?;
//! let deliveries = agent.deliveries().wait_for(1, Duration::from_secs(10)).await?;
//! // The agent speaks first.
//! agent.say(accepted[0].chat_id, &Reply::text("Are you still there?")).await;
//! # Ok(()) }
//! ```
//!
//! Source: "Public asynchronous API Omnichannel connectivity" of GMS (app.chatbots). Not published, and so a choice of this
//! simulator: which parameters are required (`request`), the body of `send_message` (`form`), and that `file_type` is the
//! file's media type.
//!
//! Files: `api` the webhook, `request` its body, `brain` what is answered, `form` how that looks, `client_server` where it goes.

mod api;
mod brain;
mod client_server;
mod form;
mod request;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::Instant;

pub use api::NO_CHANNEL;
pub use brain::{Brain, Button, Content, FILE, Incoming, Reply, Says, TO_OPERATOR, friendly};
pub use client_server::{Activation, ClientServer};
pub use form::{ButtonsText, ChatId, FileForm, Form, Rows};

pub use crate::outbox::{Delivery, Retry};
pub use crate::selarti::{Delivering, Order};

use crate::client::Client;
use crate::faults::Faults;
use crate::lanes::Lanes;
use crate::log::Log;
use crate::outbox::{Bubble, Outbox};
use crate::server::Server;
use crate::tasks::Tasks;
use request::Request;

/// How long the platform waits for the client server's answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a simulated agent channel is.
#[derive(Clone)]
pub struct Options {
    /// The token in the webhook's URL. Default: `omnichannel-token`.
    pub token: String,
    /// Whether the channel is switched on from the beginning, without a look at the client server. Default: yes.
    pub active: bool,
    /// Where the agent's words go. Without one there is nobody to tell.
    pub client: Option<ClientServer>,
    /// How they look. Default: the form that the API's relatives document.
    pub form: Form,
    /// After how long the agent answers, from the message's acceptance. Default: at once.
    pub delay: Duration,
    /// How answers reach the client server.
    pub delivering: Delivering,
    /// How often a `send_message` that was not answered with 2xx is sent again. Default: never, as none is documented.
    pub retry: Retry,
    /// What the agent says.
    pub brain: Brain,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            token: "omnichannel-token".to_owned(),
            active: true,
            client: None,
            form: Form::default(),
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
            .field("active", &self.active)
            .field("client", &self.client)
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}

/// A request that was answered with 200 and that the agent never saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// Why, for a person.
    pub reason: String,
}

/// A request that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The HTTP status of the answer.
    pub status: u16,
    /// Why, for a person. The platform does not say it, but to a token that it does not know.
    pub reason: String,
}

/// A running simulated platform with one agent channel.
#[derive(Debug)]
pub struct OmnichannelAgent {
    inner: Arc<Inner>,
    server: Server,
}

pub(crate) struct Inner {
    token: String,
    settings: Mutex<Settings>,
    accepted: Log<Incoming>,
    ignored: Log<Ignored>,
    refused: Log<Refused>,
    client: Client,
    outbox: Arc<Outbox>,
    running: Arc<Tasks>,
    lanes: Lanes<i64>,
    faults: Arc<Faults>,
}

/// What can be changed while it runs.
#[derive(Clone)]
struct Settings {
    active: bool,
    client: Option<ClientServer>,
    form: Form,
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

impl OmnichannelAgent {
    /// Serves the webhook on `listener`. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the listener or the HTTP client cannot be used.
    pub fn start(listener: TcpListener, options: Options) -> io::Result<Self> {
        let running = Arc::new(Tasks::default());
        let client = Client::new(PATIENCE).map_err(io::Error::other)?;
        let inner = Arc::new(Inner {
            token: options.token,
            outbox: Arc::new(Outbox::new(
                client.clone(),
                |status| (200..300).contains(&status),
                options.client.as_ref().map(ClientServer::send_message),
                options.retry,
            )),
            settings: Mutex::new(Settings {
                active: options.active,
                client: options.client,
                form: options.form,
                delay: options.delay,
                delivering: options.delivering,
                brain: options.brain,
            }),
            accepted: Log::default(),
            ignored: Log::default(),
            refused: Log::default(),
            client,
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

    /// The "App.Chatbots webhook: URL" of the channel's settings, with its token.
    #[must_use]
    pub fn webhook_url(&self) -> String {
        format!(
            "{}/connector/omnichannel/omnichannel_message/{}/bot_api_webhook",
            self.base_url(),
            self.inner.token
        )
    }

    /// Finishes the answers under way, frees the port and calls nobody any more.
    pub async fn stop(&self) {
        self.server.stop().await;
        self.inner.running.abort();
    }

    /// What goes wrong. The endpoint is `bot_api_webhook`.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// The messages that the agent was given, in order.
    #[must_use]
    pub fn accepted(&self) -> &Log<Incoming> {
        &self.inner.accepted
    }

    /// The requests that were answered with 200 and not processed: a 200 of this platform proves nothing.
    #[must_use]
    pub fn ignored(&self) -> &Log<Ignored> {
        &self.inner.ignored
    }

    /// The requests that were refused, faults on order not counted.
    #[must_use]
    pub fn refused(&self) -> &Log<Refused> {
        &self.inner.refused
    }

    /// The calls of `send_message`, in the order in which they ended: answers, copies, and what was said first.
    #[must_use]
    pub fn deliveries(&self) -> &Log<Delivery> {
        self.inner.outbox.deliveries()
    }

    /// Where the agent's words go from now on. It is not probed: that is [`Self::activate`].
    pub fn set_client(&self, client: ClientServer) {
        self.inner.outbox.set_destination(client.send_message());
        self.inner
            .settings(|settings| settings.client = Some(client));
    }

    /// How they look from now on.
    pub fn set_form(&self, form: Form) {
        self.inner.settings(|settings| settings.form = form);
    }

    /// After how long messages accepted from now on are answered.
    pub fn set_delay(&self, delay: Duration) {
        self.inner.settings(|settings| settings.delay = delay);
    }

    /// How answers reach the client server from now on.
    pub fn set_delivering(&self, delivering: Delivering) {
        self.inner
            .settings(|settings| settings.delivering = delivering);
    }

    /// How often a `send_message` that was not taken is sent again from now on.
    pub fn set_retry(&self, retry: Retry) {
        self.inner.outbox.set_retry(retry);
    }

    /// What the agent says from now on.
    pub fn set_brain(&self, brain: impl Fn(&Incoming) -> Vec<Reply> + Send + Sync + 'static) {
        self.inner
            .settings(|settings| settings.brain = Arc::new(brain));
    }

    /// Switches the channel on, as in the settings: the platform asks the client server's base URL with a GET and then a
    /// POST, and whatever comes of it the channel is active.
    ///
    /// # Errors
    /// When no client server is set: the settings cannot be saved without one.
    pub async fn activate(&self) -> io::Result<Activation> {
        let Some(client) = self.inner.settings(|settings| settings.client.clone()) else {
            return Err(io::Error::other("no client server is set"));
        };
        let headers = client.headers();
        let activation = Activation {
            get: self.inner.client.get(&client.url, &headers).await,
            post: self
                .inner
                .client
                .post(&client.url, &headers, &json!({}))
                .await,
        };
        self.inner.settings(|settings| settings.active = true);
        Ok(activation)
    }

    /// Switches the channel off: every request is refused.
    pub fn deactivate(&self) {
        self.inner.settings(|settings| settings.active = false);
    }

    /// The agent says something in a chat now, in one call after another. What came back is also in [`Self::deliveries`].
    pub async fn say(&self, chat_id: i64, reply: &Reply) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        for body in self.bodies(chat_id, reply) {
            deliveries.push(self.deliver_json(&body).await);
        }
        deliveries
    }

    /// The bodies that would say it, in order and not sent: change them, hold them back, send them twice.
    #[must_use]
    pub fn bodies(&self, chat_id: i64, reply: &Reply) -> Vec<Value> {
        self.inner
            .settings(|settings| settings.form)
            .bodies(chat_id, reply)
    }

    /// Sends any JSON to the client server's `send_message`.
    pub async fn deliver_json(&self, body: &Value) -> Delivery {
        self.inner.outbox.send(body).await
    }

    /// Sends `copies` of one body at once and returns what came back, in the order of the calls.
    pub async fn deliver_copies(&self, body: &Value, copies: usize) -> Vec<Delivery> {
        self.deliver_at_once(&vec![body.clone(); copies]).await
    }

    /// Sends different bodies at once and returns what came back, in the order of the calls.
    pub async fn deliver_at_once(&self, bodies: &[Value]) -> Vec<Delivery> {
        self.inner.outbox.send_at_once(bodies.to_vec()).await
    }
}

impl Drop for OmnichannelAgent {
    fn drop(&mut self) {
        self.inner.running.abort();
    }
}

impl Inner {
    fn settings<R>(&self, change: impl FnOnce(&mut Settings) -> R) -> R {
        change(&mut self.settings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_active(&self, token: &str) -> bool {
        token == self.token && self.settings(|settings| settings.active)
    }

    fn refuse(&self, refused: Refused) {
        self.refused.push(refused);
    }

    /// Takes a request that is answered with 200.
    fn take(&self, request: Request) {
        match request {
            Request::Processed(incoming) => self.accept(*incoming),
            Request::Ignored(reason) => self.ignored.push(Ignored { reason }),
        }
    }

    /// Lets the agent answer in the background, in its turn.
    fn accept(&self, incoming: Incoming) {
        let accepted_at = Instant::now();
        let settings = self.settings(|settings| settings.clone());
        let outbox = Arc::clone(&self.outbox);
        self.accepted.push(incoming.clone());
        self.lanes.run(incoming.chat_id, async move {
            let bubbles = (settings.brain)(&incoming).into_iter().flat_map(|reply| {
                let due = accepted_at + reply.delay.unwrap_or(settings.delay);
                settings
                    .form
                    .bodies(incoming.chat_id, &reply)
                    .into_iter()
                    .map(move |message| Bubble { due, message })
            });
            outbox
                .speak(bubbles.collect(), settings.delivering, |body| body)
                .await;
        });
    }
}
