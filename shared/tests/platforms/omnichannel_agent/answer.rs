//! What the platform is answered.

use lambda_http::{Body, Response};
use serde_json::{Value, json};
use shared::model::Mode;
use shared::platforms::omnichannel::agent::answer::{answer, reached};
use shared::webhook::{Accepted, Refusal};

fn assert_ok(response: Response<Body>) {
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    let Body::Text(body) = response.into_body() else {
        panic!("no text");
    };
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body, json!({"result": "ok"}));
}

#[test]
fn what_is_accepted_is_ok_and_so_is_a_look_at_the_base_url() {
    for accepted in [
        Accepted::Kept(Mode::Agent),
        Accepted::Duplicate(Mode::Operator),
        Accepted::Ignored,
    ] {
        assert_ok(answer(Ok(accepted)));
    }
    assert_ok(reached());
}

#[test]
fn what_is_refused_is_not() {
    for (refusal, status) in [
        (Refusal::Unauthorized, 401),
        (Refusal::NotFound, 404),
        (Refusal::malformed("no"), 400),
        (Refusal::Busy, 503),
    ] {
        assert_eq!(answer(Err(refusal)).status(), status);
    }
}
