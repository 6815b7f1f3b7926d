//! The platforms' codecs, held against the vendors' documents.
//!
//! * `fixtures/` are bodies of webhooks as the vendors describe them; its README says where each is from.
//! * [`webim`], [`telegram`] and [`selarti`] say by hand what each fixture means, and what each content becomes.
//! * [`contract`] is what every platform must keep, run over all of [`shared::platforms::Platform::ALL`]. It reaches a
//!   platform through its [`driver::Driver`]: a new platform does not compile here until it has one.
//! * [`vendor`] is the other end of a connection: it records what it is sent and answers what it is told to.

#![cfg(test)]

mod api_medium_agent;
mod api_medium_channel;
mod contract;
mod driver;
mod fixture;
mod omnichannel_agent;
mod omnichannel_channel;
mod selarti;
mod selarti_channel;
mod telegram;
mod vendor;
mod webim;
mod webim_v2;

use shared::time::Millis;

/// When everything here arrives.
const NOW: Millis = Millis(1_760_000_123_456);
