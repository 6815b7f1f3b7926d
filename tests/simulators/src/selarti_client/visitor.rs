//! The people who write in the application.

use std::sync::Arc;
use std::time::Duration;

use super::{Inner, Line, NoSuchButton, Webhook};
use crate::application::control::{Act, Application};
use crate::application::people::{People, map_link};
use crate::log::TimedOut;

/// One visitor's chat. Everything that is said is posted in the background, in order; each method returns the message's
/// number, by which [`super::SelartiClient::delivered`] can be awaited.
#[derive(Clone, Debug)]
pub struct Chat {
    inner: Arc<Inner>,
    id: String,
}

impl Chat {
    pub(crate) fn open(inner: &Arc<Inner>, id: &str) -> Self {
        inner.people.open(id);
        Self {
            inner: Arc::clone(inner),
            id: id.to_owned(),
        }
    }

    /// The chat's id: `chat_id` in requests, `external_chat_id` in webhooks.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What this visitor was shown, in order.
    #[must_use]
    pub fn shown(&self) -> Vec<Webhook> {
        self.inner
            .shown
            .matching(|shown| shown.external_chat_id == self.id)
    }

    /// Waits until this visitor was shown at least `count` messages.
    ///
    /// # Errors
    /// [`TimedOut`], with what was shown in all chats.
    pub async fn wait_shown(
        &self,
        count: usize,
        timeout: Duration,
    ) -> Result<Vec<Webhook>, TimedOut<Webhook>> {
        self.inner
            .shown
            .wait_for_matching(count, timeout, |shown| shown.external_chat_id == self.id)
            .await
    }

    /// The whole chat, both sides, as a person reads it.
    #[must_use]
    pub fn transcript(&self) -> Vec<Line> {
        self.inner.people.transcript(&self.id)
    }

    /// Writes a text.
    pub fn text(&self, text: &str) -> u64 {
        self.inner.queue(&self.id, text)
    }

    /// Sends a file: this API has only texts, so it is the file's address, after the caption if there is one.
    pub fn attachment(&self, url: &str, caption: Option<&str>) -> u64 {
        match caption {
            Some(caption) => self.text(&format!("{caption}\n{url}")),
            None => self.text(url),
        }
    }

    /// Shares a place: this API has only texts, so it is a link to a map.
    pub fn location(&self, latitude: f64, longitude: f64) -> u64 {
        self.text(&map_link(latitude, longitude))
    }

    /// Chooses what a message offers: this API has no buttons, so the visitor reads the label in a text, and writes it.
    ///
    /// # Errors
    /// [`NoSuchButton`] when no message in the chat has the label in its text.
    pub fn press(&self, label: &str) -> Result<u64, NoSuchButton> {
        let offered = self
            .shown()
            .iter()
            .any(|shown| shown.message_text.contains(label));
        if !offered || label.is_empty() {
            return Err(NoSuchButton(label.to_owned()));
        }
        Ok(self.text(label))
    }
}

impl Application for Inner {
    fn people(&self) -> &People {
        &self.people
    }

    fn act(self: &Arc<Self>, chat: &str, act: Act) -> Result<u64, String> {
        let chat = Chat::open(self, chat);
        match act {
            Act::Text(text) => Ok(chat.text(&text)),
            Act::Press(label) => chat.press(&label).map_err(|error| error.to_string()),
            Act::Attachment(url) if url.starts_with("data:") => {
                Err("this API has no files: give the address of one".to_owned())
            }
            Act::Attachment(url) => Ok(chat.attachment(&url, None)),
            Act::Location {
                latitude,
                longitude,
            } => Ok(chat.location(latitude, longitude)),
        }
    }
}
