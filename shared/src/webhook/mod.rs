//! What happens to a webhook between its platform's codec and the mailbox.
//!
//! * [`verify`] lets nobody in; what comes after takes a [`verify::Verified`], so that it cannot be forgotten.
//! * [`channel`], [`wait`] and [`agent`] are the three ways in: an asynchronous channel, a synchronous one, an agent.
//! * [`refusal`] says what a platform is answered when it gets no further.

pub mod agent;
pub mod channel;
mod keep;
pub mod refusal;
pub mod request;
mod thread;
pub mod verify;
pub mod wait;

use std::pin::Pin;

use serde::de::DeserializeOwned;

pub use refusal::Refusal;

use crate::mailbox::EventId;
use crate::model::{Author, ChatId, ConversationKey, Message, Mode, Signals, Visitor};

/// What a function waits for. Boxed, so that the code behind it is in a program once: what an `async fn` does is compiled into each
/// crate that awaits it.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, Refusal>> + Send + 'a>>;

/// The longest body that a webhook may have. Ten times what any platform sends.
pub const MAX_BODY: usize = 1024 * 1024;

/// What a webhook's body turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Received<T> {
    /// An event.
    Event(T),
    /// Nothing that concerns us; counted under this reason.
    Ignored(&'static str),
}

/// Something happened on a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelEvent {
    /// Where.
    pub chat: ChatId,
    /// Which event.
    pub event: EventId,
    /// What it says of the visitor.
    pub visitor: Visitor,
    /// What the visitor wrote; may be nothing.
    pub messages: Vec<Message>,
    /// The chat has this id from now on.
    pub moved_to: Option<ChatId>,
    /// The chat had this id before.
    pub moved_from: Option<ChatId>,
}

/// Something happened at an agent.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentEvent {
    /// The conversation, as the agent names it.
    pub thread: Thread,
    /// Which event.
    pub event: EventId,
    /// Whose event.
    pub author: Author,
    /// What they wrote; may be nothing.
    pub message: Option<Message>,
    /// What it says of the conversation.
    pub signals: Signals,
}

/// How an agent names a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thread {
    /// By the id that we gave it ([`ConversationKey::thread`]).
    Ours(ConversationKey),
    /// By an id that leads to the conversation through the table ([`crate::store::threads`]).
    Kept(String),
}

/// An event got its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// It is kept, and will be delivered. Who answers the conversation.
    Kept(Mode),
    /// It was kept before.
    Duplicate(Mode),
    /// It is none of our business.
    Ignored,
}

/// Parses a webhook's body.
///
/// # Errors
/// [`Refusal::Malformed`], with where and why, but without the body's text.
pub fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    // Every platform sends an object, and the reader of one would also take its values in an array.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(Refusal::malformed("the body is no JSON object"));
    }
    // The parser refuses what is nested deeper than 128 levels, and what is not UTF-8.
    serde_json::from_slice(body).map_err(|error| Refusal::malformed(json_error(&error)))
}

/// What is wrong with JSON and where, without repeating any of it: it may be a visitor's words.
pub(crate) fn json_error(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Data => "JSON of another shape",
        _ => "not JSON",
    };
    format!("{kind} at line {} column {}", error.line(), error.column())
}
