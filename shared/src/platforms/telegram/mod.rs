//! Telegram's Bot API: a channel that can be spoken to at any time, and that sends an update again until it is answered
//! with success.
//!
//! Source: <https://core.telegram.org/bots/api>.

pub mod channel;
pub mod wire;
