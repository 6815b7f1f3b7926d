//! What Webim is answered.

use lambda_http::Body;
use serde_json::{Value, json};
use shared::model::Mode;
use shared::platforms::webim::v2::answer::answer;
use shared::webhook::{Accepted, Refusal};

#[test]
fn what_is_accepted_is_ok() {
    for accepted in [
        Accepted::Kept(Mode::Agent),
        Accepted::Duplicate(Mode::Operator),
        Accepted::Ignored,
    ] {
        let response = answer(Ok(accepted));
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/json");
        let Body::Text(body) = response.into_body() else {
            panic!("no text");
        };
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body, json!({"result": "ok"}));
    }
}

#[test]
fn what_is_refused_is_not() {
    for (refusal, status) in [
        (Refusal::Unauthorized, 401),
        (Refusal::malformed("no"), 400),
        (Refusal::Busy, 503),
    ] {
        assert_eq!(answer(Err(refusal)).status(), status);
    }
}
