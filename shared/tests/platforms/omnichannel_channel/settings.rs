//! How a client's server is found and convinced.

use serde_json::{Value, json};
use shared::platforms::ConnectionSettings;
use shared::platforms::omnichannel::channel::Settings;

fn checked(given: &Value) -> Result<(), &'static str> {
    let mut settings = json!({"webhook_token": "env:HOOK"});
    let given = given.as_object().unwrap().clone();
    settings.as_object_mut().unwrap().extend(given);
    let settings: Settings = serde_json::from_value(settings).unwrap();
    settings.check().map_err(|(key, _)| key)
}

#[test]
fn a_url_goes_with_a_token_or_is_one() {
    let url = "https://client.example/chat";
    for (given, checks) in [
        (json!({"url": url, "token": "env:TOKEN"}), Ok(())),
        (json!({"secret_url": "env:URL"}), Ok(())),
        (
            json!({"secret_url": "env:URL", "token": "env:TOKEN"}),
            Ok(()),
        ),
        (json!({}), Err("url")),
        (json!({"token": "env:TOKEN"}), Err("url")),
        (json!({"url": url}), Err("token")),
        (
            json!({"url": url, "token": "env:TOKEN", "secret_url": "env:URL"}),
            Err("secret_url"),
        ),
        (
            json!({"url": "http://client.example", "token": "env:TOKEN"}),
            Err("url"),
        ),
    ] {
        assert_eq!(checked(&given), checks, "{given}");
    }
}

#[test]
fn every_secret_is_known() {
    let settings: Settings = serde_json::from_value(json!({
        "secret_url": "env:URL",
        "token": "env:TOKEN",
        "webhook_token": "env:HOOK",
    }))
    .unwrap();
    let mut names: Vec<_> = settings.secrets().iter().map(ToString::to_string).collect();
    names.sort();
    assert_eq!(names, ["env:HOOK", "env:TOKEN", "env:URL"]);
}
