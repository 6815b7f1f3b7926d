//! The table of `docs/operations.md`, so that it says what the command says.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use shared::platforms::End;

use crate::costs::bill::ASSUMED;
use crate::costs::{Bill, Counts, Traffic, prices};

/// The columns: a million messages with an agent that takes two seconds.
const CHANNELS: [(&str, End); 3] = [
    ("Telegram", End::TelegramChannel),
    ("Webim 2.0", End::WebimV2Channel),
    ("Webim 1.0", End::WebimV1Channel),
];
const BEGIN: &str = "<!-- switchboard costs: `UPDATE_DOCS=1 cargo test -p switchboard costs` writes what follows -->\n";
const END: &str = "<!-- end of switchboard costs -->\n";

/// What a column is for.
pub(super) fn million(channel: End) -> Traffic {
    Traffic {
        messages: 1_000_000,
        channel,
        agent: End::SelartiAgent,
        agent_takes: Duration::from_secs(2),
        call_takes: Duration::from_millis(40),
        connections: 2,
        x86_64: false,
        dashboard: true,
        own_key: false,
    }
}

fn page() -> String {
    let bills = CHANNELS.map(|(_, channel)| Bill::of(&million(channel)));
    let mut page = String::from("\n| dollars a month |");
    let names = CHANNELS.map(|(name, _)| name);
    writeln!(
        page,
        " {} |\n|---|{}",
        names.join(" | "),
        "---:|".repeat(names.len())
    )
    .unwrap();
    let rows = bills[0].0.len();
    for row in 0..rows {
        let cost = &bills[0].0[row];
        write!(page, "| {}: {} |", cost.service, cost.what).unwrap();
        for bill in &bills {
            assert_eq!(bill.0[row].what, cost.what);
            write!(page, " {:.2} |", bill.0[row].dollars).unwrap();
        }
        page.push('\n');
    }
    for (name, total) in [
        ("together", Bill::total as fn(&Bill) -> f64),
        ("of that, however many messages", Bill::standing_total),
    ] {
        write!(page, "| **{name}** |").unwrap();
        for bill in &bills {
            write!(page, " **{:.2}** |", total(bill)).unwrap();
        }
        page.push('\n');
    }
    page.push_str("\n| for each question and its answer |");
    writeln!(
        page,
        " {} |\n|---|{}",
        names.join(" | "),
        "---:|".repeat(names.len())
    )
    .unwrap();
    let counts = CHANNELS.map(|(_, channel)| Counts::of(channel, End::SelartiAgent));
    for (name, count) in [
        ("webhooks", (|c| c.requests) as fn(&Counts) -> u32),
        ("writes to the table", |c| c.writes),
        ("what DynamoDB charges for these, in units", |c| {
            c.write_units
        }),
        ("lines of log", |c| c.lines),
    ] {
        let counts = counts.each_ref().map(|counts| count(counts).to_string());
        writeln!(page, "| {name} | {} |", counts.join(" | ")).unwrap();
    }
    writeln!(
        page,
        "\n{ASSUMED} List prices of {}, us-east-1, without free tiers.\n",
        prices::AS_OF
    )
    .unwrap();
    page
}

#[test]
fn the_page_says_what_the_command_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations.md");
    let there = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = there.split_once(BEGIN).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, [before, BEGIN, &page, END, after].concat()).unwrap();
        return;
    }
    assert!(
        table == page,
        "docs/operations.md has other costs than the command; write them anew:\n\
         UPDATE_DOCS=1 cargo test -p switchboard costs"
    );
}
