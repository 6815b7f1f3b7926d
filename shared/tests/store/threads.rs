//! From an agent's own id of a conversation back to it.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue as Value;
use shared::model::{ConnectionId, ConversationKey};
use shared::store::conversation::{Conversation, LaneName};
use shared::store::mailbox::KEPT;
use shared::store::threads::is_old;

use crate::emulator::{fresh_key, put_raw, store};
use crate::make::{START, accept, lease};

/// An agent of the conversation's own: the tests share a table.
fn agent(key: &ConversationKey) -> ConnectionId {
    format!("helper-of-{}", key.channel).parse().unwrap()
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
    let id = store
        .allocate_thread(&agent(&key), &key, START)
        .await
        .unwrap();
    let number: u64 = id.parse().unwrap();
    assert!((1..1 << 52).contains(&number), "{number}");
    assert_eq!(
        store
            .allocate_thread(&agent(&key), &key, START)
            .await
            .unwrap(),
        id
    );
    let thread = store
        .thread(&agent(&key), &id, START)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(thread.key, key);
    assert_eq!(read(&store, &key).await.threads[&agent(&key)].id, id);
    let other: ConnectionId = "other".parse().unwrap();
    assert_eq!(store.thread(&other, &id, START).await.unwrap(), None);
}

#[tokio::test]
async fn an_integer_that_another_conversation_has_is_not_given_again() {
    let (store, key) = begun().await;
    let taken = store
        .allocate_thread(&agent(&key), &key, START)
        .await
        .unwrap();
    // As if the hash of another conversation had come to the same number before.
    let other = fresh_key();
    let item = [
        ("conversation", Value::S(Conversation::pk(&other))),
        ("expires", Value::N((START.seconds() + KEPT).to_string())),
    ];
    let item = item.map(|(name, value)| (name.to_owned(), value));
    put_raw(
        &store,
        &format!("thread#{}#{taken}", agent(&key)),
        item.into(),
    )
    .await;
    let id = store
        .allocate_thread(&agent(&key), &key, START)
        .await
        .unwrap();
    assert_ne!(id, taken);
    let thread = store
        .thread(&agent(&key), &id, START)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(thread.key, key);
    let thread = store
        .thread(&agent(&key), &taken, START)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(thread.key, other);
}

/// What the agent says to one person must never reach another.
#[tokio::test]
async fn an_id_that_is_another_conversations_is_refused() {
    let (store, key) = begun().await;
    let agent = agent(&key);
    assert!(store.assign_thread(&agent, "9", &key, START).await.unwrap());
    let other = fresh_key();
    assert!(
        !store
            .assign_thread(&agent, "9", &other, START)
            .await
            .unwrap()
    );
    assert!(store.assign_thread(&agent, "9", &key, START).await.unwrap());
    let thread = store.thread(&agent, "9", START).await.unwrap().unwrap();
    assert_eq!(thread.key, key);
    // Until the other one is over.
    let over = START.after(Duration::from_secs(2 * KEPT + 1));
    assert!(
        store
            .assign_thread(&agent, "9", &other, over)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn an_id_that_could_not_stand_in_a_key_is_nobodys() {
    let (store, key) = begun().await;
    let long = "9".repeat(3000);
    assert_eq!(
        store.thread(&agent(&key), &long, START).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn what_the_agent_assigns_counts() {
    let (store, key) = begun().await;
    store
        .assign_thread(&agent(&key), "9", &key, START)
        .await
        .unwrap();
    let thread = store
        .thread(&agent(&key), "9", START)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((thread.key, thread.at), (key.clone(), START));
    assert_eq!(read(&store, &key).await.threads[&agent(&key)].id, "9");
}

#[tokio::test]
async fn a_thread_outlives_a_conversation_that_nobody_writes_in() {
    let (store, key) = begun().await;
    store
        .assign_thread(&agent(&key), "9", &key, START)
        .await
        .unwrap();
    let life = Duration::from_secs(KEPT);
    // Renewed at the latest when it is old, a conversation's whole life is still before it.
    let old = START.after(life * 2 / 3 + Duration::from_secs(1));
    assert!(is_old(START, old) && !is_old(START, START.after(life / 2)));
    let end = old.after(life);
    assert!(
        store
            .thread(&agent(&key), "9", end)
            .await
            .unwrap()
            .is_some()
    );
    let over = START.after(life * 2 + Duration::from_secs(1));
    assert_eq!(store.thread(&agent(&key), "9", over).await.unwrap(), None);
}

#[tokio::test]
async fn who_stands_in_is_noted_and_forgotten() {
    let (store, key) = begun().await;
    store.stand_in(&key, Some(&agent(&key))).await.unwrap();
    assert_eq!(read(&store, &key).await.stand_in, Some(agent(&key)));
    store.stand_in(&key, None).await.unwrap();
    assert_eq!(read(&store, &key).await.stand_in, None);
}
