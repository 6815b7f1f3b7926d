//! A webhook that comes again, at once and later, has one effect.

use crate::matrix::pair::Setup;
use crate::matrix::words::{Says, texts};
use crate::matrix::{Played, everywhere};

const COPIES: usize = 10;

#[tokio::test]
async fn copies_of_a_visitors_event_are_one_message() {
    everywhere(Setup::default(), |pair| async move {
        pair.exchange("Hello", "Hi").await;
        // Who hears it twice answers twice.
        for _ in 0..COPIES {
            pair.agent().answers(&[Says::Text("Once".to_owned())]);
        }
        pair.channel.repeat("Only once", COPIES).await;
        pair.until_seen("the answer", |seen| texts(seen).contains(&"Once"))
            .await;
        pair.is_clean().await;
        let heard = pair.agent().heard().into_iter();
        let heard: Vec<String> = heard.map(|heard| heard.text).collect();
        assert_eq!(heard, ["Hello", "Only once"]);
        assert_eq!(texts(&pair.channel.seen()), ["Hi", "Once"]);
        Played::Whole
    })
    .await;
}

#[tokio::test]
async fn copies_of_an_agents_event_are_one_message() {
    everywhere(Setup::default(), |pair| async move {
        pair.exchange("Hello", "Hi").await;
        pair.agent().repeats("Still there?", COPIES).await;
        // Where nobody can be spoken to, it comes with the next answer.
        pair.exchange("Yes", "Good").await;
        pair.is_clean().await;
        let seen = pair.channel.seen();
        assert_eq!(texts(&seen), ["Hi", "Still there?", "Good"]);
        Played::Whole
    })
    .await;
}
