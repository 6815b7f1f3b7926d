//! The whole system: simulated platforms on both sides, real HTTP between them and the local gateway with the functions'
//! own handlers, the AWS SDK against an embedded DynamoDB. One binary, because each would link all of that again.
//!
//! * `world` sets it up; every test has its own, so they run beside each other.
//! * `matrix` is every channel with every agent, and `outage`, with `door`, the same with agents that are down;
//! * `handover_table` is every cell of `docs/handover.md`, and `refused` what is not accepted, on every end's webhook;
//! * `conversation`, `duplicates`, `order`, `deadline`, `handover`, `dead` and `bad_input` are about the promises;
//!   `aws` is about what is not set up as it should be, `kill`, with `tap`, the real bootstraps and crashes, `many` about what they cost with many customers, and `logs` about what they print.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what is wrong by panicking"
)]

mod aws;
mod bad_input;
mod conversation;
mod dead;
mod deadline;
mod door;
mod duplicates;
mod handover;
mod handover_table;
mod kill;
mod logs;
mod many;
mod matrix;
mod order;
mod outage;
mod refused;
mod tap;
mod world;
