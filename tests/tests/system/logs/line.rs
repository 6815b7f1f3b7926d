//! A line of a program's log.

use serde_json::Value;
use shared::counted::{METRICS, Outcome};

/// Every field that a line may have beside the metrics. What is not among them nobody has thought about.
const FIELDS: [&str; 20] = [
    "timestamp",
    "level",
    "requestId",
    "target",
    "_aws",
    "outcome",
    "connection",
    "platform",
    "to",
    "to_platform",
    "lane",
    "chat",
    "reason",
    "handed_back",
    "attempts",
    "call_ms",
    "status",
    "message",
    "field",
    "at",
];

/// Fields whose digits mean nothing.
const RANDOM: [&str; 3] = ["timestamp", "requestId", "chat"];

/// A line.
#[derive(Clone, Debug)]
pub(super) struct Line(Value);

impl Line {
    /// Reads a line, which has to be one.
    pub(super) fn read(line: &str) -> Self {
        let line: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let members = line
            .as_object()
            .unwrap_or_else(|| panic!("no object: {line}"));
        for name in members.keys() {
            let is_metric = METRICS.iter().any(|(metric, _)| metric == name);
            assert!(
                is_metric || FIELDS.contains(&name.as_str()),
                "{name}: {line}"
            );
        }
        assert!(
            line["timestamp"].is_string() && line["level"].is_string(),
            "{line}"
        );
        Self(line)
    }

    /// A field that is a text; empty if it is not there.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_default()
    }

    /// A field that is a number; zero if it is not there.
    pub(super) fn number(&self, name: &str) -> u64 {
        self.0[name].as_u64().unwrap_or_default()
    }

    /// Its texts, but for those that are made of chance. Its numbers are those that are listed above.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let members = self.0.as_object().unwrap().iter();
        let told = members.filter(|(name, _)| !RANDOM.contains(&name.as_str()));
        told.filter_map(|(_, value)| value.as_str())
    }

    /// Whether it has that field.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some()
    }

    /// Whether it has this outcome.
    pub(super) fn is(&self, outcome: Outcome) -> bool {
        self.text("outcome") == outcome.name()
    }

    /// What CloudWatch takes from it, by name, with the values of the dimensions of each.
    pub(super) fn metrics(&self) -> Vec<(String, u64)> {
        let directives = self.0["_aws"]["CloudWatchMetrics"].as_array();
        let metrics = directives.into_iter().flatten().flat_map(|directive| {
            let metrics = directive["Metrics"].as_array().unwrap();
            metrics
                .iter()
                .map(|metric| metric["Name"].as_str().unwrap())
        });
        metrics
            .map(|name| (name.to_owned(), self.0[name].as_u64().unwrap()))
            .collect()
    }

    /// The words of its texts.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.texts()
            .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
    }
}
