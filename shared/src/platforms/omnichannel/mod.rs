//! The public API "Omnichannel" of GMS and its relatives: asynchronous both ways. As the [`agent`] its platform has the AI and
//! we are the client's server; as a [`channel`] we stand in the platform's place for a client's server that speaks to it.
//!
//! Source: the vendor's "Public asynchronous API Omnichannel". What it leaves open is in `docs/platforms/omnichannel.md`.

pub mod agent;
pub mod channel;
