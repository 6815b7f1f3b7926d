//! `switchboard diff`: what `apply` would write.

use std::process::ExitCode;

use super::{DIFFERENT, Failure, difference, line};
use crate::terminal;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    what: difference::Arguments,
    /// As JSON: `changes`, each with its `keys` `from` and `to`; how many are `unchanged`; those `not_in_the_file`
    #[arg(long)]
    json: bool,
}

/// Prints it, and says by the exit code whether there is something.
pub(super) async fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let (table, difference) = arguments.what.find().await?;
    if arguments.json {
        let json = difference::to_json(&difference)?;
        terminal::line(format_args!("{json:#}")).map_err(line)?;
    } else {
        terminal::line(difference::text(&table, &difference)?).map_err(line)?;
    }
    table.close().await;
    Ok(if difference.is_none() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DIFFERENT)
    })
}
