//! A side that fails once gets everything once, in order.

use simulators::faults::Fault;

use crate::matrix::pair::Setup;
use crate::matrix::words::{Says, Seen, texts};
use crate::matrix::{Played, everywhere, wherever};

/// What goes wrong, with one request each. None of them is taken.
fn failures() -> [Fault; 3] {
    [
        Fault::Status(503, "{}".to_owned()),
        Fault::ResetBefore,
        Fault::RetryAfter { seconds: 1 },
    ]
}

#[tokio::test]
async fn an_agent_that_fails_once_gets_every_message_once() {
    everywhere(Setup::default(), |pair| async move {
        let asked: Vec<String> = (1..=6).map(|number| format!("question {number}")).collect();
        let (faults, endpoint) = pair.agent().faults();
        for fault in failures() {
            faults.next(endpoint, fault);
        }
        for question in &asked {
            let answer = question.replace("question", "answer");
            pair.agent().answers(&[Says::Text(answer)]);
            pair.channel.write(question);
        }
        pair.until_heard(asked.len()).await;
        let seen = pair
            .until_seen("all answers", |seen| seen.contains(&Seen::text("answer 6")))
            .await;
        pair.is_clean().await;
        let heard = pair.agent().heard().into_iter();
        let heard: Vec<String> = heard.map(|heard| heard.text).collect();
        assert_eq!(heard, asked);
        let answers = asked
            .iter()
            .map(|asked| asked.replace("question", "answer"));
        assert_eq!(texts(&seen), answers.collect::<Vec<_>>());
        assert_eq!(faults.pending(), 0, "all of it went wrong");
        Played::Whole
    })
    .await;
}

#[tokio::test]
async fn a_channel_that_fails_once_gets_every_message_once() {
    wherever(
        |channel, _| channel.push,
        Setup::default(),
        |pair| async move {
            pair.exchange("Hello", "Hi").await;
            let (faults, endpoint) = pair.channel.faults().expect("it is called");
            for fault in failures() {
                faults.next(endpoint, fault);
            }
            let said: Vec<String> = (1..=5).map(|number| format!("bubble {number}")).collect();
            let says: Vec<Says> = said.iter().cloned().map(Says::Text).collect();
            pair.agent().answers(&says);
            pair.channel.write("Tell me");
            let seen = pair
                .until_seen("all bubbles", |seen| seen.contains(&Seen::text("bubble 5")))
                .await;
            assert_eq!(texts(&seen)[1..], said);
            pair.is_clean().await;
            assert_eq!(pair.channel.seen().len(), said.len() + 1);
            assert_eq!(faults.pending(), 0, "all of it went wrong");
            Played::Whole
        },
    )
    .await;
}
