//! Webim's External Bot API: a channel whose operators are behind the bot. In version 1.0 ([`v1`]) it asks, and the answer to
//! its request is the only way back; in version 2.0 ([`v2`]) the bot is told and speaks when it likes.
//!
//! Sources: the vendor's "Webim (External Bot API 1.0)" and its documentation of the External Bot API 2.0. What they leave
//! open is in `docs/platforms/webim.md`.

pub mod v1;
pub mod v2;
