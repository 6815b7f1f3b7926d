//! The simulated Webim accepts the documented answers and no others.

use serde_json::json;

use super::*;
use crate::receiver::Receiver;

fn judged(status: u16, body: &str) -> Result<Verdict, String> {
    answer::judge(
        &Answer {
            status,
            body: body.to_owned(),
        },
        false,
    )
}

fn text(text: &str) -> Shown {
    Shown::Text(text.to_owned())
}

#[test]
fn the_documented_answers_are_accepted() {
    let answer = json!({ "has_answer": true, "messages": [
        { "kind": "operator", "text": "Hi" },
        { "kind": "keyboard", "buttons": [[{ "id": "say_hi-1", "text": "A" }], [{ "id": "b", "text": "B" }]] },
    ]});
    let button = |id: &str, text: &str| Button {
        id: id.to_owned(),
        text: text.to_owned(),
    };
    let keyboard = Shown::Keyboard(vec![vec![button("say_hi-1", "A")], vec![button("b", "B")]]);
    assert_eq!(
        judged(200, &answer.to_string()),
        Ok(Verdict::Messages(vec![text("Hi"), keyboard]))
    );
    assert_eq!(
        judged(200, r#"{"has_answer":false}"#),
        Ok(Verdict::HandOver)
    );
    let nothing = Answer {
        status: 200,
        body: String::new(),
    };
    assert_eq!(answer::judge(&nothing, true), Ok(Verdict::Messages(vec![])));
}

#[test]
fn any_other_answer_sends_the_chat_to_the_operators() {
    let hi = json!({ "kind": "operator", "text": "Hi" });
    let keyboard =
        |id: &str| json!({ "kind": "keyboard", "buttons": [[{ "id": id, "text": "A" }]] });
    for message in [
        json!({ "kind": "operator" }),
        json!({ "kind": "operator", "text": "" }),
        json!({ "kind": "operator", "text": 1 }),
        json!({ "kind": "operator", "text": "Hi", "buttons": [[{ "id": "a", "text": "A" }]] }),
        json!({ "kind": "bot", "text": "Hi" }),
        json!({ "text": "Hi" }),
        json!("Hi"),
        json!({ "kind": "keyboard" }),
        json!({ "kind": "keyboard", "buttons": [] }),
        json!({ "kind": "keyboard", "buttons": [[]] }),
        json!({ "kind": "keyboard", "buttons": [{ "id": "a", "text": "A" }] }),
        json!({ "kind": "keyboard", "buttons": [[{ "id": "a", "text": "" }]] }),
        json!({ "kind": "keyboard", "buttons": [[{ "id": 1, "text": "A" }]] }),
        json!({ "kind": "keyboard", "text": "Choose", "buttons": [[{ "id": "a", "text": "A" }]] }),
        keyboard(""),
        keyboard("with space"),
        keyboard("да"),
        keyboard("1234567890123456789012345"),
    ] {
        let body = json!({ "has_answer": true, "messages": [hi, message] }).to_string();
        assert!(judged(200, &body).is_err(), "{body}");
    }
    for body in [
        "",
        "OK",
        "[]",
        "{}",
        r#"{"has_answer":true}"#,
        r#"{"has_answer":true,"messages":[]}"#,
        r#"{"has_answer":true,"messages":{}}"#,
        r#"{"has_answer":"true","messages":[{"kind":"operator","text":"Hi"}]}"#,
        r#"{"has_answer":false,"messages":[{"kind":"operator","text":"Hi"}]}"#,
        r#"{"messages":[{"kind":"operator","text":"Hi"}]}"#,
    ] {
        assert!(judged(200, body).is_err(), "{body}");
    }
    for status in [201, 204, 302, 400, 500] {
        assert!(
            judged(
                status,
                &json!({ "has_answer": true, "messages": [hi] }).to_string()
            )
            .is_err()
        );
    }
}

#[test]
fn requests_have_the_form_of_the_installation() {
    let dialect = Dialect::default();
    assert_eq!(
        dialect.new_message("9401b039", "Say hi"),
        json!({ "event": "new_message", "chat": { "id": "9401b039" }, "kind": "visitor", "text": "Say hi" })
    );
    assert_eq!(
        dialect.press("9401b039", "say_hi", "Say hi"),
        json!({ "event": "new_message", "chat": { "id": "9401b039" }, "kind": "keyboard_response",
            "response": { "button": { "id": "say_hi", "text": "Say hi" } } })
    );
    assert_eq!(
        dialect.new_chat("1", &["Hello"])["messages"],
        json!([{ "kind": "visitor", "text": "Hello" }])
    );
    assert!(dialect.new_chat("1", &[]).get("messages").is_none());
    let other = Dialect {
        kind: false,
        integer_chat_id: true,
        visitor: VisitorForm::Nested,
        headers: Headers::Older,
    };
    assert_eq!(
        other.new_message("42", "Hi"),
        json!({ "event": "new_message", "chat": { "id": 42 }, "text": "Hi" })
    );
    assert_eq!(
        other.new_chat("42", &[])["visitor"]["fields"]["firstname"],
        "Ada"
    );
    assert!(other.headers.pairs().is_empty());
}

#[tokio::test]
async fn a_bot_that_fails_loses_the_chat_until_it_is_handed_back() {
    let receiver = Receiver::start(|request| match request["text"].as_str() {
        Some("operator") => (200, r#"{"has_answer":false}"#.to_owned()),
        Some("fail") => (500, String::new()),
        _ => (
            200,
            r#"{"has_answer":true,"messages":[{"kind":"operator","text":"Hi"}]}"#.to_owned(),
        ),
    })
    .await;
    let chat = Webim::new(&receiver.url()).unwrap().chat("c1");
    assert_eq!(chat.say("Hello").await, Outcome::Answered(vec![text("Hi")]));
    assert_eq!(receiver.received.all()[0].0["x-bot-api-version"], "1.0");
    assert!(matches!(chat.say("fail").await, Outcome::Operators(_)));
    assert_eq!(chat.say("Hello").await, Outcome::NotAsked);
    assert_eq!(receiver.received.len(), 2);
    chat.hand_back();
    assert_eq!(chat.say("operator").await, Outcome::HandedOver);
    assert!(chat.with_operators());
    assert_eq!(chat.say("Hello").await, Outcome::NotAsked);
}

#[tokio::test]
async fn copies_of_a_request_all_get_an_answer() {
    let receiver = Receiver::start(|_| (200, r#"{"has_answer":false}"#.to_owned())).await;
    let webim = Webim::new(&receiver.url()).unwrap();
    let exchanges = webim.copies(&webim.chat("c1").says("Hello"), 8).await;
    assert_eq!(exchanges.len(), 8);
    assert!(
        exchanges
            .iter()
            .all(|exchange| exchange.outcome == Outcome::HandedOver)
    );
    assert_eq!(receiver.received.len(), 8);
}

#[tokio::test]
async fn nothing_in_time_is_a_failure() {
    assert_eq!(PATIENCE, Duration::from_secs(5), "the vendor's document");
    let receiver = Receiver::start(|_| (200, String::new())).await;
    receiver.faults.next("hook", crate::faults::Fault::Hang);
    let patience = Duration::from_millis(50);
    let webim = Webim::patient(&receiver.url(), Dialect::default(), patience).unwrap();
    let exchange = webim.post(webim.chat("c1").says("Hello")).await;
    assert_eq!(
        exchange.outcome,
        Outcome::Operators("no answer within 50ms".to_owned())
    );
    assert!(exchange.took >= patience);
}
