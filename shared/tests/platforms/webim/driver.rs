//! Webim for the contract.

use serde_json::{Value, json};
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::model::Message;
use shared::platforms::webim::v1;
use shared::time::Millis;
use shared::webhook::Received;

use crate::driver::{Driver, Outcome, Seen};

pub(crate) struct Webim;

impl Driver for Webim {
    fn settings(&self) -> Value {
        json!({"token": "env:WEBIM"})
    }

    fn receive(&self, body: &[u8], now: Millis) -> Outcome {
        match v1::receive::receive(&super::settings(), body, now) {
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
        if !matches!(event, "new_chat" | "new_message") {
            return None;
        }
        match body.get("chat")?.get("id")? {
            Value::String(id) if !id.is_empty() => Some(id.clone()),
            Value::Number(id) => id.as_i64().map(|id| id.to_string()),
            _ => None,
        }
    }

    fn written(&self, text: &str) -> Vec<u8> {
        json!({"event": "new_message", "chat": {"id": "9401b039"}, "kind": "visitor", "text": text})
            .to_string()
            .into()
    }

    fn parts(&self, message: &Message) -> Vec<Value> {
        let parts = v1::send::parts(message);
        parts
            .iter()
            .map(|part| serde_json::to_value(part).unwrap())
            .collect()
    }

    /// A text, or rows of buttons; nothing else stands in a message.
    fn assert_taken(&self, part: &Value) {
        match part["kind"].as_str() {
            Some("operator") => {
                let text = part["text"].as_str().unwrap();
                assert_eq!(part, &json!({"kind": "operator", "text": text}));
                assert!(!text.trim().is_empty(), "a blank text");
                assert!(text.chars().count() <= 4000, "a text that is too long");
            }
            Some("keyboard") => {
                let rows = part["buttons"].as_array().unwrap();
                assert_eq!(part, &json!({"kind": "keyboard", "buttons": rows}));
                assert!(!rows.is_empty(), "a keyboard without rows");
                for row in rows {
                    let row = row.as_array().unwrap();
                    assert!(!row.is_empty(), "a row without buttons");
                    row.iter().for_each(assert_button);
                }
            }
            _ => panic!("no kind of message: {part}"),
        }
    }

    fn shown(&self, part: &Value) -> Vec<String> {
        let text = part["text"].as_str().unwrap_or_default().to_owned();
        vec![text + &texts(part, "text").concat()]
    }

    fn button_ids(&self, part: &Value) -> Vec<String> {
        texts(part, "id")
    }

    fn judge(&self, _: &Answer) -> Option<Result<(), Failure>> {
        None
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

fn texts(part: &Value, field: &str) -> Vec<String> {
    let rows = part["buttons"].as_array().into_iter().flatten();
    rows.flat_map(|row| row.as_array().unwrap())
        .map(|button| button[field].as_str().unwrap().to_owned())
        .collect()
}
