//! `switchboard dead`: messages that could not be delivered.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;
use shared::fit::to_text;
use shared::model::{ConnectionId, Message};
use shared::platforms::Role;
use shared::store::dead::DeadLetter;
use shared::time::Millis;

use super::table::Table;
use super::{Failure, duration, line, table};
use crate::configuration;
use crate::resend::{self, Resent};
use crate::terminal;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print them, oldest first
    List {
        #[command(flatten)]
        of: Of,
        /// As JSON, with the whole message
        #[arg(long)]
        json: bool,
    },
    /// Put them into their conversations again, as new messages
    Resend {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        which: Which,
    },
    /// Remove them for good
    Discard {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        which: Which,
    },
}

/// Where to look.
#[derive(Debug, clap::Args)]
struct Of {
    /// Look at the channels of this file
    #[arg(long, value_name = "FILE", required_unless_present = "channel")]
    config: Option<PathBuf>,
    /// Look at this channel; may be given several times
    #[arg(long, value_name = "ID", conflicts_with = "config")]
    channel: Vec<ConnectionId>,
    #[command(flatten)]
    table: table::Arguments,
}

/// Which letters.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// The letters with these ids, as `list` prints them
    #[arg(value_name = "LETTER")]
    letters: Vec<String>,
    /// All of them
    #[arg(long)]
    all: bool,
}

/// Does it.
pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.what {
        What::List { of, json } => {
            let (table, letters) = of.open().await?;
            list(&letters, *json)?;
            table.close().await;
        }
        What::Resend { of, which } => {
            let (table, letters) = of.open().await?;
            for letter in which.choose(letters)? {
                let how = match resend::resend(&table.app, &letter).await.map_err(line)? {
                    Resent::Appended => "is in its conversation again",
                    Resent::Before => "was sent again before",
                };
                terminal::line(format_args!("{} {how}", letter.id())).map_err(line)?;
            }
            if table.is_file {
                terminal::line("They are delivered by the gateway that runs on this file.")
                    .map_err(line)?;
            }
            table.close().await;
        }
        What::Discard { of, which } => {
            let (table, letters) = of.open().await?;
            for letter in which.choose(letters)? {
                let store = &table.app.store;
                store.remove_dead_letter(&letter).await.map_err(line)?;
                terminal::line(format_args!("{} is gone", letter.id())).map_err(line)?;
            }
            table.close().await;
        }
    }
    Ok(())
}

impl Of {
    async fn open(&self) -> Result<(Table, Vec<DeadLetter>), Failure> {
        let channels = match &self.config {
            None => self.channel.clone(),
            Some(path) => configuration::load(path)
                .map_err(line)?
                .connections
                .into_iter()
                .filter(|connection| connection.end().role() == Role::Channel)
                .map(|connection| connection.id)
                .collect(),
        };
        let table = self.table.open().await?;
        let mut letters = Vec::new();
        for channel in &channels {
            letters.extend(table.app.store.dead_letters(channel).await.map_err(line)?);
        }
        Ok((table, letters))
    }
}

impl Which {
    fn choose(&self, letters: Vec<DeadLetter>) -> Result<Vec<DeadLetter>, Failure> {
        if self.all {
            return Ok(letters);
        }
        let known: Vec<String> = letters.iter().map(DeadLetter::id).collect();
        if let Some(unknown) = self.letters.iter().find(|id| !known.contains(id)) {
            return Err(format!(
                "there is no letter {unknown}; `switchboard dead list` prints those that there are"
            ));
        }
        Ok(letters
            .into_iter()
            .filter(|letter| self.letters.contains(&letter.id()))
            .collect())
    }
}

fn list(letters: &[DeadLetter], as_json: bool) -> Result<(), Failure> {
    if as_json {
        let all: Vec<_> = letters.iter().map(to_json).collect();
        return terminal::line(format_args!("{:#}", json!(all))).map_err(line);
    }
    let now = Millis::now();
    for letter in letters {
        let ago = |at: Millis| duration::rough(at.until(now));
        let text = match serde_json::from_str::<Message>(&letter.message) {
            Ok(message) => to_text(&message),
            Err(error) => format!("(cannot be read: {error})"),
        };
        terminal::line(format_args!(
            "{} {} {} chat {}\n  accepted {} ago, given up {} ago after {} put off: {}\n  {}\n",
            letter.id(),
            letter.key.channel,
            letter.lane.as_str(),
            letter.key.chat,
            ago(letter.accepted),
            ago(letter.died),
            times(letter.attempts),
            letter.reason,
            text.replace('\n', "\n  "),
        ))
        .map_err(line)?;
    }
    terminal::line(match letters.len() {
        0 => "No dead letters.".to_owned(),
        1 => "1 dead letter.".to_owned(),
        count => format!("{count} dead letters."),
    })
    .map_err(line)
}

fn times(count: u32) -> String {
    match count {
        0 => "never being".to_owned(),
        1 => "being once".to_owned(),
        count => format!("being {count} times"),
    }
}

fn to_json(letter: &DeadLetter) -> serde_json::Value {
    let message = serde_json::from_str(&letter.message)
        .unwrap_or_else(|_| serde_json::Value::from(letter.message.as_str()));
    json!({
        "id": letter.id(),
        "channel": letter.key.channel,
        "chat": letter.key.chat,
        "lane": letter.lane.as_str(),
        "accepted_ms": letter.accepted,
        "died_ms": letter.died,
        "attempts": letter.attempts,
        "reason": letter.reason,
        "message": message,
    })
}
