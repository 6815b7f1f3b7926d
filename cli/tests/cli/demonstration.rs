//! `switchboard` alone.

use crate::paste;
use crate::process::Process;

#[tokio::test(flavor = "multi_thread")]
async fn every_line_that_it_prints_works() {
    let mut process = Process::start(&["--listen", "127.0.0.1:0", "--agent-delay", "50ms"], &[]);
    let printed = process.printed("dead list");
    let mut lines = printed.lines().filter_map(|line| line.strip_prefix("  "));
    let mut next = || lines.next().unwrap_or_else(|| panic!("{printed}"));

    let hello = paste::curl(next()).await;
    assert_eq!(
        hello,
        r#"{"has_answer":true,"messages":[{"kind":"operator","text":"You said: Hello\n\nAsk me for an operator, or say bye."}]}"#
    );

    assert!(paste::curl(next()).await.contains("update_id"));
    let chat = paste::curl(next()).await;
    assert_eq!(
        chat,
        "bot: You said: Hello\n\nAsk me for an operator, or say bye.\n"
    );

    assert!(paste::curl(next()).await.contains("update_id"));
    let (wait, whole) = next().split_once("; ").unwrap();
    paste::curl(&wait.replace("-o /dev/null ", "")).await;
    let chat = paste::curl(whole).await;
    let end = "Ada: two\nbot: Let me think about that.\nbot: You asked: two\n";
    assert!(chat.ends_with(end), "{chat}");

    // The agent takes longer than Webim waits; the line after it begins with a pause for a person.
    let slow = paste::curl(next()).await;
    assert!(slow.contains("One moment, please"), "{slow}");
    let (pause, later) = next().split_once("; ").unwrap();
    assert_eq!(pause, "sleep 5");
    // The first was for the first line of all.
    for _ in 0..2 {
        process.logged("count=\"in\" platform=\"selarti\" connection=\"site\"");
    }
    let later = paste::curl(later).await;
    assert!(later.contains("You said: Be slow"), "{later}");

    let operator = paste::curl(next()).await;
    assert!(
        operator.contains("I am passing you to an operator"),
        "{operator}"
    );
    assert_eq!(paste::curl(next()).await, r#"{"has_answer":false}"#);

    let shown = paste::program(next());
    assert_eq!(
        shown,
        "answered by: operator\nagent: helper\nto_agent: 2 delivered, 0 waiting\nto_channel: 1 delivered, 0 waiting\n"
    );
    assert_eq!(paste::program(next()), "No dead letters.\n");
    assert_eq!(lines.next(), None);

    process.signal("INT");
    let ended = process.end();
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    for secret in 1..=5 {
        let secret = format!("demonstration-only-{secret}");
        assert!(!ended.err.contains(&secret), "{}", ended.err);
    }
}
