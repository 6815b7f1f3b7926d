//! Selarti as the AI that answers.

pub mod answer;
pub mod connect;
pub mod receive;
pub mod send;
mod settings;

pub use settings::Settings;

use crate::platforms::{Brings, Buttons, Capabilities, Handover, Role, Threads};
use crate::text::{Limit, Unit};

/// One text field each way; people can take over in its panel.
pub const CAPABILITIES: Capabilities = Capabilities {
    role: Role::Agent,
    push: true,
    deadline: None,
    // Not published. Longer than anything a messenger lets a visitor write.
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
    handover: Handover::ItSays,
    closes: true,
    threads: Threads::Ours,
};
