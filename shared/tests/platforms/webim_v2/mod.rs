//! Webim's External Bot API 2.0.

mod answer;
pub(crate) mod driver;
mod judge;
mod receive;
mod send;

use serde_json::json;
use shared::platforms::webim::v2::Settings;

fn settings() -> Settings {
    serde_json::from_value(json!({
        "url": "https://company.webim.example",
        "token": "env:WEBIM",
        "webhook_token": "env:HOOK",
    }))
    .unwrap()
}
