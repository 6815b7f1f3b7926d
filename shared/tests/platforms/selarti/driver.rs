//! Selarti for the contract.

use serde_json::{Value, json};
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::model::Message;
use shared::platforms::selarti::agent;
use shared::time::Millis;
use shared::webhook::{Received, Thread};

use super::TASK;
use crate::driver::{Driver, Outcome, Seen};

pub(crate) struct Selarti;

impl Driver for Selarti {
    fn settings(&self) -> Value {
        json!({
            "url": "https://selarti.example",
            "task_id": TASK,
            "webhook_token": "env:HOOK",
        })
    }

    fn receive(&self, body: &[u8], now: Millis) -> Outcome {
        match agent::receive::receive(&super::settings(), body, now) {
            Ok(Received::Event(event)) => Outcome::Event(Seen {
                chat: thread(&event.thread),
                event: event.event,
                messages: usize::from(event.message.is_some()),
            }),
            Ok(Received::Ignored(reason)) => Outcome::Ignored(reason),
            Err(refusal) => Outcome::Refused(refusal),
        }
    }

    fn chat(&self, body: &Value) -> Option<String> {
        let text = |field: &str| body.get(field)?.as_str();
        let concerns_us = text("wh_type") == Some("all_messages")
            && matches!(text("message_type"), Some("bot" | "operator"))
            && text("task_id").is_none_or(|task| task == TASK);
        let chat = text("external_chat_id").filter(|_| concerns_us)?;
        // Ours are `{connection}.{chat}`.
        let (connection, id) = chat.split_once('.')?;
        (!connection.is_empty() && !id.is_empty()).then(|| chat.to_owned())
    }

    fn written(&self, text: &str) -> Vec<u8> {
        json!({
            "wh_type": "all_messages",
            "message_type": "bot",
            "message_id": "1731336491876x582725124419040400",
            "external_chat_id": "shop.1",
            "task_id": TASK,
            "message_text": text,
        })
        .to_string()
        .into()
    }

    fn parts(&self, message: &Message) -> Vec<Value> {
        let parts = agent::send::parts(message);
        parts.into_iter().map(Value::from).collect()
    }

    fn assert_taken(&self, part: &Value) {
        let text = part.as_str().unwrap();
        assert!(!text.trim().is_empty(), "a blank text");
        assert!(text.chars().count() <= 16_000, "a text that is too long");
    }

    fn shown(&self, part: &Value) -> Vec<String> {
        vec![part.as_str().unwrap().to_owned()]
    }

    fn button_ids(&self, _: &Value) -> Vec<String> {
        Vec::new()
    }

    fn judge(&self, answer: &Answer) -> Option<Result<(), Failure>> {
        Some(agent::send::judge(answer))
    }
}

fn thread(thread: &Thread) -> String {
    match thread {
        Thread::Ours(key) => key.thread(),
        Thread::Kept(id) => panic!("Selarti takes our ids, and {id} is none"),
    }
}
