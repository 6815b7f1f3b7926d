//! What a process that has begun its log prints when it panics.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what is wrong by panicking"
)]

use std::process::Command;

use serde_json::Value;

/// Set for the process that panics.
const CHILD: &str = "PANICS";

#[test]
fn a_panic_is_a_line_that_quotes_nobody() {
    if std::env::var_os(CHILD).is_some() {
        shared::log::start(tracing::Level::ERROR, None).unwrap();
        let text = "Жду Quince-7104".to_owned();
        for at in [1, 2] {
            let panicked = std::panic::catch_unwind(|| match at {
                1 => drop(text.split_at(at).0.to_owned()),
                _ => panic!("there is no such thing"),
            });
            assert!(panicked.is_err());
        }
        return;
    }
    let child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "a_panic_is_a_line_that_quotes_nobody",
            "--nocapture",
        ])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let printed = String::from_utf8(child.stdout).unwrap();
    let lines: Vec<Value> = printed
        .lines()
        .filter(|line| line.contains("panicked"))
        .map(|line| {
            // The first follows what the test's harness prints.
            let (_, object) = line.split_once('{').unwrap();
            serde_json::from_str(&format!("{{{object}")).unwrap()
        })
        .collect();
    assert_eq!(lines.len(), 2, "{printed}");
    assert!(
        lines
            .iter()
            .all(|line| line["level"] == "ERROR" && line["outcome"] == "panicked")
    );
    assert_eq!(lines[0].get("reason"), None);
    assert_eq!(lines[1]["reason"], "there is no such thing");
    assert!(lines[1]["at"].as_str().unwrap().contains("log/main.rs"));
    let errors = String::from_utf8(child.stderr).unwrap();
    for all in [printed, errors] {
        assert!(!all.contains("Quince"), "{all}");
    }
}
