//! The platform behind the Omnichannel API as the agent.

mod answer;
pub(crate) mod driver;
mod judge;
mod receive;
mod send;

use serde_json::json;
use shared::platforms::omnichannel::agent::Settings;

fn settings() -> Settings {
    serde_json::from_value(json!({
        "webhook_url": "env:WEBHOOK_URL",
        "webhook_token": "env:HOOK",
    }))
    .unwrap()
}
