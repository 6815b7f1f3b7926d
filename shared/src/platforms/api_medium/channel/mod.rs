//! An application that speaks SmartBot360's API, with us in the bot's place.

pub mod answer;
mod attachment;
pub mod connect;
pub mod receive;
pub mod send;
mod settings;

pub use settings::Settings;

use crate::platforms::{Brings, Buttons, Capabilities, Handover, Role, Threads};
use crate::text::{Limit, Unit};

/// Text, files and quick replies, at any time; every message says whether a person wrote it.
pub const CAPABILITIES: Capabilities = Capabilities {
    role: Role::Channel,
    push: true,
    deadline: None,
    // Not published.
    text: Limit {
        max: 4_000,
        unit: Unit::Utf16,
    },
    markup: false,
    files: true,
    buttons: Buttons::ByText,
    presses: false,
    locations: false,
    contacts: false,
    brings: Brings {
        files: true,
        buttons: true,
        locations: false,
        contacts: false,
    },
    // `adminID` says who wrote a message; that nobody has written yet it cannot say.
    handover: Handover::No,
    closes: false,
    threads: Threads::Ours,
};

/// The longest request that is taken, in bytes. Lambda takes 6 MB, with what stands around it.
pub const MAX_BODY: usize = 5_500_000;
