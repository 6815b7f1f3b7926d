//! What a call of `send_message_external` means.

use std::time::Duration;

use serde_json::{Value, json};
use shared::mailbox::EventId;
use shared::model::{Author, Content, Message, Visitor};
use shared::platforms::selarti::channel::receive::{bearer, receive};
use shared::webhook::{ChannelEvent, Received, Refusal};

use super::TASK;
use crate::{NOW, fixture};

fn event(body: &[u8]) -> Result<ChannelEvent, Refusal> {
    match receive(&super::settings(), body, NOW)? {
        Received::Event(event) => Ok(event),
        Received::Ignored(reason) => panic!("ignored: {reason}"),
    }
}

fn refused(body: &Value) -> String {
    match event(body.to_string().as_bytes()) {
        Err(Refusal::Malformed(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// By fixture: the chat and what the visitor wrote.
const MEANINGS: &[(&str, &str, &str)] = &[
    (
        "the_documented_example",
        "123456789",
        "Test message via api",
    ),
    ("another_alphabet", "111222333", "Сколько стоит доставка?"),
    ("several_lines", "111222333", " Hello\n\nHow much is it?\n"),
    (
        "a_file_as_a_link",
        "111222333",
        "Look: https://example.com/a.png",
    ),
    ("a_chat_with_dots_in_its_id", "a.b@c.example", "Да."),
    ("a_uuid", "9401b039-ace3-4619-b884-a24e0aaf7adb", "Да."),
    ("other_fields", "111222333", "Да."),
];

#[test]
fn every_fixture_means_what_the_document_says() {
    let names: Vec<_> = MEANINGS.iter().map(|(name, ..)| *name).collect();
    fixture::assert_all_are_named("selarti-channel", &names);
    for (name, chat, text) in MEANINGS {
        let body = fixture::body("selarti-channel", name);
        let content = Content::Text((*text).to_owned());
        let expected = ChannelEvent {
            chat: chat.parse().unwrap(),
            event: EventId::within(&body, NOW.0, 5_000),
            visitor: Visitor {
                id: Some((*chat).to_owned()),
                ..Visitor::default()
            },
            messages: vec![Message::new(Author::Visitor { name: None }, NOW, content)],
            moved_to: None,
            moved_from: None,
        };
        assert_eq!(event(&body).as_ref(), Ok(&expected), "{name}");
    }
}

#[test]
fn each_field_is_required_and_a_text_that_is_not_empty() {
    let whole = json!({"task_id": TASK, "chat_id": "1", "message": "hi"});
    for field in ["task_id", "chat_id", "message"] {
        let mut without = whole.clone();
        without.as_object_mut().unwrap().remove(field);
        assert_eq!(refused(&without), format!("`{field}` is missing"));
        for (value, why) in [
            (json!(null), "is missing"),
            (json!(""), "is empty"),
            (json!(" \n"), "is empty"),
            (json!(1.5), "is not a text"),
            (json!(true), "is not a text"),
            (json!(["hi"]), "is not a text"),
            (json!({"text": "hi"}), "is not a text"),
        ] {
            let mut other = whole.clone();
            other[field] = value;
            assert_eq!(refused(&other), format!("`{field}` {why}"));
        }
    }
}

/// "For example, Telegram user_id", says the vendor, and that is a number.
#[test]
fn an_id_may_be_an_integer() {
    let body = json!({"task_id": TASK, "chat_id": 123_456_789, "message": "hi"});
    let event = event(body.to_string().as_bytes()).unwrap();
    assert_eq!(event.chat.as_str(), "123456789");
    let body = json!({"task_id": TASK, "chat_id": "1", "message": 7});
    assert_eq!(refused(&body), "`message` is not a text");
}

/// A text that the application says twice is two; the same call sent again is one, unless the connection wants it otherwise.
#[test]
fn a_call_is_known_again_for_a_while() {
    let mut settings = super::settings();
    let body = fixture::body("selarti-channel", "another_alphabet");
    let at = |settings: &_, seconds| {
        let now = NOW.after(Duration::from_secs(seconds));
        match receive(settings, &body, now) {
            Ok(Received::Event(event)) => event.event,
            other => panic!("{other:?}"),
        }
    };
    let first = at(&settings, 0);
    let known =
        |second: EventId| first.hash == second.hash || second.also.contains(&Some(first.hash));
    assert!(known(at(&settings, 5)) && !known(at(&settings, 15)));
    settings.duplicate_window = 0;
    assert_ne!(at(&settings, 0), at(&settings, 0));
}

#[test]
fn another_task_and_a_chat_that_cannot_be_kept_are_refused() {
    let mut body = json!({"task_id": "1x1", "chat_id": "1", "message": "hi"});
    assert!(refused(&body).starts_with("`task_id`"));
    body["task_id"] = json!(TASK);
    for chat in ["a\nb".to_owned(), "x".repeat(513)] {
        body["chat_id"] = json!(chat);
        assert!(refused(&body).starts_with("`chat_id`"));
    }
}

#[test]
fn a_refusal_does_not_repeat_what_was_written() {
    for body in [
        json!({"task_id": "password", "chat_id": "1", "message": "hi"}),
        json!({"task_id": TASK, "chat_id": "password\u{0}", "message": "hi"}),
        json!({"task_id": TASK, "chat_id": "1", "message": {"text": "password"}}),
        json!({"password": TASK}),
        json!("password"),
    ] {
        assert!(!refused(&body).contains("password"), "{}", refused(&body));
    }
}

#[test]
fn the_token_is_behind_bearer_in_any_case() {
    for (header, token) in [
        ("Bearer shop.s3cret", "shop.s3cret"),
        ("bearer shop.s3cret", "shop.s3cret"),
        ("BEARER  shop.s3cret ", "shop.s3cret"),
        ("Token shop.s3cret", ""),
        ("Bearershop.s3cret", ""),
        ("shop.s3cret", ""),
        ("Bearer", ""),
        ("Bearer ", ""),
        ("", ""),
    ] {
        assert_eq!(bearer(header), token, "{header:?}");
    }
}
