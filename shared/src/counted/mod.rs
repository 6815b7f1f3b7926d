//! What became of a message: one structured line, with the numbers that CloudWatch makes metrics of in the same line. No text of
//! a message, no name, no phone number, no secret; a chat only as a hash.
//!
//! * [`Outcome`] is the list of what can become of one, [`METRICS`] that of the numbers.
//! * [`Line`] is written with `tracing`, so that whoever listens decides on its form: a function writes JSON ([`crate::log`]), the
//!   command a line for a person.
//! * [`Arrival`] sees to it that a message which is delivered by the very invocation that took it has one line, not two.

mod arrival;
mod line;

pub use arrival::{Arrival, Arrived};
pub use line::Line;

use tracing::Level;

use crate::mailbox::EventHash;
use crate::model::{ChatId, ConnectionId};
use crate::platforms::Platform;

/// The target of these lines: what has another one holds no metrics.
pub const TARGET: &str = "switchboard::message";

/// What a metric is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things.
    Count,
    /// A time.
    Milliseconds,
}

impl Unit {
    /// As CloudWatch calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
        }
    }
}

/// Every metric. A field of such a name is one; each costs money for each platform and month, so everything else is a field alone.
pub const METRICS: [(&str, Unit); 10] = [
    ("in", Unit::Count),
    ("out", Unit::Count),
    ("duplicate", Unit::Count),
    ("retried", Unit::Count),
    ("dead", Unit::Count),
    ("dropped", Unit::Count),
    ("deadline_missed", Unit::Count),
    ("handed_over", Unit::Count),
    (COLD_START, Unit::Count),
    ("delivery_ms", Unit::Milliseconds),
];

/// The metric that whoever writes the line adds to a process's first one.
pub const COLD_START: &str = "cold_start";

/// The dimension of every metric: the platform that the message came from.
pub const DIMENSION: &str = "platform";

/// The metric that is there without the dimension too: the alarm looks at it.
pub const ALSO_IN_ALL: &str = "dead";

/// What became of a message; or of an event that brought none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The other side has it.
    Delivered,
    /// It is in its lane, and somebody else delivers it, or later.
    Kept,
    /// It was tried and is tried again by this invocation.
    Retried,
    /// It waits for another invocation.
    PutOff,
    /// It became a dead letter.
    Dead,
    /// The channel's operators have it: it stands in the chat that they were given.
    LeftToPeople,
    /// The event was known already.
    Duplicate,
    /// The event brought no message; what it says of the conversation is kept.
    Noted,
    /// The event is none of our business.
    Dropped,
    /// The lane is full, and the platform was asked to send again.
    Full,
    /// A file of the message cannot be handed on, and goes as a line that describes it.
    Described,
    /// A channel that asks was given the answer that its operators take over.
    HandedOver,
    /// A channel that asks was given a text that asks for patience.
    Unanswered,
    /// A channel that asks got an answer at its deadline, not before.
    Late,
    /// Its agent does not take messages: the route says who sees to them instead.
    AgentDown,
    /// Its agent takes them again.
    AgentBack,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 16] = [
        Self::Delivered,
        Self::Kept,
        Self::Retried,
        Self::PutOff,
        Self::Dead,
        Self::LeftToPeople,
        Self::Duplicate,
        Self::Noted,
        Self::Dropped,
        Self::Full,
        Self::Described,
        Self::HandedOver,
        Self::Unanswered,
        Self::Late,
        Self::AgentDown,
        Self::AgentBack,
    ];

    /// As the line has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Kept => "kept",
            Self::Retried => "retried",
            Self::PutOff => "put_off",
            Self::Dead => "dead",
            Self::LeftToPeople => "left_to_people",
            Self::Duplicate => "duplicate",
            Self::Noted => "noted",
            Self::Dropped => "dropped",
            Self::Full => "full",
            Self::Described => "described",
            Self::HandedOver => "handed_over",
            Self::Unanswered => "unanswered",
            Self::Late => "late",
            Self::AgentDown => "agent_down",
            Self::AgentBack => "agent_back",
        }
    }

    /// How much it matters: a person has to do something about an error, and may want to about a warning.
    pub fn level(self) -> Level {
        match self {
            Self::Dead => Level::ERROR,
            Self::Retried | Self::PutOff | Self::Full | Self::Described | Self::AgentDown => {
                Level::WARN
            }
            Self::Delivered
            | Self::Kept
            | Self::LeftToPeople
            | Self::Duplicate
            | Self::Noted
            | Self::Dropped
            | Self::HandedOver
            | Self::Unanswered
            | Self::Late
            | Self::AgentBack => Level::INFO,
        }
    }
}

/// An event is none of our business; `reason` says why.
pub fn dropped(platform: Platform, connection: &ConnectionId, reason: &'static str) {
    Line::new(Outcome::Dropped, connection)
        .platform(Some(platform))
        .reason(reason)
        .write();
}

/// A chat, as lines have it. Whoever has the id can make this of it, and so find the lines; the id itself may be a phone number.
pub fn hashed(chat: &ChatId) -> String {
    EventHash::of(&[chat.as_str().as_bytes()]).hex()
}
