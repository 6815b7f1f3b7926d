//! What Webim is sent.

use serde_json::{Value, json};
use shared::delivery::failure::Failure;
use shared::fit::returnable_buttons;
use shared::model::{
    Author, Button, Contact, Content, File, FileKind, FileSource, Location, Message,
};
use shared::platforms::webim::v2::{CAPABILITIES, Settings};
use shared::platforms::{ConnectionSettings, Progress};

use super::driver::WebimV2;
use crate::NOW;
use crate::driver::Driver;
use crate::vendor::{Sender, Vendor};

const OK: (u16, &str) = (200, r#"{"result":"ok"}"#);
const REFUSED: (u16, &str) = (
    200,
    r#"{"error":"wrong-file","desc":"it cannot be fetched"}"#,
);

fn message(contents: Vec<Content>) -> Message {
    Message {
        contents,
        ..Message::new(Author::Agent, NOW, text(""))
    }
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn button(id: &str, text: &str) -> Button {
    Button {
        id: id.to_owned(),
        text: text.to_owned(),
    }
}

fn picture(name: Option<&str>, source: FileSource) -> Content {
    Content::File(File {
        kind: FileKind::Image,
        source,
        name: name.map(str::to_owned),
        media_type: Some("image/png".to_owned()),
        size: Some(999),
    })
}

fn at(url: &str) -> FileSource {
    FileSource::Url(url.to_owned())
}

/// Each call that a content becomes: its message.
fn said(contents: Vec<Content>) -> Vec<Value> {
    let parts = WebimV2.parts(&message(contents));
    let messages = parts.iter().map(|part| {
        assert_eq!(part["call"]["method"], "send_message");
        part["call"]["body"]["message"].clone()
    });
    messages.collect()
}

#[test]
fn each_content_is_a_message_of_its_kind() {
    let operator = |text: &str| json!({"kind": "operator", "text": text});
    let rows = vec![
        vec![button("a", "A"), button("b", "")],
        vec![],
        vec![button("c", "C")],
    ];
    let png = "https://example.com/dir/a.png?x=1";
    let place = Location {
        latitude: 55.7558,
        longitude: 37.6173,
        title: None,
    };
    let contact = Contact {
        name: "Анна".to_owned(),
        phone: "+7900".to_owned(),
    };
    for (content, expected) in [
        (text("2 < 3"), operator("2 < 3")),
        (
            Content::Markdown("**Hi**, `you`".to_owned()),
            operator("Hi, you"),
        ),
        (
            Content::Buttons(rows),
            json!({"kind": "keyboard", "buttons": [
                [{"id": "a", "text": "A"}, {"id": "b", "text": "b"}],
                [{"id": "c", "text": "C"}],
            ]}),
        ),
        (
            picture(Some("b.png"), at(png)),
            json!({"kind": "file_operator", "data": {"url": png, "name": "b.png", "media_type": "image/png"}}),
        ),
        (
            picture(None, at(png)),
            json!({"kind": "file_operator", "data": {"url": png, "name": "a.png", "media_type": "image/png"}}),
        ),
        (
            picture(Some("b.png"), FileSource::Held("AgAC".to_owned())),
            operator("\u{1f5bc}\u{fe0f} b.png (image/png, 999 B)"),
        ),
        (
            picture(Some("b.png"), at("ftp://example.com/b.png")),
            operator("\u{1f5bc}\u{fe0f} b.png (image/png, 999 B) ftp://example.com/b.png"),
        ),
        (
            Content::Location(place),
            operator("\u{1f4cd} https://maps.google.com/maps?q=55.7558,37.6173"),
        ),
        (Content::Contact(contact), operator("\u{1f464} Анна: +7900")),
    ] {
        assert_eq!(said(vec![content]), [expected]);
    }
    assert_eq!(
        said(vec![text(" \n"), Content::Buttons(vec![vec![]])]),
        [] as [Value; 0]
    );
}

#[test]
fn a_message_is_its_contents_in_order() {
    let long = "Доставка занимает три дня. ".repeat(200);
    let buttons = Content::Buttons(vec![vec![button("a", "A")]]);
    let said = said(vec![text(&long), buttons, text("Bye")]);
    let kinds: Vec<_> = said
        .iter()
        .map(|message| message["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["operator", "operator", "keyboard", "operator"]);
}

#[test]
fn ids_of_buttons_that_webim_does_not_take_are_shortened_before() {
    let mut message = message(vec![Content::Buttons(vec![vec![button("да/нет", "?")]])]);
    let kept = returnable_buttons(&mut message, CAPABILITIES.buttons);
    assert_eq!(kept.len(), 1);
    WebimV2
        .parts(&message)
        .iter()
        .for_each(|part| WebimV2.assert_taken(part));
}

fn settings(url: &str, to: &Value) -> Value {
    let mut settings = json!({
        "platform": "webim-v2-channel",
        "url": url,
        "token": "env:WEBIM",
        "webhook_token": "env:HOOK",
    });
    let to = to.as_object().unwrap().clone();
    settings.as_object_mut().unwrap().extend(to);
    settings
}

async fn sent(
    vendor: &Vendor,
    to: &Value,
    message: &Message,
    part: usize,
) -> Result<Progress, Failure> {
    let sender = Sender::new(&settings(&vendor.url, to), "42", "s3cret");
    let delivered = sender.send(message, part).await?;
    assert_eq!(delivered.thread, None);
    Ok(delivered.progress)
}

#[tokio::test]
async fn the_call_is_the_documents() {
    let vendor = Vendor::answering(vec![OK]);
    let message = message(vec![text("Hi")]);
    assert_eq!(
        sent(&vendor, &json!({}), &message, 0).await,
        Ok(Progress::Complete)
    );
    let [request] = vendor.requests().try_into().unwrap();
    assert_eq!(request.line, "POST /api/bot/v2/send_message HTTP/1.1");
    assert_eq!(request.headers["authorization"], "Token s3cret");
    assert_eq!(request.headers["content-type"], "application/json");
    assert_eq!(
        request.body,
        json!({"chat_id": 42, "message": {"kind": "operator", "text": "Hi"}})
    );
}

/// The text first, then the chat is given away: in a chat that it does not have, the bot may say nothing.
#[tokio::test]
async fn a_chat_is_handed_over_to_whom_the_settings_say() {
    for (to, body) in [
        (json!({}), json!({"chat_id": 42})),
        (
            json!({"operator_id": 7}),
            json!({"chat_id": 42, "operator_id": 7}),
        ),
        (
            json!({"department": "sales"}),
            json!({"chat_id": 42, "dep_key": "sales"}),
        ),
    ] {
        let vendor = Vendor::answering(vec![OK, OK]);
        let message = message(vec![text("A colleague will help you"), Content::HandedOver]);
        assert_eq!(sent(&vendor, &to, &message, 0).await, Ok(Progress::More));
        assert_eq!(
            sent(&vendor, &to, &message, 1).await,
            Ok(Progress::Complete)
        );
        let [said, given] = vendor.requests().try_into().unwrap();
        assert_eq!(said.body["message"]["text"], "A colleague will help you");
        assert_eq!(
            said.body.as_object().unwrap().len(),
            2,
            "whom is no word of a text's"
        );
        assert_eq!(given.line, "POST /api/bot/v2/redirect_chat HTTP/1.1");
        assert_eq!(given.body, body);
    }
}

#[tokio::test]
async fn a_chat_is_closed() {
    let vendor = Vendor::answering(vec![OK]);
    let message = message(vec![Content::Closed]);
    let sent = sent(&vendor, &json!({"department": "sales"}), &message, 0).await;
    assert_eq!(sent, Ok(Progress::Complete));
    let [request] = vendor.requests().try_into().unwrap();
    assert_eq!(request.line, "POST /api/bot/v2/close_chat HTTP/1.1");
    assert_eq!(request.body, json!({"chat_id": 42}));
}

#[tokio::test]
async fn a_file_that_webim_refuses_goes_as_a_link() {
    let url = "https://example.com/a.png";
    let file = message(vec![picture(Some("a.png"), at(url))]);
    let vendor = Vendor::answering(vec![REFUSED, OK]);
    assert_eq!(
        sent(&vendor, &json!({}), &file, 0).await,
        Ok(Progress::Complete)
    );
    let [refused, link] = vendor.requests().try_into().unwrap();
    assert_eq!(refused.body["message"]["kind"], "file_operator");
    assert_eq!(
        link.body["message"],
        json!({"kind": "operator", "text": format!("\u{1f5bc}\u{fe0f} a.png (image/png, 999 B) {url}")})
    );
    // What may have been taken is not said again in other words.
    let vendor = Vendor::answering(vec![(500, "")]);
    let sent = sent(&vendor, &json!({}), &file, 0).await;
    assert!(
        matches!(sent, Err(Failure::Later { in_doubt: true, .. })),
        "{sent:?}"
    );
    assert_eq!(vendor.requests().len(), 1);
}

#[tokio::test]
async fn a_failure_does_not_repeat_what_was_said() {
    let body = r#"{"error":"bad-text","desc":"cannot show: My number is +7900 000"}"#;
    let vendor = Vendor::answering(vec![(400, body)]);
    let message = message(vec![text("My number is +7900 000")]);
    let sent = sent(&vendor, &json!({}), &message, 0).await;
    assert_eq!(
        sent,
        Err(Failure::never("status 400: bad-text: cannot show: …"))
    );
}

#[test]
fn a_chat_goes_to_an_operator_or_a_department_or_the_queue() {
    let check = |to: Value| {
        let mut settings = settings("https://company.webim.example", &to);
        settings.as_object_mut().unwrap().remove("platform");
        serde_json::from_value::<Settings>(settings)
            .unwrap()
            .check()
    };
    for to in [
        json!({}),
        json!({"operator_id": 7}),
        json!({"department": "sales"}),
    ] {
        assert_eq!(check(to), Ok(()));
    }
    for to in [
        json!({"operator_id": 7, "department": "sales"}),
        json!({"department": " "}),
    ] {
        assert_eq!(check(to).unwrap_err().0, "department");
    }
    assert_eq!(
        check(json!({"url": "http://company.webim.example"}))
            .unwrap_err()
            .0,
        "url"
    );
}
