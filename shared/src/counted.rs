//! What is counted: one structured log line each, so that a filter on `count` gives the numbers. No text of a message,
//! no name, no phone number, no secret; a chat only as a hash.

use crate::mailbox::EventHash;
use crate::model::{ConnectionId, ConversationKey};
use crate::platforms::Platform;

/// What happened to a message or an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// An event was accepted.
    In,
    /// A message was delivered.
    Out,
    /// An event was known already.
    Duplicate,
    /// The channel's operators took over.
    HandedOver,
    /// The channel gave a conversation back.
    HandedBack,
    /// A deadline came before a reply.
    DeadlineMissed,
    /// An agent did not take messages, and the route says who sees to them instead.
    AgentDown,
    /// It takes them again.
    AgentBack,
    /// A lane was full and the platform was asked to send again.
    Full,
}

impl Count {
    fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Duplicate => "duplicate",
            Self::HandedOver => "handed_over",
            Self::HandedBack => "handed_back",
            Self::DeadlineMissed => "deadline_missed",
            Self::AgentDown => "agent_down",
            Self::AgentBack => "agent_back",
            Self::Full => "full",
        }
    }
}

/// Counts.
pub fn count(what: Count, platform: Platform, key: &ConversationKey) {
    tracing::info!(
        count = what.name(),
        platform = platform.name(),
        connection = key.channel.as_str(),
        chat = hashed(key),
    );
}

/// A message failed and is tried again.
pub fn retried(platform: Platform, key: &ConversationKey, tries: u32, reason: &str) {
    tracing::warn!(
        count = "retried",
        platform = platform.name(),
        connection = key.channel.as_str(),
        chat = hashed(key),
        tries,
        reason,
    );
}

/// A message became a dead letter.
pub fn dead(platform: Platform, key: &ConversationKey, reason: &str) {
    tracing::error!(
        count = "dead",
        platform = platform.name(),
        connection = key.channel.as_str(),
        chat = hashed(key),
        reason,
    );
}

/// An event is none of our business; `reason` is the field that says so.
pub fn dropped(platform: Platform, connection: &ConnectionId, reason: &'static str) {
    tracing::info!(
        count = "dropped",
        platform = platform.name(),
        connection = connection.as_str(),
        reason,
    );
}

fn hashed(key: &ConversationKey) -> String {
    EventHash::of(&[key.chat.as_str().as_bytes()]).hex()
}
