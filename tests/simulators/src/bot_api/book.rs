//! What was shown and said in the chats.

use std::time::Duration;

use super::message::{Button, Content};
use crate::application::NoSuchButton;
use crate::application::people::{Line, People};
use crate::log::{Log, TimedOut};

/// A message of the bot as its visitor sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Where.
    pub chat_id: i64,
    /// The platform's id of the message.
    pub id: String,
    /// What.
    pub content: Content,
}

#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) shown: Log<Shown>,
    /// Who said what. The chats' ids are their decimal digits there.
    pub(crate) people: People,
}

impl Book {
    /// Shows a message of the bot.
    pub(crate) fn show(&self, chat_id: i64, content: Content) {
        self.note(chat_id, "bot", content.to_line());
        // Last: who waits for it finds the line too.
        self.shown.push(Shown {
            chat_id,
            id: super::visitor::unique(),
            content,
        });
    }

    /// Adds a line to the transcript.
    pub(crate) fn note(&self, chat_id: i64, from: &str, text: String) {
        self.people.shows(&chat_id.to_string(), from, text);
    }

    /// Adds a line of the visitor to the transcript.
    pub(crate) fn said(&self, chat_id: i64, text: &str) {
        self.people.says(&chat_id.to_string(), text.to_owned());
    }

    pub(crate) fn shown_in(&self, chat_id: i64) -> Vec<Shown> {
        self.shown.matching(|shown| shown.chat_id == chat_id)
    }

    pub(crate) async fn wait_shown_in(
        &self,
        chat_id: i64,
        count: usize,
        timeout: Duration,
    ) -> Result<Vec<Shown>, TimedOut<Shown>> {
        let here = |shown: &Shown| shown.chat_id == chat_id;
        self.shown.wait_for_matching(count, timeout, here).await
    }

    pub(crate) fn transcript(&self, chat_id: i64) -> Vec<Line> {
        self.people.transcript(&chat_id.to_string())
    }

    /// The button with this label or id in the latest keyboard of the chat that has one, and that keyboard's id.
    pub(crate) fn button(
        &self,
        chat_id: i64,
        label_or_id: &str,
    ) -> Result<(Button, String), NoSuchButton> {
        let shown = self.shown_in(chat_id);
        let found = shown.iter().rev().find_map(|shown| {
            let Content::Keyboard(rows) = &shown.content else {
                return None;
            };
            let mut buttons = rows.iter().flatten();
            let button =
                buttons.find(|button| button.text == label_or_id || button.id == label_or_id)?;
            Some((button.clone(), shown.id.clone()))
        });
        found.ok_or_else(|| NoSuchButton(label_or_id.to_owned()))
    }
}
