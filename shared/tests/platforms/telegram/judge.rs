//! What Telegram's answers mean: <https://core.telegram.org/bots/api#making-requests>.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::platforms::telegram::channel::send::{Refused, judge};

fn judged(status: u16, body: &str) -> Result<(), Refused> {
    judge(&Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        body: body.to_owned().into(),
    })
}

fn refused(status: u16, description: &str, parameters: Value) -> Refused {
    let mut body = json!({"ok": false, "error_code": status, "description": description});
    if !parameters.is_null() {
        body["parameters"] = parameters;
    }
    judged(status, &body.to_string()).unwrap_err()
}

#[test]
fn success_is_success() {
    let body = r#"{"ok":true,"result":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"},"text":"hi"}}"#;
    assert_eq!(judged(200, body), Ok(()));
    assert_eq!(judged(200, r#"{"ok":true,"result":true}"#), Ok(()));
}

#[test]
fn a_flood_is_waited_out_as_long_as_telegram_says() {
    let description = "Too Many Requests: retry after 17";
    let Refused::Failed(Failure::Later {
        after,
        in_doubt,
        reason,
    }) = refused(429, description, json!({"retry_after": 17}))
    else {
        panic!("it can be sent again");
    };
    assert_eq!((after, in_doubt), (Some(Duration::from_secs(17)), false));
    assert!(reason.contains(description));
}

#[test]
fn a_group_that_became_a_supergroup_is_followed() {
    assert_eq!(
        refused(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            json!({"migrate_to_chat_id": -1_001_234_567_890_i64}),
        ),
        Refused::Failed(Failure::Moved((-1_001_234_567_890_i64).into()))
    );
}

#[test]
fn who_does_not_want_it_never_gets_it() {
    for (status, description) in [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
        (400, "Bad Request: chat not found"),
        (400, "Bad Request: PEER_ID_INVALID"),
        (
            400,
            "Bad Request: not enough rights to send text messages to the chat",
        ),
    ] {
        let Refused::Failed(Failure::Never { reason }) = refused(status, description, Value::Null)
        else {
            panic!("{description}");
        };
        assert!(reason.contains(description), "a person reads why: {reason}");
    }
}

/// The same as plain text may go.
#[test]
fn markup_and_files_that_telegram_does_not_take_are_the_contents_fault() {
    for description in [
        "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 3",
        "Bad Request: message is too long",
        "Bad Request: wrong file identifier/HTTP URL specified",
        "Bad Request: failed to get HTTP URL content",
        "Bad Request: wrong type of the web page content",
        "Bad Request: IMAGE_PROCESS_FAILED",
        "Bad Request: ENTITIES_TOO_LONG",
    ] {
        let refused = refused(400, description, Value::Null);
        assert!(
            matches!(&refused, Refused::Content(Failure::Never { reason }) if reason.contains(description)),
            "{refused:?}"
        );
    }
}

#[test]
fn a_token_that_telegram_does_not_know_waits_for_a_person() {
    for (status, description) in [(401, "Unauthorized"), (404, "Not Found")] {
        let refused = refused(status, description, Value::Null);
        assert!(
            matches!(
                &refused,
                Refused::Failed(Failure::Unauthorized { never: false, reason }) if reason.contains("token")
            ),
            "{refused:?}"
        );
    }
}

/// What stands before Telegram speaks HTML.
#[test]
fn what_is_not_json_is_judged_by_its_status() {
    let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
    let in_doubt = |result| match result {
        Err(Refused::Failed(Failure::Later { in_doubt, .. })) => in_doubt,
        other => panic!("{other:?}"),
    };
    assert!(in_doubt(judged(502, page)));
    assert!(in_doubt(judged(500, "")));
    assert!(in_doubt(judged(504, page)));
    assert!(!in_doubt(judged(429, page)));
    assert!(!in_doubt(judged(503, page)));
    // Something on the way answered: nobody knows.
    assert!(in_doubt(judged(200, page)));
    assert!(in_doubt(judged(200, "")));
    let server = r#"{"ok":false,"error_code":500,"description":"Internal Server Error"}"#;
    assert!(in_doubt(judged(500, server)));
}

#[test]
fn a_reason_ends_with_a_reason() {
    let Err(Refused::Failed(Failure::Later { reason, .. })) = judged(502, "") else {
        panic!("it can be sent again");
    };
    assert_eq!(reason, "status 502");
}
