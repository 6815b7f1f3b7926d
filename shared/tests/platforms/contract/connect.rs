//! A connection is connected, or its credentials are checked, without anybody noticing and without a secret being told.

use serde_json::{Value, json};
use shared::platforms::End;
use shared::platforms::connect::{Connected, NotConnected};

use super::secrets::{SECRET, sender, towards};
use crate::vendor::{Sender, Vendor};

const URL: &str = "https://chats.example/hook";

/// What the platforms' answers may be like, whatever was asked.
const ANSWERS: [(u16, &str); 10] = [
    (200, "{}"),
    (200, "<html>hi</html>"),
    (200, r#"{"ok":true,"result":[1]}"#),
    (200, r#"{"ok":true,"result":{"url":7}}"#),
    (400, r#"{"error":"hunter2:AAE-very_secret"}"#),
    (500, r#"{"error":"hunter2:AAE-very_secret"}"#),
    (
        404,
        r#"{"ok":false,"description":"no /bothunter2:AAE-very_secret/setWebhook"}"#,
    ),
    (401, "no"),
    (429, r#"{"ok":false,"parameters":{"retry_after":7}}"#),
    (500, ""),
];

/// A platform that can be spoken to, and whoever connects it.
fn cast(end: End, vendor: &Vendor) -> Option<Sender> {
    let settings = towards(end, vendor)?;
    Some(sender(&settings, vendor))
}

#[tokio::test]
async fn whatever_the_other_side_answers_no_secret_is_told() {
    for end in End::ALL {
        for (status, body) in ANSWERS {
            let vendor = Vendor::answering(vec![(status, body); 3]);
            let Some(cast) = cast(end, &vendor) else {
                continue;
            };
            for take in [false, true] {
                let said = match cast.connect(URL, take).await {
                    Ok(connected) => format!("{connected:?}"),
                    Err(error) => format!("{error} {error:?}"),
                };
                assert!(!said.contains("hunter2"), "{end:?} {status} {body}: {said}");
                assert!(!said.contains(SECRET), "{end:?} {status} {body}: {said}");
            }
        }
    }
}

/// Where nothing is registered or checked, nothing was called, and where something was, its absence is noticed.
#[tokio::test]
async fn a_platform_that_is_down_is_connected_only_where_nothing_is_called() {
    for end in End::ALL {
        let down = Vendor::down();
        let Some(cast) = cast(end, &down) else {
            continue;
        };
        let silent = Vendor::answering(vec![]);
        let uncalled = self::cast(end, &silent).unwrap().connect(URL, false).await;
        match cast.connect(URL, false).await {
            Ok(connected) => {
                assert!(matches!(connected, Connected::Unchecked(_)), "{end:?}");
                assert_eq!(uncalled, Ok(connected));
            }
            Err(NotConnected::Failed(why)) => {
                assert!(why.contains("not reached"), "{end:?}: {why}");
            }
            Err(NotConnected::Elsewhere(_)) => panic!("{end:?} is somewhere else"),
        }
        assert!(silent.requests().is_empty(), "{end:?}");
    }
}

fn selarti(vendor: &Vendor, key: &str) -> Sender {
    let settings = json!({
        "platform": "selarti-agent", "url": vendor.url, key: "env:TOKEN", "task_id": "7",
        "webhook_token": "env:HOOK",
    });
    sender(&settings, vendor)
}

#[tokio::test]
async fn an_api_key_is_exchanged_and_a_token_is_not_tried() {
    let vendor = Vendor::answering(vec![(200, r#"{"response":{"token":"t"}}"#)]);
    let checked = selarti(&vendor, "api_key").connect(URL, false).await;
    assert!(matches!(checked, Ok(Connected::Checked(_))), "{checked:?}");
    let [request] = &vendor.requests()[..] else {
        panic!("one call");
    };
    assert_eq!(request.line, "POST /api/1.1/wf/auth HTTP/1.1");
    assert_eq!(request.body, json!({ "api_key": SECRET }));

    for (status, body) in [(401, "{}"), (200, "{}")] {
        let vendor = Vendor::answering(vec![(status, body)]);
        let refused = selarti(&vendor, "api_key").connect(URL, false).await;
        assert!(
            matches!(refused, Err(NotConnected::Failed(_))),
            "{refused:?}"
        );
    }
    let vendor = Vendor::answering(vec![]);
    let unchecked = selarti(&vendor, "token").connect(URL, false).await;
    assert!(
        matches!(unchecked, Ok(Connected::Unchecked(_))),
        "{unchecked:?}"
    );
}

/// An event that there is not is answered with success, says the vendor's document, and a token that there is not with 400.
#[tokio::test]
async fn an_omnichannel_agent_is_asked_with_what_is_nothing() {
    let asked = async |status, body| {
        let vendor = Vendor::answering(vec![(status, body)]);
        let cast = cast(End::OmnichannelAgent, &vendor).unwrap();
        (cast.connect(URL, false).await, vendor.requests())
    };
    let (checked, requests) = asked(200, "").await;
    assert!(matches!(checked, Ok(Connected::Checked(_))), "{checked:?}");
    let body = &requests[0].body;
    assert_ne!(body["event"], "new_message");
    let kinds = ["visitor", "file_visitor", "keyboard_response"].map(Value::from);
    assert!(!kinds.contains(&body["message"]["kind"]));
    for required in ["event", "chat_id", "visitor", "message"] {
        assert!(!body[required].is_null(), "{required}");
    }
    for (status, body, why) in [
        (
            400,
            r#"{"error":"There is no active channel for received event."}"#,
            "no active channel",
        ),
        (404, "", "has nothing under the URL in env:"),
        (500, "", "status 500"),
    ] {
        match asked(status, body).await.0 {
            Err(NotConnected::Failed(said)) => assert!(said.contains(why), "{said}"),
            other => panic!("{status}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_clients_server_is_looked_at_as_the_platform_does() {
    for status in [200, 401, 404] {
        let vendor = Vendor::answering(vec![(status, "")]);
        let cast = cast(End::OmnichannelChannel, &vendor).unwrap();
        let checked = cast.connect(URL, false).await;
        assert!(matches!(checked, Ok(Connected::Checked(_))), "{checked:?}");
        let [request] = &vendor.requests()[..] else {
            panic!("one call");
        };
        assert_eq!(request.line, "GET / HTTP/1.1");
        assert!(!request.headers.contains_key("authorization"));
    }
}

const NONE: &str = r#"{"ok":true,"result":{"url":"","pending_update_count":0}}"#;
const OTHERS: &str =
    r#"{"ok":true,"result":{"url":"https://o.example/hunter2","pending_update_count":0}}"#;
const OURS: &str = r#"{"ok":true,"result":{"url":"https://chats.example/hook","pending_update_count":3,
    "last_error_date":1700000000,"last_error_message":"Wrong response from the webhook: 401 Unauthorized"}}"#;
const DONE: &str = r#"{"ok":true,"result":true,"description":"Webhook was set"}"#;

#[tokio::test]
async fn telegram_is_asked_before_it_is_told_and_after() {
    let asked = async |answers: &[&'static str], take| {
        let answers = answers.iter().map(|body| (200, *body)).collect();
        let vendor = Vendor::answering(answers);
        let cast = cast(End::TelegramChannel, &vendor).unwrap();
        let connected = cast.connect(URL, take).await;
        let methods = vendor.requests().into_iter().map(|request| {
            let path = request.line.split(' ').nth(1).unwrap().to_owned();
            path.rsplit('/').next().unwrap().to_owned()
        });
        (connected, methods.collect::<Vec<_>>())
    };
    let all = ["getWebhookInfo", "setWebhook", "getWebhookInfo"];
    for (answers, take) in [
        ([NONE, DONE, OURS], false),
        ([OURS, DONE, OURS], false),
        ([OTHERS, DONE, OURS], true),
    ] {
        let (connected, methods) = asked(&answers, take).await;
        assert_eq!(methods, all);
        let Ok(Connected::Registered(registered)) = connected else {
            panic!("{connected:?}");
        };
        assert_eq!(registered.waiting, 3);
        let (at, why) = registered.last_error.unwrap();
        assert_eq!(at.0, 1_700_000_000_000);
        assert_eq!(why, "Wrong response from the webhook: 401 Unauthorized");
    }
    let (refused, methods) = asked(&[OTHERS], false).await;
    assert_eq!(methods, all[..1]);
    let elsewhere = NotConnected::Elsewhere("https://o.example/".to_owned());
    assert_eq!(refused, Err(elsewhere));
    // Somebody else sets it at the same time.
    let (refused, methods) = asked(&[NONE, DONE, OTHERS], false).await;
    assert_eq!(methods, all);
    assert!(
        matches!(refused, Err(NotConnected::Failed(_))),
        "{refused:?}"
    );
}
