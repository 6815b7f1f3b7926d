//! From an agent's own id of a conversation back to it.

use std::time::Duration;

use shared::model::{ConnectionId, ConversationKey};
use shared::store::conversation::{Conversation, LaneName};
use shared::store::mailbox::KEPT;
use shared::store::threads::is_old;

use crate::emulator::{fresh_key, store};
use crate::make::{START, accept, lease};

fn agent() -> ConnectionId {
    "helper".parse().unwrap()
}

async fn begun() -> (shared::store::Store, ConversationKey) {
    let (store, _) = store().await;
    let key = fresh_key();
    let writes = accept(LaneName::ToAgent, "writes", &["hello"], lease(1));
    store.accept(&key, &writes).await.unwrap();
    (store, key)
}

async fn read(store: &shared::store::Store, key: &ConversationKey) -> Conversation {
    store.conversation(key).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_integer_is_allocated_once_and_leads_back() {
    let (store, key) = begun().await;
    let id = store.allocate_thread(&agent(), &key, START).await.unwrap();
    let number: u64 = id.parse().unwrap();
    assert!((1..1 << 52).contains(&number), "{number}");
    assert_eq!(
        store.allocate_thread(&agent(), &key, START).await.unwrap(),
        id
    );
    let thread = store.thread(&agent(), &id, START).await.unwrap().unwrap();
    assert_eq!(thread.key, key);
    assert_eq!(read(&store, &key).await.threads[&agent()].id, id);
    let other: ConnectionId = "other".parse().unwrap();
    assert_eq!(store.thread(&other, &id, START).await.unwrap(), None);
}

#[tokio::test]
async fn an_integer_that_another_conversation_has_is_not_given_again() {
    let (store, key) = begun().await;
    let taken = store.allocate_thread(&agent(), &key, START).await.unwrap();
    // As if the hash of another conversation had come to the same number.
    let other = fresh_key();
    store
        .assign_thread(&agent(), &taken, &other, START)
        .await
        .unwrap();
    let id = store.allocate_thread(&agent(), &key, START).await.unwrap();
    assert_ne!(id, taken);
    let thread = store.thread(&agent(), &id, START).await.unwrap().unwrap();
    assert_eq!(thread.key, key);
    let thread = store
        .thread(&agent(), &taken, START)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(thread.key, other);
}

#[tokio::test]
async fn what_the_agent_assigns_counts() {
    let (store, key) = begun().await;
    store
        .assign_thread(&agent(), "9", &key, START)
        .await
        .unwrap();
    let thread = store.thread(&agent(), "9", START).await.unwrap().unwrap();
    assert_eq!((thread.key, thread.at), (key.clone(), START));
    assert_eq!(read(&store, &key).await.threads[&agent()].id, "9");
}

#[tokio::test]
async fn a_thread_outlives_a_conversation_that_nobody_writes_in() {
    let (store, key) = begun().await;
    store
        .assign_thread(&agent(), "9", &key, START)
        .await
        .unwrap();
    let life = Duration::from_secs(KEPT);
    // Renewed at the latest when it is old, a conversation's whole life is still before it.
    let old = START.after(life * 2 / 3 + Duration::from_secs(1));
    assert!(is_old(START, old) && !is_old(START, START.after(life / 2)));
    let end = old.after(life);
    assert!(store.thread(&agent(), "9", end).await.unwrap().is_some());
    let over = START.after(life * 2 + Duration::from_secs(1));
    assert_eq!(store.thread(&agent(), "9", over).await.unwrap(), None);
}

#[tokio::test]
async fn who_stands_in_is_noted_and_forgotten() {
    let (store, key) = begun().await;
    store.stand_in(&key, Some(&agent())).await.unwrap();
    assert_eq!(read(&store, &key).await.stand_in, Some(agent()));
    store.stand_in(&key, None).await.unwrap();
    assert_eq!(read(&store, &key).await.stand_in, None);
}
