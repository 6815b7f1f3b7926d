//! What the platform is sent.

use serde_json::{Value, json};
use shared::delivery::failure::Failure;
use shared::model::{
    Author, Button, Content, File, FileKind, FileSource, Location, Message, Visitor,
};
use shared::platforms::Progress;
use shared::platforms::omnichannel::agent::send::parts;

use crate::NOW;
use crate::vendor::{Sender, Vendor};

const URL: &str = "https://example.com/dir/a.png?x=1";

fn written(contents: Vec<Content>) -> Message {
    Message {
        contents,
        ..Message::new(Author::Visitor { name: None }, NOW, text(""))
    }
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn press(id: &str, text: &str) -> Content {
    Content::Press(Button {
        id: id.to_owned(),
        text: text.to_owned(),
    })
}

fn file(source: FileSource) -> File {
    File {
        kind: FileKind::Image,
        source,
        name: None,
        media_type: None,
        size: None,
    }
}

fn sent(message: &Message) -> Value {
    serde_json::to_value(parts(message)).unwrap()
}

#[test]
fn a_file_has_every_field_of_the_document() {
    let bare = file(FileSource::Url(URL.to_owned()));
    let whole = File {
        name: Some("b.png".to_owned()),
        media_type: Some("image/png".to_owned()),
        size: Some(999),
        ..bare.clone()
    };
    let nameless = file(FileSource::Url("https://example.com/".to_owned()));
    let unknown = "application/octet-stream";
    for (file, name, content_type, size, url) in [
        (whole, "b.png", "image/png", 999, URL),
        (bare, "a.png", unknown, 0, URL),
        (nameless, "file", unknown, 0, "https://example.com/"),
    ] {
        let expected = json!([{"kind": "file_visitor", "data": {
            "state": "ready",
            "name": name,
            "content_type": content_type,
            "size": size,
            "url": url,
        }}]);
        assert_eq!(sent(&written(vec![Content::File(file)])), expected);
    }
}

#[test]
fn a_file_without_a_url_is_described() {
    for source in [
        FileSource::Held("AgAC".to_owned()),
        FileSource::Kept("key".to_owned()),
        FileSource::Url("javascript:alert(1)".to_owned()),
    ] {
        let [part] = parts(&written(vec![Content::File(file(source))]))
            .try_into()
            .unwrap();
        let said = part.text.unwrap();
        assert!(
            said.starts_with("\u{1f5bc}\u{fe0f}") && !said.contains("AgAC"),
            "{said}"
        );
    }
}

#[test]
fn a_press_is_a_press() {
    for (content, id, label) in [
        (press("yes", "Yes"), "yes", "Yes"),
        (press("yes", ""), "yes", "yes"),
        (press("", "Yes"), "Yes", "Yes"),
    ] {
        assert_eq!(
            sent(&written(vec![content])),
            json!([{"kind": "keyboard_response", "data": {"button": {"id": id, "text": label}}}])
        );
    }
}

#[test]
fn what_is_text_stands_together_and_the_rest_for_itself() {
    let place = Content::Location(Location {
        latitude: 55.7558,
        longitude: 37.6173,
        title: None,
    });
    let message = written(vec![
        Content::File(file(FileSource::Url(URL.to_owned()))),
        text("Where is it?"),
        place,
        Content::HandedOver,
        press("yes", "Yes"),
        text(" "),
    ]);
    let kinds: Vec<_> = parts(&message).into_iter().map(|part| part.text).collect();
    let line = "Where is it?\n\u{1f4cd} https://maps.google.com/maps?q=55.7558,37.6173";
    assert_eq!(kinds, [None, Some(line.to_owned()), None]);
    assert_eq!(
        sent(&written(vec![text(" \n"), Content::Closed])),
        json!([])
    );
}

/// Nothing else can carry a name or a pencil.
#[test]
fn who_wrote_and_what_was_changed_is_text() {
    let mut message = written(vec![
        press("yes", "Yes"),
        Content::File(file(FileSource::Url(URL.to_owned()))),
    ]);
    message.author = Author::Visitor {
        name: Some("Анна".to_owned()),
    };
    let said = format!("Анна: Yes\n\u{1f5bc}\u{fe0f} {URL}");
    assert_eq!(sent(&message), json!([{"kind": "visitor", "text": said}]));
    message.author = Author::Visitor { name: None };
    message.edited = true;
    let [part] = parts(&message).try_into().unwrap();
    assert!(part.text.unwrap().starts_with("\u{270f}\u{fe0f} Yes"));
}

fn settings() -> Value {
    json!({
        "platform": "omnichannel-agent",
        "webhook_url": "env:WEBHOOK_URL",
        "webhook_token": "env:HOOK",
    })
}

const PATH: &str = "/connector/omnichannel/omnichannel_message/t0ken/bot_api_webhook";

fn sender(vendor: &Vendor) -> Sender {
    Sender::new(&settings(), "a-chat", "s3cret")
        .with_secret("WEBHOOK_URL", &format!("{}{PATH}", vendor.url))
        .in_thread("2718281828459045")
}

#[tokio::test]
async fn the_call_is_the_documents() {
    let vendor = Vendor::answering(vec![(200, ""), (200, "")]);
    let sender = sender(&vendor).with_visitor(Visitor {
        id: Some("17".to_owned()),
        first_name: Some("Anna".to_owned()),
        last_name: Some("Petrova".to_owned()),
        username: Some("anna".to_owned()),
        phone: Some("+7900".to_owned()),
        email: Some("anna@example.com".to_owned()),
        location: Some("Москва".to_owned()),
        site: Some("https://example.com/prices".to_owned()),
        chat_id: Some("42|webim".to_owned()),
        language: Some("ru".to_owned()),
    });
    let message = written(vec![
        text("Hello"),
        Content::File(file(FileSource::Url(URL.to_owned()))),
    ]);
    let first = sender.send(&message, 0).await.unwrap();
    assert_eq!((first.progress, first.thread), (Progress::More, None));
    let second = sender.send(&message, 1).await.unwrap();
    assert_eq!(second.progress, Progress::Complete);
    let [hello, file] = vendor.requests().try_into().unwrap();
    assert_eq!(hello.line, format!("POST {PATH} HTTP/1.1"));
    assert_eq!(hello.headers["content-type"], "application/json");
    assert!(!hello.headers.contains_key("authorization"));
    let visitor = json!({"id": "17", "fields": {
        "name": "Anna Petrova",
        "login": "anna",
        "phone": "+7900",
        "email": "anna@example.com",
        "site": "https://example.com/prices",
    }});
    let id = hello.body["message"]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        hello.body,
        json!({
            "event": "new_message",
            "chat_id": 2_718_281_828_459_045_i64,
            "visitor": visitor,
            "message": {"id": id, "kind": "visitor", "text": "Hello"},
        })
    );
    let other = &file.body["message"]["id"];
    assert_ne!(other, &id, "each part is a message");
    assert_eq!(&file.body["message"]["data"]["id"], other);
    assert_eq!(file.body["visitor"], visitor);
}

/// What the platform makes the chat's name of, when nothing else is known.
#[tokio::test]
async fn a_visitor_always_has_an_id() {
    let known = |chat_id: Option<&str>| Visitor {
        chat_id: chat_id.map(str::to_owned),
        ..Visitor::default()
    };
    for (visitor, id) in [
        (known(Some("42|webim")), "42|webim"),
        (known(None), "a-chat"),
    ] {
        let vendor = Vendor::answering(vec![(200, "")]);
        let sender = sender(&vendor).with_visitor(visitor);
        sender.send(&written(vec![text("Hello")]), 0).await.unwrap();
        let [request] = vendor.requests().try_into().unwrap();
        assert_eq!(request.body["visitor"], json!({"id": id, "fields": {}}));
    }
}

/// The same each time, so that a copy can be told.
#[tokio::test]
async fn a_message_keeps_its_id() {
    let vendor = Vendor::answering(vec![(500, ""), (200, "")]);
    let sender = sender(&vendor);
    let message = written(vec![text("Hello")]);
    let failed = sender.send(&message, 0).await;
    assert!(
        matches!(failed, Err(Failure::Later { in_doubt: true, .. })),
        "{failed:?}"
    );
    sender.send(&message, 0).await.unwrap();
    let [first, second] = vendor.requests().try_into().unwrap();
    assert_eq!(first.body, second.body);
}
