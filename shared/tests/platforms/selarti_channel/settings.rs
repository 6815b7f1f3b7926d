//! What a connection may say.

use serde_json::{Value, json};
use shared::platforms::ConnectionSettings;
use shared::platforms::selarti::channel::Settings;

fn check(key: &str, value: Value) -> Result<(), (&'static str, String)> {
    let mut settings = super::least();
    settings[key] = value;
    serde_json::from_value::<Settings>(settings)
        .unwrap()
        .check()
}

#[test]
fn the_webhook_is_a_whole_url() {
    for url in [
        "https://application.example",
        "https://application.example/a/webhook",
        "https://application.example/webhook?key=a%20b&x=1?2",
        "http://localhost:8080/webhook?key=1",
        "http://127.0.0.1:8080",
    ] {
        assert_eq!(check("url", json!(url)), Ok(()), "{url}");
    }
    for url in [
        "",
        "?a=b",
        "/webhook",
        "application.example",
        "http://application.example/webhook",
        "ftp://application.example/webhook",
        "https:///webhook?key=1",
        "https://application.example/a webhook",
        "https://application.example/webhook?a b",
    ] {
        let (key, why) = check("url", json!(url)).unwrap_err();
        assert!(key == "url" && !why.is_empty(), "{url:?}: {why}");
    }
}

#[test]
fn what_could_not_work_is_refused() {
    assert_eq!(check("task_id", json!("")).unwrap_err().0, "task_id");
    assert_eq!(check("duplicate_window", json!(0)), Ok(()));
    assert_eq!(check("duplicate_window", json!(60)), Ok(()));
    let (key, _) = check("duplicate_window", json!(61)).unwrap_err();
    assert_eq!(key, "duplicate_window");
}

/// It tells where the token is, and not what it is.
#[test]
fn a_person_is_told_what_to_change_in_the_application() {
    let url = "https://switchboard.example/api/1.1/wf/send_message_external";
    let setup = super::settings().setup(url);
    let lines: Vec<_> = setup.lines().collect();
    assert_eq!(lines[1], "https://switchboard.example");
    assert!(lines[2].contains("$TOKEN"), "{setup}");
}
