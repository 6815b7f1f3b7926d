//! Bodies that no document describes.

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::platforms::End;

use super::mutate::{Mutant, mutants};
use crate::driver::{Driver, Outcome, driver};
use crate::{NOW, fixture};

/// A refusal says that it is the sender's fault: a platform that is told 5xx sends the same again.
fn receive(driver: &dyn Driver, body: &[u8]) -> Outcome {
    let outcome = driver.receive(body, NOW);
    if let Outcome::Refused(refusal) = &outcome {
        let status = refusal.status();
        assert!((400..500).contains(&status), "{refusal:?} is {status}");
    }
    outcome
}

fn assert_refused(body: &[u8], what: &str) {
    for end in End::ALL {
        let outcome = receive(driver(end), body);
        assert!(
            matches!(outcome, Outcome::Refused(_)),
            "{end:?} on {what}: {outcome:?}"
        );
    }
}

#[test]
fn what_is_not_json_is_refused() {
    let garbage: Vec<u8> = (0..1 << 20)
        .map(|n: u32| n.wrapping_mul(7919).to_be_bytes()[2])
        .collect();
    for (body, what) in [
        (&b""[..], "nothing"),
        (b" ", "a space"),
        (b"{", "half an object"),
        (b"{\"update_id\":1", "half an update"),
        (b"not json", "text"),
        (b"\xef\xbb\xbf{}", "a byte order mark"),
        (b"{}{}", "two objects"),
        (b"a=b&c=d", "a form"),
        (b"\0\0\0\0", "zeros"),
        (b"\"\xff\xfe\"", "bytes that are no UTF-8"),
        (b"\"\xed\xa0\x80\"", "half a surrogate pair in UTF-8"),
        (b"{\"text\":\"\\ud800\"}", "half a surrogate pair, escaped"),
        (b"{\"update_id\":1e999}", "a number beyond all numbers"),
        (&garbage, "a megabyte of garbage"),
    ] {
        assert_refused(body, what);
    }
}

#[test]
fn json_of_another_shape_is_refused() {
    for body in [
        json!(null),
        json!(true),
        json!(5),
        json!("text"),
        json!([]),
        json!({}),
        json!([{}]),
        json!({"a": "b"}),
        json!({"event": null, "update_id": null, "wh_type": null}),
    ] {
        assert_refused(body.to_string().as_bytes(), &body.to_string());
    }
}

#[test]
fn deep_nesting_is_no_stack_overflow() {
    const DEEP: usize = 100_000;
    assert_refused("[".repeat(DEEP).as_bytes(), "brackets that do not end");
    let arrays = "[".repeat(DEEP) + &"]".repeat(DEEP);
    assert_refused(arrays.as_bytes(), "brackets");
    let objects = "{\"chat\":".repeat(DEEP) + "1" + &"}".repeat(DEEP);
    assert_refused(objects.as_bytes(), "braces");
    // In every place of a body that is otherwise right, the codec may pass over it, and does not fall.
    for end in End::ALL {
        let driver = driver(end);
        let valid: Value = serde_json::from_slice(&driver.written("hi")).unwrap();
        for field in valid
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .chain(["unknown"])
        {
            let mut body = valid.clone();
            body[field] = json!("HERE");
            for deep in [&arrays, &objects] {
                let body = body.to_string().replace("\"HERE\"", deep);
                receive(driver, body.as_bytes());
            }
        }
    }
}

/// Text that is long is text; its size is for [`shared::webhook::request::body`] to refuse.
#[test]
fn a_megabyte_of_text_is_an_event() {
    for end in End::ALL {
        let driver = driver(end);
        let outcome = receive(driver, &driver.written(&"я".repeat(1 << 19)));
        assert!(
            matches!(&outcome, Outcome::Event(seen) if seen.messages == 1),
            "{end:?}: {outcome:?}"
        );
    }
}

#[test]
fn bytes_that_are_no_utf8_are_refused_wherever_they_stand() {
    for end in End::ALL {
        let driver = driver(end);
        let valid = driver.written("HERE");
        assert!(matches!(receive(driver, &valid), Outcome::Event(_)));
        let at = valid.windows(4).position(|four| four == b"HERE").unwrap();
        let mut body = valid.clone();
        body[at] = 0xff;
        let outcome = receive(driver, &body);
        assert!(matches!(outcome, Outcome::Refused(_)), "{end:?}");
    }
}

/// Every fixture, with every field gone and of every other type.
#[test]
fn what_is_accepted_names_its_chat() {
    for end in End::ALL {
        let driver = driver(end);
        let mut accepted = 0;
        for (name, body) in fixture::all(end.name()) {
            let json: Value = serde_json::from_slice(&body).unwrap();
            let before = receive(driver, json.to_string().as_bytes());
            for mutant in mutants(&json) {
                let outcome = receive(driver, mutant.json.to_string().as_bytes());
                let about = || format!("{end:?}, {name} with {} {:?}", mutant.at, mutant.now);
                if let Outcome::Event(seen) = &outcome {
                    accepted += 1;
                    assert_eq!(
                        driver.chat(&mutant.json).as_ref(),
                        Some(&seen.chat),
                        "{}",
                        about()
                    );
                }
                assert_not_swallowed(&before, &mutant, &outcome, &about);
            }
        }
        assert!(
            accepted > 100,
            "{end:?} accepted {accepted}: the test tests nothing"
        );
    }
}

/// A field of another type may be passed over, but not if it holds what the visitor wrote: an event that was accepted
/// without its message is a message that is lost.
fn assert_not_swallowed(
    before: &Outcome,
    mutant: &Mutant,
    after: &Outcome,
    about: &dyn Fn() -> String,
) {
    let (Outcome::Event(before), Outcome::Event(after)) = (before, after) else {
        return;
    };
    // One of several that is no message does not cost the others, and is counted.
    if mutant.at.starts_with("/messages/") {
        return;
    }
    let absent = match &mutant.now {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => {
            // Of another kind, or a file that is not there yet.
            let another = mutant.at.ends_with("/kind") || mutant.at.ends_with("/state");
            another || text.trim().is_empty()
        }
        // No messages is what `[]` says itself.
        Some(Value::Array(items)) if items.iter().all(Value::is_null) => true,
        Some(_) => false,
    };
    assert!(
        absent || after.messages >= before.messages,
        "{} lost a message",
        about()
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        prop::sample::select(NAMES).prop_map(str::to_owned),
        "\\PC{0,8}"
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,30}".prop_map(Value::from),
        prop::sample::select(WORDS).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(name.clone(), inner, 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// What the platforms' fields are called, so that the random walk gets past the first one.
const NAMES: &[&str] = &[
    "event",
    "chat",
    "id",
    "visitor",
    "fields",
    "messages",
    "kind",
    "text",
    "response",
    "button",
    "update_id",
    "message",
    "edited_message",
    "callback_query",
    "from",
    "date",
    "data",
    "photo",
    "wh_type",
    "message_type",
    "message_id",
    "message_text",
    "external_chat_id",
    "operator",
];
/// What stands in them.
const WORDS: &[&str] = &[
    "new_chat",
    "new_message",
    "visitor",
    "keyboard_response",
    "all_messages",
    "bot",
    "operator",
    "shop.1",
    "yes",
    "private",
    "group",
];

proptest! {
    #[test]
    fn arbitrary_bytes_are_refused_or_ignored(body in prop::collection::vec(any::<u8>(), 0..400)) {
        for end in End::ALL {
            let outcome = receive(driver(end), &body);
            prop_assert!(!matches!(outcome, Outcome::Event(_)));
        }
    }

    #[test]
    fn arbitrary_json_is_never_taken_for_what_it_is_not(body in any_json()) {
        for end in End::ALL {
            let driver = driver(end);
            if let Outcome::Event(seen) = receive(driver, body.to_string().as_bytes()) {
                prop_assert_eq!(driver.chat(&body), Some(seen.chat));
            }
        }
    }

    #[test]
    fn a_fixture_with_a_few_bytes_changed_never_panics(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        for end in End::ALL {
            let fixtures: Vec<_> = fixture::all(end.name()).into_values().collect();
            let mut body = which.get(&fixtures).clone();
            for (at, byte) in &changes {
                let at = at.index(body.len());
                body[at] = *byte;
            }
            receive(driver(end), &body);
        }
    }
}
