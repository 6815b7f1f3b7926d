//! `switchboard export`: a table's connections as a configuration, which `apply` takes back without a difference.

use super::{Failure, line, table, told};
use crate::configuration;
use crate::terminal;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    table: table::Arguments,
}

/// Prints it.
pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let table = arguments.table.open().await?;
    let mut connections = Vec::new();
    for kept in table.patient().connections().await.map_err(told)? {
        // Half a configuration is one that removes the rest.
        connections.push(kept.connection.map_err(|error| {
            format!(
                "{error}; export with the version that wrote it, or replace `{}` with `apply`",
                kept.id
            )
        })?);
    }
    if connections.is_empty() {
        return Err("there are no connections in the table".to_owned());
    }
    let text = configuration::export(&connections).map_err(line)?;
    terminal::line(text.trim_end()).map_err(line)?;
    table.close().await;
    Ok(())
}
