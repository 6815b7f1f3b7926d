//! An application that speaks Selarti's API: the vendor's "Integration with an external messenger", read from its side.

mod answer;
pub(crate) mod driver;
mod judge;
mod receive;
mod round_trip;
mod send;
mod settings;

use serde_json::{Value, json};
use shared::connections::Connection;
use shared::delivery::outside::Target;
use shared::mailbox::EventHash;
use shared::model::Message;
use shared::platforms::selarti::channel::{self, Settings};
use shared::store::conversation::Conversation;

use crate::NOW;

/// The task of the document's example.
const TASK: &str = "1721129985149x478019552540622850";

/// The least that has to be said.
fn least() -> Value {
    json!({
        "url": "https://application.example/webhook",
        "token": "env:TOKEN",
        "task_id": TASK,
    })
}

fn settings() -> Settings {
    serde_json::from_value(least()).unwrap()
}

/// What the application's webhook is sent of a message, call by call, as text.
fn sent(settings: &Settings, conversation: &Conversation, message: &Message) -> Vec<String> {
    let connection = Connection {
        id: "shop".parse().unwrap(),
        settings: shared::platforms::Settings::SelartiChannel(settings.clone()),
        route: None,
    };
    let target = Target {
        connection: &connection,
        conversation,
        event: EventHash(*b"an event"),
        number: 7,
        accepted: NOW,
        until: NOW,
    };
    channel::send::parts(message)
        .iter()
        .enumerate()
        .map(|part| {
            let webhook = channel::send::webhook(&target, settings, message, part);
            serde_json::to_string(&webhook).unwrap()
        })
        .collect()
}
