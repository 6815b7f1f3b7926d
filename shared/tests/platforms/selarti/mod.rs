//! Selarti's "Integration with an external messenger".

pub(crate) mod driver;
mod judge;
mod receive;
mod send;

use serde_json::json;
use shared::platforms::selarti::agent::Settings;

/// The task of the document's sample.
const TASK: &str = "1721129985149x478019552540622850";

fn settings() -> Settings {
    serde_json::from_value(json!({
        "url": "https://selarti.example",
        "token": "env:TOKEN",
        "task_id": TASK,
        "webhook_token": "env:HOOK",
    }))
    .unwrap()
}
