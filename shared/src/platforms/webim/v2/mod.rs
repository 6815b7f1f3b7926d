//! Webim's External Bot API 2.0: it tells the bot what happens, and the bot calls its REST API.

pub mod answer;
pub mod connect;
pub mod receive;
pub mod send;
mod settings;

pub use settings::Settings;

use crate::platforms::{Brings, ButtonIds, Buttons, Capabilities, Handover, Role, Threads};
use crate::text::{Limit, Unit};

/// Text, files and buttons at any time; its operators take a chat over when they are told to.
pub const CAPABILITIES: Capabilities = Capabilities {
    role: Role::Channel,
    push: true,
    deadline: None,
    // Not published; the limit of 1.0 is kept.
    text: Limit {
        max: 4_000,
        unit: Unit::Chars,
    },
    markup: false,
    files: true,
    buttons: Buttons::WithIds(ButtonIds {
        max: 24,
        word_characters_only: true,
    }),
    presses: true,
    locations: false,
    contacts: false,
    brings: Brings {
        files: true,
        buttons: true,
        locations: true,
        contacts: false,
    },
    handover: Handover::ByCall,
    closes: true,
    threads: Threads::Ours,
};
