//! Ten times as long takes about ten times as long.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use shared::model::{Author, Button, Content, Message};
use shared::platforms::End;

use crate::NOW;
use crate::driver::driver;

const SHORT: usize = 20_000;
const LONG: usize = 200_000;
/// Ten, and as much again twice for everything else that runs on this machine; a quadratic one is at a hundred.
const RATIO: u32 = 40;
/// Less than this says more about the machine than about the code.
const FLOOR: Duration = Duration::from_millis(1);

fn assert_linear(what: &str, mut run: impl FnMut(usize)) {
    let mut time = |length| {
        let begun = cpu();
        run(length);
        cpu().saturating_sub(begun)
    };
    let mut times = Vec::new();
    // What else runs takes caches away; it does not every time.
    for _ in 0..4 {
        let (short, long) = (time(SHORT), time(LONG));
        if long < short.max(FLOOR) * RATIO {
            return;
        }
        times.push((short, long));
    }
    panic!("{what}: {times:?} for {SHORT} and {LONG} bytes");
}

/// What this thread has used. A busy machine lets a short run through in one go and makes a long one wait.
fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        now.tv_sec.try_into().unwrap(),
        now.tv_nsec.try_into().unwrap(),
    )
}

/// Texts of about `length` bytes that have something to be slow at.
fn texts(length: usize) -> Vec<(&'static str, String)> {
    let of = |unit: &str| unit.repeat(length / unit.len());
    vec![
        ("words", of("word ")),
        ("one word", of("w")),
        ("spaces", format!("a{}b", of(" "))),
        ("lines", of("\n\n")),
        ("marks", of("\u{301}")),
        ("joiners", of("👩\u{200d}")),
        ("flags", of("🇷")),
        ("ends of sentences", of(".) ")),
        ("asterisks", of("*a")),
        ("underscores", of("_")),
        ("backticks", of("a`b``")),
        ("brackets", of("[")),
        ("links", of("[a](")),
        ("images", of("![")),
        ("quotations", of("> ")),
        ("nested quotations", of(">")),
        ("lists", of("- ")),
        ("tables", format!("|{}\n|{}", of("a|"), of("-|"))),
        ("tags", of("<a ")),
        ("entities", of("&#")),
        ("commands", of("/a@")),
        (
            "a place",
            format!("https://maps.google.com/maps?q={},{}", of("1"), of("2")),
        ),
        ("places", of("https://maps.google.com/maps?q=1,2&")),
    ]
}

#[test]
fn a_long_body() {
    for end in End::ALL {
        let driver = driver(end);
        for (index, (kind, _)) in texts(SHORT).iter().enumerate() {
            let body = |length| driver.written(&texts(length)[index].1);
            let (short, long) = (body(SHORT), body(LONG));
            assert_linear(&format!("{end:?} reads {kind}"), |length| {
                let body = if length == SHORT { &short } else { &long };
                std::hint::black_box(driver.receive(body, NOW));
            });
        }
    }
}

#[test]
fn a_long_body_of_no_meaning() {
    let bodies = |length: usize| {
        let fields: serde_json::Map<_, _> = (0..length / 12)
            .map(|n| (format!("f{n}"), json!(n)))
            .collect();
        let many = serde_json::Value::from(fields);
        [
            "[".repeat(length),
            "{\"a\":".repeat(length / 5),
            format!("[{}1]", "1,".repeat(length / 2)),
            format!("\"{}\"", "\\u0041".repeat(length / 6)),
            "9".repeat(length),
            many.to_string(),
            json!({"event": "new_message", "chat": {"id": "a"}, "text": "hi", "visitor": many})
                .to_string(),
        ]
    };
    let (short, long) = (bodies(SHORT), bodies(LONG));
    for end in End::ALL {
        let driver = driver(end);
        for (index, (short, long)) in short.iter().zip(&long).enumerate() {
            assert_linear(&format!("{end:?} reads body {index}"), |length| {
                let body = if length == SHORT { short } else { long };
                std::hint::black_box(driver.receive(body.as_bytes(), NOW));
            });
        }
    }
}

#[test]
fn a_long_message() {
    for end in End::ALL {
        let driver = driver(end);
        for (index, (kind, _)) in texts(SHORT).iter().enumerate() {
            for wrap in [Content::Text, Content::Markdown] {
                let message = |length| {
                    Message::new(Author::Agent, NOW, wrap(texts(length).swap_remove(index).1))
                };
                let (short, long) = (message(SHORT), message(LONG));
                assert_linear(&format!("{end:?} sends {kind}"), |length| {
                    let message = if length == SHORT { &short } else { &long };
                    std::hint::black_box(driver.parts(message));
                });
            }
        }
    }
}

#[test]
fn a_message_of_many_contents() {
    let button = |n: usize| Button {
        id: n.to_string(),
        text: format!("Button {n}"),
    };
    let message = |length: usize| Message {
        contents: (0..length / 40)
            .flat_map(|n| {
                [
                    Content::Text(format!("Text {n}")),
                    Content::Buttons(vec![vec![button(n)]]),
                ]
            })
            .collect(),
        ..Message::new(Author::Agent, NOW, Content::Text(String::new()))
    };
    let (short, long) = (message(SHORT), message(LONG));
    for end in End::ALL {
        assert_linear(&format!("{end:?} sends many contents"), |length| {
            let message = if length == SHORT { &short } else { &long };
            std::hint::black_box(driver(end).parts(message));
        });
    }
}
