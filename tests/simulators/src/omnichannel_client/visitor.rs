//! The people who chat.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::{File, FileState, Inner, Line, NoSuchButton, Shown, Visitor};
use crate::application::people::map_link;
use crate::bot_api::delivery::Event;
use crate::bot_api::visitor as wire;
use crate::log::TimedOut;

/// A chat, as its visitor uses it. What is said goes to the webhook in the background, in order; each method returns its
/// event, by which [`super::OmnichannelClient::delivered`] can be awaited.
#[derive(Clone, Debug)]
pub struct Chat {
    inner: Arc<Inner>,
    id: i64,
    visitor: Visitor,
}

impl Chat {
    pub(crate) fn open(inner: &Arc<Inner>, id: i64, visitor: Visitor) -> Self {
        inner.book.people.open(&id.to_string());
        Self {
            inner: Arc::clone(inner),
            id,
            visitor,
        }
    }

    /// The chat's id.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// What the agent showed in this chat, in order.
    #[must_use]
    pub fn shown(&self) -> Vec<Shown> {
        self.inner.book.shown_in(self.id)
    }

    /// Waits until the agent has shown at least `count` messages in this chat.
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

    /// The whole chat, both sides, as a person reads it.
    #[must_use]
    pub fn transcript(&self) -> Vec<Line> {
        self.inner.book.transcript(self.id)
    }

    /// Writes a text.
    pub fn text(&self, text: &str) -> Event {
        self.say(&wire::text(text), text)
    }

    /// Presses a button, by its label or id: that of the latest keyboard that has it.
    ///
    /// # Errors
    /// When there is no such button.
    pub fn press(&self, label_or_id: &str) -> Result<Event, NoSuchButton> {
        let (button, _) = self.inner.book.button(self.id, label_or_id)?;
        Ok(self.say(&wire::press(&button), &format!("[presses {}]", button.text)))
    }

    /// Sends a file that is uploaded already.
    pub fn file(&self, file: &File) -> Event {
        let ids = (wire::unique(), wire::unique());
        self.send_file(file, FileState::Ready, &ids)
    }

    /// Sends a file while it is uploaded: one message, of which the agent hears twice, in the states `upload` and `end`.
    pub fn upload(&self, file: &File, end: FileState) -> (Event, Event) {
        let ids = (wire::unique(), wire::unique());
        (
            self.send_file(file, FileState::Upload, &ids),
            self.send_file(file, end, &ids),
        )
    }

    /// Shares a place, which is a text with a link to a map.
    pub fn location(&self, latitude: f64, longitude: f64) -> Event {
        self.text(&map_link(latitude, longitude))
    }

    fn send_file(&self, file: &File, state: FileState, ids: &(String, String)) -> Event {
        let line = format!("[file {} {}]", file.name, state.name());
        self.say(&wire::file(file, state, ids), &line)
    }

    /// Lets the visitor say something, of which the transcript shows `line`.
    fn say(&self, message: &Value, line: &str) -> Event {
        self.inner.book.said(self.id, line);
        let body = json!({
            "event": "new_message",
            "chat_id": self.id,
            "visitor": self.visitor.to_json(),
            "message": message,
        });
        self.inner.post.queue(self.id, body)
    }
}
