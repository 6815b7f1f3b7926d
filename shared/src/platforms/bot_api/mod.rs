//! What Webim's External Bot API 2.0 and the Omnichannel public API have in common: one family on the wire. Somebody posts a
//! visitor's messages to a webhook, and is answered later by calls of `send_message`. Which end we are differs, and so each
//! type of [`wire`] goes both ways:
//!
//! * [`read`]: a visitor's message, as a webhook brings it, into the model;
//! * [`write`]: what an agent says, as `send_message` takes it;
//! * [`call`]: the call, and what its answer means;
//! * [`answer`]: what a webhook is answered that is accepted;
//! * [`location`]: a place, which is a text with a link to a map. Webim's API 1.0 has it so too.
//!
//! What only one of them does is in its own folder: [`crate::platforms::webim::v2`], [`crate::platforms::omnichannel`].

pub(crate) mod answer;
pub mod call;
pub(crate) mod location;
pub mod read;
pub mod wire;
pub(crate) mod write;
