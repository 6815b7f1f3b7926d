//! Switchboard on one machine: the local gateway, the configuration, and the command line.

pub mod commands;
pub mod configuration;
pub mod gateway;
mod logging;
pub mod resend;
mod terminal;
