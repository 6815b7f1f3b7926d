//! What Webim's External Bot API 2.0 and the Omnichannel public API have in common: one family on the wire.
//!
//! A platform posts events with a visitor's messages to the bot's URL; the bot answers later, with calls of its own. The
//! simulators [`crate::webim_v2`] and [`crate::omnichannel_client`] are made of this and add what is theirs: which
//! events there are, which answers count, which methods are served and how they refuse.
//!
//! Files: `visitor` what people say, `delivery` how it reaches the bot, `message` and `request` what the bot calls with
//! and whether it may, `book` what was shown and said.

pub(crate) mod book;
pub(crate) mod delivery;
pub(crate) mod message;
pub(crate) mod request;
pub(crate) mod visitor;
