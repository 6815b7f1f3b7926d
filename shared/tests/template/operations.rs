//! `docs/operations.md` is about this template and these programs: it names what there is, all of it, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use shared::counted::{METRICS, Outcome};

use crate::read::{functions, resources, section, template};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn page() -> String {
    fs::read_to_string(root().join("docs/operations.md")).unwrap()
}

/// The text under a heading, up to the next of its kind.
fn under<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ").next().unwrap()
}

/// The cells of the tables' rows whose first cell is code, heads and all.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect())
}

/// What stands between single backticks.
fn codes(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// What the first cells of the rows under a heading name.
fn named(page: &str, heading: &str) -> BTreeSet<String> {
    let cells = rows(under(page, heading))
        .flat_map(|row| codes(row[0]).map(str::to_owned).collect::<Vec<_>>());
    cells.collect()
}

fn names(entries: Vec<(&str, &Value)>) -> BTreeSet<String> {
    entries
        .into_iter()
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[test]
fn every_alarm_is_described() {
    let template = template();
    let mut alarms = names(resources(&template, "AWS::CloudWatch::Alarm"));
    // Those that turn a deployment back are alike.
    for (function, _) in functions(&template) {
        assert!(alarms.remove(&format!("{function}Errors")), "{function}");
    }
    alarms.insert("{Function}Errors".to_owned());
    let page = page();
    let described =
        rows(under(&page, "Alarms")).map(|row| codes(row[0]).next().unwrap().to_owned());
    assert_eq!(described.collect::<BTreeSet<_>>(), alarms);
    for row in rows(under(&page, "Alarms")) {
        assert_eq!(row.len(), 4, "{row:?}");
        assert!(row.iter().all(|cell| cell.len() > 5), "{row:?}");
    }
}

#[test]
fn every_parameter_is_there_with_its_default() {
    let template = template();
    let page = page();
    let parameters = section(&template, "Parameters");
    assert_eq!(named(&page, "Parameters"), names(parameters.clone()));
    for row in rows(under(&page, "Parameters")) {
        let name = codes(row[0]).next().unwrap();
        let default = &template["Parameters"][name]["Default"];
        let default = default
            .as_str()
            .map_or_else(|| default.to_string(), str::to_owned);
        let said = match default.as_str() {
            "" => "none".to_owned(),
            default => format!("`{default}`"),
        };
        assert_eq!(row[1], said, "{name}");
    }
}

#[test]
fn every_output_is_there() {
    let template = template();
    let outputs = names(section(&template, "Outputs"));
    let (webhooks, mut others): (BTreeSet<_>, BTreeSet<_>) = outputs
        .into_iter()
        .partition(|name| name.starts_with("Webhook"));
    assert!(!webhooks.is_empty());
    others.insert("Webhook…".to_owned());
    assert_eq!(named(&page(), "Outputs"), others);
}

#[test]
fn every_saved_query_is_there() {
    let (template, page) = (template(), page());
    for (name, query) in resources(&template, "AWS::Logs::QueryDefinition") {
        let title = query["Properties"]["Name"]["Fn::Sub"].as_str().unwrap();
        let (_, title) = title.split_once('/').unwrap();
        assert!(page.contains(&format!("*{title}*")), "{name}: {title}");
    }
}

#[test]
fn every_metric_and_every_outcome_is_there() {
    let page = page();
    let metrics = METRICS.iter().map(|(name, _)| (*name).to_owned());
    assert_eq!(named(&page, "Metrics and dashboard"), metrics.collect());
    let outcomes = named(&page, "Logs");
    for outcome in Outcome::ALL {
        assert!(outcomes.contains(outcome.name()), "{outcome:?}");
    }
    // The others are written where they happen.
    let source = source();
    for outcome in outcomes {
        assert!(source.contains(&format!("\"{outcome}\"")), "{outcome}");
    }
}

/// What stands between double backticks is said so by a program, but for what stands for something else there, `…`.
#[test]
fn what_it_quotes_is_what_is_said() {
    let (page, source) = (page(), source());
    let trouble = under(&page, "Trouble");
    let quoted: Vec<&str> = trouble.split("``").skip(1).step_by(2).collect();
    assert!(quoted.len() > 25, "{}", quoted.len());
    for quote in quoted {
        // A block of code begins with as many and one more.
        if quote.starts_with('`') || quote.trim().is_empty() {
            continue;
        }
        let parts = quote
            .split('…')
            .map(|part| part.trim_matches(['`', ' ', ';']));
        for part in parts.filter(|part| part.len() > 2) {
            assert!(source.contains(part), "{part:?} of {quote:?}");
        }
    }
}

/// All that the programs are made of, with their texts as they are when they are said.
fn source() -> String {
    let mut all = String::new();
    for folder in ["shared/src", "functions", "cli/src"] {
        gather(&root().join(folder), &mut all);
    }
    let mut said = String::with_capacity(all.len());
    let mut lines = all.lines();
    while let Some(line) = lines.next() {
        let mut line = line.to_owned();
        // A text that goes on in the next line.
        while let Some(begun) = line.strip_suffix('\\') {
            line = format!("{begun}{}", lines.next().unwrap_or_default().trim_start());
        }
        said.push_str(&line.replace("\\\"", "\""));
        said.push('\n');
    }
    said.replace("{TTL}", "expires")
}

fn gather(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}
