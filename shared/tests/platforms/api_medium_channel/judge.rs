//! What an application's answers mean.

use http::{HeaderMap, StatusCode};
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::platforms::api_medium::channel::send::judge;

/// With secrets that are right.
fn judged(status: u16, body: &str) -> Result<(), Failure> {
    judge(&Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        body: body.to_owned().into(),
    })
    .map_err(Failure::with_these_secrets)
}

#[test]
fn a_success_is_one_whatever_its_body() {
    for status in [200, 201, 202, 204] {
        for body in ["", "OK", "{}", r#"{"success":false}"#] {
            assert_eq!(judged(status, body), Ok(()), "{status} {body}");
        }
    }
}

/// Whom the application does not know yet it may know when its own request is answered.
#[test]
fn not_found_may_get_better_and_another_refusal_does_not() {
    assert_eq!(
        judged(404, r#"{"error":"who?"}"#),
        Err(Failure::Later {
            after: None,
            in_doubt: false,
            reason: "status 404: who?".to_owned()
        })
    );
    for status in [302, 400, 403, 410, 422] {
        assert!(matches!(judged(status, ""), Err(Failure::Never { .. })));
    }
}
