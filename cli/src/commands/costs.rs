//! `switchboard costs`: what a deployment costs in a month.

use std::fmt::Write as _;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser as _;
use shared::platforms::{End, Role};

use super::{Failure, line};
use crate::costs::bill::ASSUMED;
use crate::costs::{Bill, Traffic, prices};
use crate::terminal;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Messages a month; a question and its answer are two
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000_000)]
    messages: u32,
    /// Where people write
    #[arg(long, default_value = "telegram", value_parser = ends(Role::Channel))]
    channel: End,
    /// Who answers
    #[arg(long, default_value = "selarti", value_parser = ends(Role::Agent))]
    agent: End,
    /// How long the agent takes to answer: webim-v1 waits for it
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    agent_seconds: Duration,
    /// How long the other side takes to accept a message
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 40, value_parser = clap::value_parser!(u16).range(..=10_000))]
    call_ms: u16,
    /// Connections that the messages are spread over, agents too
    #[arg(long, value_name = "NUMBER", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    connections: u32,
    /// The template's Architecture
    #[arg(long, value_enum, default_value = "arm64")]
    architecture: Architecture,
    /// Without the dashboard
    #[arg(long)]
    no_dashboard: bool,
    /// With a key of your own, the template's KmsKeyArn
    #[arg(long)]
    own_key: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Architecture {
    Arm64,
    #[value(name = "x86_64")]
    X86,
}

/// The longest that a synchronous channel waits.
const LONGEST: f64 = 5.0;

/// The ends of a role, by their names without it.
fn ends(role: Role) -> impl clap::builder::TypedValueParser<Value = End> {
    let ends = move || End::ALL.into_iter().filter(move |end| end.role() == role);
    PossibleValuesParser::new(ends().map(name))
        .try_map(move |given| ends().find(|end| name(*end) == given).ok_or("no such end"))
}

fn name(end: End) -> &'static str {
    let name = end.name();
    name.rsplit_once('-').map_or(name, |(name, _role)| name)
}

fn seconds(given: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = given.parse().ok();
    seconds
        .filter(|seconds| (0.0..=LONGEST).contains(seconds))
        .map(Duration::from_secs_f64)
        .ok_or_else(|| format!("seconds are a number from 0 to {LONGEST}"))
}

/// Prints them.
pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let bill = Bill::of(&Traffic {
        messages: arguments.messages,
        channel: arguments.channel,
        agent: arguments.agent,
        agent_takes: arguments.agent_seconds,
        call_takes: Duration::from_millis(u64::from(arguments.call_ms)),
        connections: arguments.connections,
        x86_64: arguments.architecture == Architecture::X86,
        dashboard: !arguments.no_dashboard,
        own_key: arguments.own_key,
    });
    let text = match arguments.json {
        true => json(&bill),
        false => text(arguments, &bill)?,
    };
    terminal::line(text.trim_end()).map_err(line)
}

fn json(bill: &Bill) -> String {
    let costs = bill.0.iter().map(|cost| {
        serde_json::json!({
            "service": cost.service, "what": cost.what, "amount": cost.amount,
            "dollars": cost.dollars, "standing": cost.standing,
        })
    });
    format!(
        "{:#}",
        serde_json::json!({ "costs": costs.collect::<Vec<_>>(), "dollars": bill.total() })
    )
}

fn text(arguments: &Arguments, bill: &Bill) -> Result<String, Failure> {
    let mut text = String::new();
    writeln!(
        text,
        "{} messages a month, {} with {}, in dollars:\n",
        arguments.messages,
        name(arguments.channel),
        name(arguments.agent)
    )
    .map_err(line)?;
    for cost in &bill.0 {
        let what = format!("{}: {}", cost.service, cost.what);
        writeln!(text, "{what:<38} {:>20} {:>9.2}", cost.amount, cost.dollars).map_err(line)?;
    }
    writeln!(text, "{:<38} {:>20} {:>9.2}", "together", "", bill.total()).map_err(line)?;
    let (standing, as_of) = (bill.standing_total(), prices::AS_OF);
    writeln!(
        text,
        "\nOf that {standing:.2} does not grow with the messages. List prices of {as_of}, us-east-1, without free tiers: other \
         regions ask up to half more. Data transfer, files and messages that fail are not in it.\n{ASSUMED}"
    )
    .map_err(line)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_has_a_name_of_its_own() {
        for role in [Role::Channel, Role::Agent] {
            let ends: Vec<_> = End::ALL
                .into_iter()
                .filter(|end| end.role() == role)
                .collect();
            let names: std::collections::BTreeSet<_> = ends.iter().map(|end| name(*end)).collect();
            assert_eq!(names.len(), ends.len());
        }
    }

    #[test]
    fn seconds_are_what_a_channel_waits() {
        assert_eq!(seconds("2.5"), Ok(Duration::from_millis(2500)));
        for wrong in ["-1", "6", "NaN", "inf", "two"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
