//! A conversation's end.

use std::time::Duration;

use shared::mailbox::{EventId, NotWritten, Owner};
use shared::store::conversation::LaneName;
use shared::store::mailbox::{Accept, KEPT, NotAccepted};
use shared::time::Millis;

use crate::emulator::{fresh_key, store};
use crate::make::{START, accept, empty, lease};

const LANE: LaneName = LaneName::ToChannel;

fn at(event: &str, now: Millis) -> Accept {
    let mut accept = accept(LANE, event, &["text"], None);
    accept.append.now = now;
    accept
}

#[tokio::test]
async fn every_event_keeps_it_for_another_while() {
    let (store, _) = store().await;
    let key = fresh_key();
    let last_moment = START.after(Duration::from_secs(KEPT - 1));
    let conversation = store.accept(&key, &at("a", START)).await.unwrap();
    assert_eq!(conversation.expires, START.seconds() + KEPT);
    let conversation = store.accept(&key, &at("b", last_moment)).await.unwrap();
    assert_eq!(conversation.expires, last_moment.seconds() + KEPT);
    assert_eq!(conversation.to_channel.queue.len(), 2);
}

#[tokio::test]
async fn an_expired_one_is_refused_with_all_that_it_holds_until_it_is_removed() {
    let (store, _) = store().await;
    let key = fresh_key();
    let over = START.after(Duration::from_secs(KEPT));
    let mut first = at("a", START);
    first.agent = Some("agent".parse().unwrap());
    store.accept(&key, &first).await.unwrap();

    for event in ["b", "a"] {
        let NotAccepted::Expired(expired) = store.accept(&key, &at(event, over)).await.unwrap_err()
        else {
            panic!("{event} is accepted into a conversation that DynamoDB may remove");
        };
        assert_eq!(expired.to_channel.queue.len(), 1);
        assert!(expired.has_expired(over));
    }

    store.remove_expired(&key, over).await.unwrap();
    assert!(store.conversation(&key).await.unwrap().is_none());
    let anew = store.accept(&key, &at("b", over)).await.unwrap();
    assert_eq!(anew.to_channel.queue.len(), 1);
    assert_eq!((anew.to_channel.head, anew.agent), (0, None));
    assert!(!anew.to_channel.knows(&EventId::named("a"), over));
}

#[tokio::test]
async fn only_an_expired_one_is_removed() {
    let (store, _) = store().await;
    let key = fresh_key();
    let before = START.after(Duration::from_secs(KEPT - 1));
    store.remove_expired(&key, START).await.unwrap();
    store.accept(&key, &at("a", START)).await.unwrap();
    store.remove_expired(&key, before).await.unwrap();
    assert!(store.conversation(&key).await.unwrap().is_some());

    // Somebody wrote between the refusal and the removal.
    store.accept(&key, &at("b", before)).await.unwrap();
    let over = START.after(Duration::from_secs(KEPT));
    store.remove_expired(&key, over).await.unwrap();
    assert!(store.conversation(&key).await.unwrap().is_some());
}

/// A holder that wakes up after the conversation was removed makes no new one.
#[tokio::test]
async fn no_write_of_a_holder_brings_a_removed_one_back() {
    let (store, _) = store().await;
    let key = fresh_key();
    let (owner, nothing) = (Owner(1), empty(key.clone()));
    let lane = accept(LANE, "a", &["text"], lease(1));
    let held = store.accept(&fresh_key(), &lane).await.unwrap().to_channel;
    let lease = held.lease.unwrap();
    for (result, _) in [
        store.mark(&key, LANE, &held, owner).await.unwrap(),
        store.note_part(&key, LANE, &held, owner).await.unwrap(),
        store
            .advance(&key, LANE, &held, owner, START)
            .await
            .unwrap(),
        store
            .put_off(&key, LANE, owner, (START, false, 0))
            .await
            .unwrap(),
        store.finish(&nothing, LANE, owner, START).await.unwrap(),
    ] {
        assert_eq!(result, Err(NotWritten::Lost));
    }
    store.touch(&key, LANE, START).await.unwrap();
    assert!(
        store
            .claim(&key, LANE, lease, START)
            .await
            .unwrap()
            .is_none()
    );
    assert!(store.conversation(&key).await.unwrap().is_none());
}
