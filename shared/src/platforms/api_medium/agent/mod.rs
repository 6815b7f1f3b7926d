//! SmartBot360's bot as the AI that answers.

pub mod answer;
pub mod connect;
pub mod receive;
pub mod send;
mod settings;

pub use settings::{Attachments, Settings};

use crate::platforms::{Brings, Buttons, Capabilities, Handover, Role, Threads};
use crate::text::{Limit, Unit};

/// Text and files; the person's id is the bot's to give; people can write in its dashboard.
pub const CAPABILITIES: Capabilities = Capabilities {
    role: Role::Agent,
    push: true,
    deadline: None,
    // Not published. No messenger lets a visitor write much more.
    text: Limit {
        max: 4_000,
        unit: Unit::Chars,
    },
    markup: false,
    files: true,
    buttons: Buttons::No,
    presses: false,
    locations: false,
    contacts: false,
    brings: Brings {
        files: true,
        buttons: true,
        locations: false,
        contacts: false,
    },
    handover: Handover::ByAuthor,
    closes: false,
    threads: Threads::Assigned,
};
