//! DynamoDB's limits: 400 KB an item, 4 KB and 300 operators an expression.
//!
//! Source: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>.

use std::time::Duration;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue as Value;
use shared::mailbox::event::{REMEMBERED_HOURS, bucket};
use shared::mailbox::lane::{ENTRY_OVERHEAD, MAX_BYTES, MAX_SEEN};
use shared::mailbox::{EventId, Owner};
use shared::model::ConversationKey;
use shared::store::conversation::{Conversation, LaneName};
use shared::store::mailbox::{Accept, Give, Given, MAX_GIVEN, NotAccepted, Silence, Turn};
use shared::store::{Item, Store};

use crate::emulator::{fresh_key, put_raw, raw_item, store};
use crate::make::{START, accept, entries, lease};
use crate::wire::Wire;

const MAX_ITEM: usize = 400 * 1024;
const MAX_EXPRESSION: usize = 4096;
const MAX_OPERATORS: usize = 300;
const LANES: [LaneName; 2] = [LaneName::ToAgent, LaneName::ToChannel];

/// An item's size as DynamoDB counts it: names and values, 3 bytes for a list or map and 1 for each of its elements, at
/// most 21 for a number.
///
/// Source: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>.
fn size(item: &Item) -> usize {
    item.iter()
        .map(|(name, value)| name.len() + value_size(value))
        .sum()
}

fn value_size(value: &Value) -> usize {
    match value {
        Value::S(text) => text.len(),
        Value::N(_) => 21,
        Value::B(bytes) => bytes.as_ref().len(),
        Value::Bool(_) | Value::Null(_) => 1,
        Value::L(list) => {
            3 + list
                .iter()
                .map(|value| 1 + value_size(value))
                .sum::<usize>()
        }
        Value::M(map) => 3 + map.len() + size(map),
        other => panic!("the store writes no {other:?}"),
    }
}

/// Every bucket of event ids that is consulted now, as full as it gets.
fn memories(item: &mut Item) {
    let current = bucket(START.seconds());
    for lane in ["agent", "channel"] {
        for bucket in [current - 1, current, current + 1] {
            let ids = (0..MAX_SEEN as u64).map(|id| {
                let id = bucket << 32 | id;
                Value::B(Blob::new(id.to_be_bytes()))
            });
            item.insert(format!("{lane}_seen_{bucket}"), Value::L(ids.collect()));
        }
    }
}

async fn size_of(store: &Store, key: &ConversationKey) -> usize {
    size(&raw_item(store, &Conversation::pk(key)).await.unwrap())
}

/// Fills both lanes with bodies of `length` until no more fits.
async fn fill(store: &Store, key: &ConversationKey, length: usize) {
    let body = "x".repeat(length);
    let most = usize::try_from(MAX_BYTES / (length as u64 + ENTRY_OVERHEAD)).unwrap();
    let bodies = vec![body.as_str(); most];
    for lane in LANES {
        let full = accept(lane, "fills", &bodies, lease(1));
        store.accept(key, &full).await.unwrap();
        let more = accept(lane, "more", &[&body], lease(1));
        let refused = store.accept(key, &more).await;
        assert!(matches!(refused, Err(NotAccepted::Full)), "{refused:?}");
    }
}

#[tokio::test]
async fn full_lanes_and_full_memories_fit_into_an_item() {
    let (store, _) = store().await;
    for length in [2, 300, 4_000, 81_856] {
        let key = fresh_key();
        let mut item = Item::new();
        memories(&mut item);
        put_raw(&store, &Conversation::pk(&key), item).await;
        fill(&store, &key, length).await;
        let size = size_of(&store, &key).await;
        // What remains is for the visitor, the facts, the buttons and the answers.
        assert!(size < MAX_ITEM - 64 * 1024, "bodies of {length}: {size}");
    }
}

/// Appended to for as long as nothing is removed, a lane remembers more than [`MAX_SEEN`] events: at most as many more
/// as its smallest entries.
#[tokio::test]
async fn a_lane_that_nobody_empties_fits_into_an_item() {
    let (store, _) = store().await;
    let key = fresh_key();
    let mut item = Item::new();
    memories(&mut item);
    let most = MAX_BYTES / (2 + ENTRY_OVERHEAD);
    for lane in ["agent", "channel"] {
        let name = format!("{lane}_seen_{}", bucket(START.seconds()));
        let Some(Value::L(ids)) = item.get_mut(&name) else {
            panic!("no memory");
        };
        ids.extend((0..most).map(|id| Value::B(Blob::new(id.to_be_bytes()))));
    }
    put_raw(&store, &Conversation::pk(&key), item).await;
    fill(&store, &key, 2).await;
    let size = size_of(&store, &key).await;
    assert!(size < MAX_ITEM, "{size}");
}

/// What was sent since the last call; every expression must fit.
fn check_expressions(wire: &Wire) {
    for request in wire.requests() {
        for field in ["UpdateExpression", "ConditionExpression"] {
            let expression = request[field].as_str().unwrap_or_default();
            assert!(
                expression.len() <= MAX_EXPRESSION,
                "{} bytes: {expression}",
                expression.len()
            );
            // More than DynamoDB counts: each part of a list, each function and each comparison.
            let operators = expression.matches([',', '(', '=', '+', '<', '>']).count()
                + expression.matches(" AND ").count()
                + expression.matches("NOT ").count();
            assert!(operators <= MAX_OPERATORS, "{operators}: {expression}");
        }
    }
}

/// A conversation with too much of everything that a write cleans up.
async fn overgrown(store: &Store, key: &ConversationKey) -> Conversation {
    let mut item = Item::new();
    memories(&mut item);
    let current = bucket(START.seconds());
    for lane in ["agent", "channel"] {
        for old in [current - 2, current - 3] {
            item.insert(format!("{lane}_seen_{old}"), Value::L(Vec::new()));
        }
        for bucket in [current - 1, current, current + 1] {
            let Some(Value::L(ids)) = item.get_mut(&format!("{lane}_seen_{bucket}")) else {
                panic!("no memory");
            };
            ids.extend((0..100_u64).map(|id| Value::B(Blob::new(id.to_be_bytes()))));
        }
    }
    for number in 0..1000_u64 {
        let id = EventId::named(&format!("old {number}")).hash.hex();
        let kept = [
            (
                "b".to_owned(),
                Value::S("an answer, or a button's id".to_owned()),
            ),
            ("t".to_owned(), Value::N("1".to_owned())),
        ];
        item.insert(format!("answer_{id}"), Value::M(kept.clone().into()));
        item.insert(format!("button__h{number:022}"), Value::M(kept.into()));
    }
    put_raw(store, &Conversation::pk(key), item).await;
    for (lane, lease) in [(LaneName::ToAgent, lease(1)), (LaneName::ToChannel, None)] {
        let mut accept = accept(lane, "brings", &[], lease);
        accept.append.entries = entries(accept.append.event, &vec!["text"; 100], START);
        store.accept(key, &accept).await.unwrap();
    }
    store.conversation(key).await.unwrap().unwrap()
}

#[tokio::test]
async fn what_gives_and_forgets_the_most_fits_into_an_expression() {
    let (store, wire) = store().await;
    let key = fresh_key();
    let conversation = overgrown(&store, &key).await;
    let give = Give {
        event: EventId::named("asks").hash,
        head: 0,
        count: MAX_GIVEN,
        body: "an answer".to_owned(),
        hands_over: true,
        now: START,
    };
    let given = store.give(&conversation, &give).await.unwrap();
    assert!(matches!(given, Given::Taken), "{given:?}");
    check_expressions(&wire);
    let now = store.conversation(&key).await.unwrap().unwrap();
    // All but fifty of the old ones stay for the next time, and this one is new.
    assert_eq!(now.answers.len(), conversation.answers.len() - 50 + 1);
    assert!(now.buttons.len() < conversation.buttons.len());
    assert_eq!(now.to_channel.queue.len(), 100 - MAX_GIVEN);
    for (bucket, seen) in &now.to_channel.seen {
        assert!(seen.len() < conversation.to_channel.seen[bucket].len());
    }
}

#[tokio::test]
async fn what_finishes_and_forgets_the_most_fits_into_an_expression() {
    let (store, wire) = store().await;
    let (lane, owner) = (LaneName::ToAgent, Owner(1));
    let key = fresh_key();
    let mut conversation = overgrown(&store, &key).await;
    while conversation.to_agent.queue.len() > 1 {
        let (result, now) = store
            .advance(&key, lane, &conversation.to_agent, owner, START)
            .await
            .unwrap();
        assert_eq!(result, Ok(()));
        conversation = now;
    }
    let (result, now) = store
        .finish(&conversation, lane, owner, START)
        .await
        .unwrap();
    assert_eq!(result, Ok(()));
    assert!(now.buttons.len() < conversation.buttons.len());
    check_expressions(&wire);
}

/// A hundred buttons are the most that Telegram shows under one message.
#[tokio::test]
async fn an_event_that_brings_the_most_fits_into_an_expression() {
    let (store, wire) = store().await;
    let text = || Some("text".to_owned());
    let most = Accept {
        buttons: (0..100)
            .map(|number| (format!("_h{number:022}"), format!("whole {number}")))
            .collect(),
        visitor: shared::model::Visitor {
            id: text(),
            first_name: text(),
            last_name: text(),
            username: text(),
            phone: text(),
            email: text(),
            location: text(),
            site: text(),
            chat_id: text(),
            language: text(),
        },
        signals: shared::model::Signals {
            mode: Some(shared::model::Mode::Agent),
            facts: shared::model::Facts {
                thread_id: text(),
                title: text(),
                panel_url: text(),
                share_url: text(),
                contacts: text(),
                get_contact: Some(true),
                interest: Some(true),
                success: Some(true),
                is_bot: Some(true),
            },
        },
        agent: Some("agent".parse().unwrap()),
        operator_speaks: true,
        unless_operator_spoke: Some(Silence::Never),
        unless_told: true,
        turn: Turn::Anew,
        ..accept(LaneName::ToChannel, "a", &["text"], lease(1))
    };
    let also = [
        Some(EventId::named("b").hash),
        Some(EventId::named("c").hash),
    ];
    let event = EventId {
        also,
        ..most.append.event
    };
    let most = Accept {
        append: shared::mailbox::Append {
            event,
            ..most.append.clone()
        },
        ..most
    };
    store.accept(&fresh_key(), &most).await.unwrap();
    check_expressions(&wire);
}

/// A lane with more events than it remembers forgets the oldest, and no other.
#[tokio::test]
async fn the_oldest_event_ids_are_forgotten_first() {
    let (store, _) = store().await;
    let key = fresh_key();
    let (lane, owner) = (LaneName::ToAgent, Owner(1));
    let mut item = Item::new();
    let current = bucket(START.seconds());
    let id = |number: usize| EventId::named(&number.to_string()).hash;
    let ids = (0..MAX_SEEN + 20).map(|number| Value::B(Blob::new(id(number).0)));
    item.insert(format!("agent_seen_{current}"), Value::L(ids.collect()));
    let ancient = Value::L(vec![Value::B(Blob::new([9; 8]))]);
    item.insert(format!("agent_seen_{}", current - 2), ancient);
    put_raw(&store, &Conversation::pk(&key), item).await;
    let bodies = ["one", "two", "three"];
    let mut now = store
        .accept(&key, &accept(lane, "new", &bodies, lease(1)))
        .await
        .unwrap();
    for forgotten in [16, 21] {
        (_, now) = store
            .advance(&key, lane, &now.to_agent, owner, START)
            .await
            .unwrap();
        let seen = &now.to_agent.seen;
        assert_eq!(seen.keys().collect::<Vec<_>>(), [&current]);
        assert_eq!(seen[&current].len(), MAX_SEEN + 21 - forgotten);
        assert_eq!(seen[&current][0], id(forgotten));
    }
    let two_buckets = START.after(Duration::from_secs(2 * REMEMBERED_HOURS * 3600));
    let (_, now) = store.finish(&now, lane, owner, two_buckets).await.unwrap();
    assert!(now.to_agent.seen.is_empty());
}
