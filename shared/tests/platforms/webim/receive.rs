//! What Webim's requests mean.

use serde_json::{Value, json};
use shared::mailbox::EventId;
use shared::model::{Author, Button, Content, Location, Message, Visitor};
use shared::platforms::webim::v1;
use shared::webhook::{ChannelEvent, Received, Refusal};

use crate::{NOW, fixture};

const UUID: &str = "9401b039-ace3-4619-b884-a24e0aaf7adb";

fn receive(body: &[u8]) -> Result<ChannelEvent, Refusal> {
    match v1::receive::receive(&super::settings(), body, NOW)? {
        Received::Event(event) => Ok(event),
        Received::Ignored(reason) => panic!("ignored: {reason}"),
    }
}

fn refused(body: &Value) -> String {
    match receive(body.to_string().as_bytes()) {
        Err(Refusal::Malformed(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn known(id: &str) -> Visitor {
    Visitor {
        id: Some(id.to_owned()),
        ..Visitor::default()
    }
}

/// By fixture: the chat, the visitor and what they wrote.
fn meanings() -> Vec<(&'static str, &'static str, Visitor, Vec<Content>)> {
    let visitor = || known("51b6d2d74ac24af38cbfbb7cf5529845");
    let nobody = Visitor::default;
    let press = Content::Press(Button {
        id: "say_hi".to_owned(),
        text: "Say hi".to_owned(),
    });
    let place = Content::Location(Location {
        latitude: 55.7558,
        longitude: 37.6173,
        title: None,
    });
    let flat = Visitor {
        id: Some("51b6d2d7".to_owned()),
        first_name: Some("Анна".to_owned()),
        last_name: Some("Петрова".to_owned()),
        username: Some("anna".to_owned()),
        phone: Some("+7 900 000-00-00".to_owned()),
        email: Some("anna@example.com".to_owned()),
        location: Some("Москва".to_owned()),
        ..nobody()
    };
    let nested = Visitor {
        id: Some("51b6d2d7".to_owned()),
        first_name: Some("Anna Petrova".to_owned()),
        phone: Some("+79000000000".to_owned()),
        email: Some("anna@example.com".to_owned()),
        ..nobody()
    };
    let of_the_site = Visitor {
        phone: Some("79000000000".to_owned()),
        ..known("7")
    };
    let two = vec![text("Hello"), text("Could you help me?")];
    let about = text("I am here: https://maps.google.com/maps?q=55.7558,37.6173");
    vec![
        ("new_chat_with_messages", UUID, visitor(), two),
        ("new_chat_without_messages", UUID, visitor(), vec![]),
        ("new_chat_with_empty_messages", UUID, visitor(), vec![]),
        // Only the visitor's own words are for the agent.
        (
            "new_chat_with_words_of_others",
            UUID,
            visitor(),
            vec![text("Hello")],
        ),
        ("new_message", UUID, nobody(), vec![text("Say hi")]),
        ("integer_id", "42", nobody(), vec![text("Say hi")]),
        ("without_kind", UUID, nobody(), vec![text("Say hi")]),
        ("keyboard_response", UUID, nobody(), vec![press]),
        ("flat_visitor", UUID, flat, vec![text("Hello")]),
        ("nested_visitor", UUID, nested, vec![text("Hello")]),
        ("fields_of_the_site", UUID, of_the_site, vec![text("Hello")]),
        ("location", UUID, nobody(), vec![place]),
        ("text_about_a_location", UUID, nobody(), vec![about]),
    ]
}

#[test]
fn every_fixture_means_what_the_document_says() {
    let meanings = meanings();
    let names: Vec<_> = meanings.iter().map(|(name, ..)| *name).collect();
    fixture::assert_all_are_named("webim-v1-channel", &names);
    for (name, chat, visitor, contents) in meanings {
        let body = fixture::body("webim-v1-channel", name);
        let expected = ChannelEvent {
            chat: chat.parse().unwrap(),
            event: EventId::within(&body, NOW.0, 5_000),
            visitor: Visitor {
                chat_id: Some(format!("{chat}|webim")),
                ..visitor
            },
            messages: contents
                .into_iter()
                .map(|content| Message::new(Author::Visitor { name: None }, NOW, content))
                .collect(),
            moved_to: None,
            moved_from: None,
        };
        assert_eq!(receive(&body).as_ref(), Ok(&expected), "{name}");
    }
}

/// Webim gives the chat to its operators when it is refused: they can see what the agent could not.
#[test]
fn what_the_agent_could_not_understand_is_refused() {
    let message = |kind: &str| json!({"event": "new_message", "chat": {"id": "a"}, "kind": kind});
    assert_eq!(refused(&message("visitor")), "`text` is missing or empty");
    assert_eq!(
        refused(&message("keyboard_response")),
        "`response` is missing"
    );
    assert!(refused(&message("file_visitor")).contains("`kind`"));
    let blank =
        json!({"event": "new_message", "chat": {"id": "a"}, "kind": "visitor", "text": " \n"});
    assert_eq!(refused(&blank), "`text` is missing or empty");
    let empty = json!({"event": "new_message", "chat": {"id": ""}, "text": "Hello"});
    assert!(refused(&empty).starts_with("`chat.id`"));
}

#[test]
fn a_refusal_does_not_repeat_what_the_visitor_wrote() {
    for body in [
        json!({"event": "new_message", "chat": {"id": {"my": "password"}}, "text": "password"}),
        json!({"event": "password", "chat": {"id": "a"}}),
        json!({"event": "new_message", "chat": "password", "text": "password"}),
        json!({"event": "new_message", "chat": {"id": "a"}, "kind": "password"}),
    ] {
        assert!(!refused(&body).contains("password"), "{}", refused(&body));
    }
}

/// Links that people and map apps send, and what else looks like one.
#[test]
fn a_text_is_a_place_only_if_it_is_nothing_but_a_link_to_one() {
    let place = |text: &str| match webim_text(text) {
        Content::Location(place) => Some((place.latitude, place.longitude)),
        Content::Text(kept) => {
            assert_eq!(kept, text, "a text stays as it is");
            None
        }
        other => panic!("{other:?}"),
    };
    for (link, expected) in [
        ("https://maps.google.com/maps?q=55.75,37.61", (55.75, 37.61)),
        ("http://maps.google.com/?q=-33.86,151.21", (-33.86, 151.21)),
        (
            "  https://www.google.com/maps?q=55.75,37.61\n",
            (55.75, 37.61),
        ),
        (
            "https://www.google.com/maps/search/?api=1&query=55.75%2C37.61",
            (55.75, 37.61),
        ),
        (
            "https://yandex.ru/maps/?pt=37.61,55.75&z=18&l=map",
            (55.75, 37.61),
        ),
        (
            "https://yandex.com/maps/213/moscow/?ll=37.61%2C55.75",
            (55.75, 37.61),
        ),
    ] {
        assert_eq!(place(link), Some(expected), "{link}");
    }
    for other in [
        "https://maps.google.com/maps?q=55.75",
        "https://maps.google.com/maps?q=,",
        "https://maps.google.com/maps?q=inf,1",
        "https://maps.google.com/maps?q=1,180.5",
        "https://maps.google.com/maps?q=Кремль",
        "https://maps.google.com.example.com/maps?q=1,2",
        "https://example.com/?q=1,2",
        "ftp://maps.google.com/maps?q=1,2",
        "1,2",
    ] {
        assert_eq!(place(other), None, "{other}");
    }
}

fn webim_text(text: &str) -> Content {
    let body =
        json!({"event": "new_message", "chat": {"id": "a"}, "kind": "visitor", "text": text});
    let event = receive(body.to_string().as_bytes()).unwrap();
    event.messages[0].contents[0].clone()
}
