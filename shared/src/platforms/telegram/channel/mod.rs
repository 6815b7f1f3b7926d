//! A bot on Telegram.

pub mod answer;
pub mod connect;
pub mod fetch;
pub mod receive;
pub mod send;
mod settings;

pub use settings::Settings;

use crate::platforms::{Brings, ButtonIds, Buttons, Capabilities, Handover, Role, Threads};
use crate::text::{Limit, Unit};

/// Nearly everything.
pub const CAPABILITIES: Capabilities = Capabilities {
    role: Role::Channel,
    push: true,
    deadline: None,
    // `sendMessage.text`: 1 to 4096 characters after entities are parsed; Telegram counts UTF-16 units.
    text: Limit {
        max: 4096,
        unit: Unit::Utf16,
    },
    markup: true,
    files: true,
    buttons: Buttons::WithIds(ButtonIds {
        // `InlineKeyboardButton.callback_data`: 1 to 64 bytes.
        max: 64,
        word_characters_only: false,
    }),
    presses: true,
    locations: true,
    contacts: true,
    brings: Brings {
        files: true,
        buttons: true,
        locations: true,
        contacts: true,
    },
    handover: Handover::No,
    closes: false,
    threads: Threads::Ours,
};

/// `sendPhoto.caption` and the like: 0 to 1024 characters after entities are parsed.
pub(crate) const CAPTION: Limit = Limit {
    max: 1024,
    unit: Unit::Utf16,
};
