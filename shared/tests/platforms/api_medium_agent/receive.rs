//! What SmartBot360's webhook means.

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::model::{Author, Button, Content, File, FileKind, FileSource, Message, Signals};
use shared::platforms::api_medium::agent;
use shared::platforms::api_medium::channel::send::parts;
use shared::time::Millis;
use shared::webhook::{AgentEvent, Received, Refusal, Thread};

use super::CHANNEL;
use crate::{NOW, fixture};

const END: &str = "api-medium-agent";

fn receive(body: &[u8]) -> Result<Received<AgentEvent>, Refusal> {
    agent::receive::receive(&super::settings(), body, NOW)
}

fn event(body: &[u8]) -> AgentEvent {
    match receive(body) {
        Ok(Received::Event(event)) => event,
        other => panic!("{other:?}"),
    }
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn file(kind: FileKind, url: &str) -> Content {
    Content::File(File {
        kind,
        source: FileSource::Url(url.to_owned()),
        name: None,
        media_type: None,
        size: None,
    })
}

fn buttons(texts: &[&str]) -> Content {
    let row = |text: &&str| {
        vec![Button {
            id: (*text).to_owned(),
            text: (*text).to_owned(),
        }]
    };
    Content::Buttons(texts.iter().map(row).collect())
}

#[test]
fn each_fixture_is_what_it_says() {
    let agent = |contents| (Author::Agent, contents);
    let means: Vec<(&str, (Author, Vec<Content>))> = vec![
        ("text", agent(vec![text("Hi Anna! How can I help?")])),
        (
            "quick_replies",
            agent(vec![
                text("What would you like to know?"),
                buttons(&["Opening hours", "Prices"]),
            ]),
        ),
        (
            "attachments",
            agent(vec![
                text("Our shop:"),
                file(FileKind::Image, "https://files.example/shop.JPG?size=large"),
                text(" and our 🙂"),
                file(FileKind::Document, "https://files.example/menu.pdf"),
                text(" menu."),
            ]),
        ),
        (
            "attachment_alone",
            agent(vec![file(
                FileKind::Voice,
                "https://files.example/hello.ogg",
            )]),
        ),
        (
            "everything",
            agent(vec![
                text("See: "),
                file(FileKind::Image, "https://files.example/a.png"),
                text("ok?"),
                buttons(&["Yes", "No"]),
            ]),
        ),
        (
            "admin",
            (
                Author::Operator,
                vec![text("This is Olga from the *shop*.")],
            ),
        ),
        (
            "offsets_beyond_the_text",
            agent(vec![
                text("Here"),
                file(FileKind::Video, "https://files.example/b.mp4"),
                file(FileKind::Audio, "https://files.example/c.mp3"),
                file(FileKind::Document, "https://files.example/d"),
            ]),
        ),
        (
            "url_that_is_not_public",
            agent(vec![text("Look"), text("http://10.0.0.7/camera.jpg")]),
        ),
        ("user_id_as_text", agent(vec![text("Hi")])),
        (
            "odd_quick_replies",
            agent(vec![text("How many?"), buttons(&["1", "2.5", "more"])]),
        ),
        ("time_ahead", agent(vec![text("Soon")])),
    ];
    let ignored = [
        ("another_channel", "channelID"),
        ("nothing_said", "message"),
    ];
    let named: Vec<&str> = means.iter().map(|(name, _)| *name).collect();
    let none: Vec<&str> = ignored.iter().map(|(name, _)| *name).collect();
    fixture::assert_all_are_named(END, &[named, none].concat());
    for (name, (author, contents)) in means {
        let body = fixture::body(END, name);
        let said = fixture::json(END, name)["timestamp"].as_u64().unwrap();
        let event = event(&body);
        assert_eq!(event.thread, Thread::Kept("9".to_owned()), "{name}");
        assert_eq!(event.signals, Signals::default(), "{name}");
        assert_eq!(event.author, author, "{name}");
        let message = Message {
            author,
            at: Millis(said.min(NOW.0)),
            id: None,
            edited: false,
            contents,
        };
        assert_eq!(event.message, Some(message), "{name}");
    }
    for (name, reason) in ignored {
        assert_eq!(
            receive(&fixture::body(END, name)),
            Ok(Received::Ignored(reason)),
            "{name}"
        );
    }
}

#[test]
fn what_is_required_is_required() {
    let whole = fixture::json(END, "everything");
    for field in ["channelID", "message", "userID", "timestamp"] {
        let mut without = whole.clone();
        without.as_object_mut().unwrap().remove(field);
        let refused = receive(without.to_string().as_bytes());
        assert_eq!(
            refused,
            Err(Refusal::Malformed(format!("`{field}` is missing")))
        );
    }
    let mut nowhere = whole;
    nowhere["attachments"] = json!([{"offset": 1}]);
    let refused = receive(nowhere.to_string().as_bytes());
    assert!(matches!(refused, Err(Refusal::Malformed(_))), "{refused:?}");
}

#[test]
fn the_same_words_at_another_time_are_another_event() {
    let said = fixture::json(END, "text");
    let mut later = said.clone();
    later["timestamp"] = json!(said["timestamp"].as_u64().unwrap() + 1);
    let id = |body: &Value| event(body.to_string().as_bytes()).event;
    assert_eq!(id(&said), id(&said));
    assert_ne!(id(&said), id(&later));
}

proptest! {
    /// What we say as the bot is what we hear as the application.
    #[test]
    fn files_come_back_to_where_they_were(
        pieces in prop::collection::vec(("[a-zж🙂\u{301}][ a-zж🙂\n]{0,9}", 0_usize..3), 0..6),
        last in "|[a-z 🙂]{0,6}[a-z]",
        replies in prop::collection::vec("[a-z]{1,8}", 0..3),
    ) {
        let mut contents = Vec::new();
        let mut number = 0;
        for (words, files) in pieces {
            // Two texts with nothing in between are two lines.
            if matches!(contents.last(), None | Some(Content::File(_))) {
                contents.push(Content::Text(words));
            }
            for _ in 0..files {
                number += 1;
                contents.push(file(FileKind::Image, &format!("https://files.example/{number}.png")));
            }
        }
        if !last.is_empty() && matches!(contents.last(), None | Some(Content::File(_))) {
            contents.push(Content::Text(last));
        }
        if !contents.is_empty() && !replies.is_empty() {
            let replies: Vec<&str> = replies.iter().map(String::as_str).collect();
            contents.push(buttons(&replies));
        }
        let message = Message { contents, ..Message::new(Author::Agent, NOW, text("")) };
        let said = parts(&message);
        prop_assert!(said.len() <= 1);
        for said in said {
            let mut body = serde_json::to_value(said).unwrap();
            body["channelID"] = CHANNEL.into();
            body["userID"] = 9.into();
            body["timestamp"] = NOW.0.into();
            let heard = event(body.to_string().as_bytes()).message.unwrap();
            prop_assert_eq!(&heard.contents, &message.contents);
        }
    }
}
