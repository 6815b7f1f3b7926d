//! What the settings may say.

use std::time::Duration;

use serde_json::{Value, json};
use shared::platforms::ConnectionSettings;
use shared::platforms::api_medium::agent::Settings;
use shared::store::mailbox::Silence;

fn with(key: &str, value: Value) -> Settings {
    let mut settings = super::least();
    settings[key] = value;
    serde_json::from_value(settings).unwrap()
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    for (key, value) in [
        ("url", json!("http://bot.example/api")),
        ("url", json!("bot.example")),
        ("channel_id", json!(" ")),
        ("start_keyword", json!("")),
        ("operator_silence_minutes", json!(10_081)),
    ] {
        let (wrong, why) = with(key, value).check().unwrap_err();
        assert_eq!(wrong, key);
        assert!(!why.is_empty());
    }
    for (key, value) in [
        ("url", json!("https://bot.example/api?key=1")),
        ("url", json!("http://127.0.0.1:8000/api")),
        ("start_keyword", json!("#start")),
        ("operator_silence_minutes", json!(0)),
        ("in_doubt", json!("lose")),
    ] {
        assert_eq!(with(key, value).check(), Ok(()), "{key}");
    }
}

#[test]
fn a_person_has_a_conversation_for_half_an_hour_unless_it_is_said_otherwise() {
    let minutes = |minutes: u64| Silence::After(Duration::from_secs(minutes * 60));
    assert_eq!(super::settings().operator_silence(), minutes(30));
    let other = with("operator_silence_minutes", json!(5));
    assert_eq!(other.operator_silence(), minutes(5));
}
