//! No other agent answers: the channel's operators get the message, or it waits.

use std::time::Duration;

use shared::model::Mode;
use shared::platforms::End;

use super::{plays, setup};
use crate::matrix::agents::echo;
use crate::matrix::pair::Setup;
use crate::matrix::words::{Seen, texts};
use crate::matrix::{Played, play_all};

const DOWN_TEXT: &str = "Nobody can answer now.";

#[tokio::test]
async fn the_channels_operators_get_it_until_they_give_it_back() {
    let setup = Setup {
        // Long enough to hand over after a call that was never answered.
        invocation: Duration::from_secs(15),
        ..setup("when_down = \"operators\"")
    };
    let with_operators = |end: End| end.capabilities().handover.to_own_operators();
    let plays = plays(&setup, with_operators, |mut outage| async move {
        outage.pair.channel.write("one");
        let pair = &outage.pair;
        let handed_over = |seen: &[Seen]| seen.contains(&Seen::HandedOver);
        pair.until_seen("a handover", handed_over).await;
        assert_eq!(pair.settled_to_channel().await.mode, Mode::Operator);
        outage.is_over().await;
        if !outage.pair.channel_can.push {
            // It was only not answered: it is the agent's all the same.
            outage.until_answer_is_kept("one").await;
        }
        outage.pair.channel.give_back();
        let seen = outage.exchange("two").await;
        let handed_over = seen.iter().filter(|seen| **seen == Seen::HandedOver);
        assert_eq!(handed_over.count(), 1, "{seen:?}");
        assert_eq!(outage.pair.settled().await.mode, Mode::Agent);
        outage.pair.is_clean().await;
        if outage.pair.channel_can.push {
            assert_eq!(
                outage.heard(0),
                ["two"],
                "the operators have read the first"
            );
        } else {
            assert_eq!(outage.heard(0), ["one", "two"]);
        }
        assert_eq!(outage.heard(1), [""; 0]);
        Played::Whole
    });
    play_all(plays).await;
}

#[tokio::test]
async fn the_visitor_is_told_once_and_the_message_arrives_later() {
    let setup = setup(&format!(
        "when_down = \"text\"\ndown_text = \"{DOWN_TEXT}\""
    ));
    let plays = plays(
        &setup,
        |_| true,
        |mut outage| async move {
            outage.pair.channel.write("one");
            let told = |seen: &[Seen]| texts(seen).contains(&DOWN_TEXT);
            outage.pair.until_seen("that nobody answers", told).await;
            // It is tried again and again before the agent is back.
            outage.pair.until_put_off(2).await;
            outage.is_over().await;
            outage.until_answer_is_kept("one").await;
            let seen = outage.exchange("two").await;
            assert_eq!(outage.heard(0), ["one", "two"]);
            let expected = [DOWN_TEXT.to_owned(), echo("one"), echo("two")];
            assert_eq!(texts(&seen), expected);
            outage.pair.is_clean().await;
            Played::Whole
        },
    );
    play_all(plays).await;
}

#[tokio::test]
async fn a_message_waits_and_nobody_is_told() {
    let setup = setup("when_down = \"wait\"\npatience = \"One moment.\"");
    let plays = plays(
        &setup,
        |_| true,
        |mut outage| async move {
            outage.pair.channel.write("one");
            outage.pair.until_put_off(2).await;
            let asks = outage.pair.channel_can.push;
            let before: &[&str] = if asks { &[] } else { &["One moment."] };
            let patience = |seen: &[Seen]| texts(seen) == before;
            outage
                .pair
                .until_seen("nothing but patience", patience)
                .await;
            outage.is_over().await;
            outage.until_answer_is_kept("one").await;
            let seen = outage.exchange("two").await;
            assert_eq!(outage.heard(0), ["one", "two"]);
            assert_eq!(outage.heard(1), [""; 0]);
            let answers = [echo("one"), echo("two")];
            assert_eq!(texts(&seen)[before.len()..], answers);
            outage.pair.is_clean().await;
            Played::Whole
        },
    );
    play_all(plays).await;
}
