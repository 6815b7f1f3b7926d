//! The people who chat, and the operators, as far as the bot notices them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::chats::{Holder, Thread};
use super::{File, FileForm, FileState, History, Inner, Line, NoSuchButton, Shown, Visitor};
use crate::application::people::map_link;
use crate::bot_api::delivery::Event;
use crate::bot_api::visitor as wire;
use crate::log::TimedOut;

/// A chat, as its visitor uses it. What is said goes to the bot in the background, in order; each method returns its
/// event, by which [`super::WebimV2::delivered`] can be awaited.
///
/// A chat begins with what is done first in it: that comes with a `new_chat`, all that follows with `new_message`.
#[derive(Clone, Debug)]
pub struct Chat {
    pub(crate) inner: Arc<Inner>,
    pub(crate) id: i64,
    pub(crate) visitor: Visitor,
}

/// Why the bot does not hear of what the visitor did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAsked {
    /// The operators have the chat, and read it there.
    WithOperators,
    /// The chat is closed. Whoever writes again begins a chat with another id.
    Closed,
    /// Nothing was done: there is no such button.
    NoSuchButton(NoSuchButton),
}

impl fmt::Display for NotAsked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WithOperators => f.write_str("the operators have the chat"),
            Self::Closed => f.write_str("the chat is closed"),
            Self::NoSuchButton(button) => button.fmt(f),
        }
    }
}

impl std::error::Error for NotAsked {}

impl Chat {
    /// The chat's id.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Who has the chat.
    #[must_use]
    pub fn holder(&self) -> Holder {
        self.inner.state(|state| {
            let thread = state.threads.get(&self.id);
            thread.map_or(Holder::Nobody, |thread| thread.holder)
        })
    }

    /// What the bot showed in this chat, in order.
    #[must_use]
    pub fn shown(&self) -> Vec<Shown> {
        self.inner.book.shown_in(self.id)
    }

    /// Waits until the bot has shown at least `count` messages in this chat.
    ///
    /// # Errors
    /// [`TimedOut`], with what was shown in all chats.
    pub async fn wait_shown(
        &self,
        count: usize,
        timeout: Duration,
    ) -> Result<Vec<Shown>, TimedOut<Shown>> {
        let book = &self.inner.book;
        book.wait_shown_in(self.id, count, timeout).await
    }

    /// The whole chat, all sides, as a person reads it.
    #[must_use]
    pub fn transcript(&self) -> Vec<Line> {
        self.inner.book.transcript(self.id)
    }

    /// Opens the chat without a word: a `new_chat` without messages. `None` if it has begun already.
    pub fn open(&self) -> Option<Event> {
        self.inner.state(|state| {
            if state.threads.contains_key(&self.id) {
                return None;
            }
            state.threads.insert(self.id, begun(vec![]));
            Some(self.new_chat(&[]))
        })
    }

    /// Writes a text.
    ///
    /// # Errors
    /// When the bot does not have the chat.
    pub fn text(&self, text: &str) -> Result<Event, NotAsked> {
        self.say(wire::text(text), text)
    }

    /// Presses a button, by its label or id: that of the latest keyboard that has it.
    ///
    /// # Errors
    /// When there is no such button, or the bot does not have the chat.
    pub fn press(&self, label_or_id: &str) -> Result<Event, NotAsked> {
        let (button, keyboard) = self
            .inner
            .book
            .button(self.id, label_or_id)
            .map_err(NotAsked::NoSuchButton)?;
        let mut message = wire::press(&button);
        // Beyond the document: which keyboard it was.
        if let Some(data) = message.get_mut("data").and_then(Value::as_object_mut) {
            data.insert("request".to_owned(), json!({ "messageId": keyboard }));
        }
        self.say(message, &format!("[presses {}]", button.text))
    }

    /// Sends a file that is uploaded already.
    ///
    /// # Errors
    /// When the bot does not have the chat.
    pub fn file(&self, file: &File) -> Result<Event, NotAsked> {
        self.send_file(file, FileState::Ready, &ids())
    }

    /// Sends a file while it is uploaded: one message, of which the bot hears twice, in the states `upload` and `end`.
    ///
    /// # Errors
    /// When the bot does not have the chat.
    pub fn upload(&self, file: &File, end: FileState) -> Result<(Event, Event), NotAsked> {
        let ids = ids();
        Ok((
            self.send_file(file, FileState::Upload, &ids)?,
            self.send_file(file, end, &ids)?,
        ))
    }

    /// Shares a place, which is a text with a link to a map.
    ///
    /// # Errors
    /// When the bot does not have the chat.
    pub fn location(&self, latitude: f64, longitude: f64) -> Result<Event, NotAsked> {
        self.text(&map_link(latitude, longitude))
    }

    /// The operators take the chat from the bot, which is not told. `false` if it was not with the bot.
    pub fn take_over(&self) -> bool {
        self.pass(Holder::Bot, Holder::Operators).is_some()
    }

    /// The chat ends, and the bot is not told. `false` if it was not open.
    pub fn close(&self) -> bool {
        self.pass(Holder::Bot, Holder::Nobody).is_some()
            || self.pass(Holder::Operators, Holder::Nobody).is_some()
    }

    /// An operator writes to the visitor. The bot does not hear of it.
    pub fn operator_says(&self, text: &str) {
        self.inner.book.note(self.id, "operator", text.to_owned());
    }

    /// The operators give the chat back: a `new_chat` with the same id. `None` if they do not have it.
    pub fn hand_back(&self) -> Option<Event> {
        self.inner.state(|state| {
            let thread = state.threads.get_mut(&self.id)?;
            if thread.holder != Holder::Operators {
                return None;
            }
            thread.holder = Holder::Bot;
            let heard = std::mem::replace(&mut thread.heard, thread.said.len());
            let messages = match self.inner.history {
                History::Nothing => &[],
                History::Unheard => thread.said.get(heard..).unwrap_or_default(),
                History::Everything => thread.said.as_slice(),
            };
            self.inner
                .book
                .note(self.id, "operator", "[back to the bot]".to_owned());
            Some(self.new_chat(messages))
        })
    }

    fn pass(&self, from: Holder, to: Holder) -> Option<()> {
        self.inner.state(|state| {
            let thread = state.threads.get_mut(&self.id)?;
            (thread.holder == from).then(|| thread.holder = to)
        })
    }

    fn send_file(
        &self,
        file: &File,
        state: FileState,
        ids: &(String, String),
    ) -> Result<Event, NotAsked> {
        let mut message = wire::file(file, state, ids);
        if self.inner.files == FileForm::Earlier
            && let Some(data) = message.get_mut("data").and_then(Value::as_object_mut)
        {
            data.remove("state");
            if let Some(media_type) = data.remove("content_type") {
                data.insert("media_type".to_owned(), media_type);
            }
        }
        self.say(message, &format!("[file {} {}]", file.name, state.name()))
    }

    /// Lets the visitor say something, of which the transcript shows `line`.
    fn say(&self, message: Value, line: &str) -> Result<Event, NotAsked> {
        // Decided and queued under one lock: what the bot gives away meanwhile comes before it or after it.
        self.inner.state(|state| {
            let Some(thread) = state.threads.get_mut(&self.id) else {
                self.inner.book.said(self.id, line);
                let event = self.new_chat(std::slice::from_ref(&message));
                state.threads.insert(self.id, begun(vec![message]));
                return Ok(event);
            };
            if thread.holder == Holder::Nobody {
                return Err(NotAsked::Closed);
            }
            self.inner.book.said(self.id, line);
            thread.said.push(message.clone());
            if thread.holder == Holder::Operators {
                return Err(NotAsked::WithOperators);
            }
            thread.heard = thread.said.len();
            let body = json!({ "event": "new_message", "chat_id": self.id, "message": message });
            Ok(self.inner.post.queue(self.id, body))
        })
    }

    fn new_chat(&self, messages: &[Value]) -> Event {
        let mut body = Map::new();
        body.insert("event".to_owned(), json!("new_chat"));
        body.insert("chat".to_owned(), json!({ "id": self.id }));
        body.insert("visitor".to_owned(), self.visitor.to_json());
        if !messages.is_empty() {
            body.insert("messages".to_owned(), json!(messages));
        }
        self.inner.post.queue(self.id, Value::Object(body))
    }
}

fn begun(said: Vec<Value>) -> Thread {
    Thread {
        holder: Holder::Bot,
        heard: said.len(),
        said,
    }
}

/// Fresh ids for a message and its file.
fn ids() -> (String, String) {
    (wire::unique(), wire::unique())
}
