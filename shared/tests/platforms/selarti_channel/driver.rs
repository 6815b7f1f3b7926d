//! An application that speaks Selarti's API for the contract.

use serde_json::{Value, json};
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::model::Message;
use shared::platforms::selarti::channel;
use shared::time::Millis;
use shared::webhook::Received;

use super::TASK;
use crate::driver::{Driver, Outcome, Seen};
use crate::vendor::conversation;

pub(crate) struct SelartiChannel;

/// The fields of the vendor's sample.
const FIELDS: [&str; 20] = [
    "channel_id",
    "close",
    "company_id",
    "contacts",
    "external_chat_id",
    "get_contact",
    "interest",
    "is_bot",
    "manager_id",
    "message_id",
    "message_text",
    "message_type",
    "operator",
    "panel_url",
    "share_url",
    "success",
    "task_id",
    "thread_id",
    "title",
    "wh_type",
];

impl Driver for SelartiChannel {
    fn settings(&self) -> Value {
        super::least()
    }

    fn receive(&self, body: &[u8], now: Millis) -> Outcome {
        match channel::receive::receive(&super::settings(), body, now) {
            Ok(Received::Event(event)) => Outcome::Event(Seen {
                chat: event.chat.as_str().to_owned(),
                event: event.event,
                messages: event.messages.len(),
            }),
            Ok(Received::Ignored(reason)) => Outcome::Ignored(reason),
            Err(refusal) => Outcome::Refused(refusal),
        }
    }

    /// All three are required, and texts.
    fn chat(&self, body: &Value) -> Option<String> {
        let text = |field: &str| body.get(field)?.as_str().filter(|text| !text.is_empty());
        text("message")?;
        let chat = match body.get("chat_id")? {
            Value::Number(id) if !id.is_f64() => Some(id.to_string()),
            _ => text("chat_id").map(str::to_owned),
        };
        chat.filter(|_| text("task_id") == Some(TASK))
    }

    fn written(&self, text: &str) -> Vec<u8> {
        json!({"task_id": TASK, "chat_id": "123456789", "message": text})
            .to_string()
            .into()
    }

    fn parts(&self, message: &Message) -> Vec<Value> {
        let conversation = conversation("123456789".parse().unwrap());
        super::sent(&super::settings(), &conversation, message)
            .iter()
            .map(|webhook| serde_json::from_str(webhook).unwrap())
            .collect()
    }

    /// Each of the sample's fields as a text, and no other.
    fn assert_taken(&self, part: &Value) {
        let fields = part.as_object().unwrap();
        assert!(fields.keys().eq(FIELDS.iter()), "{part}");
        let text = |field: &str| fields[field].as_str().unwrap();
        for field in FIELDS {
            text(field);
        }
        for flag in [
            "close",
            "get_contact",
            "interest",
            "is_bot",
            "operator",
            "success",
        ] {
            assert!(matches!(text(flag), "yes" | "no"), "{flag} in {part}");
        }
        assert!(matches!(text("message_type"), "bot" | "operator"));
        assert_eq!(text("wh_type"), "all_messages");
        assert!(!text("message_id").is_empty() && !text("thread_id").is_empty());
        let says = text("operator") == "yes" || text("close") == "yes";
        let written = text("message_text");
        assert!(says || !written.trim().is_empty(), "nothing is said");
        assert!(written.chars().count() <= 16_000, "a text that is too long");
    }

    fn shown(&self, part: &Value) -> Vec<String> {
        vec![part["message_text"].as_str().unwrap().to_owned()]
    }

    fn button_ids(&self, _: &Value) -> Vec<String> {
        Vec::new()
    }

    fn judge(&self, answer: &Answer) -> Option<Result<(), Failure>> {
        Some(channel::send::judge(answer))
    }
}
