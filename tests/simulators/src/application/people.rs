//! The chats of an application as the people in them read them.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

/// Who says it, when the visitor does.
const VISITOR: &str = "visitor";

/// One message as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Who says it: `visitor`, or who answers them.
    pub from: String,
    /// The text, with what is not text in square brackets.
    pub text: String,
}

/// Nothing that the person was shown can be pressed like that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchButton(pub String);

impl fmt::Display for NoSuchButton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no message in the chat offers {:?}", self.0)
    }
}

impl std::error::Error for NoSuchButton {}

/// All chats, by the application's own id.
#[derive(Debug, Default)]
pub(crate) struct People(watch::Sender<HashMap<String, Vec<Line>>>);

impl People {
    /// Makes the chat if it is new.
    pub(crate) fn open(&self, chat: &str) {
        self.0.send_if_modified(|chats| {
            let new = !chats.contains_key(chat);
            if new {
                chats.insert(chat.to_owned(), Vec::new());
            }
            new
        });
    }

    /// Whether somebody opened it.
    pub(crate) fn knows(&self, chat: &str) -> bool {
        self.0.borrow().contains_key(chat)
    }

    /// The visitor says something.
    pub(crate) fn says(&self, chat: &str, text: String) {
        self.shows(chat, VISITOR, text);
    }

    /// The visitor is shown something.
    pub(crate) fn shows(&self, chat: &str, from: &str, text: String) {
        let from = from.to_owned();
        self.0.send_modify(|chats| {
            chats
                .entry(chat.to_owned())
                .or_default()
                .push(Line { from, text });
        });
    }

    /// The whole chat, both sides.
    pub(crate) fn transcript(&self, chat: &str) -> Vec<Line> {
        self.0.borrow().get(chat).cloned().unwrap_or_default()
    }

    /// What comes after the first `after` lines, as soon as there is some, or `timeout` has passed.
    pub(crate) async fn transcript_after(
        &self,
        chat: &str,
        after: usize,
        timeout: Duration,
    ) -> Vec<Line> {
        let mut changes = self.0.subscribe();
        let more =
            changes.wait_for(|chats| chats.get(chat).is_some_and(|lines| lines.len() > after));
        if tokio::time::timeout(timeout, more).await.is_err() {
            tracing::trace!("nothing new was said");
        }
        self.transcript(chat).into_iter().skip(after).collect()
    }
}

/// A place, in APIs that have only texts.
pub(crate) fn map_link(latitude: f64, longitude: f64) -> String {
    format!("https://www.google.com/maps?q={latitude},{longitude}")
}
