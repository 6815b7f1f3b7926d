//! Many at once.

use std::collections::BTreeSet;
use std::time::Duration;

use shared::mailbox::{EventId, Lease, Owner};
use shared::store::conversation::{Conversation, LaneName};
use shared::store::mailbox::{Give, Given, NotAccepted};
use tokio::task::JoinSet;

use crate::emulator::{fresh_key, store};
use crate::make::{START, accept, lease};

const MANY: u64 = 50;
const LANE: LaneName = LaneName::ToAgent;

#[tokio::test]
async fn one_event_is_accepted_once() {
    let (store, _) = store().await;
    let key = fresh_key();
    let mut tasks = JoinSet::new();
    for owner in 0..MANY {
        let (store, key) = (store.clone(), key.clone());
        let accept = accept(LANE, "the event", &["text"], lease(owner));
        tasks.spawn(async move { (owner, store.accept(&key, &accept).await) });
    }
    let mut accepted = Vec::new();
    let mut duplicates = 0;
    for (owner, result) in tasks.join_all().await {
        match result {
            Ok(conversation) => accepted.push((owner, conversation)),
            Err(NotAccepted::Duplicate(conversation)) => {
                assert_eq!(conversation.to_agent.queue.len(), 1);
                duplicates += 1;
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((accepted.len(), duplicates), (1, MANY - 1));
    let (owner, conversation) = &accepted[0];
    assert!(conversation.to_agent.is_held_by(Owner(*owner)));
}

#[tokio::test]
async fn all_of_different_events_are_accepted_and_one_sends_them() {
    let (store, _) = store().await;
    let key = fresh_key();
    let mut tasks = JoinSet::new();
    for owner in 0..MANY {
        let (store, key) = (store.clone(), key.clone());
        let accept = accept(LANE, &owner.to_string(), &["text"], lease(owner));
        tasks.spawn(async move { (owner, store.accept(&key, &accept).await.unwrap()) });
    }
    let mut holders = BTreeSet::new();
    let mut lengths = BTreeSet::new();
    for (owner, conversation) in tasks.join_all().await {
        lengths.insert(conversation.to_agent.queue.len());
        if conversation.to_agent.is_held_by(Owner(owner)) {
            holders.insert(owner);
        }
    }
    assert_eq!(holders.len(), 1);
    assert_eq!(
        lengths.len() as u64,
        MANY,
        "each saw the lane as it left it"
    );
    let lane = store.conversation(&key).await.unwrap().unwrap().to_agent;
    let events: BTreeSet<_> = lane.queue.iter().map(|entry| entry.event).collect();
    let brought = (0..MANY).map(|event| EventId::named(&event.to_string()).hash);
    assert_eq!(events, brought.collect());
    assert_eq!(lane.queue.len() as u64, MANY);
    assert_eq!(lane.bytes, MANY * lane.queue[0].bytes());
}

#[tokio::test]
async fn one_claims() {
    let (store, _) = store().await;
    let key = fresh_key();
    store
        .accept(&key, &accept(LANE, "a", &["text"], lease(100)))
        .await
        .unwrap();
    let now = START.after(Duration::from_secs(7200));
    let mut tasks = JoinSet::new();
    for owner in 0..MANY {
        let (store, key) = (store.clone(), key.clone());
        let lease = Lease {
            owner: Owner(owner),
            until: now.after(Duration::from_secs(10)),
        };
        tasks.spawn(async move { store.claim(&key, LANE, lease, now).await.unwrap() });
    }
    let claims = tasks.join_all().await.into_iter().flatten();
    assert_eq!(claims.count(), 1);
}

#[tokio::test]
async fn each_reply_is_given_once() {
    let (store, _) = store().await;
    let key = fresh_key();
    let replies = accept(LaneName::ToChannel, "replies", &["one", "two"], None);
    store.accept(&key, &replies).await.unwrap();
    let conversation = store.conversation(&key).await.unwrap().unwrap();
    let mut tasks = JoinSet::new();
    for event in ["a", "b"] {
        let (store, conversation) = (store.clone(), conversation.clone());
        let give = give(event, &conversation);
        tasks.spawn(async move { store.give(&conversation, &give).await.unwrap() });
    }
    let mut taken = 0;
    for given in tasks.join_all().await {
        match given {
            Given::Taken => taken += 1,
            Given::Changed(now) => assert!(now.to_channel.queue.is_empty()),
            Given::Before(body) => panic!("answered before: {body}"),
        }
    }
    assert_eq!(taken, 1);
    let now = store.conversation(&key).await.unwrap().unwrap();
    assert_eq!((now.to_channel.head, now.answers.len()), (2, 1));
}

/// The taker has read the lane before the last reply came: what it leaves must keep the mark that something waits.
#[tokio::test]
async fn a_reply_that_comes_while_others_are_taken_still_waits() {
    let (store, _) = store().await;
    let key = fresh_key();
    let reply = |event| accept(LaneName::ToChannel, event, &["reply"], None);
    let seen = store.accept(&key, &reply("one")).await.unwrap();
    store.accept(&key, &reply("two")).await.unwrap();
    let Given::Changed(now) = store.give(&seen, &give("a", &seen)).await.unwrap() else {
        panic!("not noticed");
    };
    assert!(now.to_channel.due.is_some());
    assert_eq!(now.to_channel.queue.len(), 2);
    let Given::Taken = store.give(&now, &give("a", &now)).await.unwrap() else {
        panic!("not given");
    };
    let now = store.conversation(&key).await.unwrap().unwrap();
    assert_eq!(now.to_channel.due, None);
    assert!(now.to_channel.queue.is_empty());
}

/// The answer to `event` with all that is in the lane.
fn give(event: &str, conversation: &Conversation) -> Give {
    Give {
        event: EventId::named(event).hash,
        head: conversation.to_channel.head,
        count: conversation.to_channel.queue.len(),
        body: format!("the answer to {event}"),
        hands_over: false,
        now: START,
    }
}
