//! What an application is sent.

use serde_json::{Value, json};
use shared::delivery::failure::Failure;
use shared::model::{Author, Button, Content, File, FileKind, FileSource, Location, Message};
use shared::platforms::api_medium::channel::send::parts;
use shared::platforms::{Delivered, Progress};

use crate::NOW;
use crate::vendor::{Sender, Vendor};

fn written(contents: Vec<Content>) -> Message {
    Message {
        contents,
        ..Message::new(Author::Agent, NOW, text(""))
    }
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn file(url: &str, name: Option<&str>) -> Content {
    Content::File(File {
        kind: FileKind::Document,
        source: FileSource::Url(url.to_owned()),
        name: name.map(str::to_owned),
        media_type: None,
        size: None,
    })
}

fn buttons(texts: &[&str]) -> Content {
    let button = |text: &&str| Button {
        id: format!("id-{text}"),
        text: (*text).to_owned(),
    };
    Content::Buttons(vec![texts.iter().map(button).collect()])
}

fn said(contents: Vec<Content>) -> Vec<Value> {
    let parts = parts(&written(contents)).into_iter();
    parts
        .map(|part| serde_json::to_value(part).unwrap())
        .collect()
}

#[test]
fn one_message_is_one_call() {
    let (a, b) = ("https://files.example/a", "https://files.example/b");
    for (contents, expected) in [
        (vec![text("Hi")], json!({"message": "Hi"})),
        (
            vec![Content::Markdown("**Hi**, `you`".to_owned())],
            json!({"message": "Hi, you"}),
        ),
        (
            vec![text("Hi"), text("there")],
            json!({"message": "Hi\nthere"}),
        ),
        (
            vec![
                text("Our 🙂 shop: "),
                file(a, None),
                text("come!"),
                file(b, None),
            ],
            json!({
                "message": "Our 🙂 shop: come!",
                "attachments": [{"offset": 13, "url": a}, {"offset": 18, "url": b}],
            }),
        ),
        (
            vec![file(a, None)],
            json!({"message": "", "attachments": [{"offset": 0, "url": a}]}),
        ),
        // There is no field for a name, and a line that tells it is no text of the sender's.
        (
            vec![text("See"), file(a, Some("a.pdf")), text("Ok?")],
            json!({
                "message": "See\n\u{1f4ce} a.pdf\nOk?",
                "attachments": [{"offset": 12, "url": a}],
            }),
        ),
        (
            vec![file(a, None), file(b, Some("b"))],
            json!({
                "message": "\u{1f4ce} b",
                "attachments": [{"offset": 0, "url": a}, {"offset": 4, "url": b}],
            }),
        ),
        (
            vec![text("Which?"), buttons(&["This", "That"]), file(a, None)],
            json!({
                "message": "Which?",
                "attachments": [{"offset": 6, "url": a}],
                "quickReplies": ["This", "That"],
            }),
        ),
        (
            vec![buttons(&["This", "That"])],
            json!({
                "message": "\u{2022} This\n\u{2022} That",
                "quickReplies": ["This", "That"],
            }),
        ),
        (
            vec![buttons(&["This"]), file(a, None)],
            json!({
                "message": "",
                "attachments": [{"offset": 0, "url": a}],
                "quickReplies": ["This"],
            }),
        ),
        (
            vec![
                file(a, None),
                Content::Location(Location {
                    latitude: 1.5,
                    longitude: 2.5,
                    title: None,
                }),
            ],
            json!({
                "message": "\u{1f4cd} https://maps.google.com/maps?q=1.5,2.5",
                "attachments": [{"offset": 0, "url": a}],
            }),
        ),
        (
            vec![text("Bye"), Content::HandedOver],
            json!({"message": "Bye"}),
        ),
    ] {
        assert_eq!(said(contents.clone()), [expected], "{contents:?}");
    }
}

#[test]
fn what_says_nothing_is_not_sent() {
    for contents in [
        vec![],
        vec![text(" \n")],
        vec![Content::HandedOver],
        vec![Content::Closed],
        vec![Content::Buttons(vec![vec![]])],
    ] {
        assert_eq!(said(contents), Vec::<Value>::new());
    }
}

#[test]
fn a_long_text_is_several_calls_with_everything_in_its_place() {
    let (first, second) = ("Доставка. ".repeat(300), "Оплата 🙂. ".repeat(300));
    let (a, b, c) = (
        "https://files.example/a",
        "https://files.example/b",
        "https://files.example/c",
    );
    let parts = said(vec![
        file(a, None),
        text(&first),
        file(b, None),
        text(&second),
        file(c, None),
        buttons(&["Ok"]),
    ]);
    assert_eq!(parts.len(), 2);
    let length = |part: &Value| part["message"].as_str().unwrap().encode_utf16().count();
    assert!(parts.iter().all(|part| length(part) <= 4000));
    assert_eq!(parts[0]["attachments"][0], json!({"offset": 0, "url": a}));
    assert_eq!(
        parts[0]["attachments"][1],
        json!({"offset": 3000, "url": b})
    );
    assert_eq!(
        parts[1]["attachments"],
        json!([{"offset": length(&parts[1]), "url": c}])
    );
    assert!(parts[0].get("quickReplies").is_none());
    assert_eq!(parts[1]["quickReplies"], json!(["Ok"]));
}

fn sender(vendor: &Vendor, chat: &str) -> Sender {
    let mut settings = super::least();
    settings["platform"] = "api-medium-channel".into();
    settings["url"] = format!("{}/webhook", vendor.url).into();
    settings["admin_id"] = 7.into();
    Sender::new(&settings, chat, "s3cret")
}

fn delivered(progress: Progress) -> Result<Delivered, Failure> {
    Ok(progress.into())
}

#[tokio::test]
async fn the_call_is_the_documents() {
    let vendor = Vendor::answering(vec![(200, "")]);
    let message = written(vec![text("Hi"), buttons(&["Yes"])]);
    let sent = sender(&vendor, "4503599627370495").send(&message, 0).await;
    assert_eq!(sent, delivered(Progress::Complete));
    let [request] = vendor.requests().try_into().unwrap();
    assert_eq!(request.line, "POST /webhook HTTP/1.1");
    assert_eq!(request.headers["content-type"], "application/json");
    assert_eq!(
        request.body,
        json!({
            "channelID": "shop",
            "message": "Hi",
            "quickReplies": ["Yes"],
            "userID": 4_503_599_627_370_495_u64,
            "timestamp": NOW.0,
        })
    );
}

#[tokio::test]
async fn a_person_is_an_admin() {
    let vendor = Vendor::answering(vec![(200, "{}")]);
    let mut message = written(vec![text("Olga here")]);
    message.author = Author::Operator;
    let sent = sender(&vendor, "9").send(&message, 0).await;
    assert_eq!(sent, delivered(Progress::Complete));
    assert_eq!(vendor.requests()[0].body["adminID"], 7);
}

/// So the application can know a copy, and keeps the order of what it sorts by time.
#[tokio::test]
async fn each_part_has_its_own_key_and_time_and_keeps_them() {
    let vendor = Vendor::answering(vec![(500, ""), (200, ""), (200, "")]);
    let sender = sender(&vendor, "9");
    let message = written(vec![text(&"How much is it? ".repeat(400))]);
    let sent = sender.send(&message, 0).await;
    assert!(matches!(sent, Err(Failure::Later { in_doubt: true, .. })));
    assert_eq!(sender.send(&message, 0).await, delivered(Progress::More));
    assert_eq!(
        sender.send(&message, 1).await,
        delivered(Progress::Complete)
    );
    let [first, again, second] = vendor.requests().try_into().unwrap();
    let key = |request: &crate::vendor::Request| request.headers["idempotency-key"].clone();
    assert_eq!(key(&first), key(&again));
    assert_eq!(first.body, again.body);
    assert_ne!(key(&first), key(&second));
    assert_eq!(first.body["timestamp"], NOW.0);
    assert_eq!(second.body["timestamp"], NOW.0 + 1);
}

#[tokio::test]
async fn what_says_nothing_is_done_without_a_call() {
    let vendor = Vendor::down();
    let sent = sender(&vendor, "9")
        .send(&written(vec![Content::HandedOver]), 0)
        .await;
    assert_eq!(sent, delivered(Progress::Complete));
}

#[tokio::test]
async fn a_refusal_does_not_repeat_the_message() {
    let vendor = Vendor::answering(vec![(400, r#"{"error":"cannot show My number is +7900"}"#)]);
    let message = written(vec![text("My number is +7900")]);
    let sent = sender(&vendor, "9").send(&message, 0).await;
    assert_eq!(sent, Err(Failure::never("status 400: cannot show …")));
}
