//! What messages become.

use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::Value;
use shared::fit::returnable_buttons;
use shared::model::{Author, Content, FileSource, Message};
use shared::platforms::{Buttons, End, Role};

use super::messages::message;
use crate::driver::{Driver, driver};

/// Without spaces: those at which a text was split may be missing.
fn ink(text: &str) -> String {
    text.split_whitespace().collect()
}

/// What a person reads in all parts together, in each of their forms.
fn shown(driver: &dyn Driver, parts: &[Value]) -> Vec<String> {
    let mut forms = [String::new(), String::new()];
    for part in parts {
        let of_part = driver.shown(part);
        forms[0].push_str(&of_part[0]);
        forms[1].push_str(of_part.last().unwrap());
    }
    forms.iter().map(|form| ink(form)).collect()
}

fn has_ink(content: &Content) -> bool {
    match content {
        Content::Text(text) | Content::Markdown(text) => !text.trim().is_empty(),
        Content::Buttons(rows) => rows.iter().any(|row| !row.is_empty()),
        Content::Press(button) => !button.text.trim().is_empty() || !button.id.trim().is_empty(),
        Content::File(_) | Content::Location(_) | Content::Contact(_) => true,
        Content::HandedOver | Content::Closed => false,
    }
}

fn ids(message: &Message) -> Vec<&str> {
    let rows = message.contents.iter().filter_map(|content| match content {
        Content::Buttons(rows) => Some(rows),
        _ => None,
    });
    rows.flatten()
        .flatten()
        .map(|button| button.id.as_str())
        .collect()
}

/// The message as it goes into the lane of a channel, and the whole ids by the short ones.
fn for_channel(end: End, message: &Message) -> (Message, HashMap<String, String>) {
    let mut message = message.clone();
    let shortened = returnable_buttons(&mut message, end.capabilities().buttons);
    (message, shortened.into_iter().collect())
}

proptest! {
    #[test]
    fn the_vendor_takes_every_part_and_a_person_reads_everything((message, legible) in message()) {
        for end in End::ALL {
            let driver = driver(end);
            let (fitted, whole) = for_channel(end, &message);
            let parts = driver.parts(&fitted);
            parts.iter().for_each(|part| driver.assert_taken(part));
            if fitted.contents.iter().any(has_ink) {
                prop_assert!(!parts.is_empty(), "{:?} says nothing", end);
            }
            for form in shown(driver, &parts) {
                for text in &legible {
                    prop_assert!(form.contains(&ink(text)), "{:?} lost {:?} in {:?}", end, text, form);
                }
                prop_assert!(!form.contains("HELD"), "{:?} tells the id of a held file", end);
            }
            if matches!(end.capabilities().buttons, Buttons::WithIds(_)) {
                let there = parts.iter().flat_map(|part| driver.button_ids(part));
                let lead: Vec<String> = there.map(|id| whole.get(&id).cloned().unwrap_or(id)).collect();
                prop_assert_eq!(lead, ids(&message), "{:?}", end);
            }
        }
    }

    /// A message waits in a lane as JSON, and parts that were sent are counted: it must be the same parts every time.
    #[test]
    fn a_message_is_the_same_parts_every_time((message, _) in message()) {
        for end in End::ALL {
            let driver = driver(end);
            let parts = driver.parts(&message);
            let kept: Message = serde_json::from_str(&serde_json::to_string(&message).unwrap()).unwrap();
            prop_assert_eq!(&driver.parts(&kept), &parts);
            prop_assert_eq!(driver.parts(&message), parts);
        }
    }

    /// An agent that answers several people has to know who said what.
    #[test]
    fn an_agent_reads_who_wrote((mut message, _) in message(), name in "[a-zа-я]{3,12}") {
        message.author = Author::Visitor { name: Some(name.clone()) };
        for end in End::ALL {
            let driver = driver(end);
            if end.capabilities().role == Role::Agent {
                let parts = driver.parts(&message);
                prop_assert!(shown(driver, &parts)[0].starts_with(&name));
            }
        }
    }
}

/// The strategy above makes what it is there for.
#[test]
fn the_messages_are_of_every_kind() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut kinds = HashMap::new();
    for _ in 0..400 {
        let (message, _) = message().new_tree(&mut runner).unwrap().current();
        for content in message.contents {
            let kind = match &content {
                Content::Text(text) if text.trim().is_empty() => "blank",
                Content::Text(text) if text.chars().count() > 4096 => "long",
                Content::Text(_) => "text",
                Content::Markdown(text) if text.chars().count() > 4096 => "long markdown",
                Content::Markdown(_) => "markdown",
                Content::File(file) => match &file.source {
                    FileSource::Url(_) => "file",
                    FileSource::Held(_) => "held file",
                    FileSource::Kept(_) => "kept file",
                },
                Content::Buttons(_) => "buttons",
                Content::Press(_) => "press",
                Content::Location(_) => "location",
                Content::Contact(_) => "contact",
                Content::HandedOver => "handed over",
                Content::Closed => "closed",
            };
            *kinds.entry(kind).or_insert(0) += 1;
        }
    }
    assert_eq!(kinds.len(), 14, "{kinds:?}");
    assert!(kinds.values().all(|&count| count > 10), "{kinds:?}");
}
