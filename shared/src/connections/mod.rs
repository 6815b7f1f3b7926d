//! Connections: the configured ends of platforms, their routes and their secrets.
//!
//! * [`secrets`] turns references into secrets.
//! * [`cache`] keeps what the table says of a connection for a minute.

pub mod cache;
pub mod secrets;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use cache::Connections;
pub use secrets::{Secret, SecretRef, Secrets};

use crate::model::ConnectionId;
use crate::platforms::{Platform, Settings};

/// One configured end of a platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// The platform's own settings.
    pub settings: Settings,
    /// A channel's route; an agent has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
}

impl Connection {
    /// Its platform.
    pub fn platform(&self) -> Platform {
        self.settings.platform()
    }
}

/// Which agent answers a channel, and what happens when it does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The agent's connection.
    pub agent: ConnectionId,
    /// What a synchronous channel is answered when its deadline comes before a reply.
    #[serde(default)]
    pub unanswered: Unanswered,
    /// The text that asks for patience, with [`Unanswered::Wait`].
    #[serde(default = "default_patience")]
    pub patience: String,
    /// How long a synchronous channel waits after a reply for another one: agents answer in two or three bubbles. In
    /// milliseconds.
    #[serde(default = "default_settle")]
    pub settle_ms: u64,
    /// How long a message is tried before it becomes a dead letter, in hours.
    #[serde(default = "default_give_up")]
    pub give_up_after_hours: u64,
}

impl Route {
    /// A route to `agent` with nothing else said.
    pub fn to(agent: ConnectionId) -> Self {
        Self {
            agent,
            unanswered: Unanswered::default(),
            patience: default_patience(),
            settle_ms: default_settle(),
            give_up_after_hours: default_give_up(),
        }
    }

    /// What is wrong with it, if something is.
    ///
    /// # Errors
    /// The key that is wrong, and why.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if self.patience.trim().is_empty() {
            return Err((
                "patience",
                "is empty; leave the key out for the usual text".to_owned(),
            ));
        }
        if self.settle_ms > MAX_SETTLE_MS {
            return Err((
                "settle_ms",
                format!(
                    "is in milliseconds, at most {MAX_SETTLE_MS}; longer would be most of the time there is to answer"
                ),
            ));
        }
        if !(1..=MAX_GIVE_UP_HOURS).contains(&self.give_up_after_hours) {
            return Err((
                "give_up_after_hours",
                format!(
                    "must be 1 to {MAX_GIVE_UP_HOURS}; a conversation is not kept for longer than that"
                ),
            ));
        }
        Ok(())
    }

    /// [`Route::settle_ms`].
    pub fn settle(&self) -> Duration {
        Duration::from_millis(self.settle_ms)
    }

    /// [`Route::give_up_after_hours`].
    pub fn give_up_after(&self) -> Duration {
        Duration::from_secs(self.give_up_after_hours.saturating_mul(3600))
    }
}

/// The longest [`Route::settle_ms`].
const MAX_SETTLE_MS: u64 = 3000;
/// The longest [`Route::give_up_after_hours`]: 90 days, the life of a conversation nobody writes in.
const MAX_GIVE_UP_HOURS: u64 = 90 * 24;

fn default_patience() -> String {
    "One moment, please: the answer takes a little longer. Write again and it will be here."
        .to_owned()
}

fn default_settle() -> u64 {
    400
}

fn default_give_up() -> u64 {
    24
}

/// What a synchronous channel is answered when its deadline comes before a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unanswered {
    /// The channel's operators take over.
    #[default]
    Operator,
    /// A text asks for patience; the reply comes with the visitor's next message.
    Wait,
}

/// What happens to a message when it cannot be known whether the other side has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InDoubt {
    /// It is sent again, and may arrive twice.
    #[default]
    Repeat,
    /// It becomes a dead letter, and may not have arrived. Costs one more write a message.
    Lose,
}
