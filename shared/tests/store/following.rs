//! A chat that got another id: a group that became a supergroup.

use std::time::Duration;

use shared::model::ConversationKey;
use shared::store::conversation::LaneName;
use shared::store::mailbox::{KEPT, NotAccepted};

use crate::emulator::{fresh_key, store};
use crate::make::{START, accept, lease};

const LANE: LaneName = LaneName::ToAgent;

/// The old and the new chat.
fn chats() -> (ConversationKey, ConversationKey) {
    let old = fresh_key();
    let new = ConversationKey {
        channel: old.channel.clone(),
        chat: format!("super{}", old.chat).parse().unwrap(),
    };
    (old, new)
}

#[tokio::test]
async fn the_new_id_leads_to_the_conversation_and_back() {
    let (store, _) = store().await;
    let (old, new) = chats();
    store
        .accept(&old, &accept(LANE, "a", &["text"], lease(1)))
        .await
        .unwrap();
    store.follow(&old, &new.chat, START).await.unwrap();

    let event = accept(LANE, "b", &["text"], lease(2));
    let Err(NotAccepted::KeptUnder(chat)) = store.accept(&new, &event).await else {
        panic!("it is kept twice");
    };
    assert_eq!(chat, old.chat);
    let conversation = store.accept(&old, &event).await.unwrap();
    assert_eq!(conversation.to_agent.queue.len(), 2);
    assert_eq!(conversation.chat(), &new.chat);
    assert_eq!(conversation.key, old);

    let pointer = store.conversation(&new).await.unwrap().unwrap();
    assert_eq!(pointer.kept_under, Some(old.chat));
    assert!(pointer.to_agent.queue.is_empty());
}

#[tokio::test]
async fn a_conversation_that_has_begun_under_the_new_id_stays_its_own() {
    let (store, _) = store().await;
    let (old, new) = chats();
    for (key, event) in [(&old, "a"), (&new, "b")] {
        store
            .accept(key, &accept(LANE, event, &["text"], lease(1)))
            .await
            .unwrap();
    }
    store.follow(&old, &new.chat, START).await.unwrap();
    let conversation = store
        .accept(&new, &accept(LANE, "c", &["text"], lease(2)))
        .await
        .unwrap();
    assert_eq!(conversation.kept_under, None);
    assert_eq!(conversation.to_agent.queue.len(), 2);
    let conversation = store.conversation(&old).await.unwrap().unwrap();
    assert_eq!(
        conversation.chat(),
        &new.chat,
        "there is no other to send to"
    );
    assert_eq!(conversation.to_agent.queue.len(), 1);
}

#[tokio::test]
async fn it_may_move_again_and_be_told_so_twice() {
    let (store, _) = store().await;
    let (old, new) = chats();
    let newest = ConversationKey {
        channel: old.channel.clone(),
        chat: format!("hyper{}", old.chat).parse().unwrap(),
    };
    for to in [&new, &newest, &newest] {
        store.follow(&old, &to.chat, START).await.unwrap();
    }
    for key in [&new, &newest] {
        let event = accept(LANE, "a", &["text"], lease(1));
        let refused = store.accept(key, &event).await;
        assert!(matches!(refused, Err(NotAccepted::KeptUnder(chat)) if chat == old.chat));
    }
    let conversation = store.conversation(&old).await.unwrap().unwrap();
    assert_eq!(conversation.chat(), &newest.chat);
}

/// The conversation is written whenever somebody writes, what leads to it is not.
#[tokio::test]
async fn the_new_id_leads_to_the_conversation_for_as_long_as_it_lives() {
    let (store, _) = store().await;
    let (old, new) = chats();
    store.follow(&old, &new.chat, START).await.unwrap();
    let mut now = START;
    for event in ["a", "b", "c"] {
        now = now.after(Duration::from_secs(KEPT / 2));
        let mut accept = accept(LANE, event, &["text"], None);
        accept.append.now = now;
        let refused = store.accept(&new, &accept).await;
        assert!(
            matches!(&refused, Err(NotAccepted::KeptUnder(chat)) if *chat == old.chat),
            "{event}: {refused:?}"
        );
        store.accept(&old, &accept).await.unwrap();
    }
}
