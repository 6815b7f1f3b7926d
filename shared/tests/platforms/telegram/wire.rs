//! Calls as they go over the wire.

use serde_json::{Value, json};
use shared::delivery::failure::Failure;
use shared::model::{Author, Content, Message};
use shared::platforms::Progress;

use crate::NOW;
use crate::vendor::{Sender, Vendor};

const OK: (u16, &str) = (200, r#"{"ok":true,"result":{}}"#);
const NO_ENTITIES: (u16, &str) = (
    400,
    r#"{"ok":false,"error_code":400,"description":"Bad Request: can't parse entities: no"}"#,
);

fn sender(vendor: &Vendor, chat: &str) -> Sender {
    let settings = json!({
        "platform": "telegram",
        "bot_token": "env:BOT",
        "webhook_secret": "env:HOOK",
        "api_url": vendor.url,
    });
    Sender::new(&settings, chat, "123456:secret")
}

fn said(content: Content) -> Message {
    Message::new(Author::Agent, NOW, content)
}

fn bodies(vendor: &Vendor) -> Vec<Value> {
    vendor
        .requests()
        .into_iter()
        .map(|request| request.body)
        .collect()
}

#[tokio::test]
async fn a_call_names_the_method_the_token_and_the_chat() {
    let vendor = Vendor::answering(vec![OK]);
    let message = said(Content::Text("hi".to_owned()));
    let sent = sender(&vendor, "-1001234567890").send(&message, 0).await;
    assert_eq!(sent, Ok(Progress::Complete.into()));
    let [request] = vendor.requests().try_into().unwrap();
    assert_eq!(request.line, "POST /bot123456:secret/sendMessage HTTP/1.1");
    assert_eq!(request.headers["content-type"], "application/json");
    // The id of a chat is an integer.
    assert_eq!(
        request.body,
        json!({"chat_id": -1_001_234_567_890_i64, "text": "hi"})
    );
}

#[tokio::test]
async fn parts_go_one_by_one() {
    let vendor = Vendor::answering(vec![OK, OK]);
    let message = said(Content::Text("слово ".repeat(800)));
    let sender = sender(&vendor, "1");
    assert_eq!(sender.send(&message, 0).await, Ok(Progress::More.into()));
    assert_eq!(
        sender.send(&message, 1).await,
        Ok(Progress::Complete.into())
    );
    // Noted as sent, asked for again: nothing more is sent.
    assert_eq!(
        sender.send(&message, 2).await,
        Ok(Progress::Complete.into())
    );
    assert_eq!(vendor.requests().len(), 2);
}

#[tokio::test]
async fn markup_that_is_refused_goes_as_plain_text() {
    let vendor = Vendor::answering(vec![NO_ENTITIES, OK]);
    let message = said(Content::Markdown("**Hi**".to_owned()));
    let sent = sender(&vendor, "1").send(&message, 0).await;
    assert_eq!(sent, Ok(Progress::Complete.into()));
    assert_eq!(
        bodies(&vendor),
        [
            json!({"chat_id": 1, "text": "<b>Hi</b>", "parse_mode": "HTML"}),
            json!({"chat_id": 1, "text": "Hi"}),
        ]
    );
}

#[tokio::test]
async fn what_is_refused_as_plain_text_too_is_not_tried_for_ever() {
    let vendor = Vendor::answering(vec![NO_ENTITIES, NO_ENTITIES]);
    let message = said(Content::Markdown("**Hi**".to_owned()));
    let sent = sender(&vendor, "1").send(&message, 0).await;
    assert!(matches!(sent, Err(Failure::Never { .. })), "{sent:?}");
}

/// A chat that is gone is gone for plain text too.
#[tokio::test]
async fn plain_text_is_not_tried_where_the_chat_is_at_fault() {
    let gone = r#"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#;
    let vendor = Vendor::answering(vec![(400, gone)]);
    let message = said(Content::Markdown("**Hi**".to_owned()));
    let sent = sender(&vendor, "1").send(&message, 0).await;
    assert!(matches!(sent, Err(Failure::Never { .. })), "{sent:?}");
    assert_eq!(vendor.requests().len(), 1);
}
