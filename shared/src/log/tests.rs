use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use proptest::prelude::*;
use serde_json::{Value, json};
use tracing::Level;

use super::object::Object;
use super::{Lines, OWN};
use crate::counted::{Arrived, DIMENSION, Line, METRICS, Outcome, dropped, hashed};
use crate::model::ConversationKey;
use crate::platforms::Platform;
use crate::store::conversation::LaneName;
use crate::time::Millis;

const NAMESPACE: &str = "Switchboard/\"shop\"";

/// What is written while `tell` runs, and checked to be one JSON object a line.
pub(crate) fn written(level: Level, tell: impl FnOnce()) -> Vec<Value> {
    let written = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&written);
    let log = Lines::new(level, Some(NAMESPACE.to_owned()), move |line| {
        let object = line.strip_suffix('\n').unwrap();
        assert!(!object.contains('\n'), "{line}");
        let parsed: Value =
            serde_json::from_str(object).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(parsed.is_object(), "{line}");
        lines.lock().unwrap().push(parsed);
    });
    tracing::subscriber::with_default(log, tell);
    written.lock().unwrap().drain(..).collect()
}

fn key() -> ConversationKey {
    ConversationKey {
        channel: "shop-bot".parse().unwrap(),
        chat: "+7 900 1234567".parse().unwrap(),
    }
}

fn line(outcome: Outcome, key: &ConversationKey) -> Line<'_> {
    Line::of(outcome, key, LaneName::ToAgent).platform(Some(Platform::Telegram))
}

/// The metrics that CloudWatch would take from a line: name, unit, value, and by which dimensions. Checks the line against the
/// specification.
pub(crate) fn metrics(line: &Value) -> Vec<(String, String, u64, Vec<Vec<String>>)> {
    let Some(aws) = line.get("_aws") else {
        return Vec::new();
    };
    assert!(aws["Timestamp"].as_u64().unwrap() > 1_700_000_000_000);
    let mut found = Vec::new();
    for directive in aws["CloudWatchMetrics"].as_array().unwrap() {
        let members: Vec<&str> = directive
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(members, ["Dimensions", "Metrics", "Namespace"]);
        assert_eq!(directive["Namespace"], NAMESPACE);
        let dimensions: Vec<Vec<String>> =
            serde_json::from_value(directive["Dimensions"].clone()).unwrap();
        assert!(!dimensions.is_empty());
        for name in dimensions.iter().flatten() {
            assert!(line[name].is_string(), "{name}: {line}");
        }
        let metrics = directive["Metrics"].as_array().unwrap();
        assert!((1..=100).contains(&metrics.len()));
        for metric in metrics {
            let (name, unit) = (
                metric["Name"].as_str().unwrap(),
                metric["Unit"].as_str().unwrap(),
            );
            let value = line[name].as_u64().unwrap();
            found.push((name.to_owned(), unit.to_owned(), value, dimensions.clone()));
        }
    }
    found
}

fn counted(line: &Value) -> Vec<(String, u64)> {
    let metrics = metrics(line).into_iter();
    metrics.map(|(name, _, value, _)| (name, value)).collect()
}

#[test]
fn a_message_is_one_line_with_its_metrics() {
    let lines = written(Level::INFO, || {
        line(Outcome::Delivered, &key())
            .attempts(1)
            .call(Duration::from_millis(41))
            .delivery(Duration::from_millis(43))
            .arrived(Arrived::ONE)
            .write();
    });
    let [mut line] = <[Value; 1]>::try_from(lines).unwrap();
    let platform = vec![vec!["platform".to_owned()]];
    let metric =
        |name: &str, unit: &str, value| (name.to_owned(), unit.to_owned(), value, platform.clone());
    assert_eq!(
        metrics(&line),
        [
            metric("in", "Count", 1),
            metric("out", "Count", 1),
            metric("cold_start", "Count", 1),
            metric("delivery_ms", "Milliseconds", 43),
        ]
    );
    let members = line.as_object_mut().unwrap();
    members.remove("_aws");
    let timestamp = members.remove("timestamp").unwrap();
    assert!(DateTime::from_str(timestamp.as_str().unwrap(), Format::DateTime).is_ok());
    assert_eq!(
        line,
        json!({
            "level": "INFO", "outcome": "delivered", "connection": "shop-bot", "platform": "telegram", "lane": "to_agent",
            "chat": hashed(&key().chat), "attempts": 1, "call_ms": 41, "in": 1, "out": 1, "delivery_ms": 43, "cold_start": 1
        })
    );
}

#[test]
fn every_outcome_counts_what_it_says() {
    let of = |outcome: Outcome| -> &'static [&'static str] {
        match outcome {
            Outcome::Delivered | Outcome::LeftToPeople => &["out"],
            Outcome::Retried => &["retried"],
            Outcome::Dead => &["dead"],
            Outcome::Duplicate => &["duplicate"],
            Outcome::Dropped | Outcome::Described => &["dropped"],
            Outcome::HandedOver => &["handed_over"],
            Outcome::Late => &["deadline_missed"],
            Outcome::Kept
            | Outcome::PutOff
            | Outcome::Noted
            | Outcome::Full
            | Outcome::Unanswered
            | Outcome::AgentDown
            | Outcome::AgentBack => &[],
        }
    };
    let lines = written(Level::INFO, || {
        // It takes the cold start with it.
        line(Outcome::Delivered, &key()).write();
        for outcome in Outcome::ALL {
            line(outcome, &key()).write();
        }
    });
    for (outcome, line) in Outcome::ALL.into_iter().zip(&lines[1..]) {
        assert_eq!(line["outcome"], outcome.name());
        assert_eq!(line["level"], outcome.level().as_str());
        let names: Vec<String> = counted(line).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, of(outcome), "{line}");
    }
}

#[test]
fn what_is_dead_is_counted_for_the_platform_and_for_all() {
    let lines = written(Level::INFO, || {
        line(Outcome::Dead, &key())
            .arrived(Arrived::ONE)
            .reason("why")
            .write();
        // Of a connection that is gone: nobody knows its platform.
        line(Outcome::Dead, &key())
            .platform(None)
            .arrived(Arrived::ONE)
            .write();
    });
    let dimensions = |line: &Value, name: &str| {
        let of = metrics(line)
            .into_iter()
            .find(|(metric, ..)| metric == name);
        of.map(|(.., dimensions)| dimensions)
    };
    let platform = vec!["platform".to_owned()];
    assert_eq!(
        dimensions(&lines[0], "dead"),
        Some(vec![platform.clone(), vec![]])
    );
    assert_eq!(dimensions(&lines[0], "in"), Some(vec![platform]));
    assert_eq!(dimensions(&lines[1], "dead"), Some(vec![vec![]]));
    assert_eq!(dimensions(&lines[1], "in"), None);
}

#[test]
fn a_level_hides_lines_and_no_metrics() {
    for level in [Level::WARN, Level::ERROR] {
        let lines = written(level, || {
            line(Outcome::Delivered, &key())
                .reason("hidden")
                .attempts(1)
                .arrived(Arrived::ONE)
                .write();
            line(Outcome::AgentBack, &key()).write();
            tracing::info!("hidden");
        });
        let [line] = <[Value; 1]>::try_from(lines).unwrap();
        let counts = [("in", 1), ("out", 1), ("cold_start", 1)]
            .map(|(name, count)| (name.to_owned(), count));
        assert_eq!(counted(&line), counts);
        let mut members: Vec<&str> = line
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        members.sort_unstable();
        assert_eq!(
            members,
            [
                "_aws",
                "cold_start",
                "in",
                "level",
                "out",
                DIMENSION,
                "timestamp"
            ]
        );
    }
    let lines = written(Level::WARN, || {
        line(Outcome::Retried, &key()).reason("shown").write();
    });
    assert_eq!(lines[0]["reason"], "shown");
    assert_eq!(lines[0]["chat"], hashed(&key().chat));
}

#[test]
fn the_first_line_with_metrics_tells_of_the_cold_start() {
    let lines = written(Level::INFO, || {
        tracing::warn!(outcome = "refused", status = 401);
        line(Outcome::Noted, &key()).write();
        dropped(Platform::Webim, &key().channel, "not for us");
        line(Outcome::Kept, &key()).arrived(Arrived::ONE).write();
    });
    let starts: Vec<&Value> = lines.iter().map(|line| &line["cold_start"]).collect();
    assert_eq!(
        starts,
        [&Value::Null, &Value::Null, &json!(1), &Value::Null]
    );
    assert!(lines[0].get("_aws").is_none());
    assert!(lines[1].get("_aws").is_none());
}

#[test]
fn a_field_is_a_metric_in_a_line_of_ours_alone() {
    let lines = written(Level::INFO, || {
        tracing::info!(platform = "telegram", dead = 1_u64, out = 1_u64);
    });
    assert!(lines[0].get("_aws").is_none());
    assert_eq!(lines[0]["dead"], 1);
}

#[test]
fn others_are_heard_from_a_warning_on() {
    let lines = written(Level::INFO, || {
        tracing::info!(target: "hyper_util::client", "https://api.telegram.org/bot1:secret/");
        tracing::warn!(target: "aws_smithy_runtime", "slow");
        tracing::info!(target: "shared::store", "ours");
        tracing::info!(target: "sharedness", "not ours");
        tracing::error!(target: "lambda_runtime::layers::panic", "said before");
    });
    let said: Vec<&Value> = lines.iter().map(|line| &line["message"]).collect();
    assert_eq!(said, ["slow", "ours"]);
    assert_eq!(lines[0]["target"], "aws_smithy_runtime");
}

#[test]
fn a_line_names_its_invocation() {
    let lines = written(Level::INFO, || {
        tracing::info_span!("something", requestId = "no").in_scope(|| tracing::info!("before"));
        for id in ["4f0c", "5a1d"] {
            let span =
                tracing::info_span!("Lambda runtime invoke", requestId = id, xrayTraceId = "x");
            span.in_scope(|| tracing::info!("within"));
        }
    });
    let ids: Vec<&Value> = lines.iter().map(|line| &line["requestId"]).collect();
    assert_eq!(ids, [&Value::Null, &json!("4f0c"), &json!("5a1d")]);
}

#[test]
fn no_name_stands_twice() {
    let lines = written(Level::INFO, || {
        tracing::info!(
            timestamp = 1,
            level = 2,
            target = 3,
            requestId = 4,
            _aws = 5
        );
    });
    for (name, value) in OWN.into_iter().zip(1..) {
        assert_eq!(lines[0][format!("{name}_")], value);
        assert_ne!(lines[0][name], value);
    }
}

#[test]
fn the_metrics_fit_into_what_notes_them() {
    assert!(METRICS.len() <= 16);
    assert!(METRICS.iter().all(|(name, _)| !OWN.contains(name)));
}

proptest! {
    #[test]
    fn whatever_is_told_is_one_json_object(
        text in "\\PC*|[\\x00-\\x20\"\\\\\u{7f}\u{2028}ä€😀]{0,40}",
        number in any::<i64>(),
        large in any::<u64>(),
        float in any::<f64>(),
        flag in any::<bool>(),
        reason in "[\\x00-\\x7f]{0,40}",
    ) {
        let lines = written(Level::INFO, || {
            tracing::info!(number, large, float, flag, text, debug = ?text, shown = %text, some = Some(1), "{text}");
            Line::of(Outcome::Dead, &key(), LaneName::ToChannel).reason(&reason).write();
        });
        let line = &lines[0];
        prop_assert_eq!(&line["text"], &text);
        prop_assert_eq!(&line["shown"], &text);
        prop_assert_eq!(&line["message"], &text);
        prop_assert_eq!(&line["debug"], &format!("{text:?}"));
        prop_assert_eq!(line["number"].as_i64(), Some(number));
        prop_assert_eq!(line["large"].as_u64(), Some(large));
        prop_assert_eq!(&line["flag"], &flag);
        match float.is_finite() {
            // What is written is exact. `serde_json` reads it to within a few of the last digits, as most readers do.
            true => prop_assert!((line["float"].as_f64().unwrap() - float).abs() <= float.abs() * 1e-14 + f64::MIN_POSITIVE),
            false => prop_assert_eq!(&line["float"], &float.to_string()),
        }
        prop_assert_eq!(&lines[1]["reason"], &reason);
    }

    #[test]
    fn a_time_is_what_it_says(millis in 0..=253_402_300_799_999_u64) {
        let mut object = Object::default();
        object.timestamp("at", Millis(millis));
        let object: Value = serde_json::from_str(object.end().trim_end()).unwrap();
        let at = object["at"].as_str().unwrap();
        prop_assert_eq!(at.len(), "2026-01-31T23:59:59.999Z".len());
        let read = DateTime::from_str(at, Format::DateTime).unwrap();
        prop_assert_eq!(u64::try_from(read.to_millis().unwrap()).unwrap(), millis);
    }
}
