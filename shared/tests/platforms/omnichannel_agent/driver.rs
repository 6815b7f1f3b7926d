//! The platform for the contract.

use serde_json::{Value, json};
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::model::Message;
use shared::platforms::omnichannel::agent;
use shared::time::Millis;
use shared::webhook::{Received, Thread};

use crate::driver::{Driver, Outcome, Seen};
use crate::webim_v2::driver as family;

pub(crate) struct OmnichannelAgent;

impl Driver for OmnichannelAgent {
    fn settings(&self) -> Value {
        json!({"webhook_url": "env:WEBHOOK_URL", "webhook_token": "env:HOOK"})
    }

    fn receive(&self, body: &[u8], now: Millis) -> Outcome {
        match agent::receive::receive(&super::settings(), body, now) {
            Ok(Received::Event(event)) => Outcome::Event(Seen {
                chat: match event.thread {
                    Thread::Kept(id) => id,
                    Thread::Ours(key) => panic!("{key:?} is no integer of ours"),
                },
                event: event.event,
                messages: usize::from(event.message.is_some()),
            }),
            Ok(Received::Ignored(reason)) => Outcome::Ignored(reason),
            Err(refusal) => Outcome::Refused(refusal),
        }
    }

    fn chat(&self, body: &Value) -> Option<String> {
        family::chat(&json!({"chat_id": body.get("chat_id")?}))
    }

    fn written(&self, text: &str) -> Vec<u8> {
        json!({"chat_id": 2_718_281_828_459_045_i64, "message": {"kind": "operator", "text": text}})
            .to_string()
            .into()
    }

    fn parts(&self, message: &Message) -> Vec<Value> {
        let parts = agent::send::parts(message);
        parts
            .iter()
            .map(|part| serde_json::to_value(part).unwrap())
            .collect()
    }

    /// The three kinds of the document, each with all that the document shows; the ids are added when it is sent.
    fn assert_taken(&self, part: &Value) {
        let data = &part["data"];
        match part["kind"].as_str() {
            Some("visitor") => {
                let text = part["text"].as_str().unwrap();
                assert_eq!(part, &json!({"kind": "visitor", "text": text}));
                assert!(!text.trim().is_empty(), "a blank text");
                assert!(text.chars().count() <= 4000, "a text that is too long");
            }
            Some("keyboard_response") => {
                let (id, text) = (&data["button"]["id"], &data["button"]["text"]);
                let button = json!({"button": {"id": id, "text": text}});
                assert_eq!(part, &json!({"kind": "keyboard_response", "data": button}));
                for text in [id, text] {
                    assert!(!text.as_str().unwrap().trim().is_empty(), "{part}");
                }
            }
            Some("file_visitor") => {
                let [name, content_type, size, url] =
                    ["name", "content_type", "size", "url"].map(|field| &data[field]);
                let whole = json!({"state": "ready", "name": name, "content_type": content_type, "size": size, "url": url});
                assert_eq!(part, &json!({"kind": "file_visitor", "data": whole}));
                assert!(size.is_u64(), "{part}");
                assert!(url.as_str().unwrap().starts_with("https://"), "{part}");
                for text in [name, content_type] {
                    assert!(!text.as_str().unwrap().trim().is_empty(), "{part}");
                }
            }
            _ => panic!("no kind of message: {part}"),
        }
    }

    fn shown(&self, part: &Value) -> Vec<String> {
        vec![family::shown(part)]
    }

    fn button_ids(&self, _: &Value) -> Vec<String> {
        Vec::new()
    }

    fn judge(&self, answer: &Answer) -> Option<Result<(), Failure>> {
        Some(agent::send::judge(answer))
    }
}
