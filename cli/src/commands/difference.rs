//! What `apply` would write and `diff` shows: worked out, and printed for a person or a program.

use std::path::PathBuf;

use serde_json::{Value, json};
use shared::connections::{Connection, SecretRef};
use shared::model::ConnectionId;
use shared::platforms::ConnectionSettings;
use shared::store::connections::Kept;

use super::table::{self, Table};
use super::{Failure, line, told};
use crate::configuration::{self, Change, Difference, FILE, KeyChange, Literal};

/// So many connections that are not in the file are named; a table may be that of many files.
const NAMED: usize = 10;

#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// The connections
    #[arg(value_name = "FILE", default_value = FILE)]
    file: PathBuf,
    #[command(flatten)]
    table: table::Arguments,
    /// Remove the table's connections that are not in the file. Without it they stay: several files may share a table
    #[arg(long)]
    prune: bool,
}

impl Arguments {
    /// The table, and what of it is not as the file says.
    pub(super) async fn find(&self) -> Result<(Table, Difference), Failure> {
        let configuration = configuration::load(&self.file).map_err(line)?;
        let table = self.table.open().await?;
        let there = table.patient().connections().await.map_err(told)?;
        let difference = Difference::between(&configuration.connections, there, self.prune);
        Ok((table, difference.map_err(line)?))
    }
}

/// For a person: `+` new, `~` changed, with its keys, `-` removed, `?` not in the file, `!` a secret that functions on
/// AWS will not find, and how many connections there are of each.
pub(super) fn text(table: &Table, difference: &Difference) -> Result<String, Failure> {
    let mut lines = Vec::new();
    let [mut new, mut changed, mut gone] = [0; 3];
    for change in &difference.changes {
        match change {
            Change::Add(connection) => {
                new += 1;
                lines.push(format!("+ {}", named(connection)));
            }
            Change::Replace { was, connection } => {
                changed += 1;
                lines.push(format!("~ {}", named(connection)));
                if let Err(error) = &was.connection {
                    lines.push(format!(
                        "    in place of what this version cannot read: {error}"
                    ));
                }
                lines.extend(change.keys().map_err(line)?.iter().map(key));
            }
            Change::Remove(was) => {
                gone += 1;
                lines.push(format!("- {}", removed(was)));
            }
        }
    }
    lines.extend(left(&difference.left));
    if table.is_on_aws {
        lines.extend(unset(difference));
    }
    let unchanged = difference.unchanged;
    lines.push(format!(
        "{new} new, {changed} changed, {gone} to be removed, {unchanged} as they should be."
    ));
    Ok(lines.join("\n"))
}

fn key(change: &KeyChange) -> String {
    let shown = |value: &Option<Literal>| match value {
        Some(value) => value.to_string(),
        None => "nothing".to_owned(),
    };
    let (key, from, to) = (&change.key, shown(&change.from), shown(&change.to));
    let hidden = if from == to {
        " (in what is not shown)"
    } else {
        ""
    };
    format!("    {key}: {from} -> {to}{hidden}")
}

fn left(left: &[ConnectionId]) -> Vec<String> {
    if left.len() > NAMED {
        let named: Vec<_> = left.iter().take(NAMED).map(ConnectionId::as_str).collect();
        let (count, named, more) = (left.len(), named.join(", "), left.len() - NAMED);
        return vec![format!(
            "? {count} are not in the file; --prune removes them: {named} and {more} more"
        )];
    }
    let each = left.iter();
    each.map(|id| format!("? {id} is not in the file; --prune removes it"))
        .collect()
}

/// Secrets that are to be in the environment: on a laptop they are, and its file is the first that somebody applies.
fn unset(difference: &Difference) -> Vec<String> {
    let connections = difference.changes.iter().filter_map(|change| match change {
        Change::Add(connection) | Change::Replace { connection, .. } => Some(connection),
        Change::Remove(_) => None,
    });
    connections
        .flat_map(|connection| {
            let references = connection.settings.secrets().into_iter();
            references.filter_map(|reference| match reference {
                SecretRef::Environment(name) => Some(format!(
                    "! {reference} of {}: the functions on AWS have no such variable; put it into AWS Secrets Manager and \
                     write secret:{name}",
                    connection.id
                )),
                SecretRef::Stored { .. } => None,
            })
        })
        .collect()
}

/// For a program.
pub(super) fn to_json(difference: &Difference) -> Result<Value, Failure> {
    let mut changes = Vec::new();
    for change in &difference.changes {
        let id = change.id();
        changes.push(match change {
            Change::Add(connection) => {
                json!({"change": "add", "connection": id, "platform": connection.platform().name()})
            }
            Change::Replace { was, connection } => {
                let mut replaced = json!({
                    "change": "replace", "connection": id, "platform": connection.platform().name(),
                    "keys": change.keys().map_err(line)?,
                });
                if let (Err(error), Some(fields)) = (&was.connection, replaced.as_object_mut()) {
                    fields.insert("unreadable".to_owned(), error.to_string().into());
                }
                replaced
            }
            Change::Remove(_) => json!({"change": "remove", "connection": id}),
        });
    }
    Ok(json!({
        "changes": changes,
        "unchanged": difference.unchanged,
        "not_in_the_file": difference.left,
    }))
}

fn named(connection: &Connection) -> String {
    let (id, platform) = (&connection.id, connection.platform().name());
    match &connection.route {
        Some(route) => format!("{id} ({platform}, answered by {})", route.agent),
        None => format!("{id} ({platform})"),
    }
}

fn removed(was: &Kept) -> String {
    match &was.connection {
        Ok(connection) => named(connection),
        Err(_) => format!("{} (which this version cannot read)", was.id),
    }
}
