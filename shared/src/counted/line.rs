//! A line.

use std::time::Duration;

use tracing::Level;

use super::{Arrived, Outcome, TARGET, hashed};
use crate::connections::Connection;
use crate::model::{ChatId, ConnectionId, ConversationKey};
use crate::platforms::Platform;
use crate::store::conversation::LaneName;
use crate::trace::{self, Told};

/// What is told of a message. What is not known or does not apply is not in the line.
#[derive(Debug, Clone)]
#[must_use = "it is not written yet"]
pub struct Line<'a> {
    outcome: Outcome,
    connection: &'a ConnectionId,
    chat: Option<&'a ChatId>,
    lane: Option<LaneName>,
    platform: Option<Platform>,
    to: Option<&'a Connection>,
    attempts: Option<u32>,
    reason: Option<&'a str>,
    call: Option<Duration>,
    delivery: Option<Duration>,
    handed_back: bool,
    arrived: u64,
    retried: bool,
    deadline_missed: bool,
    hands_over: bool,
}

impl<'a> Line<'a> {
    /// Of something that happened on a connection. What an outcome always counts is counted.
    pub fn new(outcome: Outcome, connection: &'a ConnectionId) -> Self {
        Self {
            outcome,
            connection,
            chat: None,
            lane: None,
            platform: None,
            to: None,
            attempts: None,
            reason: None,
            call: None,
            delivery: None,
            handed_back: false,
            arrived: 0,
            retried: outcome == Outcome::Retried,
            deadline_missed: outcome == Outcome::Late,
            hands_over: outcome == Outcome::HandedOver,
        }
    }

    /// Of something that happened in a conversation's lane. The connection is the channel's, whoever spoke.
    pub fn of(outcome: Outcome, key: &'a ConversationKey, lane: LaneName) -> Self {
        Self {
            chat: Some(&key.chat),
            lane: Some(lane),
            ..Self::new(outcome, &key.channel)
        }
    }

    /// The platform that it came from, if that is known.
    pub fn platform(mut self, platform: Option<Platform>) -> Self {
        self.platform = platform;
        self
    }

    /// Where it goes.
    pub fn to(mut self, to: &'a Connection) -> Self {
        self.to = Some(to);
        self
    }

    /// How often it was tried.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// Why. Holds nothing that may not be in a log.
    pub fn reason(mut self, reason: &'a str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// How long the other side took, all calls of this invocation together.
    pub fn call(mut self, call: Duration) -> Self {
        self.call = Some(call);
        self
    }

    /// How long it was under way, from when it was accepted.
    pub fn delivery(mut self, delivery: Duration) -> Self {
        self.delivery = Some(delivery);
        self
    }

    /// Whether no line has told yet that it came in.
    pub fn arrived(mut self, arrived: Arrived) -> Self {
        self.arrived = arrived.messages;
        self.handed_back = arrived.handed_back;
        self
    }

    /// The other side was asked, and did not take it.
    pub fn retried(mut self) -> Self {
        self.retried = true;
        self
    }

    /// A deadline came before a reply.
    pub fn deadline_missed(mut self, missed: bool) -> Self {
        self.deadline_missed |= missed;
        self
    }

    /// The channel's operators have the conversation from here on.
    pub fn hands_over(mut self, hands_over: bool) -> Self {
        self.hands_over |= hands_over;
        self
    }

    /// Writes it.
    pub fn write(self) {
        if trace::IS_ON {
            trace::told(self.told());
        }
        // A level is the place's, not the event's: one place for each.
        match self.outcome.level() {
            Level::ERROR => self.write_error(),
            Level::WARN => self.write_warn(),
            _ => self.write_info(),
        }
    }
}

impl Line<'_> {
    /// What a trace is told of it.
    fn told(&self) -> Told {
        let own = |text: &str| text.to_owned();
        [
            ("switchboard.outcome", Some(own(self.outcome.name()))),
            (
                "switchboard.connection",
                Some(own(self.connection.as_str())),
            ),
            (
                "switchboard.platform",
                self.platform.map(|platform| own(platform.name())),
            ),
            ("switchboard.to", self.to.map(|to| own(to.id.as_str()))),
            (
                "switchboard.to_platform",
                self.to.map(|to| own(to.platform().name())),
            ),
            ("switchboard.lane", self.lane.map(|lane| own(lane.as_str()))),
            ("switchboard.chat", self.chat.map(hashed)),
        ]
    }
}

/// The order is that of a line for a person.
macro_rules! write {
    ($write:ident, $level:ident) => {
        impl Line<'_> {
            fn $write(self) {
                let outcome = self.outcome;
                let is = |counted: &[Outcome]| u64::from(counted.contains(&outcome));
                tracing::event!(
                    target: TARGET,
                    Level::$level,
                    outcome = outcome.name(),
                    connection = self.connection.as_str(),
                    platform = self.platform.map(Platform::name),
                    to = self.to.map(|to| to.id.as_str()),
                    to_platform = self.to.map(|to| to.platform().name()),
                    lane = self.lane.map(LaneName::as_str),
                    chat = self.chat.map(hashed),
                    reason = self.reason,
                    handed_back = self.handed_back.then_some(true),
                    attempts = self.attempts,
                    call_ms = self.call.map(millis),
                    delivery_ms = self.delivery.map(millis),
                    "in" = some(self.arrived),
                    out = some(is(&[Outcome::Delivered, Outcome::LeftToPeople])),
                    duplicate = some(is(&[Outcome::Duplicate])),
                    retried = some(u64::from(self.retried)),
                    dead = some(is(&[Outcome::Dead])),
                    dropped = some(is(&[Outcome::Dropped, Outcome::Described])),
                    deadline_missed = some(u64::from(self.deadline_missed)),
                    handed_over = some(u64::from(self.hands_over)),
                );
            }
        }
    };
}

write!(write_error, ERROR);
write!(write_warn, WARN);
write!(write_info, INFO);

/// Zero is not counted.
fn some(count: u64) -> Option<u64> {
    (count > 0).then_some(count)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
