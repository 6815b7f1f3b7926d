//! What SmartBot360 is sent: a text each, files beside it.

use serde_json::{Value, json};
use shared::delivery::failure::Failure;
use shared::model::{
    Author, Button, Contact, Content, File, FileKind, FileSource, Location, Message,
};
use shared::platforms::api_medium::agent::send::parts;
use shared::platforms::api_medium::wire::Linked;
use shared::platforms::{Delivered, Progress};

use super::CHANNEL;
use crate::NOW;
use crate::vendor::{Sender, Vendor};

const OK: (u16, &str) = (200, r#"{"userID":9,"success":true}"#);

fn written(contents: Vec<Content>) -> Message {
    Message {
        contents,
        ..Message::new(Author::Visitor { name: None }, NOW, text(""))
    }
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn file(name: Option<&str>, size: Option<u64>, source: FileSource) -> Content {
    Content::File(File {
        kind: FileKind::Image,
        source,
        name: name.map(str::to_owned),
        media_type: Some("image/png".to_owned()),
        size,
    })
}

fn url(url: &str) -> FileSource {
    FileSource::Url(url.to_owned())
}

/// The texts, and the URLs beside each.
fn said(message: &Message) -> Vec<(String, Vec<String>)> {
    let parts = parts(message).into_iter();
    parts
        .map(|part| {
            let urls = part.attachments.into_iter().map(|linked| match linked {
                Linked::Url(url) | Linked::Base64(url) => url,
            });
            (part.message, urls.collect())
        })
        .collect()
}

#[test]
fn a_file_stands_beside_the_text() {
    let a = "https://files.example/a.png";
    let (none, alone) = (Vec::<String>::new(), vec![a.to_owned()]);
    for (contents, message, urls) in [
        (vec![text("Hi")], "Hi", none.clone()),
        (
            vec![file(None, None, url(a)), text("This one")],
            "This one",
            alone.clone(),
        ),
        // `message` is required.
        (
            vec![file(None, None, url(a))],
            "\u{1f5bc}\u{fe0f} image/png",
            alone.clone(),
        ),
        (
            vec![text(" "), file(None, Some(999), url(a))],
            " \n\u{1f5bc}\u{fe0f} image/png, 999 B",
            alone.clone(),
        ),
        // There is no field for a name.
        (
            vec![text("See"), file(Some("a.png"), None, url(a))],
            "See\n\u{1f5bc}\u{fe0f} a.png (image/png)",
            alone,
        ),
        (
            vec![file(
                Some("b.png"),
                None,
                FileSource::Held("HELD".to_owned()),
            )],
            "\u{1f5bc}\u{fe0f} b.png (image/png)",
            none.clone(),
        ),
        (
            vec![
                file(None, None, FileSource::Kept("shop/0f".to_owned())),
                text("Hm"),
            ],
            "\u{1f5bc}\u{fe0f} image/png\nHm",
            none,
        ),
    ] {
        assert_eq!(said(&written(contents)), [(message.to_owned(), urls)]);
    }
}

#[test]
fn what_has_no_field_is_text() {
    let contents = vec![
        Content::Press(Button {
            id: "yes".to_owned(),
            text: "Yes".to_owned(),
        }),
        Content::Location(Location {
            latitude: 1.5,
            longitude: 2.5,
            title: None,
        }),
        Content::Contact(Contact {
            name: "Anna".to_owned(),
            phone: "+7900".to_owned(),
        }),
    ];
    let text = "Yes\n\u{1f4cd} https://maps.google.com/maps?q=1.5,2.5\n\u{1f464} Anna: +7900";
    assert_eq!(said(&written(contents)), [(text.to_owned(), vec![])]);
}

#[test]
fn the_agent_knows_who_speaks() {
    let mut message = written(vec![file(None, None, url("https://files.example/a.png"))]);
    message.author = Author::Visitor {
        name: Some("Anna".to_owned()),
    };
    let [(text, urls)] = said(&message).try_into().unwrap();
    assert_eq!(text, "Anna: \u{1f5bc}\u{fe0f} image/png");
    assert_eq!(urls.len(), 1);
}

#[test]
fn a_long_text_is_several_and_files_go_with_the_last() {
    let long = "How much is it? ".repeat(400);
    let a = "https://files.example/a.png";
    let said = said(&written(vec![file(None, None, url(a)), text(&long)]));
    assert_eq!(said.len(), 2);
    assert!(said.iter().all(|(text, _)| text.chars().count() <= 4000));
    assert!(said[0].1.is_empty());
    assert_eq!(said[1].1, [a]);
    let texts: Vec<_> = said.iter().map(|(text, _)| text.trim()).collect();
    assert_eq!(texts.join(" "), long.trim());
}

fn sender(vendor: &Vendor, more: &Value) -> Sender {
    let mut settings = super::least();
    settings["platform"] = "api-medium-agent".into();
    settings["url"] = format!("{}/v1/messages?from=us", vendor.url).into();
    let more = more.as_object().unwrap().clone();
    settings.as_object_mut().unwrap().extend(more);
    Sender::new(&settings, "111", "s3cret")
}

fn delivered(progress: Progress, thread: Option<&str>) -> Result<Delivered, Failure> {
    Ok(Delivered {
        progress,
        thread: thread.map(str::to_owned),
    })
}

#[tokio::test]
async fn the_first_answer_says_who_it_is_and_the_next_call_says_it_back() {
    let vendor = Vendor::answering(vec![OK, OK]);
    let sender = sender(&vendor, &json!({}));
    let message = written(vec![
        text("Hi there, I'm a user!"),
        file(None, None, url("https://www.example.com/image.jpg")),
    ]);
    let complete = Progress::Complete;
    assert_eq!(
        sender.send(&message, 0).await,
        delivered(complete, Some("9"))
    );
    let sender = sender.in_thread("9");
    assert_eq!(sender.send(&message, 0).await, delivered(complete, None));
    assert_eq!(sender.send(&message, 1).await, delivered(complete, None));
    let [first, second] = vendor.requests().try_into().unwrap();
    assert_eq!(first.line, "POST /v1/messages?from=us HTTP/1.1");
    assert_eq!(first.headers["content-type"], "application/json");
    let mut body = json!({
        "channelID": CHANNEL,
        "token": "s3cret",
        "message": "Hi there, I'm a user!",
        "attachments": [{"url": "https://www.example.com/image.jpg"}],
    });
    assert_eq!(first.body, body);
    body["userID"] = json!(9);
    assert_eq!(second.body, body);
}

#[tokio::test]
async fn the_keyword_goes_before_the_first_message_alone() {
    let vendor = Vendor::answering(vec![OK, OK]);
    let sender = sender(&vendor, &json!({"start_keyword": " #Start here "}));
    let message = written(vec![text("Hi")]);
    let blank = written(vec![text(" ")]);
    let complete = Progress::Complete;
    assert_eq!(sender.send(&blank, 0).await, delivered(complete, None));
    assert_eq!(
        sender.send(&message, 0).await,
        delivered(Progress::Before, Some("9"))
    );
    let sender = sender.in_thread("9");
    assert_eq!(sender.send(&message, 0).await, delivered(complete, None));
    let [keyword, first] = vendor.requests().try_into().unwrap();
    assert_eq!(
        keyword.body,
        json!({"channelID": CHANNEL, "token": "s3cret", "message": " #Start here "})
    );
    assert_eq!(first.body["message"], "Hi");
    assert_eq!(first.body["userID"], 9);
}

/// Without its id nobody could answer the person, and sent again it would be another person's.
#[tokio::test]
async fn a_success_without_an_id_is_a_dead_letter_unless_the_id_is_known() {
    let nobody = (200, r#"{"success":true}"#);
    let vendor = Vendor::answering(vec![nobody, nobody]);
    let sender = sender(&vendor, &json!({}));
    let message = written(vec![text("Hi")]);
    match sender.send(&message, 0).await {
        Err(Failure::Never { reason }) => assert!(reason.contains("userID"), "{reason}"),
        other => panic!("{other:?}"),
    }
    let known = sender.in_thread("9");
    assert_eq!(
        known.send(&message, 0).await,
        delivered(Progress::Complete, None)
    );
}

#[tokio::test]
async fn another_id_than_the_known_one_is_kept_too() {
    let vendor = Vendor::answering(vec![OK]);
    let sender = sender(&vendor, &json!({})).in_thread("8");
    assert_eq!(
        sender.send(&written(vec![text("Hi")]), 0).await,
        delivered(Progress::Complete, Some("9"))
    );
}

#[tokio::test]
async fn an_error_that_repeats_the_request_is_not_repeated() {
    let echo =
        r#"{"success":false,"error":"bad body: {token: s3cret, message: My number is +7900 123}"}"#;
    let vendor = Vendor::answering(vec![(400, echo)]);
    let sender = sender(&vendor, &json!({}));
    let message = written(vec![text("My number is +7900 123")]);
    match sender.send(&message, 0).await {
        Err(Failure::Never { reason }) => {
            assert_eq!(reason, "status 400: bad body: {token: …");
        }
        other => panic!("{other:?}"),
    }
}

/// What was made ready as the file itself goes as such; what has a URL goes by it.
#[tokio::test]
async fn a_file_goes_by_its_url_or_as_what_it_holds() {
    let file = |url: &str| {
        Content::File(File {
            kind: FileKind::Image,
            source: FileSource::Url(url.to_owned()),
            name: Some("a.png".to_owned()),
            media_type: None,
            size: None,
        })
    };
    let vendor = Vendor::answering(vec![OK]);
    let sender = sender(&vendor, &json!({})).in_thread("9");
    let message = written(vec![
        text("See"),
        file("https://example.com/a.png"),
        file("data:image/png;base64,aGk="),
    ]);
    sender.send(&message, 0).await.unwrap();
    let sent = vendor.requests().remove(0).body;
    assert_eq!(
        sent["attachments"],
        json!([{"url": "https://example.com/a.png"}, {"base64": "data:image/png;base64,aGk="}])
    );
    assert!(!sent["message"].as_str().unwrap().contains("base64"));
}
