//! What SmartBot360's webhook is answered.

use lambda_http::Body;
use shared::model::Mode;
use shared::platforms::api_medium::agent::answer::answer;
use shared::webhook::{Accepted, Refusal};

#[test]
fn the_webhook_is_answered_200_with_an_empty_object() {
    for accepted in [
        Accepted::Kept(Mode::Agent),
        Accepted::Duplicate(Mode::Operator),
        Accepted::Ignored,
    ] {
        let response = answer(Ok(accepted));
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/json");
        assert!(matches!(response.body(), Body::Text(body) if body == "{}"));
    }
}

#[test]
fn a_refusal_is_no_200() {
    for (refusal, status) in [
        (Refusal::Unauthorized, 401),
        (Refusal::malformed("no"), 400),
        (Refusal::NotFound, 404),
        (Refusal::Busy, 503),
        (Refusal::unavailable("no"), 503),
    ] {
        assert_eq!(answer(Err(refusal)).status(), status);
    }
}
