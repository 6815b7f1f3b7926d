//! Switchboard on one machine: the local gateway, the configuration, what a deployment costs, and the command line.

pub mod commands;
pub mod configuration;
pub mod costs;
pub mod gateway;
mod logging;
pub mod resend;
mod terminal;
