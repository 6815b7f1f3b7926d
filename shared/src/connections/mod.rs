//! Connections: the configured ends of platforms, their routes and their secrets.
//!
//! * [`secrets`] turns references into secrets.
//! * [`Route`] says which agent answers a channel.
//! * [`cache`] keeps what the table says of a connection for a minute.

pub mod cache;
mod route;
pub mod secrets;

use serde::{Deserialize, Serialize};

pub use cache::Connections;
pub use route::{Route, Unanswered, WhenDown};
pub use secrets::{NoSecret, Renewal, Secret, SecretRef, Secrets, SecretsManager};

use crate::model::ConnectionId;
use crate::platforms::{Capabilities, End, Platform, Settings};

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
    /// Which end of which platform it is.
    pub fn end(&self) -> End {
        self.settings.end()
    }

    /// Its platform.
    pub fn platform(&self) -> Platform {
        self.end().platform()
    }

    /// What it can do.
    pub fn capabilities(&self) -> &'static Capabilities {
        self.end().capabilities()
    }
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
