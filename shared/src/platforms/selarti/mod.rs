//! Selarti: an AI that is spoken to through `send_message_external` and answers through its `all_messages` webhook. As the
//! [`agent`] we speak to it; as a [`channel`] we stand in its place for an application that speaks to it.
//!
//! Source: the vendor's "Integration with an external messenger". What it leaves open is in `docs/platforms/selarti.md`.

pub mod agent;
pub mod channel;
pub mod wire;
