//! SmartBot360's "API Medium Integration", with an application that speaks to us as to the bot.

mod answer;
pub(crate) mod driver;
mod judge;
mod receive;
mod send;
mod settings;

use serde_json::{Value, json};
use shared::model::ConnectionId;
use shared::platforms::api_medium::channel::Settings;
use shared::platforms::api_medium::wire::UserId;

/// What the settings must say.
fn least() -> Value {
    json!({"url": "https://application.example/webhook", "token": "env:TOKEN"})
}

fn settings() -> Settings {
    serde_json::from_value(least()).unwrap()
}

/// The connection that the application calls its channel.
fn channel() -> ConnectionId {
    "shop-app".parse().unwrap()
}

/// What a new person is called here.
const NEW: u64 = 4_503_599_627_370_495;

fn new_user() -> UserId {
    NEW.try_into().unwrap()
}
