//! Ctrl-C.

use tokio::task::JoinSet;

use crate::paste;
use crate::process::Process;

/// Pastes a line while the test goes on.
fn asking(line: &str) -> JoinSet<String> {
    let line = line.to_owned();
    let mut asking = JoinSet::new();
    asking.spawn(async move { paste::curl(&line).await });
    asking
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_flight_is_finished() {
    for signal in ["INT", "TERM"] {
        let arguments = ["--listen", "127.0.0.1:0", "--agent-delay", "1s"];
        let mut process = Process::start(&arguments, &[]);
        let printed = process.printed("dead list");
        let lines: Vec<_> = printed
            .lines()
            .filter_map(|line| line.strip_prefix("  "))
            .collect();
        let mut asked = asking(lines[0]);
        // The agent has the message and has yet to call the webhook with its answer.
        tokio::task::block_in_place(|| {
            process.logged("outcome=\"delivered\" connection=\"site\" platform=\"webim\"");
        });
        process.signal(signal);
        let answer = asked.join_next().await.unwrap().unwrap();
        assert!(answer.contains("You said: Hello"), "{signal}: {answer}");
        let ended = process.end();
        assert_eq!(ended.code, Some(0), "{}", ended.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_one_does_not_wait() {
    let arguments = ["--listen", "127.0.0.1:0", "--agent-delay", "60s"];
    let mut process = Process::start(&arguments, &[]);
    let printed = process.printed("dead list");
    let line = printed
        .lines()
        .find_map(|line| line.strip_prefix("  curl "))
        .unwrap();
    let mut asked = asking(&format!("curl {line}"));
    tokio::task::block_in_place(|| {
        process.logged("outcome=\"delivered\" connection=\"site\" platform=\"webim\"");
    });
    process.signal("INT");
    process.signal("TERM");
    let ended = process.end();
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    assert!(
        ended
            .err
            .ends_with("error: stopped before what was in flight was finished\n"),
        "{}",
        ended.err
    );
    // Whether the request still got some answer is a matter of microseconds; that it is over is not.
    assert!(asked.join_next().await.is_some());
}
