//! Telegram's Bot API: a channel that can be spoken to at any time, and that sends an update again until it is answered
//! with success.
//!
//! Source: <https://core.telegram.org/bots/api>.

pub mod answer;
pub mod receive;
pub mod send;
mod settings;
pub mod wire;

pub use settings::Settings;

use super::{ButtonIds, Capabilities, Handover, Role};
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
    // `InlineKeyboardButton.callback_data`: 1 to 64 bytes.
    buttons: Some(ButtonIds {
        max: 64,
        word_characters_only: false,
    }),
    locations: true,
    contacts: true,
    handover: Handover::No,
};

/// `sendPhoto.caption` and the like: 0 to 1024 characters after entities are parsed.
pub(crate) const CAPTION: Limit = Limit {
    max: 1024,
    unit: Unit::Utf16,
};
