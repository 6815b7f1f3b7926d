//! Webim 2.0 for the contract.

use serde_json::{Value, json};
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::model::Message;
use shared::platforms::bot_api::call::judge;
use shared::platforms::webim::v2;
use shared::time::Millis;
use shared::webhook::Received;

use crate::driver::{Driver, Outcome, Seen};

pub(crate) struct WebimV2;

impl Driver for WebimV2 {
    fn settings(&self) -> Value {
        json!({
            "url": "https://company.webim.example",
            "token": "env:WEBIM",
            "webhook_token": "env:HOOK",
        })
    }

    fn receive(&self, body: &[u8], now: Millis) -> Outcome {
        match super::receive::receive(body, now) {
            Ok(Received::Event(event)) => Outcome::Event(Seen {
                chat: event.chat.as_str().to_owned(),
                event: event.event,
                messages: event.messages.len(),
            }),
            Ok(Received::Ignored(reason)) => Outcome::Ignored(reason),
            Err(refusal) => Outcome::Refused(refusal),
        }
    }

    fn chat(&self, body: &Value) -> Option<String> {
        let event = body.get("event")?.as_str()?;
        matches!(event, "new_chat" | "new_message").then(|| chat(body))?
    }

    fn written(&self, text: &str) -> Vec<u8> {
        json!({
            "event": "new_message",
            "chat_id": 42,
            "message": {"id": "b1", "kind": "visitor", "text": text},
        })
        .to_string()
        .into()
    }

    fn parts(&self, message: &Message) -> Vec<Value> {
        let settings = super::settings();
        let call = |call: &v2::send::Call| json!({"method": call.method(), "body": call.body("42", &settings)});
        v2::send::parts(message)
            .iter()
            .map(|part| json!({"call": call(&part.call), "otherwise": part.otherwise.iter().map(call).collect::<Vec<_>>()}))
            .collect()
    }

    fn assert_taken(&self, part: &Value) {
        for call in std::iter::once(&part["call"]).chain(otherwise(part)) {
            let body = &call["body"];
            match call["method"].as_str() {
                Some("send_message") => {
                    let message = &body["message"];
                    assert_eq!(body, &json!({"chat_id": 42, "message": message}));
                    assert_message(message, true);
                }
                // To the queue, as these settings have it.
                Some("redirect_chat" | "close_chat") => assert_eq!(body, &json!({"chat_id": 42})),
                _ => panic!("no method: {call}"),
            }
        }
    }

    fn shown(&self, part: &Value) -> Vec<String> {
        let first = shown(&part["call"]["body"]["message"]);
        let otherwise: String = otherwise(part)
            .map(|call| shown(&call["body"]["message"]))
            .collect();
        if otherwise.is_empty() {
            vec![first]
        } else {
            vec![first, otherwise]
        }
    }

    fn button_ids(&self, part: &Value) -> Vec<String> {
        buttons(&part["call"]["body"]["message"], "id")
    }

    fn judge(&self, answer: &Answer) -> Option<Result<(), Failure>> {
        Some(judge(answer))
    }
}

fn otherwise(part: &Value) -> impl Iterator<Item = &Value> {
    part["otherwise"].as_array().unwrap().iter()
}

/// The chat that a body of the family names.
pub(crate) fn chat(body: &Value) -> Option<String> {
    let present = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned();
    let id = present(body.get("chat_id")).or_else(|| present(body.get("chat")?.get("id")));
    match id? {
        Value::String(id) if !id.is_empty() => Some(id),
        Value::Number(id) => id.as_i64().map(|id| id.to_string()),
        _ => None,
    }
}

/// A text, rows of buttons or, where the platform takes them, a file; nothing else stands in a message.
pub(crate) fn assert_message(message: &Value, files: bool) {
    match message["kind"].as_str() {
        Some("operator") => {
            let text = message["text"].as_str().unwrap();
            assert_eq!(message, &json!({"kind": "operator", "text": text}));
            assert!(!text.trim().is_empty(), "a blank text");
            assert!(text.chars().count() <= 4000, "a text that is too long");
        }
        Some("keyboard") => {
            let rows = message["buttons"].as_array().unwrap();
            assert_eq!(message, &json!({"kind": "keyboard", "buttons": rows}));
            assert!(!rows.is_empty(), "a keyboard without rows");
            for row in rows {
                let row = row.as_array().unwrap();
                assert!(!row.is_empty(), "a row without buttons");
                row.iter().for_each(assert_button);
            }
        }
        Some("file_operator") if files => {
            let data = message["data"].as_object().unwrap();
            assert_eq!(message, &json!({"kind": "file_operator", "data": data}));
            assert!(data["url"].as_str().unwrap().starts_with("https://"));
            for (field, value) in data {
                assert!(
                    ["url", "name", "media_type"].contains(&field.as_str()),
                    "{field}"
                );
                assert!(
                    !value.as_str().unwrap().trim().is_empty(),
                    "an empty {field}"
                );
            }
        }
        _ => panic!("no kind of message: {message}"),
    }
}

/// An id matches `[a-zA-Z0-9_-]{1,24}`.
fn assert_button(button: &Value) {
    let (id, text) = (
        button["id"].as_str().unwrap(),
        button["text"].as_str().unwrap(),
    );
    assert_eq!(button, &json!({"id": id, "text": text}));
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    assert!(
        (1..=24).contains(&id.len()) && id.chars().all(allowed),
        "the id {id:?}"
    );
    assert!(!text.trim().is_empty(), "a button that reads nothing");
}

/// What a person reads in a message of the family.
pub(crate) fn shown(message: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let data = &message["data"];
    text(&message["text"])
        + &buttons(message, "text").concat()
        + &text(&data["name"])
        + &text(&data["url"])
        + &text(&data["button"]["text"])
}

/// A field of each button.
pub(crate) fn buttons(message: &Value, field: &str) -> Vec<String> {
    let rows = message["buttons"].as_array().into_iter().flatten();
    rows.flat_map(|row| row.as_array().unwrap())
        .map(|button| button[field].as_str().unwrap().to_owned())
        .collect()
}
