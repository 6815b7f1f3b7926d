//! The platforms' codecs, held against the vendors' documents.
//!
//! * `fixtures/` are bodies of webhooks as the vendors describe them; its README says where each is from.
//! * [`webim`], [`telegram`] and [`selarti`] say by hand what each fixture means, and what each content becomes.
//! * [`contract`] is what every platform must keep, run over all of [`shared::platforms::Platform::ALL`]. It reaches a
//!   platform through its [`driver::Driver`]: a new platform does not compile here until it has one.
//! * [`vendor`] is the other end of a connection: it records what it is sent and answers what it is told to.

#![cfg(test)]

mod contract;
mod driver;
mod fixture;
mod selarti;
mod telegram;
mod vendor;
mod webim;

use shared::time::Millis;

/// When everything here arrives.
const NOW: Millis = Millis(1_760_000_123_456);
