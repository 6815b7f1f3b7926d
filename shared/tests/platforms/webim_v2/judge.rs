//! What the answers of the family mean: by the status, and by the `error` of a 200.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::platforms::bot_api::call::judge;

/// With secrets that are right.
fn judged(status: u16, body: &str) -> Result<(), Failure> {
    let retry_after = (
        "retry-after".parse().unwrap(),
        HeaderValue::from_static("9"),
    );
    judge(&Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::from_iter([retry_after]),
        body: body.to_owned().into(),
    })
    .map_err(Failure::with_these_secrets)
}

fn later(in_doubt: bool, reason: &str) -> Result<(), Failure> {
    Err(Failure::Later {
        after: Some(Duration::from_secs(9)),
        in_doubt,
        reason: reason.to_owned(),
    })
}

#[test]
fn a_200_without_an_error_is_success() {
    for body in [
        r#"{"result":"ok"}"#,
        r#"{"error":null}"#,
        r#"{"error":false}"#,
        r#"{"error":""}"#,
        r#"{"desc":"all is well"}"#,
        "[]",
        "ok",
        "",
    ] {
        assert_eq!(judged(200, body), Ok(()), "{body}");
    }
}

/// Most of all a word in a chat that the operators have: tried again it would hold up what comes next.
#[test]
fn an_error_in_a_200_is_for_good() {
    for (body, reason) in [
        (
            r#"{"error":"chat-not-with-bot","desc":"the chat is closed"}"#,
            "status 200 with an error: chat-not-with-bot: the chat is closed",
        ),
        (
            r#"{"error":"invalid-request"}"#,
            "status 200 with an error: invalid-request",
        ),
        (
            r#"{"error":{"code":5},"desc":["x"]}"#,
            "status 200 with an error: error",
        ),
        (r#"{"error":true}"#, "status 200 with an error: error"),
    ] {
        let never = Failure::Never {
            reason: reason.to_owned(),
        };
        assert_eq!(judged(200, body), Err(never), "{body}");
    }
}

#[test]
fn an_error_that_says_that_it_passes_is_tried_again() {
    for code in [
        "server-not-ready",
        "Service Unavailable",
        "too_many_requests",
    ] {
        let body = format!(r#"{{"error":"{code}"}}"#);
        let reason = format!("status 200 with an error: {code}");
        assert_eq!(judged(200, &body), later(false, &reason));
    }
    for code in ["unauthorized", "wrong-token"] {
        let body = format!(r#"{{"error":"{code}"}}"#);
        let reason = format!("status 200 with an error: {code}");
        assert_eq!(judged(200, &body), Err(Failure::later(reason)));
    }
    for code in ["internal-error", "SERVER_ERROR", "gateway-timeout"] {
        let body = format!(r#"{{"error":"{code}"}}"#);
        let reason = format!("status 200 with an error: {code}");
        assert_eq!(judged(200, &body), later(true, &reason));
    }
}

#[test]
fn another_status_decides_alone_and_its_body_is_for_people() {
    let body = r#"{"error":"no","desc":"not now"}"#;
    assert_eq!(
        judged(429, body),
        Err(Failure::Later {
            after: Some(Duration::from_secs(9)),
            in_doubt: false,
            reason: "status 429: no: not now".to_owned(),
        })
    );
    assert_eq!(judged(500, body), later(true, "status 500: no: not now"));
    assert_eq!(judged(502, "<html>"), later(true, "status 502"));
    for status in [302, 400, 403, 404, 409] {
        let judged = judged(status, body);
        assert!(matches!(judged, Err(Failure::Never { .. })), "{status}");
    }
    let Err(Failure::Later { after: None, .. }) = judged(401, body) else {
        panic!("a person mends a wrong token");
    };
}
