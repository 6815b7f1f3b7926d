//! Who has a conversation, and when that changes.

use std::time::Duration;

use shared::model::{ConversationKey, Mode};
use shared::store::Store;
use shared::store::conversation::LaneName;
use shared::store::mailbox::{Accept, NotAccepted, Silence, Turn};

use crate::emulator::{fresh_key, store};
use crate::make::{START, accept};

/// The agent's event `event`, which brings `mode`.
fn says(event: &str, mode: Option<Mode>, turn: Turn) -> Accept {
    let mut accept = accept(LaneName::ToChannel, event, &["text"], None);
    accept.signals.mode = mode;
    accept.turn = turn;
    accept
}

async fn is_turned(store: &Store, key: &ConversationKey, accept: &Accept) -> bool {
    match store.accept(key, accept).await {
        Ok(_) => false,
        Err(NotAccepted::Turned) => true,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_turn_is_one_once() {
    let (store, _) = store().await;
    for mode in [Mode::Operator, Mode::Closed] {
        let key = fresh_key();
        let already = says("1", Some(mode), Turn::Already);
        let anew = says("1", Some(mode), Turn::Anew);
        assert!(is_turned(&store, &key, &already).await, "{mode:?}");
        assert!(!is_turned(&store, &key, &anew).await, "{mode:?}");
        let already = says("2", Some(mode), Turn::Already);
        let anew = says("2", Some(mode), Turn::Anew);
        assert!(is_turned(&store, &key, &anew).await, "{mode:?}");
        assert!(!is_turned(&store, &key, &already).await, "{mode:?}");
        // Back to the agent, it is a turn again.
        let back = says("3", Some(Mode::Agent), Turn::Any);
        store.accept(&key, &back).await.unwrap();
        let anew = says("4", Some(mode), Turn::Anew);
        assert!(!is_turned(&store, &key, &anew).await, "{mode:?}");
    }
}

#[tokio::test]
async fn a_copy_is_a_copy_whatever_it_turns() {
    let (store, _) = store().await;
    let key = fresh_key();
    let anew = says("1", Some(Mode::Operator), Turn::Anew);
    store.accept(&key, &anew).await.unwrap();
    for turn in [Turn::Already, Turn::Anew] {
        let copy = says("1", Some(Mode::Operator), turn);
        let refused = store.accept(&key, &copy).await;
        assert!(
            matches!(refused, Err(NotAccepted::Duplicate(_))),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn nobody_talks_over_the_channels_operators() {
    let (store, _) = store().await;
    let key = fresh_key();
    store
        .accept(&key, &says("1", None, Turn::Any))
        .await
        .unwrap();
    store.tell(&key).await.unwrap();
    let conversation = store.conversation(&key).await.unwrap().unwrap();
    assert!(conversation.told && conversation.with_people);
    assert_eq!(conversation.mode, Mode::Operator);
    let over = Accept {
        unless_told: true,
        ..says("2", Some(Mode::Agent), Turn::Any)
    };
    let refused = store.accept(&key, &over).await;
    assert!(
        matches!(refused, Err(NotAccepted::OperatorSpoke)),
        "{refused:?}"
    );
    store.hand_back(&key).await.unwrap();
    store.accept(&key, &over).await.unwrap();
}

/// An agent whose people never say that they give a conversation back.
#[tokio::test]
async fn a_person_who_has_been_silent_for_long_has_left() {
    let (store, _) = store().await;
    let key = fresh_key();
    let person = Accept {
        operator_speaks: true,
        ..says("1", None, Turn::Any)
    };
    store.accept(&key, &person).await.unwrap();
    let silence = Duration::from_secs(60);
    let at = |event: &str, seconds: u64, silence| {
        let mut accept = Accept {
            unless_operator_spoke: Some(silence),
            ..says(event, None, Turn::Any)
        };
        accept.append.now = START.after(Duration::from_secs(seconds));
        accept
    };
    for seconds in [0, 1, 60] {
        let refused = store
            .accept(&key, &at("2", seconds, Silence::After(silence)))
            .await;
        assert!(
            matches!(refused, Err(NotAccepted::OperatorSpoke)),
            "{seconds}"
        );
    }
    let refused = store.accept(&key, &at("2", 61, Silence::Never)).await;
    assert!(matches!(refused, Err(NotAccepted::OperatorSpoke)));
    store
        .accept(&key, &at("2", 61, Silence::After(silence)))
        .await
        .unwrap();
}
