//! What every function of Switchboard shares.
//!
//! A message's way through this crate: a function takes a request, [`webhook::verify`] lets it in, its platform's
//! `receive` ([`platforms`]) makes an event of it, [`webhook`] puts that into the conversation's mailbox ([`mailbox`],
//! kept by [`store`]), and [`delivery`] sends what is in the mailbox through the other platform's `send`.

pub mod app;
pub mod aws;
pub mod connections;
pub mod counted;
pub mod delivery;
pub mod files;
pub mod fit;
pub mod function;
pub mod http;
pub mod log;
pub mod mailbox;
pub mod model;
pub mod platforms;
pub mod random;
pub mod store;
pub mod text;
pub mod time;
pub mod trace;
pub mod webhook;
