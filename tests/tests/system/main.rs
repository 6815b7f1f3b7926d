//! The whole system: simulated platforms on both sides, real HTTP between them and the local gateway with the functions'
//! own handlers, the AWS SDK against an embedded DynamoDB. One binary, because each would link all of that again.
//!
//! * `world` sets it up; every test has its own, so they run beside each other.
//! * `matrix` is every channel with every agent;
//! * `conversation`, `duplicates`, `order`, `deadline`, `handover`, `dead` and `bad_input` are about the promises;
//!   `kill`, with `tap`, is about the real bootstraps and crashes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what is wrong by panicking"
)]

mod bad_input;
mod conversation;
mod dead;
mod deadline;
mod duplicates;
mod handover;
mod kill;
mod matrix;
mod order;
mod tap;
mod world;
