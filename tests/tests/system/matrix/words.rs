//! What the adapters of all ends tell in the same words.

use std::time::Duration;

use futures_util::future::BoxFuture;
use shared::text::{Limit, Unit};
use simulators::log::Log;
use tokio::time::Instant;

use crate::world::PATIENCE;

/// What a person sees on a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A text, without markup; who wrote it, as far as the channel shows that.
    Text(String, By),
    /// Buttons, by what they read.
    Buttons(Vec<String>),
    /// A file, by its address.
    File(String),
    /// People have the conversation from here on.
    HandedOver,
    /// The agent has it again.
    GivenBack,
    /// The conversation is over.
    Closed,
}

/// Who writes in the agent's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// The AI; or anybody, where a channel does not tell.
    Agent,
    /// A person.
    Person,
}

impl Seen {
    /// A text of the AI.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into(), By::Agent)
    }
}

/// The texts among what is seen.
pub(crate) fn texts(seen: &[Seen]) -> Vec<&str> {
    let texts = seen.iter().filter_map(|seen| match seen {
        Seen::Text(text, _) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

/// One message as the agent got it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Its text.
    pub(crate) text: String,
    /// The addresses of its files.
    pub(crate) files: Vec<String>,
    /// The id of the button that it is the press of.
    pub(crate) pressed: Option<String>,
}

/// What the agent's side says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// The AI: a text.
    Text(String),
    /// The AI: a text, and under it buttons, each with its id and what it reads.
    Buttons(String, Vec<(String, String)>),
    /// The AI: a file, by its address.
    File(String),
    /// The AI, or whoever comes in its place: people take over, with these words where that is done with words.
    TakeOver(String),
    /// A person.
    Person(String),
    /// The AI: it has the conversation back.
    Back(String),
    /// The AI: the conversation is over.
    Goodbye(String),
}

/// A file of the visitor's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Attached {
    /// The file itself.
    Bytes {
        /// Its name, with the extension.
        name: &'static str,
        /// Its media type.
        media_type: &'static str,
        /// What it holds.
        bytes: Vec<u8>,
    },
    /// Where it is.
    Url(String),
}

/// A place.
pub(crate) const PLACE: (f64, f64) = (48.2, 16.37);

/// Words that differ, one and a half times as long as the limit.
pub(crate) fn longer_than(limit: Limit) -> String {
    let mut text = String::new();
    let words = (0..).map(|number| format!("\u{1f600}word{number} "));
    for word in words {
        text += &word;
        if measure(limit, &text) > limit.max * 3 / 2 {
            return text.trim_end().to_owned();
        }
    }
    unreachable!("there is no end of words")
}

/// How long a text is, in the unit of the limit.
pub(crate) fn measure(limit: Limit, text: &str) -> usize {
    match limit.unit {
        Unit::Chars => text.chars().count(),
        Unit::Utf16 => text.encode_utf16().count(),
        Unit::Bytes => text.len(),
    }
}

/// A list of what happened, whose growth can be awaited.
pub(crate) trait Notes: Send + Sync {
    /// How many there are.
    fn count(&self) -> usize;

    /// Waits until there are more than `known`, or the time is over.
    fn more(&self, known: usize, patience: Duration) -> BoxFuture<'_, ()>;
}

impl<T: Clone + Send + Sync> Notes for Log<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn more(&self, known: usize, patience: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            // Whoever waits looks for himself whether there is enough.
            drop(self.wait_for(known + 1, patience).await);
        })
    }
}

/// Waits until what there is is enough.
pub(crate) async fn until<T: std::fmt::Debug>(
    what: &str,
    notes: &dyn Notes,
    look: impl Fn() -> T,
    enough: impl Fn(&T) -> bool,
) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let known = notes.count();
        let now = look();
        if enough(&now) {
            return now;
        }
        let left = deadline.saturating_duration_since(Instant::now());
        assert!(!left.is_zero(), "{what}: there is only {now:#?}");
        notes.more(known, left).await;
    }
}
