//! How an event is known again.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;
use shared::mailbox::EventId;
use shared::platforms::Platform;

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
    for platform in Platform::ALL {
        let driver = driver(platform);
        for (name, body) in fixture::all(platform.name()) {
            let Some(first) = event(driver, &body, Duration::ZERO) else {
                continue;
            };
            let at_once = event(driver, &body, Duration::ZERO).unwrap();
            assert_eq!(at_once, first, "{platform:?}, {name}");
            // A platform that waits for the answer asks again at once or not at all; so does one that names no event.
            let unnamed = name == "without_message_id";
            let again = match platform.capabilities().deadline {
                Some(deadline) => deadline,
                None if unnamed => Duration::from_secs(5),
                None => Duration::from_secs(24 * 3600),
            };
            let later = event(driver, &body, again).unwrap();
            assert!(is_copy(first, later), "{platform:?}, {name}");
        }
    }
}

#[test]
fn different_events_are_different() {
    for platform in Platform::ALL {
        let driver = driver(platform);
        let mut known = HashMap::new();
        for (name, body) in fixture::all(platform.name()) {
            let Some(id) = event(driver, &body, Duration::ZERO) else {
                continue;
            };
            for hash in std::iter::once(id.hash).chain(id.also.into_iter().flatten()) {
                let other = known.insert(hash, name.clone());
                assert_eq!(other, None, "{platform:?}: {name} is taken for a copy");
            }
        }
        assert!(known.len() > 5, "{platform:?} has too few events");
    }
}

/// A visitor may say the same twice; what tells two messages from two copies is the vendor's id, or time.
#[test]
fn the_same_words_said_again_are_a_new_event() {
    for platform in Platform::ALL {
        let driver = driver(platform);
        let body = driver.written("yes");
        let first = event(driver, &body, Duration::ZERO).unwrap();
        let json: Value = serde_json::from_slice(&body).unwrap();
        let second = match renamed(&json) {
            Some(other) => event(driver, other.to_string().as_bytes(), Duration::ZERO),
            None => event(driver, &body, Duration::from_secs(60)),
        };
        assert!(!is_copy(first, second.unwrap()), "{platform:?}");
    }
}

/// The same body under the next id, where the vendor gives ids.
fn renamed(body: &Value) -> Option<Value> {
    let mut body = body.clone();
    if let Some(id) = body.get_mut("update_id") {
        *id = (id.as_i64().unwrap() + 1).into();
    } else {
        let id = body.get_mut("message_id")?;
        *id = format!("{}1", id.as_str().unwrap()).into();
    }
    Some(body)
}
