//! Texts, short and long.

use crate::matrix::pair::{Pair, Setup, patient};
use crate::matrix::words::{Heard, Says, Seen, longer_than, measure, texts};
use crate::matrix::{Played, everywhere};

#[tokio::test]
async fn a_text_goes_there_and_back() {
    everywhere(Setup::default(), |pair| async move {
        for (question, answer) in [
            ("Hello & <welcome>", "Hi! 2 < 3"),
            (
                "\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442} \u{1f600}",
                "\u{1f44b}",
            ),
        ] {
            pair.exchange(question, answer).await;
        }
        let heard = pair.agent().heard();
        let said = |text: &str| Heard {
            text: text.to_owned(),
            ..Heard::default()
        };
        let questions = [
            "Hello & <welcome>",
            "\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442} \u{1f600}",
        ];
        assert_eq!(heard, questions.map(said));
        let answers = ["Hi! 2 < 3", "\u{1f44b}"];
        assert_eq!(pair.channel.seen(), answers.map(Seen::text));
        pair.is_clean().await;
        Played::Whole
    })
    .await;
}

#[tokio::test]
async fn several_bubbles_come_in_order() {
    everywhere(patient(), |pair| async move {
        let bubbles: Vec<String> = (1..=4).map(|number| format!("bubble {number}")).collect();
        let says: Vec<Says> = bubbles.iter().cloned().map(Says::Text).collect();
        pair.agent().answers(&says);
        pair.channel.write("Tell me");
        let seen = pair
            .until_seen("four bubbles", |seen| seen.len() >= bubbles.len())
            .await;
        assert_eq!(texts(&seen), bubbles);
        pair.is_clean().await;
        Played::Whole
    })
    .await;
}

#[tokio::test]
async fn a_long_text_of_the_visitor_arrives_whole() {
    everywhere(Setup::default(), |pair| async move {
        let limit = pair.agent_can.text;
        let mut long = longer_than(limit);
        if let Some(longest) = pair.channel.longest() {
            while long.encode_utf16().count() > longest {
                long.truncate(long.trim_end().rfind(' ').unwrap());
            }
        }
        pair.agent().answers(&[Says::Text("I see".to_owned())]);
        pair.channel.write(&long);
        let heard = until_all_is_heard(&pair, &long).await;
        pair.until_seen("an answer", |seen| seen.contains(&Seen::text("I see")))
            .await;
        let words = heard.iter().flat_map(|heard| heard.text.split_whitespace());
        assert!(
            words.eq(long.split_whitespace()),
            "nothing is lost, and all is in order"
        );
        for heard in &heard {
            assert!(measure(limit, &heard.text) <= limit.max);
        }
        pair.is_clean().await;
        Played::Whole
    })
    .await;
}

#[tokio::test]
async fn a_long_text_of_the_agent_arrives_whole() {
    everywhere(Setup::default(), |pair| async move {
        let limit = pair.channel_can.text;
        let long = longer_than(limit);
        pair.agent().answers(&[Says::Text(long.clone())]);
        pair.channel.write("Go on");
        let last = long.split_whitespace().next_back().unwrap();
        let ends = |seen: &[Seen]| texts(seen).last().is_some_and(|text| text.contains(last));
        let seen = pair.until_seen("the end of a long text", ends).await;
        let texts = texts(&seen);
        assert!(texts.len() > 1, "it is split");
        let words = texts.iter().flat_map(|text| text.split_whitespace());
        assert!(
            words.eq(long.split_whitespace()),
            "nothing is lost, and all is in order"
        );
        for text in texts {
            assert!(measure(limit, text) <= limit.max);
        }
        pair.is_clean().await;
        Played::Whole
    })
    .await;
}

/// Waits until the end of a text is with the agent; the parts that it came in.
async fn until_all_is_heard(pair: &Pair, long: &str) -> Vec<Heard> {
    let last = long.split_whitespace().next_back().unwrap();
    let mut count = 1;
    loop {
        let heard = pair.until_heard(count).await;
        if heard.last().is_some_and(|heard| heard.text.contains(last)) {
            return heard;
        }
        count = heard.len() + 1;
    }
}
