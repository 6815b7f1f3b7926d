//! The simulated application calls Selarti's API as documented, and takes only what the document shows.

use serde_json::json;

use super::*;
use crate::faults::Fault;
use crate::listen;
use crate::receiver::{Receiver, SOON, post};

const TASK: &str = "1721129985149x478019552540622850";
const CHAT: &str = "123456789";
const SUCCESS: &str = r#"{"status":"success","response":{}}"#;

async fn application(options: Options) -> SelartiClient {
    SelartiClient::start(listen("127.0.0.1:0").await.unwrap(), options).unwrap()
}

async fn answered(status: u16, body: &'static str) -> Receiver {
    Receiver::start(move |_| (status, body.to_owned())).await
}

async fn pointed_at(vendor: &Receiver, sending: Sending) -> SelartiClient {
    application(Options {
        base_url: Some(vendor.url()),
        sending,
        ..Options::default()
    })
    .await
}

/// The vendor's sample.
fn sample() -> Value {
    json!({
        "channel_id": "5q",
        "close": "no",
        "company_id": "1708251850060x460235863640434700",
        "contacts": "123456789",
        "external_chat_id": CHAT,
        "get_contact": "no",
        "interest": "no",
        "is_bot": "no",
        "manager_id": "4q",
        "message_id": "1731336491876x582725124419040400",
        "message_text": "It looks like you are testing API functionality.",
        "message_type": "bot",
        "operator": "no",
        "panel_url": "https://selarti.com/panel?menu=chats&thread=1731336491572x316716105037601100",
        "share_url": "https://selarti.com/share?thread=1731336491572x316716105037601100",
        "success": "no",
        "task_id": TASK,
        "thread_id": "1731336491572x316716105037601100",
        "title": "API chat 123456789",
        "wh_type": "all_messages",
    })
}

fn sample_with(changes: &[(&str, &str)]) -> Value {
    let mut sample = sample();
    for (field, value) in changes {
        sample[*field] = json!(value);
    }
    sample
}

async fn receive(application: &SelartiClient, webhook: &Value) -> Answer {
    post(&application.webhook_url(), &[], webhook).await
}

/// An application that has the sample's chat.
async fn with_chat() -> (SelartiClient, Chat) {
    let application = application(Options::default()).await;
    let chat = application.chat(CHAT);
    (application, chat)
}

#[tokio::test]
async fn a_message_is_posted_as_documented() {
    let vendor = answered(200, SUCCESS).await;
    let application = pointed_at(&vendor, Sending::default()).await;
    let chat = application.chat(CHAT);
    let sent = chat.text("Test message via api");
    let delivery = application.delivered(sent, SOON).await.unwrap();
    assert_eq!(delivery.outcomes, [Ok(json!({}))]);
    let (headers, body) = vendor.received.all().remove(0);
    assert_eq!(headers["authorization"], "Bearer selarti-token");
    assert_eq!(
        body,
        json!({ "task_id": TASK, "chat_id": CHAT, "message": "Test message via api" })
    );
    let attempts = vendor.faults.attempts().all();
    assert_eq!(attempts[0].endpoint, "send_message_external");
    assert!(application.violations().is_empty());
}

#[tokio::test]
async fn files_and_places_are_texts() {
    let vendor = answered(200, SUCCESS).await;
    let application = pointed_at(&vendor, Sending::default()).await;
    let chat = application.chat(CHAT);
    chat.attachment("https://example.com/a.png", None);
    chat.attachment("https://example.com/a.png", Some("look"));
    let last = chat.location(52.5, 13.4);
    application.delivered(last, SOON).await.unwrap();
    let bodies = vendor.bodies();
    let texts: Vec<_> = bodies.iter().map(|body| &body["message"]).collect();
    assert_eq!(
        texts,
        [
            "https://example.com/a.png",
            "look\nhttps://example.com/a.png",
            "https://www.google.com/maps?q=52.5,13.4",
        ]
    );
}

#[tokio::test]
async fn only_bubbles_success_is_success() {
    for (status, body) in [
        (201, SUCCESS),
        (204, ""),
        (302, ""),
        (200, ""),
        (200, "ok"),
        (200, "[]"),
        (200, r#"{"status":"success"}"#),
        (200, r#"{"status":"success","response":"ok"}"#),
        (200, r#"{"status":"ok","response":{}}"#),
        (200, r#"{"response":{}}"#),
        (200, r#"{"status":"success","response":{},"id":1}"#),
    ] {
        let vendor = answered(status, body).await;
        let application = pointed_at(&vendor, Sending::default()).await;
        let sent = application.chat(CHAT).text("x");
        let delivery = application.delivered(sent, SOON).await.unwrap();
        assert!(delivery.gave_up, "{status} {body}");
        assert_eq!(application.violations().len(), 1, "{status} {body}");
    }
}

#[tokio::test]
async fn an_error_is_noted_with_its_message() {
    for (status, body, reason) in [
        (401, r#"{"message":"no"}"#, "no"),
        (
            400,
            r#"{"statusCode":400,"body":{"status":"MISSING_DATA","message":"no"}}"#,
            "no",
        ),
        (400, r#"{"status":"MISSING_DATA","message":"no"}"#, "no"),
        (404, r#"{"error":"no"}"#, r#"{"error":"no"}"#),
        (405, "no", "no"),
    ] {
        let vendor = answered(status, body).await;
        let sending = Sending {
            attempts: 3,
            ..Sending::default()
        };
        let application = pointed_at(&vendor, sending).await;
        let sent = application.chat(CHAT).text("x");
        let delivery = application.delivered(sent, SOON).await.unwrap();
        let refused = Refused {
            status: Some(status),
            reason: reason.to_owned(),
        };
        assert_eq!(delivery.refused(), Some(&refused));
        assert!(delivery.gave_up && delivery.attempt == 1);
        assert!(application.violations().is_empty());
    }
}

#[tokio::test]
async fn what_may_pass_is_sent_again_if_so_ordered() {
    let vendor = answered(200, SUCCESS).await;
    let sending = Sending {
        copies: 2,
        attempts: 4,
        pause: Duration::ZERO,
    };
    let application = pointed_at(&vendor, sending).await;
    let endpoint = "send_message_external";
    for fault in [
        Fault::Status(503, r#"{"message":"later"}"#.to_owned()),
        Fault::RetryAfter { seconds: 1 },
        Fault::ResetAfter,
    ] {
        vendor.faults.times(endpoint, 2, &fault);
    }
    let sent = application.chat(CHAT).text("x");
    let delivery = application.delivered(sent, SOON).await.unwrap();
    assert_eq!((delivery.attempt, delivery.outcomes.len()), (4, 2));
    assert!(delivery.taken());
    assert_eq!(vendor.received.len(), 4);
    let first = application.deliveries().all().remove(0);
    assert_eq!(first.refused().unwrap().reason, "later");

    application.set_base_url(&vendor.url());
    vendor
        .faults
        .times(endpoint, 8, &Fault::Status(500, String::new()));
    let sent = application.chat(CHAT).text("x");
    let delivery = application.delivered(sent, SOON).await.unwrap();
    assert!(delivery.gave_up && delivery.attempt == 4);
}

#[tokio::test]
async fn any_json_can_be_posted_in_copies() {
    let vendor = answered(200, SUCCESS).await;
    let application = pointed_at(&vendor, Sending::default()).await;
    let answer = application.post(&json!({ "message": 1 })).await.unwrap();
    assert_eq!(answer.status, 200);
    let answers = application.copies(&json!([]), 4).await;
    assert!(answers.len() == 4 && answers.iter().all(Result::is_ok));
    assert_eq!(vendor.received.len(), 5);
}

#[tokio::test]
async fn the_documented_webhook_is_shown() {
    let (application, chat) = with_chat().await;
    assert_eq!(receive(&application, &sample()).await.status, 200);
    let shown = chat.wait_shown(1, SOON).await.unwrap().remove(0);
    assert_eq!(shown.to_json(), sample());
    let expected = Received {
        body: sample(),
        verdict: Verdict::Shown(shown),
    };
    assert_eq!(application.received().all(), [expected]);
    assert!(application.violations().is_empty());
}

#[tokio::test]
async fn only_the_bot_and_operators_are_shown() {
    let (application, chat) = with_chat().await;
    for (author, id) in [("user", "1"), ("operator", "2"), ("bot", "3")] {
        let webhook = sample_with(&[
            ("message_type", author),
            ("message_id", id),
            ("message_text", author),
            ("operator", "yes"),
        ]);
        assert_eq!(receive(&application, &webhook).await.status, 200);
    }
    let received = application.received().all();
    assert!(matches!(received[0].verdict, Verdict::Echo(_)));
    let shown = chat.shown();
    assert_eq!(shown.len(), 2);
    assert!(shown[0].operator && shown[0].message_type == Author::Operator);
    let lines: Vec<_> = chat
        .transcript()
        .into_iter()
        .map(|line| format!("{}: {}", line.from, line.text))
        .collect();
    assert_eq!(lines, ["operator: operator", "bot: bot"]);
}

#[tokio::test]
async fn every_field_has_to_be_there_as_a_string_and_no_other() {
    let (application, chat) = with_chat().await;
    let names: Vec<_> = sample().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names.len(), 20);
    for name in &names {
        let mut webhook = sample();
        webhook.as_object_mut().unwrap().remove(name);
        let missing = receive(&application, &webhook).await;
        assert!(
            missing.status == 400 && missing.body.contains("missing"),
            "{name}"
        );
        for other in [json!(null), json!(1), json!(true), json!(["no"]), json!({})] {
            webhook[name] = other;
            let refused = receive(&application, &webhook).await;
            assert_eq!(refused.status, 400, "{webhook}");
            assert!(refused.body.contains("not a string"), "{webhook}");
        }
    }
    let additional = receive(&application, &sample_with(&[("attachments", "")])).await;
    assert!(additional.status == 400 && additional.body.contains("not documented"));
    assert_eq!(application.violations().len(), 6 * 20 + 1);
    assert_eq!(application.received().len(), 6 * 20 + 1);
    assert!(chat.shown().is_empty() && chat.transcript().is_empty());
    // None of them was remembered.
    assert_eq!(receive(&application, &sample()).await.status, 200);
}

#[tokio::test]
async fn values_that_are_not_documented_are_refused() {
    let (application, chat) = with_chat().await;
    let mut wrong: Vec<(&str, &str)> = vec![
        ("wh_type", "new_contact"),
        ("wh_type", ""),
        ("task_id", "1x1"),
        ("external_chat_id", "987654321"),
        ("message_type", "agent"),
        ("message_type", "Bot"),
        ("message_id", ""),
        ("message_text", ""),
        ("thread_id", ""),
        ("panel_url", "panel"),
        ("share_url", "javascript:alert(1)"),
    ];
    for flag in [
        "close",
        "get_contact",
        "interest",
        "is_bot",
        "operator",
        "success",
    ] {
        wrong.extend(["", "true", "Yes", "да"].map(|value| (flag, value)));
    }
    for change in &wrong {
        let webhook = sample_with(&[*change]);
        let refused = receive(&application, &webhook).await;
        assert_eq!(refused.status, 400, "{change:?}");
        assert!(refused.body.contains(change.0), "{change:?}");
    }
    for body in [json!([]), json!("text")] {
        assert_eq!(receive(&application, &body).await.status, 400);
    }
    assert_eq!(application.violations().len(), wrong.len() + 2);
    assert!(chat.shown().is_empty());
    let client = Client::new(SOON).unwrap();
    let plain = client
        .raw()
        .post(application.webhook_url())
        .body(sample().to_string());
    assert_eq!(plain.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn what_a_stand_in_cannot_know_may_be_empty() {
    let (application, chat) = with_chat().await;
    let webhook = sample_with(&[
        ("channel_id", ""),
        ("company_id", ""),
        ("contacts", ""),
        ("manager_id", ""),
        ("panel_url", ""),
        ("share_url", ""),
        ("title", ""),
    ]);
    assert_eq!(receive(&application, &webhook).await.status, 200);
    assert_eq!(chat.shown().len(), 1);
}

#[tokio::test]
async fn a_copy_is_seen_and_not_shown() {
    let (application, chat) = with_chat().await;
    application.faults().next("webhook", Fault::ResetAfter);
    let client = Client::new(SOON).unwrap();
    let url = application.webhook_url();
    client.post(&url, &[], &sample()).await.unwrap_err();
    assert_eq!(receive(&application, &sample()).await.status, 200);
    let received = application.received().all();
    assert!(matches!(received[0].verdict, Verdict::Shown(_)));
    assert!(matches!(received[1].verdict, Verdict::Duplicate(_)));
    assert_eq!((chat.shown().len(), chat.transcript().len()), (1, 1));
    assert!(application.violations().is_empty());
}

#[tokio::test]
async fn ids_do_not_change_hands() {
    let (application, chat) = with_chat().await;
    application.chat("987654321");
    receive(&application, &sample()).await;
    for changes in [
        &[("message_text", "another")][..],
        &[("message_type", "operator")],
        &[("external_chat_id", "987654321"), ("thread_id", "2x2")],
        &[("external_chat_id", "987654321"), ("message_id", "2x2")],
    ] {
        let refused = receive(&application, &sample_with(changes)).await;
        assert_eq!(refused.status, 400, "{changes:?}");
        assert!(refused.body.contains("another"), "{changes:?}");
    }
    assert_eq!(application.shown().len(), 1);
    assert_eq!(chat.shown().len(), 1);
}

#[tokio::test]
async fn what_a_text_offers_can_be_chosen() {
    let vendor = answered(200, SUCCESS).await;
    let application = pointed_at(&vendor, Sending::default()).await;
    let chat = application.chat(CHAT);
    chat.press("Yes").unwrap_err();
    receive(
        &application,
        &sample_with(&[("message_text", "Sure?\n- Yes")]),
    )
    .await;
    chat.press("No").unwrap_err();
    chat.press("").unwrap_err();
    let sent = chat.press("Yes").unwrap();
    application.delivered(sent, SOON).await.unwrap();
    assert_eq!(vendor.bodies()[0]["message"], "Yes");
}

#[tokio::test]
async fn a_person_can_be_the_visitor_over_http() {
    let vendor = answered(200, SUCCESS).await;
    let application = pointed_at(&vendor, Sending::default()).await;
    let url = format!("{}/chats/{CHAT}", application.base_url());
    let messages = format!("{url}/messages");
    let sent = post(&messages, &[], &json!({ "text": "Hello" })).await;
    assert_eq!(sent.status, 202);
    let number = sent.json().unwrap()["message"].as_u64().unwrap();
    application.delivered(number, SOON).await.unwrap();
    for act in [
        json!({ "text": "" }),
        json!({ "press": "Yes" }),
        json!({ "attachment": "data:image/png;base64,AA==" }),
    ] {
        assert_eq!(post(&messages, &[], &act).await.status, 400, "{act}");
    }
    receive(&application, &sample_with(&[("message_text", "Hi")])).await;
    let client = Client::new(SOON).unwrap();
    let read = client.raw().get(format!("{url}?wait=10")).send().await;
    assert_eq!(
        read.unwrap().text().await.unwrap(),
        "visitor: Hello\nbot: Hi\n"
    );
    assert_eq!(vendor.received.len(), 1);
}

#[tokio::test]
async fn a_stopped_application_takes_nothing() {
    let (application, _chat) = with_chat().await;
    application.stop().await;
    let client = Client::new(SOON).unwrap();
    let url = application.webhook_url();
    client.post(&url, &[], &sample()).await.unwrap_err();
}
