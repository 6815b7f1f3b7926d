//! The commands.
//!
//! * [`run`] is the gateway with a configuration, [`demonstration`] the same with simulated platforms.
//! * [`urls`] says what to paste into each platform, and [`connect`] tells it those that have a call for it.
//! * [`apply`], [`diff`] and [`export`] are about the connections in a table ([`table`]), of a deployment or of a gateway;
//!   [`difference`] prints what the first two find. [`dead`] and [`show`] are about its conversations.
//! * [`costs`] says what a deployment costs.

mod apply;
mod connect;
mod costs;
mod dead;
mod demonstration;
mod diff;
mod difference;
#[cfg(test)]
mod documented;
mod duration;
mod export;
mod run;
mod show;
mod signals;
mod table;
mod urls;

use std::fmt::Display;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use shared::store::StoreError;
use tracing::Level;

use crate::{logging, terminal};

/// What every failure ends with, as clap's do for what it cannot read.
const FAILURE: u8 = 2;
/// What `switchboard diff` ends with when there is a difference, as `diff` does.
const DIFFERENT: u8 = 1;

/// Connects the places where people chat with the AI that answers them. Alone, it runs a demonstration.
#[derive(Debug, Parser)]
#[command(name = "switchboard", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: run::Arguments,
    /// What is logged: error, warn, info, debug or trace. Default: LOG_LEVEL, or info.
    #[arg(long, global = true, value_name = "LEVEL")]
    log: Option<Level>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything on this machine; without --config a demonstration with simulated platforms
    Run(run::Arguments),
    /// Print each connection's webhook URL and where to paste it
    Urls(urls::Arguments),
    /// Tell a platform its connection's webhook, or check the credentials with it
    Connect(connect::Arguments),
    /// Write the configuration's connections to a table: shows what differs, and asks
    Apply(apply::Arguments),
    /// Show what `apply` would write. Exit code 0: nothing, 1: something, 2: it failed
    Diff(diff::Arguments),
    /// Print a table's connections as a configuration
    Export(export::Arguments),
    /// Look at messages that could not be delivered, send them again, discard them
    Dead(dead::Arguments),
    /// Show a conversation: who answers it, and what waits in it
    Show(show::Arguments),
    /// Print what a deployment costs in a month
    Costs(costs::Arguments),
}

/// Why a command failed: a line for a person.
type Failure = String;

/// Runs what the process's arguments say. Writes one line that begins with `error: ` to stderr when it fails; the exit code
/// is then 2.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = level(arguments.log)
        .and_then(logging::start)
        .and_then(|()| {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()
                .map_err(line)?;
            let command = arguments.command.unwrap_or(Command::Run(arguments.run));
            runtime.block_on(async {
                match command {
                    Command::Run(arguments) => run::run(arguments).await,
                    Command::Urls(arguments) => urls::run(&arguments).await,
                    Command::Connect(arguments) => connect::run(&arguments).await,
                    Command::Apply(arguments) => apply::run(&arguments).await,
                    Command::Diff(arguments) => return diff::run(&arguments).await,
                    Command::Export(arguments) => export::run(&arguments).await,
                    Command::Dead(arguments) => dead::run(&arguments).await,
                    Command::Show(arguments) => show::run(&arguments).await,
                    Command::Costs(arguments) => costs::run(&arguments),
                }
                .map(|()| ExitCode::SUCCESS)
            })
        });
    match result {
        Ok(code) => code,
        Err(failure) => {
            terminal::error(failure);
            ExitCode::from(FAILURE)
        }
    }
}

fn level(given: Option<Level>) -> Result<Level, Failure> {
    match (given, std::env::var("LOG_LEVEL")) {
        (Some(level), _) => Ok(level),
        (None, Ok(level)) => level.parse().map_err(|_| {
            format!("LOG_LEVEL is `{level}`; it may be error, warn, info, debug or trace")
        }),
        (None, Err(_)) => Ok(Level::INFO),
    }
}

/// Any error as a failure.
fn line(error: impl Display) -> Failure {
    error.to_string()
}

/// A table's failure, with what to do about it.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what errors are mapped by"
)]
fn told(error: StoreError) -> Failure {
    error.with_remedy()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }
}
