//! What a call of `send_message_external` is answered: the bodies of Bubble's workflow endpoints.

use lambda_http::{Body, Response};
use serde_json::{Value, json};
use shared::model::Mode;
use shared::platforms::selarti::channel::answer::answer;
use shared::webhook::{Accepted, Refusal};

/// The status and the body.
fn read(response: &Response<Body>) -> (u16, Value) {
    assert_eq!(response.headers()["content-type"], "application/json");
    let Body::Text(body) = response.body() else {
        panic!("{:?}", response.body());
    };
    (
        response.status().as_u16(),
        serde_json::from_str(body).unwrap(),
    )
}

#[test]
fn what_is_kept_is_a_success() {
    for accepted in [
        Accepted::Kept(Mode::Agent),
        Accepted::Kept(Mode::Operator),
        Accepted::Duplicate(Mode::Closed),
        Accepted::Ignored,
    ] {
        let success = json!({"status": "success", "response": {}});
        assert_eq!(read(&answer(Ok(accepted))), (200, success));
    }
}

#[test]
fn a_400_has_its_reason_in_its_body() {
    let response = answer(Err(Refusal::malformed("`chat_id` is missing")));
    let body = json!({
        "statusCode": 400,
        "body": {"status": "INVALID_DATA", "message": "`chat_id` is missing"},
    });
    assert_eq!(read(&response), (400, body));
}

#[test]
fn every_other_refusal_has_a_message_at_the_top() {
    for (refusal, expected) in [
        (Refusal::Unauthorized, 401),
        (Refusal::NotFound, 404),
        (Refusal::TooLarge, 413),
        (Refusal::Busy, 503),
        (Refusal::unavailable("a table named secret-table"), 503),
    ] {
        let response = answer(Err(refusal));
        let (status, body) = read(&response);
        assert_eq!(status, expected);
        let later = response.headers().contains_key("retry-after");
        assert_eq!(later, status == 503, "only what can get better says when");
        let fields = body.as_object().unwrap();
        assert!(fields.len() == 1 && fields["message"].is_string(), "{body}");
        assert!(!body.to_string().contains("secret"), "{body}");
    }
}
