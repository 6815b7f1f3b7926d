//! What Selarti is sent: one text, whatever the message holds.

use lambda_http::Body;
use serde_json::{Value, json};
use shared::delivery::failure::Failure;
use shared::model::{
    Author, Button, Contact, Content, File, FileKind, FileSource, Location, Message, Mode,
};
use shared::platforms::Progress;
use shared::platforms::selarti::agent::{answer, send};
use shared::webhook::{Accepted, Refusal};

use super::TASK;
use crate::NOW;
use crate::vendor::{Sender, Vendor};

const OK: (u16, &str) = (200, r#"{"status":"success","response":{}}"#);

fn written(contents: Vec<Content>) -> Message {
    Message {
        contents,
        ..Message::new(Author::Visitor { name: None }, NOW, text(""))
    }
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn file(kind: FileKind, name: Option<&str>, media: Option<&str>, size: Option<u64>) -> Content {
    Content::File(File {
        kind,
        source: FileSource::Held("AgACAgIAAx".to_owned()),
        name: name.map(str::to_owned),
        media_type: media.map(str::to_owned),
        size,
    })
}

fn button(id: &str, text: &str) -> Button {
    Button {
        id: id.to_owned(),
        text: text.to_owned(),
    }
}

#[test]
fn each_content_becomes_a_text() {
    let link = "https://maps.google.com/maps?q=55.7558,37.6173";
    let place = |title: Option<&str>| {
        Content::Location(Location {
            latitude: 55.7558,
            longitude: 37.6173,
            title: title.map(str::to_owned),
        })
    };
    let url = Content::File(File {
        kind: FileKind::Document,
        source: FileSource::Url("https://example.com/a.pdf".to_owned()),
        name: Some("a.pdf".to_owned()),
        media_type: None,
        size: Some(999),
    });
    let jpeg = Some("image/jpeg");
    let contact = Content::Contact(Contact {
        name: "Анна".to_owned(),
        phone: "+7900".to_owned(),
    });
    let rows = vec![
        vec![button("a", "A"), button("b", "")],
        vec![button("c", "C")],
    ];
    for (content, expected) in [
        (
            text("Сколько стоит *доставка*?"),
            "Сколько стоит *доставка*?".to_owned(),
        ),
        (
            Content::Markdown("**Hi**, `you`".to_owned()),
            "Hi, you".to_owned(),
        ),
        (
            file(FileKind::Image, None, jpeg, Some(150_000)),
            "\u{1f5bc}\u{fe0f} image/jpeg, 150 KB".to_owned(),
        ),
        (
            file(FileKind::Voice, None, None, None),
            "\u{1f3a4}".to_owned(),
        ),
        (
            file(FileKind::Sticker, Some("👍"), None, None),
            "\u{1f4ac} 👍".to_owned(),
        ),
        (
            url,
            "\u{1f4ce} a.pdf (999 B) https://example.com/a.pdf".to_owned(),
        ),
        (
            Content::Buttons(rows),
            "\u{2022} A\n\u{2022} b\n\u{2022} C".to_owned(),
        ),
        (Content::Press(button("yes", "Да")), "Да".to_owned()),
        (Content::Press(button("yes", "")), "yes".to_owned()),
        (place(None), format!("\u{1f4cd} {link}")),
        (place(Some("ГУМ")), format!("\u{1f4cd} ГУМ {link}")),
        (contact, "\u{1f464} Анна: +7900".to_owned()),
    ] {
        assert_eq!(send::parts(&written(vec![content])), [expected]);
    }
}

#[test]
fn a_message_is_one_text_with_its_contents_on_lines() {
    let photo = file(FileKind::Image, None, None, Some(150_000));
    let message = written(vec![photo, text("Вот такой")]);
    assert_eq!(
        send::parts(&message),
        ["\u{1f5bc}\u{fe0f} 150 KB\nВот такой"]
    );
}

#[test]
fn the_agent_knows_who_speaks_and_what_was_changed() {
    let mut message = written(vec![text("в Тверь")]);
    message.edited = true;
    assert_eq!(send::parts(&message), ["\u{270f}\u{fe0f} в Тверь"]);
    message.author = Author::Visitor {
        name: Some("Анна Петрова".to_owned()),
    };
    assert_eq!(
        send::parts(&message),
        ["Анна Петрова: \u{270f}\u{fe0f} в Тверь"]
    );
    message.edited = false;
    assert_eq!(send::parts(&message), ["Анна Петрова: в Тверь"]);
}

#[test]
fn what_is_blank_is_not_sent() {
    assert_eq!(send::parts(&written(vec![])), Vec::<String>::new());
    assert_eq!(
        send::parts(&written(vec![text(" \n")])),
        Vec::<String>::new()
    );
}

#[test]
fn a_long_text_is_several_and_loses_nothing() {
    let long = "Сколько стоит доставка? ".repeat(1000);
    let parts = send::parts(&written(vec![text(&long)]));
    assert_eq!(parts.len(), 2);
    assert!(parts.iter().all(|part| part.chars().count() <= 16_000));
    assert_eq!(parts.join(" ").trim(), long.trim());
}

fn sender(vendor: &Vendor, credentials: &Value) -> Sender {
    let mut settings = json!({
        "platform": "selarti",
        "url": vendor.url,
        "task_id": TASK,
        "webhook_token": "env:HOOK",
    });
    let given = credentials.as_object().unwrap().clone();
    settings.as_object_mut().unwrap().extend(given);
    Sender::new(&settings, "111222333", "s3cret")
}

#[tokio::test]
async fn the_call_is_the_documents() {
    let vendor = Vendor::answering(vec![OK]);
    let sender = sender(&vendor, &json!({"token": "env:TOKEN"}));
    let message = written(vec![text("Test message via api")]);
    assert_eq!(
        sender.send(&message, 0).await,
        Ok(Progress::Complete.into())
    );
    let [request] = vendor.requests().try_into().unwrap();
    assert_eq!(
        request.line,
        "POST /api/1.1/wf/send_message_external HTTP/1.1"
    );
    assert_eq!(request.headers["authorization"], "Bearer s3cret");
    assert_eq!(request.headers["content-type"], "application/json");
    assert_eq!(
        request.body,
        json!({"task_id": TASK, "chat_id": "shop.111222333", "message": "Test message via api"})
    );
}

#[tokio::test]
async fn an_api_key_is_exchanged_once_and_again_when_its_token_is_refused() {
    let vendor = Vendor::answering(vec![
        (200, r#"{"status":"success","response":{"token":"first"}}"#),
        OK,
        OK,
        (401, r#"{"message":"no"}"#),
        (200, r#"{"token":"second"}"#),
        OK,
    ]);
    let sender = sender(
        &vendor,
        &json!({"api_key": "env:KEY", "api_key_field": "key"}),
    );
    let message = written(vec![text("hi")]);
    for _ in 0..3 {
        assert_eq!(
            sender.send(&message, 0).await,
            Ok(Progress::Complete.into())
        );
    }
    let requests = vendor.requests();
    let said: Vec<_> = requests
        .iter()
        .map(|request| match request.headers.get("authorization") {
            Some(bearer) => bearer.as_str(),
            None => {
                assert_eq!(request.line, "POST /api/1.1/wf/auth HTTP/1.1");
                assert_eq!(request.body, json!({"key": "s3cret"}));
                "exchange"
            }
        })
        .collect();
    let (first, second) = ("Bearer first", "Bearer second");
    assert_eq!(said, ["exchange", first, first, first, "exchange", second]);
}

/// One new token a message: a key that is worth nothing does not turn into a flood.
#[tokio::test]
async fn a_key_that_is_refused_waits_for_a_person() {
    let token = (200, r#"{"token":"any"}"#);
    let no = (401, r#"{"message":"no"}"#);
    let vendor = Vendor::answering(vec![token, no, token, no]);
    let sender = sender(&vendor, &json!({"api_key": "env:KEY"}));
    let sent = sender.send(&written(vec![text("hi")]), 0).await;
    assert!(
        matches!(
            &sent,
            Err(Failure::Later {
                in_doubt: false,
                ..
            })
        ),
        "{sent:?}"
    );
    assert_eq!(vendor.requests().len(), 4);
}

#[test]
fn the_webhook_is_answered_200_with_nothing() {
    for accepted in [
        Accepted::Kept(Mode::Agent),
        Accepted::Duplicate(Mode::Operator),
        Accepted::Ignored,
    ] {
        let response = answer::answer(Ok(accepted));
        assert_eq!(response.status(), 200);
        assert!(matches!(response.body(), Body::Empty));
    }
    assert_eq!(answer::answer(Err(Refusal::Busy)).status(), 503);
}
