//! An application that speaks Selarti's API, with us in Selarti's place: it calls `send_message_external`, and its webhook gets
//! `all_messages`.

pub mod answer;
pub mod connect;
pub mod receive;
pub mod send;
mod settings;

pub use settings::Settings;

use crate::platforms::{Brings, Buttons, Capabilities, Handover, Role, Threads};
use crate::text::{Limit, Unit};

/// One text field each way; every webhook says who has the conversation.
pub const CAPABILITIES: Capabilities = Capabilities {
    role: Role::Channel,
    push: true,
    deadline: None,
    // Not published. What an application shows of it is its own business.
    text: Limit {
        max: 16_000,
        unit: Unit::Chars,
    },
    markup: false,
    files: false,
    buttons: Buttons::No,
    presses: false,
    locations: false,
    contacts: false,
    brings: Brings {
        files: false,
        buttons: false,
        locations: false,
        contacts: false,
    },
    handover: Handover::ByFlag,
    closes: true,
    threads: Threads::Ours,
};
