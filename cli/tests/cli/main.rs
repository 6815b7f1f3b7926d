//! The command `switchboard` as a person has it: what it prints, how it ends, and that what it prints can be pasted.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper that cannot go on is a test that fails"
)]

mod apply;
mod connect;
mod dead;
mod demonstration;
mod export;
mod messages;
mod paste;
mod process;
mod proxy;
mod restart;
mod stopping;
mod urls;
