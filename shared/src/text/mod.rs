//! Text on its way to a platform: how long it is in the platform's own unit, where it may be split, and what becomes of
//! an agent's Markdown on a platform that has another markup or none.
//!
//! Everything here is a pure function: no vendor's JSON, no settings, no clock. Nothing panics, and every function takes
//! time linear in its input, because both the text and its size come from outside.
//!
//! * [`split()`] cuts plain text into pieces within a [`Limit`];
//! * [`markdown::to_telegram_html`] and [`markdown::to_plain`] translate Markdown;
//! * [`escape_html`] makes any text safe inside HTML.

mod cluster;
mod html;
mod limit;
pub mod markdown;
mod split;

pub use html::escape_html;
pub use limit::{Limit, Unit};
pub use split::split;

/// The part of `text` in `range`; empty where the range is not one of `text`, which no caller here produces.
fn part(text: &str, range: std::ops::Range<usize>) -> &str {
    debug_assert!(
        text.get(range.clone()).is_some(),
        "{range:?} is no part of the text"
    );
    text.get(range).unwrap_or_default()
}
