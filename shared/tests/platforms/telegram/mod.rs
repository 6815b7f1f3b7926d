//! Telegram's Bot API: <https://core.telegram.org/bots/api>.

pub(crate) mod driver;
mod html;
mod judge;
mod long;
mod receive;
mod send;
mod wire;
