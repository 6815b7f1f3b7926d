//! What an application's message means.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::files::FileKey;
use shared::mailbox::EventId;
use shared::model::{Author, Content, File, FileKind, FileSource, Message, Visitor};
use shared::platforms::api_medium::channel::receive::{self, Incoming};
use shared::platforms::api_medium::wire::{Taken, UserId};
use shared::webhook::{ChannelEvent, Refusal};

use super::NEW;
use crate::{NOW, fixture};

const END: &str = "api-medium-channel";
const KEY: &[u8] = b"8e03978e-40d5-43dd-bc93-6894a57f9324";

fn receive(body: &[u8], key: Option<&[u8]>) -> Result<Incoming, Refusal> {
    let (settings, channel) = (super::settings(), super::channel());
    receive::receive(&settings, &channel, (body, key), super::new_user(), NOW)
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn linked(kind: FileKind, url: &str) -> Content {
    Content::File(File {
        kind,
        source: FileSource::Url(url.to_owned()),
        name: None,
        media_type: None,
        size: None,
    })
}

/// The picture in the fixtures.
fn picture() -> (Content, FileKey) {
    let json = fixture::json(END, "attachment_base64");
    let data = json["attachments"][0]["base64"].as_str().unwrap();
    let bytes = shared::files::data_url::read(data, 1000).unwrap().bytes;
    assert!(bytes.starts_with(b"\x89PNG"));
    let key = FileKey::of(&super::channel(), &bytes);
    let content = Content::File(File {
        kind: FileKind::Image,
        source: FileSource::Kept(key.to_string()),
        name: None,
        media_type: Some("image/png".to_owned()),
        size: Some(bytes.len() as u64),
    });
    (content, key)
}

#[test]
fn each_fixture_is_what_it_says() {
    let (picture, key) = picture();
    let url = linked(FileKind::Image, "https://www.example.com/image.jpg");
    let offer = linked(FileKind::Document, "https://www.example.com/offer.pdf");
    let means: Vec<(&str, u64, Vec<Content>)> = vec![
        ("first_message", NEW, vec![text("Hi there, I'm a user!")]),
        ("message", 9, vec![text("How much is it?")]),
        ("keyword", 10, vec![text("#start")]),
        ("attachment_url", 9, vec![text("Like this one"), url]),
        (
            "attachment_base64",
            9,
            vec![text("And this"), picture.clone()],
        ),
        ("attachments_alone", 9, vec![picture.clone(), offer]),
        ("user_id_null", NEW, vec![text("Hello")]),
        ("user_id_as_text", 9, vec![text("Hello")]),
        ("user_id_zero", 0, vec![text("Hello")]),
    ];
    let named: Vec<&str> = means.iter().map(|(name, ..)| *name).collect();
    fixture::assert_all_are_named(END, &named);
    for (name, user, contents) in means {
        let body = fixture::body(END, name);
        let brings_picture = contents.contains(&picture);
        let incoming = receive(&body, None).unwrap();
        let event = ChannelEvent {
            chat: user.to_string().parse().unwrap(),
            event: EventId::within(&body, NOW.0, 5000),
            visitor: Visitor {
                id: Some(user.to_string()),
                ..Visitor::default()
            },
            messages: vec![Message {
                author: Author::Visitor { name: None },
                at: NOW,
                id: None,
                edited: false,
                contents,
            }],
            moved_to: None,
            moved_from: None,
        };
        assert_eq!(incoming.event, event, "{name}");
        let taken = Taken {
            channel_id: "shop-app".to_owned(),
            message: fixture::json(END, name)["message"]
                .as_str()
                .unwrap()
                .to_owned(),
            user_id: user.try_into().unwrap(),
            success: true,
        };
        assert_eq!(incoming.taken, taken, "{name}");
        let uploads: Vec<_> = incoming.uploads.iter().map(|(key, _)| key).collect();
        let expected: &[&FileKey] = if brings_picture { &[&key] } else { &[] };
        assert_eq!(uploads, expected, "{name}");
        for (key, upload) in &incoming.uploads {
            assert_eq!(*key, FileKey::of(&super::channel(), upload.bytes()));
            assert_eq!(upload.media_type().as_str(), "image/png");
        }
    }
}

fn why(body: &Value, key: Option<&[u8]>) -> String {
    match receive(body.to_string().as_bytes(), key) {
        Err(Refusal::Malformed(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_refusal_names_what_is_wrong() {
    let with = |attachment: Value| json!({"message": "Hi", "attachments": [{"url": "https://a.example/b"}, attachment]});
    for (body, named) in [
        (json!({"userID": 9}), "`message` is missing"),
        (json!({"message": " "}), "`message` that is not blank"),
        (json!({"message": " ", "attachments": []}), "`message`"),
        (with(json!({})), "`attachments[1]`"),
        (
            with(json!({"url": "https://a.example/b", "base64": "data:,"})),
            "`attachments[1]`",
        ),
        (
            with(json!({"url": "http://169.254.169.254/latest"})),
            "`attachments[1]`",
        ),
        (with(json!({"url": "/image.jpg"})), "`attachments[1]`"),
        (with(json!({"base64": "iVBORw0KGgo="})), "`data:`"),
        (
            with(json!({"base64": "data:image/png;base64,!"})),
            "`attachments[1]`",
        ),
        (
            json!({"message": "Hi", "userID": -1}),
            "JSON of another shape",
        ),
        (
            json!({"message": "Hi", "userID": 1.5}),
            "JSON of another shape",
        ),
        (
            json!({"message": "Hi", "userID": ""}),
            "JSON of another shape",
        ),
        (
            json!({"message": "Hi", "userID": "+9"}),
            "JSON of another shape",
        ),
        (
            json!({"message": "Hi", "userID": 1_u64 << 53}),
            "JSON of another shape",
        ),
    ] {
        let why = why(&body, None);
        assert!(why.contains(named), "{body}: {why}");
        assert!(!why.contains("169.254"), "{why}");
    }
    let large = "A".repeat(6_000_000);
    let large = why(
        &with(json!({"base64": format!("data:;base64,{large}")})),
        None,
    );
    assert!(large.contains("larger"), "{large}");
}

#[test]
fn who_asks_says_so_before_anything_else_is_read() {
    let given = receive::credentials(&fixture::body(END, "message")).unwrap();
    assert_eq!(given.0, "shop-app");
    assert_eq!(given.1, "made-up-token-of-the-channel");
    // Whatever the rest is.
    let odd = br#"{"channelID":"a","token":"b","message":7,"userID":{},"attachments":"x"}"#;
    assert_eq!(
        receive::credentials(odd),
        Ok(("a".to_owned(), "b".to_owned()))
    );
    for (body, named) in [
        (&br#"{"token":"b"}"#[..], "`channelID` is missing"),
        (br#"{"channelID":"a"}"#, "`token` is missing"),
        (br#"{"channelID":"a","token":7}"#, "JSON of another shape"),
        (b"channelID=a&token=b", "no JSON object"),
    ] {
        match receive::credentials(body) {
            Err(Refusal::Malformed(why)) => assert!(why.contains(named), "{why}"),
            other => panic!("{other:?}"),
        }
    }
}

/// Two people may begin with the same word.
#[test]
fn a_first_message_without_a_key_is_always_of_somebody_new() {
    let ids: std::collections::HashSet<_> = (0..1000)
        .map(|_| UserId::random())
        .inspect(|id| assert!((1..1 << 52).contains(&id.to_string().parse::<u64>().unwrap())))
        .collect();
    assert_eq!(ids.len(), 1000);
}

#[test]
fn a_key_makes_a_request_known_again_whatever_is_in_it() {
    let first = fixture::body(END, "first_message");
    let again = br#"{"message":"Hi there, I'm a user!"}"#;
    let (one, two) = (
        receive(&first, Some(KEY)).unwrap(),
        receive(again, Some(KEY)).unwrap(),
    );
    assert_eq!(one.event.event, two.event.event);
    assert_eq!(one.taken.user_id, two.taken.user_id);
    assert_eq!(one.event.chat.as_str(), one.taken.user_id.to_string());
    assert_ne!(one.taken.user_id, super::new_user());

    // Another key, and the same one of another connection, is somebody else.
    let other = receive(&first, Some(b"another-key-that-is-long")).unwrap();
    assert_ne!(other.taken.user_id, one.taken.user_id);
    assert_ne!(other.event.event, one.event.event);
    let elsewhere = receive::receive(
        &super::settings(),
        &"another-app".parse().unwrap(),
        (&first, Some(KEY)),
        super::new_user(),
        NOW,
    );
    assert_ne!(elsewhere.unwrap().taken.user_id, one.taken.user_id);

    // Who is known stays who they are.
    let known = receive(&fixture::body(END, "message"), Some(KEY)).unwrap();
    assert_eq!(known.taken.user_id.to_string(), "9");
    assert_eq!(known.event.event, one.event.event);
}

#[test]
fn a_key_that_others_may_have_too_is_refused() {
    let body = json!({"message": "Hi"});
    for key in [
        &b""[..],
        b"1",
        b"fifteen-letters",
        b"with a space in it",
        b"\xff\xfe0123456789abcdef",
        &[b'a'; 256],
    ] {
        assert!(why(&body, Some(key)).contains("Idempotency-Key"));
    }
    for key in [&[b'a'; 16][..], &[b'a'; 255], b"\"8e03978e-40d5-43dd\""] {
        assert!(receive(body.to_string().as_bytes(), Some(key)).is_ok());
    }
}

#[test]
fn without_a_key_the_same_bytes_are_a_copy_for_as_long_as_the_settings_say() {
    let body = fixture::body(END, "message");
    let after = |seconds, window: u32| {
        let mut settings = super::least();
        settings["duplicate_window"] = window.into();
        let settings = serde_json::from_value(settings).unwrap();
        let now = NOW.after(Duration::from_secs(seconds));
        let channel = super::channel();
        let incoming = receive::receive(&settings, &channel, (&body, None), super::new_user(), now);
        incoming.unwrap().event.event
    };
    let is_copy = |first: EventId, second: EventId| {
        first.hash == second.hash || second.also.contains(&Some(first.hash))
    };
    assert!(is_copy(after(0, 5), after(5, 5)));
    assert!(!is_copy(after(0, 5), after(11, 5)));
    assert!(is_copy(after(0, 60), after(59, 60)));
    assert!(!is_copy(after(0, 0), after(0, 0)));
}

/// Each is a write to the storage before the message is kept.
#[test]
fn more_files_than_a_message_can_have_are_refused() {
    let with = |count: usize| {
        let files = vec![json!({"base64": "data:text/plain;base64,aGk="}); count];
        let body = json!({"message": "hi", "attachments": files});
        receive(body.to_string().as_bytes(), None)
    };
    assert_eq!(with(20).unwrap().uploads.len(), 20);
    assert!(matches!(with(21), Err(Refusal::Malformed(why)) if why.contains("at most 20")));
}

proptest! {
    #[test]
    fn a_file_that_comes_inside_is_the_file_that_is_kept(
        bytes in prop::collection::vec(any::<u8>(), 1..200),
        media_type in "(image|audio|video|text)/[a-z]{1,8}",
    ) {
        use base64::Engine;
        let data = base64::engine::general_purpose::STANDARD.encode(&bytes);
        let body = json!({"message": "", "attachments": [{"base64": format!("data:{media_type};base64,{data}")}]});
        let incoming = receive(body.to_string().as_bytes(), None).unwrap();
        let [(key, upload)] = incoming.uploads.try_into().unwrap();
        prop_assert_eq!(&upload.bytes()[..], &bytes[..]);
        let [message] = incoming.event.messages.try_into().unwrap();
        let [Content::File(file)] = message.contents.as_slice() else {
            panic!("no file");
        };
        prop_assert_eq!(&file.source, &FileSource::Kept(key.to_string()));
        prop_assert_eq!(file.size, Some(bytes.len() as u64));
        // Its bytes decide what it is, not what it says it is.
        prop_assert_eq!(file.media_type.as_deref(), Some(upload.media_type().as_str()));
    }
}
