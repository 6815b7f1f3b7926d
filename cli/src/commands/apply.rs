//! `switchboard apply`: the configuration's connections into a table. Functions see a change within a minute.

use std::time::Duration;

use shared::connections::cache::FRESH;

use super::{Failure, difference, line, told};
use crate::{configuration, terminal};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    what: difference::Arguments,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Do not wait before agents are removed, although functions may go by routes to them for a minute yet
    #[arg(long)]
    at_once: bool,
}

/// How long functions go by what they have read: what is being read when it is written, too.
const FORGOTTEN: Duration = FRESH.saturating_add(Duration::from_secs(5));

/// Shows what differs, asks, and writes it.
pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (table, difference) = arguments.what.find().await?;
    let store = table.patient();
    let lacks = store.lacks().await.map_err(told)?;
    if !lacks.is_empty() {
        let lacks: Vec<_> = lacks.iter().map(ToString::to_string).collect();
        return Err(format!(
            "nothing is written to the table {}: {}",
            store.table(),
            lacks.join("; and ")
        ));
    }
    terminal::line(difference::text(&table, &difference)?).map_err(line)?;
    if difference.is_none() {
        terminal::line("There is nothing to write.").map_err(line)?;
        table.close().await;
        return Ok(());
    }
    if !arguments.yes {
        match terminal::ask("Write this?").map_err(line)? {
            Some(true) => {}
            Some(false) => return Err("nothing was written".to_owned()),
            None => {
                return Err(
                    "nothing was written: there is no terminal to ask on; --yes writes without asking, \
                     and `switchboard diff` only shows the difference"
                        .to_owned(),
                );
            }
        }
    }
    let wait = difference.takes_agents() && !arguments.at_once;
    if wait {
        terminal::line("Agents go last, when no function can go by a route to them any more: this takes a minute.")
            .map_err(line)?;
    }
    let forgotten = async || {
        if wait {
            tokio::time::sleep(FORGOTTEN).await;
        }
    };
    let written = configuration::write(&store, &difference, forgotten).await;
    written.map_err(line)?;
    terminal::line(if table.is_file {
        "Written. A gateway on this file goes by it within a minute; one that is started writes its own configuration."
    } else {
        "Written. The functions go by it within a minute."
    })
    .map_err(line)?;
    table.close().await;
    Ok(())
}
