//! The command `switchboard` as a person has it: what it prints, how it ends, and that what it prints can be pasted.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper that cannot go on is a test that fails"
)]

mod dead;
mod demonstration;
mod messages;
mod paste;
mod process;
mod restart;
mod stopping;
mod urls;
