//! The mailbox protocol: how a message gets into a conversation once, and out of it once, in order.
//!
//! * [`event`] says when two webhooks are the same event.
//! * [`lane`] is the state of one direction of a conversation and its transitions, each of them one conditional write.
//! * [`drain`] is what the holder of a lane's lease does next.
//!
//! Nothing here knows DynamoDB, HTTP or a clock.

pub mod drain;
pub mod event;
pub mod lane;

pub use drain::{Drain, Sent, Step};
pub use event::{EventHash, EventId};
pub use lane::{Append, Entry, Lane, Lease, NotAppended, NotWritten, Owner, SKEW};
