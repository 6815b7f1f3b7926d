//! Items that no version wrote, and a DynamoDB that is not there: errors, in time, and never a panic.

use std::time::Duration;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue as Value;
use shared::http::Http;
use shared::mailbox::{Lease, Owner};
use shared::model::ConversationKey;
use shared::store::client::{Access, client};
use shared::store::conversation::{Conversation, LaneName};
use shared::store::mailbox::{Accept, Give, NotAccepted, Silence};
use shared::store::{Item, Store};

use crate::emulator::{fresh_key, put_raw, raw_item, store};
use crate::make::{START, accept, gives_back, lease};

const OWNER: Owner = Owner(1);

fn n(number: &str) -> Value {
    Value::N(number.to_owned())
}

fn s(text: &str) -> Value {
    Value::S(text.to_owned())
}

fn m<const N: usize>(map: [(&str, Value); N]) -> Value {
    Value::M(map.map(|(name, value)| (name.to_owned(), value)).into())
}

fn l(value: Value) -> Value {
    Value::L(vec![value])
}

fn b(length: usize) -> Value {
    Value::B(Blob::new(vec![1; length]))
}

/// Attributes of an item and values that they cannot have.
fn impossible() -> Vec<(String, Value)> {
    let mut impossible: Vec<(String, Value)> = [
        ("mode", n("1")),
        ("mode", s("tired")),
        ("told", s("yes")),
        ("operator_spoke", s("1")),
        ("operator_spoke", n("-1")),
        ("stand_in", s("NOT AN ID")),
        ("thread_agent", s("42")),
        ("thread_NOT AN ID", m([("b", s("42")), ("t", n("1"))])),
        ("agent", s("NOT AN ID")),
        ("agent", n("1")),
        ("address", s("")),
        ("kept_under", Value::Bool(true)),
        ("expires", s("soon")),
        ("expires", n("-1")),
        ("expires", n("1.5")),
        ("expires", n("1e40")),
        ("visitor_phone", Value::Bool(true)),
        ("fact_interest", s("yes")),
        ("answer_0123456789abcdef", s("an answer")),
        ("answer_x", m([("b", s("an answer")), ("t", n("1"))])),
        ("answer_0123456789abcdef", m([("b", n("1")), ("t", n("1"))])),
        ("answer_0123456789abcdef", m([("b", s("an answer"))])),
        ("button__h01", s("whole")),
        ("button__h01", m([("t", n("1"))])),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    for lane in ["agent", "channel"] {
        let values = [
            ("queue", s("x")),
            ("queue", l(s("x"))),
            ("queue", l(m([("e", b(8)), ("t", n("1"))]))),
            ("queue", l(m([("e", b(8)), ("t", s("1")), ("m", s("{}"))]))),
            ("queue", l(m([("e", b(7)), ("t", n("1")), ("m", s("{}"))]))),
            (
                "queue",
                l(m([("e", s("x")), ("t", n("1")), ("m", s("{}"))])),
            ),
            ("bytes", s("1")),
            ("head", s("1")),
            ("head", n("-1")),
            ("part", Value::Null(true)),
            ("attempts", b(1)),
            ("lease", n("1")),
            ("lease", m([])),
            ("lease", m([("o", s("1")), ("u", n("1"))])),
            ("lease", m([("o", n("1"))])),
            ("pending", s("1")),
            ("waiting", s("1")),
            ("hold", n("1")),
            ("sending", n("1")),
            ("seen_8", b(8)),
            ("seen_8", l(s("x"))),
            ("seen_8", l(b(9))),
        ];
        impossible.extend(values.map(|(field, value)| (format!("{lane}_{field}"), value)));
    }
    impossible
}

/// A conversation that is held in both lanes, as an item.
async fn whole(store: &Store, key: &ConversationKey) -> (Conversation, Item) {
    for (lane, event) in [(LaneName::ToAgent, "a"), (LaneName::ToChannel, "b")] {
        store
            .accept(key, &accept(lane, event, &["text"], lease(OWNER.0)))
            .await
            .unwrap();
    }
    let conversation = store.conversation(key).await.unwrap().unwrap();
    let item = raw_item(store, &Conversation::pk(key)).await.unwrap();
    (conversation, item)
}

#[tokio::test]
async fn an_attribute_of_another_type_is_an_error() {
    let (store, _) = store().await;
    let key = fresh_key();
    let pk = Conversation::pk(&key);
    let (_, item) = whole(&store, &key).await;
    for (name, value) in impossible() {
        let mut item = item.clone();
        item.insert(name.clone(), value.clone());
        Conversation::read(key.clone(), &item).expect_err(&format!("{name}: {value:?}"));
        if value != n("1e40") {
            put_raw(&store, &pk, item).await;
            store
                .conversation(&key)
                .await
                .expect_err(&format!("{name}: {value:?}"));
        }
    }
}

/// Whatever the writes come to on such an item, they come to an end, and what they return was read without a panic.
#[tokio::test]
async fn no_write_panics_at_an_attribute_of_another_type() {
    let (store, _) = store().await;
    let key = fresh_key();
    let pk = Conversation::pk(&key);
    let (whole, item) = whole(&store, &key).await;
    for (name, value) in impossible() {
        if value == n("1e40") {
            continue;
        }
        let mut item = item.clone();
        item.insert(name.clone(), value);
        put_raw(&store, &pk, item.clone()).await;
        let errors = writes(&store, &whole).await;
        assert!(errors > 0, "{name}: every write read past it");
    }
}

/// Makes every write; returns how many came to an error.
async fn writes(store: &Store, whole: &Conversation) -> usize {
    let key = &whole.key;
    let mut errors = 0;
    let give = Give {
        event: whole.to_channel.queue[0].event,
        head: 0,
        count: 1,
        body: "an answer".to_owned(),
        hands_over: false,
        now: START,
    };
    let new = Lease {
        owner: Owner(2),
        until: START.after(Duration::from_secs(9000)),
    };
    for lane in [LaneName::ToAgent, LaneName::ToChannel] {
        let known = whole.lane(lane);
        let again = accept(lane, "a", &["text"], None);
        let next = accept(lane, "next", &["text"], None);
        let unless = Accept {
            unless_operator_spoke: Some(Silence::Never),
            ..next.clone()
        };
        for accept in [&again, &unless, &next] {
            let result = store.accept(key, accept).await;
            errors += usize::from(matches!(result, Err(NotAccepted::Store(_))));
        }
        let late = START.after(Duration::from_secs(8000));
        let due = (START, true, 1);
        let failed = [
            store.mark(key, lane, known, OWNER).await.is_err(),
            store.note_part(key, lane, known, OWNER).await.is_err(),
            store.put_off(key, lane, OWNER, due).await.is_err(),
            store.claim(key, lane, new, late).await.is_err(),
            store
                .advance(key, lane, known, new.owner, late)
                .await
                .is_err(),
            store.finish(whole, lane, new.owner, late).await.is_err(),
            store.touch(key, lane, START).await.is_err(),
        ];
        errors += failed.into_iter().filter(|failed| *failed).count();
    }
    let to = fresh_key().chat;
    let failed = [
        store.give(whole, &give).await.is_err(),
        store.follow(key, &to, START).await.is_err(),
        store.accept(key, &gives_back("gives back")).await.is_err(),
        store.remove_expired(key, START).await.is_err(),
    ];
    errors + failed.into_iter().filter(|failed| *failed).count()
}

#[tokio::test]
async fn numbers_at_the_end_of_their_range() {
    let (store, _) = store().await;
    let key = fresh_key();
    let pk = Conversation::pk(&key);
    let (_, item) = whole(&store, &key).await;
    let most = u64::MAX.to_string();
    for field in [
        "head", "part", "attempts", "bytes", "pending", "waiting", "seen",
    ] {
        let mut item = item.clone();
        for lane in ["agent", "channel"] {
            if field == "seen" {
                item.insert(format!("{lane}_seen_{most}"), l(b(8)));
            } else {
                item.insert(format!("{lane}_{field}"), n(&most));
            }
        }
        put_raw(&store, &pk, item).await;
        let read = store.conversation(&key).await.unwrap().unwrap();
        writes(&store, &read).await;
    }
}

#[tokio::test]
async fn what_no_version_knows_is_left_alone() {
    let (store, _) = store().await;
    let key = fresh_key();
    let pk = Conversation::pk(&key);
    let (whole, mut item) = whole(&store, &key).await;
    item.insert("tomorrow".to_owned(), s("a field of the next version"));
    item.insert("agent_seen_tomorrow".to_owned(), s("another"));
    item.insert("visitor_shoe_size".to_owned(), s("44"));
    put_raw(&store, &pk, item).await;
    let (result, read) = store
        .finish(&whole, LaneName::ToAgent, OWNER, START)
        .await
        .unwrap();
    assert_eq!((result, read.visitor), (Ok(()), whole.visitor));
    let item = raw_item(&store, &pk).await.unwrap();
    assert_eq!(item["tomorrow"], s("a field of the next version"));
}

#[tokio::test]
async fn a_table_that_is_not_there_is_an_error() {
    let (store, _) = crate::emulator::store_named("nowhere");
    let error = store.conversation(&fresh_key()).await.unwrap_err();
    assert!(error.to_string().contains("GetItem"), "{error}");
}

/// The production client, and how long it may take: three attempts of 1.5 seconds and the pauses between them.
const IN_TIME: Duration = Duration::from_secs(8);

async fn nothing_can_be_asked(address: std::net::SocketAddr) {
    let access = Access::emulator(format!("http://{address}"));
    let store = Store::new(client(&Http::new().unwrap(), &access), "table");
    let key = fresh_key();
    let accept = accept(LaneName::ToAgent, "a", &["text"], lease(1));
    let (read, written) = tokio::time::timeout(IN_TIME, async {
        tokio::join!(store.conversation(&key), store.accept(&key, &accept))
    })
    .await
    .unwrap_or_else(|_| panic!("it hangs"));
    let error = read.unwrap_err();
    assert!(error.to_string().starts_with("GetItem: "), "{error}");
    assert!(matches!(written, Err(NotAccepted::Store(_))));
}

#[tokio::test]
async fn a_closed_port_is_an_error_soon() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    nothing_can_be_asked(address).await;
}

/// The kernel takes the connection; nobody answers.
#[tokio::test]
async fn silence_is_an_error_soon() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    nothing_can_be_asked(listener.local_addr().unwrap()).await;
}
