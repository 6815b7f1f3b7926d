//! The platforms that Switchboard connects, simulated.
//!
//! Whole-system tests and the local playground talk to these instead of to the vendors. Each simulator is written from
//! the vendor's own document and never from our client, and it is strict: what the vendor would refuse, it refuses.
//!
//! * [`lambda`]: AWS Lambda and an HTTP API before it, for the real bootstraps as processes.
//! * [`selarti`]: an AI agent. An HTTP server that takes messages and calls a webhook with the answers.
//! * [`telegram`]: a messenger. A Bot API server, and the people who write to the bot.
//! * [`webim`]: a chat on a site. A client that asks the bot and judges its answer as the platform would.
//! * [`faults`]: what goes wrong on the way, ordered by the test: refusals, delays, connections that are reset.
//! * [`log`]: how a test waits for something to have happened, without sleeping.
//!
//! A server simulator listens on the address that it is given ([`listen`] with port 0 for any), shows its `base_url()`,
//! and stops with `stop()` or when it is dropped. Everything happens in memory; nothing is printed.

mod client;
pub mod faults;
pub mod lambda;
mod lanes;
pub mod log;
#[cfg(test)]
mod receiver;
pub mod selarti;
mod server;
mod tasks;
pub mod telegram;
pub mod webim;

pub use client::{Answer, Unreachable};
pub use server::listen;
