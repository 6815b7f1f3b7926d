//! What a client's server is sent.

use serde_json::json;
use shared::delivery::failure::Failure;
use shared::model::{Author, Button, Content, File, FileKind, FileSource, Message};
use shared::platforms::Progress;
use shared::platforms::omnichannel::channel::send::parts;

use crate::NOW;
use crate::vendor::{Sender, Vendor};

const OK: (u16, &str) = (200, r#"{"result":"ok"}"#);

fn message(contents: Vec<Content>) -> Message {
    Message {
        contents,
        ..Message::new(Author::Agent, NOW, text(""))
    }
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

#[test]
fn each_content_is_a_message_of_its_kind() {
    let url = "https://example.com/a.pdf";
    let file = Content::File(File {
        kind: FileKind::Document,
        source: FileSource::Url(url.to_owned()),
        name: Some("a.pdf".to_owned()),
        media_type: None,
        size: Some(999),
    });
    let button = Button {
        id: "a".to_owned(),
        text: "A".to_owned(),
    };
    let message = message(vec![
        Content::Markdown("**Hi**".to_owned()),
        file,
        Content::Buttons(vec![vec![button]]),
        Content::HandedOver,
        Content::Closed,
    ]);
    assert_eq!(
        serde_json::to_value(parts(&message)).unwrap(),
        json!([
            {"kind": "operator", "text": "Hi"},
            {"kind": "operator", "text": format!("\u{1f4ce} a.pdf (999 B) {url}")},
            {"kind": "keyboard", "buttons": [[{"id": "a", "text": "A"}]]},
        ])
    );
}

#[tokio::test]
async fn the_token_is_in_the_header() {
    for base in ["/chat", "/chat/"] {
        let vendor = Vendor::answering(vec![OK]);
        let settings = json!({
            "platform": "omnichannel-channel",
            "url": format!("{}{base}", vendor.url),
            "token": "env:TOKEN",
            "webhook_token": "env:HOOK",
        });
        let sender = Sender::new(&settings, "42", "s3cret");
        let sent = sender.send(&message(vec![text("Hi")]), 0).await.unwrap();
        assert_eq!(sent.progress, Progress::Complete);
        let [request] = vendor.requests().try_into().unwrap();
        assert_eq!(request.line, "POST /chat/send_message HTTP/1.1");
        assert_eq!(request.headers["authorization"], "Token s3cret");
        assert_eq!(
            request.body,
            json!({"chat_id": 42, "message": {"kind": "operator", "text": "Hi"}})
        );
    }
}

#[tokio::test]
async fn or_in_the_url() {
    let vendor = Vendor::answering(vec![OK]);
    let settings = json!({
        "platform": "omnichannel-channel",
        "secret_url": "env:URL",
        "webhook_token": "env:HOOK",
    });
    let sender = Sender::new(&settings, "a-text", "s3cret")
        .with_secret("URL", &format!("{}/t0ken", vendor.url));
    sender.send(&message(vec![text("Hi")]), 0).await.unwrap();
    let [request] = vendor.requests().try_into().unwrap();
    assert_eq!(request.line, "POST /t0ken/send_message HTTP/1.1");
    assert!(!request.headers.contains_key("authorization"));
    assert_eq!(
        request.body["chat_id"], "a-text",
        "an id that is no integer stays what it is"
    );
}

/// A token must not go where everybody can read it, and a person can mend that.
#[tokio::test]
async fn a_secret_url_that_is_none_waits_for_a_person() {
    let settings = json!({
        "platform": "omnichannel-channel",
        "secret_url": "env:URL",
        "webhook_token": "env:HOOK",
    });
    for url in [
        "http://client.example/t0ken",
        "t0ken",
        "https://client.example/?t0ken",
    ] {
        let sender = Sender::new(&settings, "42", "s3cret").with_secret("URL", url);
        let sent = sender.send(&message(vec![text("Hi")]), 0).await;
        let Err(Failure::Later {
            in_doubt: false,
            reason,
            ..
        }) = sent
        else {
            panic!("{url}: {sent:?}");
        };
        assert!(
            reason.contains("env:URL") && !reason.contains("t0ken"),
            "{reason}"
        );
    }
}
