//! `switchboard apply`: the configuration's connections into a table. Functions see a change within a minute.

use std::path::PathBuf;

use super::{Failure, line, table};
use crate::configuration::{self, FILE};
use crate::terminal;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The connections
    #[arg(long, value_name = "FILE", default_value = FILE)]
    config: PathBuf,
    #[command(flatten)]
    table: table::Arguments,
    /// Only print what would be written
    #[arg(long)]
    dry_run: bool,
    /// Remove the table's connections that are not in the file. Without it they stay: several files may share a table
    #[arg(long)]
    prune: bool,
}

/// Writes what differs, and prints it: `+` new, `~` changed, `=` as it was, `-` removed, `?` not in the file.
pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let configuration = configuration::load(&arguments.config).map_err(line)?;
    let table = arguments.table.open().await?;
    let store = &table.app.store;
    // All of it is read before anything is written, so that a table that cannot be read is not half changed.
    let there = store.connection_ids().await.map_err(line)?;
    let mut changes = Vec::new();
    for connection in &configuration.connections {
        let id = &connection.id;
        let sign = if !there.contains(id) {
            '+'
        } else if matches!(store.connection(id).await, Ok(Some(now)) if now == *connection) {
            '='
        } else {
            // Also what this version cannot read: it is replaced.
            '~'
        };
        changes.push((sign, connection));
    }
    for (sign, connection) in changes {
        if sign != '=' && !arguments.dry_run {
            store.put_connection(connection).await.map_err(line)?;
        }
        let to = match &connection.route {
            Some(route) => format!(", answered by {}", route.agent),
            None => String::new(),
        };
        let (id, platform) = (&connection.id, connection.platform().name());
        terminal::line(format_args!("{sign} {id} ({platform}{to})")).map_err(line)?;
    }
    let configured = |id| configuration.connections.iter().any(|known| known.id == id);
    for id in there.into_iter().filter(|id| !configured(id.clone())) {
        if !arguments.prune {
            terminal::line(format_args!(
                "? {id} is not in the file; --prune removes it"
            ))
            .map_err(line)?;
            continue;
        }
        if !arguments.dry_run {
            store.remove_connection(&id).await.map_err(line)?;
        }
        terminal::line(format_args!("- {id}")).map_err(line)?;
    }
    if arguments.dry_run {
        terminal::line("Nothing was written.").map_err(line)?;
    }
    table.close().await;
    Ok(())
}
