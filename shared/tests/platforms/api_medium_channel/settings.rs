//! What the settings may say.

use serde_json::{Value, json};
use shared::platforms::ConnectionSettings;
use shared::platforms::api_medium::channel::Settings;

fn with(key: &str, value: Value) -> Settings {
    let mut settings = super::least();
    settings[key] = value;
    serde_json::from_value(settings).unwrap()
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    for (key, value) in [
        ("url", json!("http://application.example")),
        ("url", json!("ftp://application.example")),
        ("admin_id", json!(1_u64 << 53)),
        ("duplicate_window", json!(61)),
    ] {
        let (wrong, why) = with(key, value).check().unwrap_err();
        assert_eq!(wrong, key);
        assert!(!why.is_empty());
    }
    for (key, value) in [
        ("url", json!("https://application.example/hook?secret=1")),
        ("admin_id", json!(0)),
        ("duplicate_window", json!(0)),
        ("in_doubt", json!("lose")),
    ] {
        assert_eq!(with(key, value).check(), Ok(()), "{key}");
    }
}

#[test]
fn the_setup_names_the_token_and_does_not_tell_it() {
    let setup = super::settings().setup("https://ours.example/api-medium/messages");
    assert!(setup.contains("TOKEN") && setup.ends_with("/api-medium/messages"));
}
