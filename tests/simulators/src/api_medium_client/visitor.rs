//! The people who write in the application.

use std::sync::Arc;
use std::time::Duration;

use super::request::Attachment;
use super::webhook::Shown;
use super::{Inner, Line, NoSuchButton};
use crate::application::control::{Act, Application};
use crate::application::people::{People, map_link};
use crate::log::TimedOut;

/// One visitor's chat. Everything that is said is posted in the background, in order; each method returns the message's
/// number, by which [`super::ApiMediumClient::delivered`] can be awaited.
#[derive(Clone, Debug)]
pub struct Chat {
    inner: Arc<Inner>,
    name: String,
}

impl Chat {
    pub(crate) fn open(inner: &Arc<Inner>, name: &str) -> Self {
        inner.people.open(name);
        Self {
            inner: Arc::clone(inner),
            name: name.to_owned(),
        }
    }

    /// The application's own name of the chat.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The `userID` that is sent for this visitor, once an answer has told it.
    #[must_use]
    pub fn user_id(&self) -> Option<u64> {
        self.inner.users.id(&self.name)
    }

    /// Every `userID` that answers gave this visitor, in rising order. More than one: copies of the first message were
    /// taken for several people.
    #[must_use]
    pub fn user_ids(&self) -> Vec<u64> {
        self.inner.users.ids(&self.name)
    }

    /// What this visitor was shown, in order.
    #[must_use]
    pub fn shown(&self) -> Vec<Shown> {
        self.inner.shown.matching(|shown| shown.chat == self.name)
    }

    /// Waits until this visitor was shown at least `count` messages.
    ///
    /// # Errors
    /// [`TimedOut`], with what was shown in all chats.
    pub async fn wait_shown(
        &self,
        count: usize,
        timeout: Duration,
    ) -> Result<Vec<Shown>, TimedOut<Shown>> {
        self.inner
            .shown
            .wait_for_matching(count, timeout, |shown| shown.chat == self.name)
            .await
    }

    /// The whole chat, both sides, as a person reads it.
    #[must_use]
    pub fn transcript(&self) -> Vec<Line> {
        self.inner.people.transcript(&self.name)
    }

    /// Writes a text. To start a bot, it is the bot's hashtag.
    pub fn text(&self, text: &str) -> u64 {
        self.attachments(text, &[])
    }

    /// Sends files, with a text or with an empty one.
    pub fn attachments(&self, text: &str, attachments: &[Attachment]) -> u64 {
        self.inner.queue(&self.name, text, attachments)
    }

    /// Shares a place: this API has only texts and files, so it is a link to a map.
    pub fn location(&self, latitude: f64, longitude: f64) -> u64 {
        self.text(&map_link(latitude, longitude))
    }

    /// Presses a quick reply: its text is sent.
    ///
    /// # Errors
    /// [`NoSuchButton`] when no message in the chat offers it.
    pub fn press(&self, quick_reply: &str) -> Result<u64, NoSuchButton> {
        let offered = self
            .shown()
            .iter()
            .any(|shown| shown.quick_replies.iter().any(|text| text == quick_reply));
        if !offered {
            return Err(NoSuchButton(quick_reply.to_owned()));
        }
        Ok(self.text(quick_reply))
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
            Act::Attachment(data) if data.starts_with("data:") => {
                Ok(chat.attachments("", &[Attachment::Base64(data)]))
            }
            Act::Attachment(url) => Ok(chat.attachments("", &[Attachment::Url(url)])),
            Act::Location {
                latitude,
                longitude,
            } => Ok(chat.location(latitude, longitude)),
        }
    }
}
