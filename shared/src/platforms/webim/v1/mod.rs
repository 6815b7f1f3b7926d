//! Webim's External Bot API 1.0: it asks, and the answer to its request is the only way back: within five seconds, or its
//! operators take over.

pub mod answer;
pub mod connect;
pub mod receive;
pub mod send;
mod settings;
pub mod wire;

pub use settings::Settings;

use std::time::Duration;

use crate::platforms::{Brings, ButtonIds, Buttons, Capabilities, Handover, Role, Threads};
use crate::text::{Limit, Unit};

/// Plain text and buttons, only as an answer.
pub const CAPABILITIES: Capabilities = Capabilities {
    role: Role::Channel,
    push: false,
    deadline: Some(Duration::from_secs(5)),
    // Over 1,000 characters are delivered, says the vendor, and names no limit.
    text: Limit {
        max: 4_000,
        unit: Unit::Chars,
    },
    markup: false,
    files: false,
    buttons: Buttons::WithIds(ButtonIds {
        max: 24,
        word_characters_only: true,
    }),
    presses: true,
    locations: false,
    contacts: false,
    brings: Brings {
        files: false,
        buttons: true,
        locations: true,
        contacts: false,
    },
    handover: Handover::InTheAnswer,
    closes: false,
    threads: Threads::Ours,
};
