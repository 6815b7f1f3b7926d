//! What the platform's answers mean: its table of responses.

use http::{HeaderMap, StatusCode};
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::platforms::omnichannel::agent::send::judge;

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
fn a_200_is_all_that_it_says() {
    for body in ["", "ok", "{}", r#"{"result":"ok"}"#] {
        assert_eq!(judged(200, body), Ok(()), "{body}");
    }
}

/// All of it is the same tomorrow, but for what a person mends in the platform's settings or in ours.
#[test]
fn an_inactive_channel_and_a_wrong_url_wait_for_a_person() {
    let inactive = r#"{"error": "There is no active channel for received event."}"#;
    for (status, body) in [(400, inactive), (404, ""), (404, "<html>"), (401, "")] {
        let judged = judged(status, body);
        let Err(Failure::Later {
            in_doubt: false,
            reason,
            ..
        }) = judged
        else {
            panic!("{status}: {judged:?}");
        };
        assert!(reason.contains(&status.to_string()), "{reason}");
    }
    for (status, body) in [(400, ""), (400, r#"{"error":"chat_id"}"#), (413, inactive)] {
        let judged = judged(status, body);
        assert!(
            matches!(judged, Err(Failure::Never { .. })),
            "{status} {body}: {judged:?}"
        );
    }
}

/// Its own failure, or JSON that it does not like: which of the two it does not say.
#[test]
fn a_500_is_in_doubt() {
    let judged = judged(500, "");
    assert!(
        matches!(judged, Err(Failure::Later { in_doubt: true, .. })),
        "{judged:?}"
    );
}
