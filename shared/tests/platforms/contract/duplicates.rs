//! How an event is known again.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;
use shared::mailbox::EventId;
use shared::platforms::{End, Settings};

use crate::driver::{Driver, Outcome, driver};
use crate::{NOW, fixture};

fn event(driver: &dyn Driver, body: &[u8], after: Duration) -> Option<EventId> {
    match driver.receive(body, NOW.after(after)) {
        Outcome::Event(seen) => Some(seen.event),
        Outcome::Ignored(_) => None,
        Outcome::Refused(refusal) => panic!("{refusal:?}"),
    }
}

/// Whether a mailbox that remembers `first` takes `second` for a copy.
fn is_copy(first: EventId, second: EventId) -> bool {
    first.hash == second.hash || second.also.contains(&Some(first.hash))
}

#[test]
fn the_same_event_is_known_again() {
    for end in End::ALL {
        let driver = driver(end);
        for (name, body) in fixture::all(end.name()) {
            let Some(first) = event(driver, &body, Duration::ZERO) else {
                continue;
            };
            let at_once = event(driver, &body, Duration::ZERO).unwrap();
            assert_eq!(at_once, first, "{end:?}, {name}");
            // A platform that waits for the answer asks again at once or not at all; so does one that names no event.
            let without_id = ["without_message_id", "new_chat_without_messages"];
            let unnamed = without_id.contains(&name.as_str()) || knows_no_ids(end);
            let again = match end.capabilities().deadline {
                Some(deadline) => deadline,
                None if unnamed => Duration::from_secs(5),
                None => Duration::from_secs(24 * 3600),
            };
            let later = event(driver, &body, again).unwrap();
            assert!(is_copy(first, later), "{end:?}, {name}");
        }
    }
}

/// Its messages have no ids: alike ones are copies for a while, which its settings can change.
fn knows_no_ids(end: End) -> bool {
    let mut settings = driver(end).settings();
    settings["platform"] = end.name().into();
    let settings: Settings = serde_json::from_value(settings).unwrap();
    let settings = serde_json::to_value(settings).unwrap();
    settings.get("duplicate_window").is_some()
}

#[test]
fn different_events_are_different() {
    for end in End::ALL {
        let driver = driver(end);
        let mut known = HashMap::new();
        for (name, body) in fixture::all(end.name()) {
            let Some(id) = event(driver, &body, Duration::ZERO) else {
                continue;
            };
            for hash in std::iter::once(id.hash).chain(id.also.into_iter().flatten()) {
                let other = known.insert(hash, name.clone());
                assert_eq!(other, None, "{end:?}: {name} is taken for a copy");
            }
        }
        assert!(known.len() > 5, "{end:?} has too few events");
    }
}

/// A visitor may say the same twice; what tells two messages from two copies is the vendor's id, or time.
#[test]
fn the_same_words_said_again_are_a_new_event() {
    for end in End::ALL {
        let driver = driver(end);
        let body = driver.written("yes");
        let first = event(driver, &body, Duration::ZERO).unwrap();
        let json: Value = serde_json::from_slice(&body).unwrap();
        let second = match renamed(&json) {
            Some(other) => event(driver, other.to_string().as_bytes(), Duration::ZERO),
            None => event(driver, &body, Duration::from_secs(60)),
        };
        assert!(!is_copy(first, second.unwrap()), "{end:?}");
    }
}

/// The same body under the next id, where the vendor gives ids, or said a moment later.
fn renamed(body: &Value) -> Option<Value> {
    let mut body = body.clone();
    if let Some(id) = body.get_mut("update_id") {
        *id = (id.as_i64().unwrap() + 1).into();
    } else if let Some(time) = body.get_mut("timestamp") {
        *time = (time.as_i64().unwrap() + 1).into();
    } else if let Some(id) = body.pointer_mut("/message/id") {
        *id = format!("{}1", id.as_str().unwrap()).into();
    } else {
        let id = body.get_mut("message_id")?;
        *id = format!("{}1", id.as_str().unwrap()).into();
    }
    Some(body)
}
