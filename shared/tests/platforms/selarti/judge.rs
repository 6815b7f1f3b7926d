//! What Selarti's answers mean: the bodies of Bubble's workflow endpoints.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::platforms::selarti::agent::send::judge;

/// With secrets that are right.
fn judged(status: u16, body: &str) -> Result<(), Failure> {
    let headers = [("retry-after", "9")].map(|(name, value)| {
        let name: http::HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_static(value))
    });
    judge(&Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::from_iter(headers),
        body: body.to_owned().into(),
    })
    .map_err(Failure::with_these_secrets)
}

#[test]
fn success_is_success_whatever_the_body() {
    for body in [
        r#"{"status":"success","response":{}}"#,
        r#"{"status": "success", "response": {"example": "text"}}"#,
        "example",
        "",
    ] {
        assert_eq!(judged(200, body), Ok(()), "{body}");
    }
}

#[test]
fn every_shape_of_failure_says_why() {
    let message = r#""message":"Missing parameter for workflow: chat_id""#;
    for body in [
        format!(r#"{{"statusCode":400,"body":{{"status":"MISSING_DATA",{message}}}}}"#),
        format!(r#"{{"status":"MISSING_DATA",{message}}}"#),
        format!(r#"{{{message}}}"#),
        format!(r#"{{"code":400,{message}}}"#),
        // What stands beside the message may be anything.
        format!(r#"{{"statusCode":400,"body":"MISSING_DATA",{message}}}"#),
        format!(r#"{{"message":5,"body":{{{message}}}}}"#),
    ] {
        assert_eq!(
            judged(400, &body),
            Err(Failure::Never {
                reason: "status 400: Missing parameter for workflow: chat_id".to_owned()
            }),
            "{body}"
        );
    }
    for body in [
        "",
        "<html>",
        "[]",
        "null",
        r#"{"message":null}"#,
        r#"{"body":{"body":{}}}"#,
    ] {
        assert_eq!(
            judged(400, body),
            Err(Failure::Never {
                reason: "status 400".to_owned()
            }),
            "{body}"
        );
    }
}

#[test]
fn the_status_says_what_to_do() {
    let later = |after, in_doubt, reason: &str| {
        Err(Failure::Later {
            after,
            in_doubt,
            reason: reason.to_owned(),
        })
    };
    let told = Some(Duration::from_secs(9));
    let busy = r#"{"message":"busy"}"#;
    assert_eq!(judged(401, busy), later(None, false, "status 401: busy"));
    assert_eq!(judged(429, busy), later(told, false, "status 429: busy"));
    assert_eq!(judged(503, busy), later(told, false, "status 503: busy"));
    let server = r#"{"code":500,"message":"busy"}"#;
    assert_eq!(judged(500, server), later(told, true, "status 500: busy"));
    assert_eq!(judged(502, "<html>"), later(told, true, "status 502"));
    for status in [302, 403, 404, 405, 413] {
        let judged = judged(status, busy);
        assert!(matches!(judged, Err(Failure::Never { .. })), "{status}");
    }
}
