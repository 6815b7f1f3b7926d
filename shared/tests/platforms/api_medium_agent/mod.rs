//! SmartBot360's "API Medium Integration", with the bot as the agent.

mod answer;
pub(crate) mod driver;
mod judge;
mod receive;
mod send;
mod settings;

use serde_json::{Value, json};
use shared::platforms::api_medium::agent::Settings;

/// The channel of the documented answer.
const CHANNEL: &str = "D9LjuWl0jappznT5";

/// What the settings must say.
fn least() -> Value {
    json!({
        "url": "https://bot.example/api/messages",
        "channel_id": CHANNEL,
        "token": "env:TOKEN",
        "webhook_token": "env:HOOK",
    })
}

fn settings() -> Settings {
    serde_json::from_value(least()).unwrap()
}
