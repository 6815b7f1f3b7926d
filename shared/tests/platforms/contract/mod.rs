//! What every platform must keep, run over all of them.
//!
//! * [`bad_input`]: nothing that comes in makes a codec panic, fail as if it were our fault, or accept what names no chat;
//! * [`time`]: a long body or message takes time in proportion;
//! * [`parts`]: whatever a message holds, the vendor is sent only what it takes, and a person reads all of it;
//! * [`duplicates`]: an event is known again, and is no other;
//! * [`matrix`]: what each pair of them can carry is written down;
//! * [`names`]: a platform is called the same everywhere;
//! * [`secrets`]: none is printed, kept or told;
//! * [`failures`]: no answer of a vendor's loses a message;
//! * [`connect`]: a connection is set up, or looked at, without anybody noticing.

mod bad_input;
mod connect;
mod duplicates;
mod failures;
mod matrix;
pub(crate) mod messages;
mod mutate;
mod names;
mod parts;
mod secrets;
mod time;
