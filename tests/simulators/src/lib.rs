//! The platforms that Switchboard connects, simulated.
//!
//! Whole-system tests and the local playground talk to these instead of to the vendors. Each simulator is written from
//! the vendor's own document and never from our client, and it is strict: what the vendor would refuse, it refuses.
//!
//! * [`api_medium_bot`]: SmartBot360's "API medium", an AI agent. A send endpoint that assigns users, and a webhook to answer.
//! * [`api_medium_client`]: an application that speaks SmartBot360's API medium, to be pointed at the bridge.
//! * [`lambda`]: AWS Lambda and an HTTP API before it, for the real bootstraps as processes.
//! * [`omnichannel_agent`]: an AI agent behind the public API "Omnichannel". A webhook to write to, `send_message` to answer.
//! * [`omnichannel_client`]: a company's own chat. A client server that speaks the Omnichannel public API to an agent.
//! * [`selarti`]: an AI agent. An HTTP server that takes messages and calls a webhook with the answers.
//! * [`selarti_client`]: an application that speaks Selarti's API, to be pointed at the bridge.
//! * [`telegram`]: a messenger. A Bot API server, and the people who write to the bot.
//! * [`webim`]: a chat on a site. A client that asks the bot and judges its answer as the platform would.
//! * [`webim_v2`]: the same chat, with the newer API: it tells the bot of events, and the bot calls it.
//! * [`faults`]: what goes wrong on the way, ordered by the test: refusals, delays, connections that are reset.
//! * [`log`]: how a test waits for something to have happened, without sleeping.
//!
//! A server simulator listens on the address that it is given ([`listen`] with port 0 for any), shows its `base_url()`,
//! and stops with `stop()` or when it is dropped. Everything happens in memory; nothing is printed.

pub mod api_medium_bot;
pub mod api_medium_client;
mod application;
mod bot_api;
mod client;
pub mod faults;
pub mod lambda;
mod lanes;
pub mod log;
pub mod omnichannel_agent;
pub mod omnichannel_client;
mod outbox;
#[cfg(test)]
mod receiver;
pub mod selarti;
pub mod selarti_client;
mod server;
mod tasks;
pub mod telegram;
pub mod webim;
pub mod webim_v2;

pub use client::{Answer, Unreachable};
pub use server::listen;
