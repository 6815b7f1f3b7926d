//! Webim's External Bot API 1.0: <https://webim.ru/kb/bots/external-bot/v-1-0.html>.

mod answer;
pub(crate) mod driver;
mod receive;

use serde_json::json;
use shared::platforms::webim::v1::Settings;

fn settings() -> Settings {
    serde_json::from_value(json!({"token": "env:WEBIM"})).unwrap()
}
