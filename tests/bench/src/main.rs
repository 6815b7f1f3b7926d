//! Measures Switchboard against its budgets and prints a table: `cargo run --release -p switchboard-bench`.
//!
//! It builds what it measures by itself, each program alone, so that its features are its own; `--profile dev` builds
//! and measures without optimisation, to try the bench itself, and the names of parts (`cold`, `size`, `first`, `warm`,
//! `growth`, `gateway`) measure those alone.
//!
//! CPU is what the kernel counts for the measured process's threads, in nanoseconds; what the simulated platforms, the
//! embedded DynamoDB and the simulated Lambda take is in other processes. Where there is `taskset` and a second CPU, this
//! program keeps to the first one and the warm processes that it measures to the second.
//!
//! * [`programs`] builds, [`cpu`] reads the clocks, [`table`] prints.
//! * [`world`] is the platforms, the table behind [`counter`], and the functions on a simulated Lambda, with [`secrets`];
//!   [`replay`] makes their calls without them.
//! * [`cold`], [`first`], [`warm`], [`growth`] and [`gateway`] measure.

mod cold;
mod counter;
mod cpu;
mod first;
mod gateway;
mod growth;
mod programs;
mod replay;
mod secrets;
mod table;
mod warm;
mod world;

use std::io::Write;
use std::process::ExitCode;

use programs::Programs;
use table::Table;

/// What went wrong, for a person.
type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Asked { profile, parts } = Asked::parse(&arguments)?;
    if !cpu::is_pinned() {
        programs::build(&profile)?;
        return cpu::again_pinned(&arguments);
    }
    let programs = Programs::of(&profile)?;
    let mut table = Table::default();
    let measured = measure(&parts, &programs, &mut table).await;
    // What was measured before something went wrong is still worth its time.
    table.print(&mut std::io::stdout().lock())?;
    measured
}

/// What is measured, in this order.
const PARTS: [&str; 6] = ["cold", "size", "first", "warm", "growth", "gateway"];

/// What the command line asks for.
struct Asked {
    profile: String,
    parts: Vec<&'static str>,
}

impl Asked {
    /// `[--profile NAME] [PART ...]`; no part means all of them.
    fn parse(arguments: &[String]) -> Result<Self, Error> {
        let (profile, named) = match arguments {
            [flag, profile, named @ ..] if flag == "--profile" => (profile.as_str(), named),
            named => ("release", named),
        };
        if let Some(other) = named.iter().find(|name| !PARTS.contains(&name.as_str())) {
            return Err(format!(
                "`{other}` is not known; usage: switchboard-bench [--profile NAME] [{}]",
                PARTS.join("|")
            )
            .into());
        }
        let asked = |part: &&str| named.is_empty() || named.iter().any(|name| name == part);
        Ok(Self {
            profile: profile.to_owned(),
            parts: PARTS.into_iter().filter(asked).collect(),
        })
    }
}

async fn measure(parts: &[&str], programs: &Programs, table: &mut Table) -> Result<(), Error> {
    for part in parts {
        say(&format!("{part} ..."));
        match *part {
            "cold" => cold::measure(programs, table).await?,
            "size" => programs.sizes(table)?,
            "first" => first::measure(programs, table).await?,
            "warm" => warm::measure(programs, table).await?,
            "growth" => growth::measure(programs, table).await?,
            _ => gateway::measure(programs, table).await?,
        }
    }
    Ok(())
}

/// Progress goes to the standard error, so that the standard output is the table alone.
fn say(line: &str) {
    // There is nobody to tell when nobody reads.
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}
