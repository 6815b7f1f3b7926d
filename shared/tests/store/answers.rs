//! Answers that synchronous channels got, kept for copies of their events.

use std::time::Duration;

use shared::mailbox::EventId;
use shared::model::ConversationKey;
use shared::store::Store;
use shared::store::mailbox::{Give, Given};
use shared::time::Millis;

use crate::emulator::{fresh_key, store};
use crate::make::{START, empty};

async fn give(store: &Store, key: &ConversationKey, event: &str, now: Millis) -> Given {
    let conversation = store.conversation(key).await.unwrap();
    let give = Give {
        event: EventId::named(event).hash,
        head: 0,
        count: 0,
        body: format!("to {event} at {}", now.0),
        hands_over: false,
        now,
    };
    let conversation = conversation.unwrap_or_else(|| empty(key.clone()));
    store.give(&conversation, &give).await.unwrap()
}

async fn kept(store: &Store, key: &ConversationKey) -> usize {
    let conversation = store.conversation(key).await.unwrap().unwrap();
    conversation.answers.len()
}

#[tokio::test]
async fn a_copy_gets_the_same_answer() {
    let (store, _) = store().await;
    let key = fresh_key();
    let Given::Taken = give(&store, &key, "a", START).await else {
        panic!("not given");
    };
    let later = START.after(Duration::from_secs(3));
    let Given::Before(body) = give(&store, &key, "a", later).await else {
        panic!("given twice");
    };
    assert_eq!(body, format!("to a at {}", START.0));
    let Given::Taken = give(&store, &key, "b", later).await else {
        panic!("not given");
    };
    assert_eq!(kept(&store, &key).await, 2);
}

#[tokio::test]
async fn old_answers_go_when_the_next_is_given() {
    let (store, _) = store().await;
    let key = fresh_key();
    for (event, seconds, left) in [("a", 0, 1), ("b", 60, 2), ("c", 120, 3), ("d", 121, 3)] {
        give(
            &store,
            &key,
            event,
            START.after(Duration::from_secs(seconds)),
        )
        .await;
        assert_eq!(kept(&store, &key).await, left, "after {event}");
    }
    let Given::Before(_) = give(&store, &key, "b", START.after(Duration::from_secs(121))).await
    else {
        panic!("b is not kept");
    };
}
