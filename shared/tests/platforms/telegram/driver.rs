//! Telegram for the contract.

use serde_json::{Value, json};
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::model::Message;
use shared::platforms::telegram::channel::{self, send::Call};
use shared::time::Millis;
use shared::webhook::Received;

use super::html;
use crate::driver::{Driver, Outcome, Seen};

pub(crate) struct Telegram;

impl Driver for Telegram {
    fn settings(&self) -> Value {
        json!({"bot_token": "env:BOT", "webhook_secret": "env:HOOK"})
    }

    fn receive(&self, body: &[u8], now: Millis) -> Outcome {
        match channel::receive::receive(body, now).map(|incoming| incoming.received) {
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
        body.get("update_id")?.as_i64()?;
        let present = |value: &&Value| !value.is_null();
        let query = body.get("callback_query").filter(present);
        let on = match query {
            Some(query) => query.get("message"),
            None => ["message", "edited_message"]
                .iter()
                .find_map(|kind| body.get(kind).filter(present)),
        };
        let id = on?.get("chat")?.get("id")?.as_i64()?;
        Some(id.to_string())
    }

    fn written(&self, text: &str) -> Vec<u8> {
        json!({
            "update_id": 1,
            "message": {"message_id": 1, "date": 1_760_000_000, "chat": {"id": 1, "type": "private"}, "text": text},
        })
        .to_string()
        .into()
    }

    fn parts(&self, message: &Message) -> Vec<Value> {
        let call =
            |call: &Call| json!({"method": call.method, "parameters": call.parameters.clone()});
        channel::send::parts(message)
            .iter()
            .map(|part| {
                let otherwise: Vec<_> = part.otherwise.iter().map(call).collect();
                json!({"call": call(&part.call), "otherwise": otherwise})
            })
            .collect()
    }

    fn assert_taken(&self, part: &Value) {
        assert_call(&part["call"]);
        for call in part["otherwise"].as_array().unwrap() {
            assert_eq!(call["method"], "sendMessage", "plain text or nothing");
            assert!(call["parameters"].get("parse_mode").is_none());
            assert_call(call);
        }
        if let [.., last] = part["otherwise"].as_array().unwrap().as_slice() {
            let keyboard = |call: &Value| call["parameters"].get("reply_markup").cloned();
            assert_eq!(
                keyboard(last),
                keyboard(&part["call"]),
                "the buttons stay with the text"
            );
        }
    }

    fn shown(&self, part: &Value) -> Vec<String> {
        let mut forms = vec![read(&part["call"])];
        let otherwise = part["otherwise"].as_array().unwrap();
        if !otherwise.is_empty() {
            forms.push(otherwise.iter().map(read).collect());
        }
        forms
    }

    fn button_ids(&self, part: &Value) -> Vec<String> {
        let buttons = buttons(&part["call"]).into_iter();
        buttons
            .map(|button| button["callback_data"].as_str().unwrap().to_owned())
            .collect()
    }

    fn judge(&self, answer: &Answer) -> Option<Result<(), Failure>> {
        Some(channel::send::judge(answer).map_err(Failure::from))
    }
}

fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

/// What each method's table says of its parameters.
fn assert_call(call: &Value) {
    let parameters = &call["parameters"];
    let text = |field: &str| parameters[field].as_str().unwrap();
    let number = |field: &str| parameters[field].as_f64().unwrap();
    match call["method"].as_str().unwrap() {
        "sendMessage" => {
            let visible = match parameters.get("parse_mode") {
                None => text("text").to_owned(),
                Some(mode) => {
                    assert_eq!(mode, "HTML");
                    html::read(text("text")).0
                }
            };
            assert!(!visible.trim().is_empty(), "a text that is blank");
            assert!(utf16(&visible) <= 4096, "a text that is too long");
        }
        "sendLocation" => {
            assert!((-90.0..=90.0).contains(&number("latitude")));
            assert!((-180.0..=180.0).contains(&number("longitude")));
        }
        "sendContact" => {
            assert!(!text("phone_number").trim().is_empty());
            assert!(!text("first_name").trim().is_empty());
        }
        method => {
            let field = file_field(method).unwrap_or_else(|| panic!("no such method: {method}"));
            assert!(!text(field).trim().is_empty());
            assert!(
                utf16(parameters["caption"].as_str().unwrap_or_default()) <= 1024,
                "a caption that is too long"
            );
        }
    }
    if let Some(markup) = parameters.get("reply_markup") {
        let rows = markup["inline_keyboard"].as_array().unwrap();
        assert!(!rows.is_empty() && rows.iter().all(|row| !row.as_array().unwrap().is_empty()));
        for button in buttons(call) {
            assert!(!button["text"].as_str().unwrap().trim().is_empty());
            let id = button["callback_data"].as_str().unwrap();
            assert!((1..=64).contains(&id.len()), "callback_data {id:?}");
        }
    }
}

fn file_field(method: &str) -> Option<&'static str> {
    Some(match method {
        "sendPhoto" => "photo",
        "sendAudio" => "audio",
        "sendVoice" => "voice",
        "sendVideo" => "video",
        "sendDocument" => "document",
        _ => return None,
    })
}

fn read(call: &Value) -> String {
    let parameters = &call["parameters"];
    let text = |field: &str| parameters[field].as_str().unwrap_or_default().to_owned();
    let mut shown = match call["method"].as_str().unwrap() {
        "sendMessage" if parameters.get("parse_mode").is_some() => {
            let (visible, urls) = html::read(&text("text"));
            visible + &urls.concat()
        }
        "sendMessage" => text("text"),
        "sendLocation" => format!("{} {}", parameters["latitude"], parameters["longitude"]),
        "sendContact" => text("first_name") + &text("phone_number"),
        method => text(file_field(method).unwrap()) + &text("caption"),
    };
    for button in buttons(call) {
        shown.push_str(button["text"].as_str().unwrap());
    }
    shown
}

fn buttons(call: &Value) -> Vec<Value> {
    let rows = call["parameters"]["reply_markup"]["inline_keyboard"].as_array();
    rows.into_iter()
        .flatten()
        .flat_map(|row| row.as_array().unwrap().clone())
        .collect()
}
