//! SmartBot360 for the contract.

use serde_json::{Value, json};
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::model::Message;
use shared::platforms::api_medium::agent;
use shared::time::Millis;
use shared::webhook::{Received, Thread};

use super::CHANNEL;
use crate::driver::{Driver, Outcome, Seen};

pub(crate) struct ApiMediumAgent;

impl Driver for ApiMediumAgent {
    fn settings(&self) -> Value {
        super::least()
    }

    fn receive(&self, body: &[u8], now: Millis) -> Outcome {
        match agent::receive::receive(&super::settings(), body, now) {
            Ok(Received::Event(event)) => Outcome::Event(Seen {
                chat: match event.thread {
                    Thread::Kept(id) => id,
                    Thread::Ours(key) => panic!("{key:?} is no id of SmartBot360's"),
                },
                event: event.event,
                messages: usize::from(event.message.is_some()),
            }),
            Ok(Received::Ignored(reason)) => Outcome::Ignored(reason),
            Err(refusal) => Outcome::Refused(refusal),
        }
    }

    /// The four fields that are required; a number, or one in quotes.
    fn chat(&self, body: &Value) -> Option<String> {
        if body.get("channelID")?.as_str()? != CHANNEL {
            return None;
        }
        body.get("message")?.as_str()?;
        body.get("timestamp")?.as_u64()?;
        user(body.get("userID")?)
    }

    fn written(&self, text: &str) -> Vec<u8> {
        json!({"channelID": CHANNEL, "message": text, "userID": 9, "timestamp": 1_759_999_999_999_u64})
            .to_string()
            .into()
    }

    fn parts(&self, message: &Message) -> Vec<Value> {
        let parts = agent::send::parts(message).into_iter();
        parts
            .map(|part| json!({"message": part.message, "attachments": part.attachments}))
            .collect()
    }

    fn assert_taken(&self, part: &Value) {
        let text = part["message"].as_str().unwrap();
        assert!(!text.trim().is_empty(), "`message` is required");
        assert!(text.chars().count() <= 4000, "a text that is too long");
        for attachment in part["attachments"].as_array().unwrap() {
            let url = attachment["url"].as_str().unwrap();
            assert_eq!(attachment, &json!({"url": url}));
            assert!(url.starts_with("https://"), "{url}");
        }
    }

    fn shown(&self, part: &Value) -> Vec<String> {
        let attachments = part["attachments"].as_array().unwrap().iter();
        let urls = attachments.map(|attachment| attachment["url"].as_str().unwrap());
        let text = part["message"].as_str().unwrap();
        vec![std::iter::once(text).chain(urls).collect()]
    }

    fn button_ids(&self, _: &Value) -> Vec<String> {
        Vec::new()
    }

    fn judge(&self, answer: &Answer) -> Option<Result<(), Failure>> {
        Some(agent::send::judge(answer).map(drop))
    }
}

/// A `userID`: what JavaScript keeps exactly.
pub(crate) fn user(value: &Value) -> Option<String> {
    let number = match value {
        Value::Number(number) => number.as_u64()?,
        Value::String(digits) => {
            let digits = digits.chars().map(|c| c.to_digit(10).map(u64::from));
            let digits: Vec<u64> = digits.collect::<Option<_>>()?;
            digits.first()?;
            let number = digits.iter().try_fold(0_u64, |number, digit| {
                number.checked_mul(10)?.checked_add(*digit)
            });
            number?
        }
        _ => return None,
    };
    (number <= 9_007_199_254_740_991).then(|| number.to_string())
}
