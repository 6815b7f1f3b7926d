//! Webim, External Bot API 1.0: a chat on a site that asks the bot synchronously.
//!
//! The platform posts an event and the HTTP response is the bot's answer. Whatever is not an answer as documented, or
//! does not come within 5 seconds, sends the chat to the operators, and the visitor's later messages no longer go to the
//! bot until the operators hand the chat back.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use simulators::webim::{Outcome, Shown, Webim};
//!
//! let webim = Webim::new("http://127.0.0.1:3000/webhooks/webim/some-token")?;
//! let chat = webim.chat("9401b039-ace3");
//! chat.open(&[]).await;
//! let outcome = chat.say("Hello").await;
//! assert_eq!(outcome, Outcome::Answered(vec![Shown::Text("Hi".into())]));
//! # Ok(()) }
//! ```
//!
//! Files: `request` what is asked and in which form, `answer` what is accepted.

mod answer;
mod request;

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

pub use request::{Dialect, Headers, VisitorForm};

use crate::client::{Answer, Client, Unreachable};
use crate::log::Log;
use crate::tasks::at_once;
use answer::Verdict;

/// How long the platform waits for an answer.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// A button as the visitor sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What comes back when it is pressed.
    pub id: String,
    /// Its label.
    pub text: String,
}

/// A message of the bot as the visitor sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Plain text: Webim shows no markup.
    Text(String),
    /// Rows of buttons.
    Keyboard(Vec<Vec<Button>>),
}

/// What became of a visitor's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The bot answered, and the visitor sees this. Empty only for a `new_chat` without messages.
    Answered(Vec<Shown>),
    /// The bot asked for an operator, and the chat is in their queue.
    HandedOver,
    /// The bot failed: the chat is in the operators' queue, for this reason.
    Operators(String),
    /// The chat was with the operators already: the bot was not asked.
    NotAsked,
}

/// One request and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// What was posted.
    pub request: Value,
    /// What the bot answered, before it was judged.
    pub answer: Result<Answer, Unreachable>,
    /// What the platform made of it.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

/// A simulated Webim installation with one bot.
#[derive(Clone, Debug)]
pub struct Webim {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    bot_url: String,
    dialect: Dialect,
    client: Client,
    patience: Duration,
    with_operators: Mutex<HashSet<String>>,
    exchanges: Log<Exchange>,
}

impl Webim {
    /// An installation of a current release whose bot is at `bot_url`.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(bot_url: &str) -> Result<Self, Unreachable> {
        Self::with(bot_url, Dialect::default())
    }

    /// The same, with requests of another form.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn with(bot_url: &str, dialect: Dialect) -> Result<Self, Unreachable> {
        Self::patient(bot_url, dialect, PATIENCE)
    }

    fn patient(bot_url: &str, dialect: Dialect, patience: Duration) -> Result<Self, Unreachable> {
        let inner = Inner {
            bot_url: bot_url.to_owned(),
            dialect,
            client: Client::new(patience)?,
            patience,
            with_operators: Mutex::default(),
            exchanges: Log::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The chat with this id. Nothing is sent yet.
    #[must_use]
    pub fn chat(&self, id: impl Into<String>) -> Chat {
        Chat {
            webim: self.clone(),
            id: id.into(),
        }
    }

    /// All exchanges with the bot, in the order in which they ended.
    #[must_use]
    pub fn exchanges(&self) -> &Log<Exchange> {
        &self.inner.exchanges
    }

    /// Posts any JSON and judges the answer. No chat changes hands.
    pub async fn post(&self, request: Value) -> Exchange {
        let started = tokio::time::Instant::now();
        let Inner {
            client,
            bot_url,
            dialect,
            patience,
            ..
        } = &*self.inner;
        let answer = client
            .post(bot_url, &dialect.headers.pairs(), &request)
            .await;
        let took = started.elapsed();
        let outcome = match &answer {
            Err(error) if error.timed_out => {
                Outcome::Operators(format!("no answer within {patience:?}"))
            }
            Err(error) => Outcome::Operators(error.to_string()),
            Ok(answer) => match answer::judge(answer, may_be_empty(&request)) {
                Ok(Verdict::Messages(messages)) => Outcome::Answered(messages),
                Ok(Verdict::HandOver) => Outcome::HandedOver,
                Err(reason) => Outcome::Operators(reason),
            },
        };
        let exchange = Exchange {
            request,
            answer,
            outcome,
            took,
        };
        self.inner.exchanges.push(exchange.clone());
        exchange
    }

    /// Posts `copies` of one request at once, and returns the exchanges in the order of the calls. No chat changes hands.
    pub async fn copies(&self, request: &Value, copies: usize) -> Vec<Exchange> {
        let calls = (0..copies).map(|_| {
            let (webim, request) = (self.clone(), request.clone());
            async move { webim.post(request).await }
        });
        at_once(calls).await
    }
}

/// One visitor's chat.
#[derive(Clone, Debug)]
pub struct Chat {
    webim: Webim,
    id: String,
}

impl Chat {
    /// The chat's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The visitor opens the chat, having written these messages (or none).
    pub async fn open(&self, first_messages: &[&str]) -> Outcome {
        self.ask(self.webim.inner.dialect.new_chat(&self.id, first_messages))
            .await
    }

    /// The visitor writes.
    pub async fn say(&self, text: &str) -> Outcome {
        self.ask(self.says(text)).await
    }

    /// The visitor presses a button.
    pub async fn press(&self, button_id: &str, button_text: &str) -> Outcome {
        self.ask(
            self.webim
                .inner
                .dialect
                .press(&self.id, button_id, button_text),
        )
        .await
    }

    /// The visitor shares a place: this API has only texts, so it is a link to a map.
    pub async fn locate(&self, latitude: f64, longitude: f64) -> Outcome {
        self.say(&format!(
            "https://www.google.com/maps?q={latitude},{longitude}"
        ))
        .await
    }

    /// The request of [`Self::say`], not sent: for [`Webim::post`] and [`Webim::copies`].
    #[must_use]
    pub fn says(&self, text: &str) -> Value {
        self.webim.inner.dialect.new_message(&self.id, text)
    }

    /// Whether the operators have the chat.
    #[must_use]
    pub fn with_operators(&self) -> bool {
        self.operators(|chats| chats.contains(&self.id))
    }

    /// The operators give the chat back to the bot.
    pub fn hand_back(&self) {
        self.operators(|chats| chats.remove(&self.id));
    }

    async fn ask(&self, request: Value) -> Outcome {
        if self.with_operators() {
            return Outcome::NotAsked;
        }
        let outcome = self.webim.post(request).await.outcome;
        if matches!(outcome, Outcome::HandedOver | Outcome::Operators(_)) {
            self.operators(|chats| chats.insert(self.id.clone()));
        }
        outcome
    }

    fn operators<R>(&self, change: impl FnOnce(&mut HashSet<String>) -> R) -> R {
        change(
            &mut self
                .webim
                .inner
                .with_operators
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

/// Only a `new_chat` without messages needs no answer.
fn may_be_empty(request: &Value) -> bool {
    let messages = request.get("messages").and_then(Value::as_array);
    request.get("event").and_then(Value::as_str) == Some("new_chat")
        && messages.is_none_or(Vec::is_empty)
}
