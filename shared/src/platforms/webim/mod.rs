//! Webim's External Bot API 1.0: a channel whose operators are behind the bot. It asks, and the answer to its request is
//! the only way back: within five seconds, or its operators take over.
//!
//! Source: the vendor's "Webim (External Bot API 1.0)". What it leaves open is in `docs/platforms/webim.md`.

pub mod answer;
mod location;
pub mod receive;
pub mod send;
mod settings;
pub mod wire;

pub use settings::Settings;

use std::time::Duration;

use super::{ButtonIds, Capabilities, Handover, Role};
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
    buttons: Some(ButtonIds {
        max: 24,
        word_characters_only: true,
    }),
    locations: false,
    contacts: false,
    handover: Handover::InTheAnswer,
};
