//! A client's server that speaks the Omnichannel API, with us in the platform's place.

pub mod answer;
pub mod connect;
pub mod receive;
pub mod send;
mod settings;

pub use settings::Settings;

use crate::platforms::{Brings, ButtonIds, Buttons, Capabilities, Handover, Role, Threads};
use crate::text::{Limit, Unit};

/// Text and buttons; files go as links.
pub const CAPABILITIES: Capabilities = Capabilities {
    role: Role::Channel,
    push: true,
    deadline: None,
    // "At the discretion of the channel", says the vendor.
    text: Limit {
        max: 4_000,
        unit: Unit::Chars,
    },
    markup: false,
    files: false,
    buttons: Buttons::WithIds(ButtonIds {
        // Not published. Its relative's limit is kept, so that what works there works here.
        max: 24,
        word_characters_only: true,
    }),
    presses: true,
    locations: false,
    contacts: false,
    brings: Brings {
        files: true,
        buttons: true,
        locations: false,
        contacts: false,
    },
    handover: Handover::No,
    closes: false,
    threads: Threads::Ours,
};
