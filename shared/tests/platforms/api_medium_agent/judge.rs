//! What SmartBot360's answers mean. Only that of a success is published.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};
use shared::delivery::failure::Failure;
use shared::http::Answer;
use shared::platforms::api_medium::agent::send::judge;

/// With secrets that are right.
fn judged(status: u16, body: &str) -> Result<Option<String>, Failure> {
    let headers = [("retry-after", "9")].map(|(name, value)| {
        let name: http::HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_static(value))
    });
    let judged = judge(&Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::from_iter(headers),
        body: body.to_owned().into(),
    });
    judged
        .map(|user| user.map(|user| user.to_string()))
        .map_err(Failure::with_these_secrets)
}

#[test]
fn a_success_may_say_who_wrote() {
    for (body, user) in [
        (
            r#"{"channelID":"D9LjuWl0jappznT5","message":"Hi there, I'm a user!","userID":9,"success":true}"#,
            Some("9"),
        ),
        (r#"{"userID":"9"}"#, Some("9")),
        (r#"{"success":true}"#, None),
        (r#"{"userID":null,"success":true}"#, None),
        (r#"{"userID":-1}"#, None),
        (r#"{"userID":9007199254740992}"#, None),
        (r#"{"userID":{"id":9}}"#, None),
    ] {
        assert_eq!(judged(200, body), Ok(user.map(str::to_owned)), "{body}");
    }
}

#[test]
fn success_is_what_the_status_says_and_names_nobody_in_another_form() {
    for body in ["", "<html>", "null", "OK", "5", "[]"] {
        assert_eq!(judged(200, body), Ok(None), "{body}");
    }
}

#[test]
fn a_refusal_with_a_success_status_is_judged_by_what_it_says() {
    let refused = |error: &str| judged(200, &format!(r#"{{"success":false,"error":"{error}"}}"#));
    for error in [
        "Rate limit reached",
        "Too many requests",
        "Invalid token",
        "Unknown channelID",
        "Please try again",
    ] {
        let refused = refused(error);
        assert!(
            matches!(&refused, Err(Failure::Later { in_doubt: false, reason, .. }) if reason.contains(error)),
            "{refused:?}"
        );
    }
    for error in ["Invalid attachment", "Cannot separate words", "No"] {
        assert_eq!(
            refused(error),
            Err(Failure::Never {
                reason: format!("not taken: {error}")
            })
        );
    }
    assert_eq!(
        judged(200, r#"{"success":false}"#),
        Err(Failure::Never {
            reason: "not taken: it does not say why".to_owned()
        })
    );
}

#[test]
fn every_shape_of_failure_says_why() {
    for body in [
        r#"{"success":false,"error":"No such user"}"#,
        r#"{"error":{"message":"No such user","code":7}}"#,
        r#"{"message":"No such user"}"#,
        r#"{"error":true,"message":"No such user","userID":"?"}"#,
    ] {
        assert_eq!(
            judged(400, body),
            Err(Failure::Never {
                reason: "status 400: No such user".to_owned()
            }),
            "{body}"
        );
    }
    for body in ["", "<html>", "{}", r#"{"error":" "}"#] {
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
fn a_rate_limit_says_when() {
    assert_eq!(
        judged(429, r#"{"error":"slow down"}"#),
        Err(Failure::Later {
            after: Some(Duration::from_secs(9)),
            in_doubt: false,
            reason: "status 429: slow down".to_owned()
        })
    );
}
