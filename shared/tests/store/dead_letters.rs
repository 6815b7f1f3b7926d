//! Dead letters.

use std::time::Duration;

use shared::mailbox::EventId;
use shared::model::ConversationKey;
use shared::store::conversation::LaneName;
use shared::store::dead::DeadLetter;

use crate::emulator::{fresh_key, store};
use crate::make::START;

fn letter(key: &ConversationKey, event: &str) -> DeadLetter {
    DeadLetter {
        key: key.clone(),
        lane: LaneName::ToChannel,
        event: EventId::named(event).hash,
        number: 7,
        accepted: START,
        died: START.after(Duration::from_secs(60)),
        reason: "refused: 400".to_owned(),
        attempts: 3,
        message: r#"{"text":"hi"}"#.to_owned(),
    }
}

#[tokio::test]
async fn written_twice_it_is_one() {
    let (store, _) = store().await;
    let letter = letter(&fresh_key(), "a");
    for _ in 0..2 {
        store.bury(&letter).await.unwrap();
    }
    let letters = store.dead_letters(&letter.key.channel).await.unwrap();
    assert_eq!(letters, [letter]);
}

#[tokio::test]
async fn they_are_listed_in_the_order_accepted() {
    let (store, _) = store().await;
    let key = fresh_key();
    let seconds = [5, 1, 1_000_000, 0, 3];
    for seconds in seconds {
        let letter = DeadLetter {
            accepted: START.after(Duration::from_secs(seconds)),
            ..letter(&key, &seconds.to_string())
        };
        store.bury(&letter).await.unwrap();
    }
    let letters = store.dead_letters(&key.channel).await.unwrap();
    assert_eq!(letters.len(), seconds.len());
    assert!(letters.is_sorted_by_key(|letter| letter.accepted));
}

/// DynamoDB answers a query page by page, each of at most 1 MB.
#[tokio::test]
async fn more_than_a_page_of_them_is_listed() {
    let (store, _) = store().await;
    let key = fresh_key();
    for number in 0..12 {
        let letter = DeadLetter {
            number,
            message: "x".repeat(100_000),
            ..letter(&key, "a")
        };
        store.bury(&letter).await.unwrap();
    }
    let letters = store.dead_letters(&key.channel).await.unwrap();
    assert_eq!(letters.len(), 12);
}

#[tokio::test]
async fn one_is_removed() {
    let (store, _) = store().await;
    let key = fresh_key();
    let (a, b) = (letter(&key, "a"), letter(&key, "b"));
    for letter in [&a, &b] {
        store.bury(letter).await.unwrap();
    }
    for _ in 0..2 {
        store.remove_dead_letter(&a).await.unwrap();
    }
    assert_eq!(store.dead_letters(&key.channel).await.unwrap(), [b]);
}

#[tokio::test]
async fn what_differs_in_anything_is_another_letter() {
    let (store, _) = store().await;
    let one = letter(&fresh_key(), "a");
    let chat = ConversationKey {
        chat: "another chat".parse().unwrap(),
        ..one.key.clone()
    };
    let others = [
        DeadLetter {
            key: chat,
            ..one.clone()
        },
        DeadLetter {
            lane: LaneName::ToAgent,
            ..one.clone()
        },
        DeadLetter {
            number: 8,
            ..one.clone()
        },
        letter(&one.key, "b"),
    ];
    let all: Vec<_> = std::iter::once(&one).chain(&others).collect();
    for letter in &all {
        store.bury(letter).await.unwrap();
    }
    let letters = store.dead_letters(&one.key.channel).await.unwrap();
    assert_eq!(letters.len(), all.len());
    assert!(all.iter().all(|letter| letters.contains(letter)));
    let elsewhere = store.dead_letters(&fresh_key().channel).await.unwrap();
    assert!(elsewhere.is_empty());
}
