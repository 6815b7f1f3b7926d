//! Who has a conversation, and when that changes.

use std::time::Duration;

use shared::mailbox::Owner;
use shared::model::{ConversationKey, Mode};
use shared::store::Store;
use shared::store::conversation::LaneName;
use shared::store::mailbox::{Accept, After, Holder, NotAccepted, Silence, Turn};

use crate::emulator::{fresh_key, store};
use crate::make::{START, accept, gives_back, lease};

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
    let leased = accept(LaneName::ToChannel, "hands over", &["over"], lease(1));
    let conversation = store.accept(&key, &leased).await.unwrap();
    let told = Holder {
        owner: Owner(1),
        after: After::Told,
    };
    store.begin_to_tell(&key).await.unwrap();
    let (result, conversation) = store
        .finish(&conversation, LaneName::ToChannel, told, START)
        .await
        .unwrap();
    assert_eq!(result, Ok(()));
    assert!(!conversation.telling);
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
    store.accept(&key, &gives_back("gives back")).await.unwrap();
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

/// One that refuses the chat has not taken it; whether it took it the first time, a second holder cannot know.
#[tokio::test]
async fn a_channel_that_was_not_told_leaves_it_to_the_agent() {
    let (store, _) = store().await;
    let key = fresh_key();
    let mut hands_over = accept(LaneName::ToChannel, "hands over", &["over"], lease(1));
    hands_over.signals.mode = Some(Mode::Operator);
    let conversation = store.accept(&key, &hands_over).await.unwrap();
    store.begin_to_tell(&key).await.unwrap();
    let begun = store.conversation(&key).await.unwrap().unwrap();
    assert!(begun.telling && !begun.told);
    let not_told = Holder {
        owner: Owner(1),
        after: After::NotTold,
    };
    let (result, conversation) = store
        .finish(&conversation, LaneName::ToChannel, not_told, START)
        .await
        .unwrap();
    assert_eq!(result, Ok(()));
    assert!(!conversation.telling && !conversation.told);
    assert_eq!(conversation.mode, Mode::Agent);
}

/// What was offered before that is not what the visitor answers now.
#[tokio::test]
async fn it_is_known_when_the_visitor_wrote_before() {
    let (store, _) = store().await;
    let key = fresh_key();
    let mut known = Vec::new();
    for (event, seconds) in [("1", 0), ("2", 5), ("3", 7)] {
        let mut writes = accept(LaneName::ToAgent, event, &["text"], lease(1));
        writes.notes_time = true;
        writes.append.now = START.after(Duration::from_secs(seconds));
        let conversation = store.accept(&key, &writes).await.unwrap();
        known.push(conversation.heard_before);
    }
    let at = |seconds| START.after(Duration::from_secs(seconds));
    assert_eq!(known, [shared::time::Millis(0), at(0), at(5)]);
}
