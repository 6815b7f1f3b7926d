//! What the requests of a client's server mean.

use serde_json::{Value, json};
use shared::mailbox::EventId;
use shared::model::{
    Author, Button, Content, File, FileKind, FileSource, Location, Message, Visitor,
};
use shared::platforms::bot_api::read::Fault;
use shared::platforms::omnichannel::channel::receive::receive;
use shared::webhook::{ChannelEvent, Received, Refusal};

use crate::{NOW, fixture};

const PLATFORM: &str = "omnichannel-channel";

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn nobody() -> Visitor {
    Visitor {
        chat_id: Some("42|omnichannel".to_owned()),
        ..Visitor::default()
    }
}

fn anna() -> Visitor {
    Visitor {
        id: Some("visitor-17".to_owned()),
        first_name: Some("Anna Petrova".to_owned()),
        username: Some("anna".to_owned()),
        phone: Some("+79000000000".to_owned()),
        email: Some("anna@example.com".to_owned()),
        site: Some("https://example.com/prices".to_owned()),
        ..nobody()
    }
}

/// Who said it, under which id, and what.
type Said = (Visitor, Option<&'static str>, Content);

/// By fixture: what was said, or why nothing was.
fn meanings() -> Vec<(&'static str, Result<Said, &'static str>)> {
    let press = Content::Press(Button {
        id: "yes".to_owned(),
        text: "Yes".to_owned(),
    });
    let file = Content::File(File {
        kind: FileKind::Image,
        source: FileSource::Url("https://files.example.com/receipt.png".to_owned()),
        name: Some("receipt.png".to_owned()),
        media_type: Some("image/png".to_owned()),
        size: Some(150_000),
    });
    let place = Content::Location(Location {
        latitude: 55.7558,
        longitude: 37.6173,
        title: None,
    });
    let other_types = Visitor {
        id: Some("17".to_owned()),
        phone: Some("79000000000".to_owned()),
        ..nobody()
    };
    let hello = || text("Hello");
    vec![
        ("text", Ok((anna(), Some("m1"), hello()))),
        ("keyboard_response", Ok((anna(), Some("m2"), press))),
        ("file_ready", Ok((anna(), Some("m3"), file))),
        ("file_upload", Err("state")),
        ("location", Ok((anna(), Some("m4"), place))),
        ("text_ids", Ok((anna(), Some("6"), hello()))),
        (
            "fields_of_other_types",
            Ok((other_types, Some("m5"), hello())),
        ),
        ("without_kind", Ok((anna(), Some("m6"), hello()))),
        ("without_visitor", Ok((nobody(), Some("m7"), hello()))),
        ("without_message_id", Ok((anna(), None, hello()))),
        ("another_event", Err("event")),
        ("another_kind", Err("kind")),
    ]
}

#[test]
fn every_fixture_means_what_the_document_says() {
    let meanings = meanings();
    let names: Vec<_> = meanings.iter().map(|(name, _)| *name).collect();
    fixture::assert_all_are_named(PLATFORM, &names);
    for (name, meaning) in meanings {
        let body = fixture::body(PLATFORM, name);
        let expected = match meaning {
            Err(reason) => Received::Ignored(reason),
            Ok((visitor, id, content)) => Received::Event(ChannelEvent {
                chat: "42".parse().unwrap(),
                event: match id {
                    Some(id) => EventId::named(id),
                    None => EventId::within(&body, NOW.0, 10_000),
                },
                visitor,
                messages: vec![Message {
                    id: id.map(str::to_owned),
                    ..Message::new(Author::Visitor { name: None }, NOW, content)
                }],
                moved_to: None,
                moved_from: None,
            }),
        };
        assert_eq!(receive(&body, NOW), Ok(expected), "{name}");
    }
}

fn fault(body: &Value) -> Fault {
    receive(body.to_string().as_bytes(), NOW).unwrap_err()
}

fn with(message: &Value) -> Value {
    json!({"event": "new_message", "chat_id": 42, "message": message})
}

/// The table of responses answers these with 400.
#[test]
fn what_is_missing_is_told_from_what_is_wrong() {
    for (body, path) in [
        (json!({}), "event"),
        (json!({"event": null}), "event"),
        (json!({"event": "new_message", "chat_id": 42}), "message"),
        (
            json!({"event": "new_message", "message": {"kind": "visitor", "text": "Hello"}}),
            "chat_id",
        ),
        (with(&json!({})), "message.kind"),
        (with(&json!({"kind": "visitor"})), "message.text"),
        (
            with(&json!({"kind": "visitor", "text": null})),
            "message.text",
        ),
        (with(&json!({"kind": "keyboard_response"})), "message.data"),
        (
            with(&json!({"kind": "keyboard_response", "data": {}})),
            "message.data.button",
        ),
        (with(&json!({"kind": "file_visitor"})), "message.data"),
        (
            with(&json!({"kind": "file_visitor", "data": {"state": "ready"}})),
            "message.data.url",
        ),
    ] {
        assert_eq!(fault(&body), Fault::Missing(path), "{body}");
    }
}

/// And these with 500.
#[test]
fn what_is_wrong_is_malformed() {
    for body in [
        json!([]),
        json!({"event": 5}),
        json!({"event": "new_message", "chat_id": true, "message": {"kind": "visitor", "text": "Hello"}}),
        json!({"event": "new_message", "chat_id": "", "message": {"kind": "visitor", "text": "Hello"}}),
        with(&json!("Hello")),
        with(&json!({"kind": 5, "text": "Hello"})),
        with(&json!({"kind": "visitor", "text": 5})),
        with(&json!({"kind": "keyboard_response", "data": 5})),
        with(&json!({"kind": "file_visitor", "data": {"state": "ready", "url": 5}})),
    ] {
        let fault = fault(&body);
        let Fault::Refused(Refusal::Malformed(why)) = &fault else {
            panic!("{body}: {fault:?}");
        };
        assert!(!why.contains("Hello"), "{why}");
    }
    let broken = receive(b"{", NOW).unwrap_err();
    assert!(matches!(broken, Fault::Refused(Refusal::Malformed(_))));
}

/// Whatever else is in it: the table answers it with 200.
#[test]
fn what_is_unknown_may_have_any_shape() {
    for (body, reason) in [
        (
            json!({"event": "typing", "chat_id": [], "message": 5}),
            "event",
        ),
        (json!({"event": ""}), "event"),
        (
            with(&json!({"kind": "rating", "text": 5, "data": []})),
            "kind",
        ),
        (with(&json!({"kind": "operator", "text": "Hello"})), "kind"),
        (with(&json!({"kind": "visitor", "text": " "})), "text"),
    ] {
        let received = receive(body.to_string().as_bytes(), NOW);
        assert_eq!(received, Ok(Received::Ignored(reason)), "{body}");
    }
}
