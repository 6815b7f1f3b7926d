//! Selarti: an AI that is spoken to through `send_message_external` and answers through its `all_messages` webhook.
//!
//! Source: the vendor's "Integration with an external messenger". What it leaves open is in `docs/platforms/selarti.md`.

pub mod answer;
pub mod receive;
pub mod send;
mod settings;
pub mod wire;

pub use settings::Settings;

use super::{Capabilities, Handover, Role};
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
    buttons: None,
    locations: false,
    contacts: false,
    handover: Handover::ItSays,
};
