//! What events say of a conversation, its visitor and who answers.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use shared::mailbox::Owner;
use shared::model::{Facts, Mode, Signals, Visitor};
use shared::store::Store;
use shared::store::conversation::{Conversation, LaneName};
use shared::store::mailbox::{Accept, Give, NotAccepted, Silence};

use crate::emulator::{fresh_key, store};
use crate::make::{START, accept, empty, gives_back, lease};

fn says(event: &str, mode: Option<Mode>) -> Accept {
    Accept {
        signals: Signals {
            mode,
            facts: Facts::default(),
        },
        ..accept(LaneName::ToChannel, event, &[], None)
    }
}

fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

#[tokio::test]
async fn what_one_event_does_not_say_stays_as_it_was() {
    let (store, _) = store().await;
    let key = fresh_key();
    let first = Accept {
        visitor: Visitor {
            first_name: text("Ann"),
            phone: text("+1"),
            language: text(""),
            ..Visitor::default()
        },
        agent: Some("first".parse().unwrap()),
        ..accept(LaneName::ToAgent, "a", &["hello"], lease(1))
    };
    let second = Accept {
        visitor: Visitor {
            first_name: text("Anna"),
            email: text("a@b.c"),
            ..Visitor::default()
        },
        signals: Signals {
            mode: None,
            facts: Facts {
                title: text("An order"),
                interest: Some(true),
                success: Some(false),
                ..Facts::default()
            },
        },
        ..accept(LaneName::ToChannel, "b", &[], None)
    };
    let third = Accept {
        signals: Signals {
            mode: None,
            facts: Facts {
                interest: Some(false),
                thread_id: text("t#1"),
                ..Facts::default()
            },
        },
        agent: Some("second".parse().unwrap()),
        ..accept(LaneName::ToChannel, "c", &[], None)
    };
    for event in [first, second, third] {
        store.accept(&key, &event).await.unwrap();
    }
    let conversation = store.conversation(&key).await.unwrap().unwrap();
    assert_eq!(
        conversation.visitor,
        Visitor {
            first_name: text("Anna"),
            phone: text("+1"),
            email: text("a@b.c"),
            language: text(""),
            ..Visitor::default()
        }
    );
    assert_eq!(
        conversation.facts,
        Facts {
            title: text("An order"),
            interest: Some(false),
            success: Some(false),
            thread_id: text("t#1"),
            ..Facts::default()
        }
    );
    assert_eq!(conversation.agent.unwrap().as_str(), "second");
    assert_eq!(conversation.mode, Mode::Agent);
    assert_eq!(conversation.to_agent.queue.len(), 1);
}

#[tokio::test]
async fn a_refused_event_says_nothing() {
    let (store, _) = store().await;
    let key = fresh_key();
    store.accept(&key, &says("a", None)).await.unwrap();
    let again = Accept {
        visitor: Visitor {
            first_name: text("Eve"),
            ..Visitor::default()
        },
        ..says("a", Some(Mode::Closed))
    };
    let NotAccepted::Duplicate(conversation) = store.accept(&key, &again).await.unwrap_err() else {
        panic!("accepted twice");
    };
    assert_eq!(conversation.mode, Mode::Agent);
    assert_eq!(conversation.visitor, Visitor::default());
}

#[tokio::test]
async fn the_agent_says_who_answers() {
    let (store, _) = store().await;
    let key = fresh_key();
    for (event, mode) in [
        ("a", Mode::Operator),
        ("b", Mode::Closed),
        ("c", Mode::Agent),
        ("d", Mode::Operator),
    ] {
        let conversation = store.accept(&key, &says(event, Some(mode))).await.unwrap();
        assert_eq!(conversation.mode, mode);
        assert!(!conversation.told);
        let conversation = store
            .accept(&key, &says(&format!("{event}, then nothing"), None))
            .await
            .unwrap();
        assert_eq!(conversation.mode, mode);
    }
}

/// The channel is told that its operators take over; the conversation as it is then.
async fn handed_over(store: &Store) -> Conversation {
    let give = Give {
        event: accept(LaneName::ToAgent, "asks", &[], None)
            .append
            .event
            .hash,
        head: 0,
        count: 0,
        body: "over to people".to_owned(),
        hands_over: true,
        now: START,
    };
    let key = fresh_key();
    store.give(&empty(key.clone()), &give).await.unwrap();
    let operator = Accept {
        operator_speaks: true,
        ..accept(LaneName::ToChannel, "a person", &["hello"], None)
    };
    store.accept(&key, &operator).await.unwrap();
    let conversation = store.conversation(&key).await.unwrap().unwrap();
    assert_eq!(conversation.mode, Mode::Operator);
    assert!(conversation.told);
    assert!(conversation.operator_spoke.is_some());
    conversation
}

#[tokio::test]
async fn the_channel_hands_back() {
    let (store, _) = store().await;
    let key = handed_over(&store).await.key;
    store.accept(&key, &gives_back("gives back")).await.unwrap();
    let conversation = store.conversation(&key).await.unwrap().unwrap();
    assert_eq!(conversation.mode, Mode::Agent);
    assert!(!conversation.told);
    assert!(conversation.operator_spoke.is_none());
    assert_eq!(conversation.to_channel.queue.len(), 1, "what waits stays");
}

#[tokio::test]
async fn a_person_speaks_whatever_is_said_of_who_answers() {
    let (store, _) = store().await;
    for (mode, spoke) in [
        (None, true),
        (Some(Mode::Operator), true),
        (Some(Mode::Closed), true),
        (Some(Mode::Agent), false),
    ] {
        let key = fresh_key();
        let spoken = Accept {
            operator_speaks: true,
            ..says("a person", mode)
        };
        let conversation = store.accept(&key, &spoken).await.unwrap();
        assert_eq!(conversation.operator_spoke.is_some(), spoke, "{mode:?}");
    }
}

#[tokio::test]
async fn the_agent_does_not_take_back_what_the_channels_operators_have() {
    let (store, _) = store().await;
    let key = handed_over(&store).await.key;
    for mode in [Mode::Closed, Mode::Agent] {
        let event = says(mode.as_str(), Some(mode));
        let conversation = store.accept(&key, &event).await.unwrap();
        assert_eq!(conversation.mode, Mode::Operator);
        assert!(conversation.told);
        assert_eq!(conversation.operator_spoke.is_some(), mode == Mode::Closed);
    }
}

#[tokio::test]
async fn the_agent_takes_back_what_its_own_people_had() {
    let (store, _) = store().await;
    let key = fresh_key();
    let operator = Accept {
        operator_speaks: true,
        ..says("a person", Some(Mode::Operator))
    };
    let conversation = store.accept(&key, &operator).await.unwrap();
    assert!(conversation.operator_spoke.is_some());
    let takes = says("takes back", Some(Mode::Agent));
    let conversation = store.accept(&key, &takes).await.unwrap();
    assert_eq!(conversation.mode, Mode::Agent);
    assert!(conversation.operator_spoke.is_none());
}

#[tokio::test]
async fn the_agent_does_not_talk_over_a_person() {
    let (store, _) = store().await;
    let before = handed_over(&store).await;
    let key = &before.key;
    let reply = Accept {
        unless_operator_spoke: Some(Silence::Never),
        ..accept(LaneName::ToChannel, "reply", &["I am a machine"], None)
    };
    let refused = store.accept(key, &reply).await;
    assert!(matches!(refused, Err(NotAccepted::OperatorSpoke)));
    let now = store.conversation(key).await.unwrap().unwrap();
    assert_eq!(now.to_channel, before.to_channel, "not even remembered");

    let known = Accept {
        unless_operator_spoke: Some(Silence::Never),
        ..accept(LaneName::ToChannel, "a person", &["hello"], None)
    };
    let refused = store.accept(key, &known).await;
    assert!(matches!(refused, Err(NotAccepted::Duplicate(_))));

    store.accept(key, &gives_back("gives back")).await.unwrap();
    store.accept(key, &reply).await.unwrap();
}

#[tokio::test]
async fn the_visitor_reopens_what_is_closed_and_nothing_else() {
    let (store, _) = store().await;
    for (is, becomes) in [
        (Mode::Closed, Mode::Agent),
        (Mode::Operator, Mode::Operator),
        (Mode::Agent, Mode::Agent),
    ] {
        let key = fresh_key();
        let conversation = store.accept(&key, &says("is", Some(is))).await.unwrap();
        assert_eq!(conversation.mode, is);
        let writes = accept(LaneName::ToAgent, "writes", &["hello"], lease(1));
        let conversation = store.accept(&key, &writes).await.unwrap();
        assert_eq!(conversation.mode, becomes);
    }
}

#[tokio::test]
async fn buttons_are_kept_and_the_oldest_are_forgotten() {
    let (store, _) = store().await;
    let key = fresh_key();
    // The newer one stands first in the alphabet.
    let button = |number: usize| (format!("_h{:022}", 999 - number), format!("whole {number}"));
    let shown = |numbers: Range<usize>| numbers.map(button).collect::<BTreeMap<_, _>>();
    let ids = |conversation: &Conversation| -> BTreeMap<String, String> {
        let kept = conversation.buttons.iter();
        kept.map(|(short, button)| (short.clone(), button.id.clone()))
            .collect()
    };
    let lane = LaneName::ToChannel;
    for (event, seconds, numbers) in [("a", 0, 0..60), ("b", 1, 10..40), ("c", 2, 60..90)] {
        let mut shows = Accept {
            buttons: numbers.map(button).collect(),
            ..accept(lane, event, &[], None)
        };
        shows.append.now = START.after(Duration::from_secs(seconds));
        store.accept(&key, &shows).await.unwrap();
    }
    let last = accept(lane, "d", &["choose"], lease(1));
    let conversation = store.accept(&key, &last).await.unwrap();
    assert_eq!(ids(&conversation), shown(0..90));

    let (result, conversation) = store
        .finish(&conversation, lane, Owner(1), START)
        .await
        .unwrap();
    assert_eq!(result, Ok(()));
    assert_eq!(conversation.buttons.len(), 64);
    let mut newer = shown(10..40);
    newer.extend(shown(60..90));
    assert!(
        newer
            .iter()
            .all(|button| ids(&conversation).contains_key(button.0))
    );
    assert!(
        ids(&conversation)
            .iter()
            .all(|(short, id)| shown(0..90)[short] == *id)
    );
}
