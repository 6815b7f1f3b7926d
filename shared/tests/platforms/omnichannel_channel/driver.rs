//! A client's server for the contract.

use serde_json::{Value, json};
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::model::Message;
use shared::platforms::bot_api::call::judge;
use shared::platforms::omnichannel::channel;
use shared::time::Millis;
use shared::webhook::Received;

use crate::driver::{Driver, Outcome, Seen};
use crate::webim_v2::driver as family;

pub(crate) struct OmnichannelChannel;

impl Driver for OmnichannelChannel {
    fn settings(&self) -> Value {
        json!({"webhook_token": "env:HOOK"})
    }

    fn receive(&self, body: &[u8], now: Millis) -> Outcome {
        match channel::receive::receive(body, now) {
            Ok(Received::Event(event)) => Outcome::Event(Seen {
                chat: event.chat.as_str().to_owned(),
                event: event.event,
                messages: event.messages.len(),
            }),
            Ok(Received::Ignored(reason)) => Outcome::Ignored(reason),
            Err(fault) => Outcome::Refused(fault.into()),
        }
    }

    fn chat(&self, body: &Value) -> Option<String> {
        let is_ours = body.get("event")?.as_str()? == "new_message";
        is_ours.then(|| family::chat(body))?
    }

    fn written(&self, text: &str) -> Vec<u8> {
        json!({
            "event": "new_message",
            "chat_id": 42,
            "visitor": {"id": "visitor-17", "fields": {}},
            "message": {"id": "m1", "kind": "visitor", "text": text},
        })
        .to_string()
        .into()
    }

    fn parts(&self, message: &Message) -> Vec<Value> {
        let parts = channel::send::parts(message);
        parts
            .iter()
            .map(|part| serde_json::to_value(part).unwrap())
            .collect()
    }

    /// "Transferring files as files from the Agent: No".
    fn assert_taken(&self, part: &Value) {
        family::assert_message(part, false);
    }

    fn shown(&self, part: &Value) -> Vec<String> {
        vec![family::shown(part)]
    }

    fn button_ids(&self, part: &Value) -> Vec<String> {
        family::buttons(part, "id")
    }

    fn judge(&self, answer: &Answer) -> Option<Result<(), Failure>> {
        Some(judge(answer))
    }
}
