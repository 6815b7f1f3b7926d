//! What Webim's events mean.

use serde_json::{Value, json};
use shared::mailbox::EventId;
use shared::model::{
    Author, Button, Content, File, FileKind, FileSource, Location, Message, Visitor,
};
use shared::platforms::webim::v2;
use shared::webhook::{ChannelEvent, Received, Refusal};

use crate::{NOW, fixture};

const PLATFORM: &str = "webim-v2-channel";
const URL: &str = "https://company.webim.example/l/v/m/download/9d3c1f00/receipt.png?hash=4f5e";

/// All of a webhook's events as one: known by the last of them.
pub(super) fn receive(
    body: &[u8],
    now: shared::time::Millis,
) -> Result<Received<ChannelEvent>, Refusal> {
    let mut whole: Option<ChannelEvent> = None;
    let mut ignored = None;
    for received in v2::receive::receive(body, now)? {
        match (received, &mut whole) {
            (Received::Ignored(reason), _) => ignored = Some(reason),
            (Received::Event(event), None) => whole = Some(event),
            (Received::Event(event), Some(whole)) => {
                assert_eq!((&event.chat, &event.visitor), (&whole.chat, &whole.visitor));
                whole.event = event.event;
                whole.messages.extend(event.messages);
            }
        }
    }
    Ok(match whole {
        Some(event) => Received::Event(event),
        None => Received::Ignored(ignored.unwrap()),
    })
}

fn event(body: &[u8]) -> ChannelEvent {
    match receive(body, NOW) {
        Ok(Received::Event(event)) => event,
        other => panic!("{other:?}"),
    }
}

fn of(body: &Value) -> ChannelEvent {
    event(body.to_string().as_bytes())
}

fn refused(body: &Value) -> String {
    match receive(body.to_string().as_bytes(), NOW) {
        Err(Refusal::Malformed(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn ignored(body: &Value) -> &'static str {
    match receive(body.to_string().as_bytes(), NOW) {
        Ok(Received::Ignored(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn file(kind: FileKind, name: &str, media_type: &str, size: u64) -> Content {
    Content::File(File {
        kind,
        source: FileSource::Url(URL.to_owned()),
        name: Some(name.to_owned()),
        media_type: Some(media_type.to_owned()),
        size: Some(size),
    })
}

fn nobody() -> Visitor {
    Visitor {
        chat_id: Some("42|webim".to_owned()),
        ..Visitor::default()
    }
}

fn anna() -> Visitor {
    Visitor {
        id: Some("51b6d2d74ac24af38cbfbb7cf5529845".to_owned()),
        first_name: Some("Anna Petrova".to_owned()),
        username: Some("anna".to_owned()),
        phone: Some("+79000000000".to_owned()),
        email: Some("anna@example.com".to_owned()),
        ..nobody()
    }
}

/// What was said, under which id.
type Said = Vec<(Option<&'static str>, Content)>;

/// The visitor, and what they said; or why nothing was.
type Meaning = Result<(Visitor, Said), &'static str>;

/// By fixture.
fn meanings() -> Vec<(&'static str, Meaning)> {
    let press = || {
        Content::Press(Button {
            id: "say_hi".to_owned(),
            text: "Say hi".to_owned(),
        })
    };
    let place = Content::Location(Location {
        latitude: 55.7558,
        longitude: 37.6173,
        title: None,
    });
    let known = |id: &str| Visitor {
        id: Some(id.to_owned()),
        ..nobody()
    };
    let flat = Visitor {
        first_name: Some("Анна".to_owned()),
        last_name: Some("Петрова".to_owned()),
        username: Some("anna".to_owned()),
        phone: Some("+7 900 000-00-00".to_owned()),
        email: Some("anna@example.com".to_owned()),
        location: Some("Москва".to_owned()),
        site: Some("https://example.com/prices".to_owned()),
        ..known("51b6d2d7")
    };
    let image = || file(FileKind::Image, "receipt.png", "image/png", 150_000);
    let earlier = file(
        FileKind::Document,
        "contract.pdf",
        "application/pdf",
        34_567,
    );
    let one = |id: &'static str, content| Ok((nobody(), vec![(Some(id), content)]));
    vec![
        ("new_chat_without_messages", Ok((anna(), vec![]))),
        // Only the visitor's own words are for the agent.
        (
            "new_chat_with_messages",
            Ok((
                anna(),
                vec![
                    (Some("a1"), text("Hello")),
                    (Some("a3"), press()),
                    (Some("a4"), text("Could you help me?")),
                ],
            )),
        ),
        (
            "new_chat_with_a_file",
            Ok((known("7"), vec![(Some("a5"), image())])),
        ),
        ("new_message", one("b1", text("Say hi"))),
        ("keyboard_response", one("b2", press())),
        ("file_ready", one("b3", image())),
        ("file_upload", Err("state")),
        ("file_error", Err("state")),
        ("file_of_an_earlier_release", one("b4", earlier)),
        ("location", one("b5", place)),
        ("text_ids", one("5", text("Say hi"))),
        ("nested_chat_id", one("b6", text("Say hi"))),
        (
            "flat_visitor",
            Ok((flat, vec![(Some("a7"), text("Hello"))])),
        ),
        (
            "without_message_id",
            Ok((nobody(), vec![(None, text("Say hi"))])),
        ),
        ("word_of_an_operator", Err("kind")),
        ("another_kind", Err("kind")),
        ("another_event", Err("event")),
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
            Ok((visitor, said)) => Received::Event(ChannelEvent {
                chat: "42".parse().unwrap(),
                event: match said.last() {
                    Some((Some(id), _)) => EventId::named(id),
                    _ => EventId::within(&body, NOW.0, 10_000),
                },
                visitor,
                messages: said
                    .into_iter()
                    .map(|(id, content)| Message {
                        id: id.map(str::to_owned),
                        ..Message::new(Author::Visitor { name: None }, NOW, content)
                    })
                    .collect(),
                moved_to: None,
                moved_from: None,
            }),
        };
        assert_eq!(receive(&body, NOW), Ok(expected), "{name}");
    }
}

/// The state changes, the message's id does not: if what comes before spent it, the file would be taken for a copy.
#[test]
fn a_file_is_heard_once_it_is_ready_and_not_before() {
    let ready = event(&fixture::body(PLATFORM, "file_ready"));
    assert_eq!(ready.event, EventId::named("b3"));
    for state in ["upload", "processing", "error", ""] {
        let mut body = fixture::json(PLATFORM, "file_ready");
        body["message"]["data"]["state"] = state.into();
        if state.is_empty() {
            assert_eq!(of(&body).messages, ready.messages, "an empty state is none");
        } else {
            assert_eq!(ignored(&body), "state");
        }
    }
    let mut unready = fixture::json(PLATFORM, "file_of_an_earlier_release");
    unready["message"]["data"]["url"] = Value::Null;
    assert_eq!(ignored(&unready), "state");
}

/// What a chat began with, and what a chat that is given back brings again.
#[test]
fn a_message_that_comes_in_both_ways_is_known() {
    let message = json!({"id": "x2", "kind": "visitor", "text": "Hello"});
    let first = json!({"id": "x1", "kind": "visitor", "text": "Hi"});
    let chat = |messages: Value| json!({"event": "new_chat", "chat": {"id": 42}, "visitor": {"id": "7"}, "messages": messages});
    let alone = of(&json!({"event": "new_message", "chat_id": 42, "message": message}));
    assert_eq!(of(&chat(json!([message]))).event, alone.event);
    assert_eq!(of(&chat(json!([first, message]))).event, alone.event);
    assert_ne!(of(&chat(json!([first]))).event, alone.event);
}

/// What was heard before comes again in a chat that is given back, among what is new.
#[test]
fn each_message_of_a_new_chat_is_an_event_of_its_own() {
    let body = fixture::body(PLATFORM, "new_chat_with_messages");
    let events: Vec<_> = v2::receive::receive(&body, NOW)
        .unwrap()
        .into_iter()
        .filter_map(|received| match received {
            Received::Event(event) => Some((event.event, event.messages.len())),
            Received::Ignored(_) => None,
        })
        .collect();
    let named = |id: &str| (EventId::named(id), 1);
    assert_eq!(events, [named("a1"), named("a3"), named("a4")]);
}

#[test]
fn one_message_that_cannot_be_understood_does_not_cost_the_others() {
    let body = json!({"event": "new_chat", "chat": {"id": 42}, "messages": [
        {"id": "1", "kind": "file_visitor", "data": {"state": "ready"}},
        {"id": "2", "kind": "visitor", "text": "Hello"},
    ]});
    assert_eq!(of(&body).messages.len(), 1);
}

/// Two of them in one body are not copies of each other.
#[test]
fn messages_without_ids_are_each_their_own() {
    let hello = json!({"kind": "visitor", "text": "Hello"});
    let body = json!({"event": "new_chat", "chat": {"id": 42}, "messages": [hello, hello]});
    let events = v2::receive::receive(body.to_string().as_bytes(), NOW).unwrap();
    let [Received::Event(one), Received::Event(two)] = &events[..] else {
        panic!("{events:?}");
    };
    assert_ne!(one.event.hash, two.event.hash);
}

/// An operator may give a chat back twice; the second time is no copy of the first.
#[test]
fn a_chat_without_messages_can_begin_again() {
    let body = fixture::body(PLATFORM, "new_chat_without_messages");
    let first = event(&body).event;
    let later = NOW.after(std::time::Duration::from_secs(60));
    let Ok(Received::Event(second)) = receive(&body, later) else {
        panic!("it is an event");
    };
    assert_ne!(second.event.hash, first.hash);
    assert!(!second.event.also.contains(&Some(first.hash)));
}

#[test]
fn what_cannot_be_understood_is_refused() {
    let message =
        |message: Value| json!({"event": "new_message", "chat_id": 42, "message": message});
    for (body, why) in [
        (json!({"chat_id": 42}), "`event` is missing"),
        (json!({"event": "new_chat"}), "`chat_id` is missing"),
        (
            json!({"event": "new_message", "chat_id": 42}),
            "`message` is missing",
        ),
        (
            json!({"event": "new_chat", "chat": {"id": 42}, "messages": {}}),
            "`messages` is no list",
        ),
        (message(json!({})), "`message.kind` is missing"),
        (
            message(json!({"kind": "visitor"})),
            "`message.text` is missing",
        ),
        (
            message(json!({"kind": "keyboard_response"})),
            "`message.data` is missing",
        ),
        (
            message(json!({"kind": "keyboard_response", "data": {}})),
            "`message.data.button` is missing",
        ),
        (
            message(json!({"kind": "keyboard_response", "data": {"button": {}}})),
            "`message.data.button.id` is missing",
        ),
        (
            message(json!({"kind": "file_visitor", "data": {"state": "ready"}})),
            "`message.data.url` is missing",
        ),
    ] {
        assert_eq!(refused(&body), why, "{body}");
    }
}

#[test]
fn a_refusal_does_not_repeat_what_the_visitor_wrote() {
    for body in [
        json!({"event": {"my": "password"}}),
        json!({"event": "new_message", "chat_id": {"my": "password"}, "message": {"text": "hi"}}),
        json!({"event": "new_message", "chat_id": 42, "message": "password"}),
        json!({"event": "new_message", "chat_id": 42, "message": {"kind": "visitor", "text": ["password"]}}),
        json!({"event": "new_message", "chat_id": 42, "message": {"kind": ["password"]}}),
    ] {
        assert!(!refused(&body).contains("password"), "{}", refused(&body));
    }
}

#[test]
fn a_blank_text_is_nobodys_business() {
    let body = json!({"event": "new_message", "chat_id": 42, "message": {"id": "b1", "kind": "visitor", "text": " \n"}});
    assert_eq!(ignored(&body), "text");
}

/// A button that comes without its label, or without its id, is still the button.
#[test]
fn a_press_needs_an_id_or_a_label() {
    let press = |button: Value| {
        let body = json!({"event": "new_message", "chat_id": 42, "message": {"kind": "keyboard_response", "data": {"button": button}}});
        let [content] = of(&body).messages.remove(0).contents.try_into().unwrap();
        content
    };
    let button = |id: &str, text: &str| {
        Content::Press(Button {
            id: id.to_owned(),
            text: text.to_owned(),
        })
    };
    assert_eq!(
        press(json!({"id": 7, "text": "Seven"})),
        button("7", "Seven")
    );
    assert_eq!(press(json!({"id": "a"})), button("a", ""));
    assert_eq!(press(json!({"text": "A"})), button("A", "A"));
}
