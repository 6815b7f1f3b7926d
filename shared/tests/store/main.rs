//! The store against an embedded DynamoDB.
//!
//! * [`emulator`] starts it and hands out stores; [`wire`] watches what goes over the wire and loses answers; [`make`]
//!   makes what the store is given.
//! * [`differential`] compares every write with the pure transition that it stands for, in random sequences of
//!   [`moves`].
//! * [`retried`] and [`concurrent`] are what else can happen to a write.
//! * [`fields`], [`answers`], [`following`], [`turns`] and [`expiry`] are the rest of a conversation's item; [`connections`] and
//!   [`dead_letters`] the other items.
//! * [`unexpected`] is what must not happen, [`limits`] are DynamoDB's, and [`template`] compares with `template.yaml`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking, as the tests themselves do"
)]

mod answers;
mod concurrent;
mod connections;
mod dead_letters;
mod differential;
mod emulator;
mod expiry;
mod fields;
mod following;
mod limits;
mod make;
mod moves;
mod retried;
mod template;
mod threads;
mod turns;
mod unexpected;
mod wire;
