//! What the application's answers mean.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::platforms::selarti::channel::send::judge;

/// With secrets that are right.
fn judged(status: u16, body: &str) -> Result<(), Failure> {
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", HeaderValue::from_static("9"));
    judge(&Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers,
        body: body.to_owned().into(),
    })
    .map_err(Failure::with_these_secrets)
}

#[test]
fn any_success_is_acceptance() {
    for status in [200, 201, 202, 204] {
        for body in ["", "ok", r#"{"status":"error"}"#] {
            assert_eq!(judged(status, body), Ok(()), "{status} {body}");
        }
    }
}

#[test]
fn the_status_says_what_to_do_and_the_body_nothing() {
    let later = |after, in_doubt, reason: &str| {
        Err(Failure::Later {
            after,
            in_doubt,
            reason: reason.to_owned(),
        })
    };
    let told = Some(Duration::from_secs(9));
    let body = r#"{"message":"My number is +7900"}"#;
    assert_eq!(judged(401, body), later(None, false, "status 401"));
    assert_eq!(judged(429, body), later(told, false, "status 429"));
    assert_eq!(judged(503, body), later(told, false, "status 503"));
    assert_eq!(judged(500, body), later(told, true, "status 500"));
    for status in [302, 400, 403, 404, 410] {
        let reason = format!("status {status}");
        assert_eq!(judged(status, body), Err(Failure::Never { reason }));
    }
}
