//! What a message costs the local gateway, `switchboard run`, with its embedded store in a file.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use simulators::telegram::Telegram;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{ChildStdout, Command};
use tokio::task::JoinSet;

use crate::cpu::{median, ms};
use crate::programs::Programs;
use crate::table::{Table, Verdict};
use crate::world::{self, Agent, PATIENCE, configuration, exchange, forget, secrets};
use crate::{Error, cpu};

/// Chats that write in turns.
const CHATS: u32 = 50;
/// Rounds that are counted; in each, every chat writes once.
const ROUNDS: usize = 20;
/// A message may take so much, and should take the other.
const MOST: Duration = Duration::from_micros(850);
const AIM: Duration = Duration::from_micros(420);

pub(crate) async fn measure(programs: &Programs, table: &mut Table) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("log");
    match run(programs, folder.path(), &log, table).await {
        Ok(()) => Ok(()),
        Err(error) => {
            let log = std::fs::read_to_string(log)?;
            Err(format!("{error}; the gateway's log:\n{log}").into())
        }
    }
}

async fn run(
    programs: &Programs,
    folder: &Path,
    log: &Path,
    table: &mut Table,
) -> Result<(), Error> {
    let agent = Agent::start(true).await?;
    let telegram = world::telegram().await?;
    let config = folder.join("switchboard.toml");
    std::fs::write(&config, configuration(&agent, &telegram))?;
    let mut gateway = Command::new(programs.path("switchboard"))
        .arg("run")
        .arg("--config")
        .arg(&config)
        .args(["--listen", "127.0.0.1:0", "--data"])
        .arg(folder.join("switchboard.db"))
        .envs(secrets(&telegram))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(log)?)
        .kill_on_drop(true)
        .spawn()?;
    let output = gateway.stdout.take().ok_or("the gateway has no output")?;
    let mut output = BufReader::new(output).lines();
    let base = address(&mut output).await?;
    // What it prints later has to be read, or it would wait until somebody does.
    let mut reading = JoinSet::new();
    reading.spawn(async move { while let Ok(Some(_)) = output.next_line().await {} });

    let process = gateway.id().ok_or("the gateway ended at its start")?;
    cpu::apart(process)?;
    world::point(&agent, &telegram, &base);
    let (rounds, all) = rounds(&agent, &telegram, process).await?;
    if let Some(status) = gateway.try_wait()? {
        return Err(format!("the gateway ended: {status}").into());
    }

    // An exchange is two messages: one there, one back.
    let (used, median) = (all / 2, median(rounds) / 2);
    let aim = if used <= AIM {
        "reached"
    } else {
        "not reached"
    };
    table.row(
        "local gateway with its store in a file, CPU a message",
        &format!(
            "{:.3} ms (the median of the rounds, without threads that ended: {:.3} ms); the aim of 0.42 is {aim}",
            ms(used),
            ms(median)
        ),
        "0.85 ms",
        Verdict::of(used < MOST),
    );
    Ok(())
}

/// The CPU time of an exchange: the mean of each round, and of all rounds by the process's coarser clock, which counts
/// the threads that have ended too.
async fn rounds(
    agent: &Agent,
    telegram: &Telegram,
    process: u32,
) -> Result<(Vec<Duration>, Duration), Error> {
    let chats: Vec<_> = (1..=CHATS).map(|id| telegram.chat(i64::from(id))).collect();
    let mut figures = Vec::new();
    let mut all = Duration::ZERO;
    // The first round opens the connections and makes the conversations.
    for round in 0..=ROUNDS {
        let before = cpu::used(process)?;
        if round == 1 {
            all = cpu::used_by_all(process)?;
        }
        for chat in &chats {
            exchange(agent, telegram, chat).await?;
        }
        if round > 0 {
            let used = cpu::used(process)?.saturating_sub(before);
            figures.push(used / CHATS);
        }
        forget(agent, telegram);
    }
    let all = cpu::used_by_all(process)?.saturating_sub(all);
    let exchanges = CHATS * u32::try_from(ROUNDS)?;
    Ok((figures, all / exchanges))
}

/// The address that it says it listens on.
async fn address(output: &mut Lines<BufReader<ChildStdout>>) -> Result<String, Error> {
    let found = async {
        while let Some(line) = output.next_line().await? {
            let words = line.split_whitespace();
            if let Some(address) = words.into_iter().find(|word| word.starts_with("http://")) {
                return Ok(address.trim_end_matches('.').to_owned());
            }
        }
        Err("the gateway ended without saying where it listens".into())
    };
    tokio::time::timeout(PATIENCE, found)
        .await
        .map_err(|_| "the gateway does not say where it listens")?
}
