//! The platform behind the Omnichannel API as the AI that answers; we are the client's server.

pub mod answer;
pub mod connect;
pub mod receive;
pub mod send;
mod settings;

pub use settings::Settings;

use crate::platforms::{Brings, Buttons, Capabilities, Handover, Role, Threads};
use crate::text::{Limit, Unit};

/// Text, files by URL and presses; the chat's id is an integer, so one is allocated.
pub const CAPABILITIES: Capabilities = Capabilities {
    role: Role::Agent,
    push: true,
    deadline: None,
    // Not published.
    text: Limit {
        max: 4_000,
        unit: Unit::Chars,
    },
    markup: false,
    files: true,
    buttons: Buttons::No,
    presses: true,
    locations: false,
    contacts: false,
    brings: Brings {
        files: true,
        buttons: true,
        locations: false,
        contacts: false,
    },
    handover: Handover::ItSays,
    closes: false,
    threads: Threads::Allocated,
};
