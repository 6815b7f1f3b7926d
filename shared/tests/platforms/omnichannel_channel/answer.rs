//! The vendor's table of responses, to the letter.

use lambda_http::{Body, Response};
use serde_json::{Value, json};
use shared::model::Mode;
use shared::platforms::bot_api::read::Fault;
use shared::platforms::omnichannel::channel::answer::answer;
use shared::webhook::{Accepted, Refusal};

fn json_of(response: Response<Body>) -> Value {
    assert_eq!(response.headers()["content-type"], "application/json");
    match response.into_body() {
        Body::Text(body) => serde_json::from_str(&body).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_accepted_or_unknown_is_200() {
    for accepted in [
        Accepted::Kept(Mode::Agent),
        Accepted::Duplicate(Mode::Closed),
        Accepted::Ignored,
    ] {
        let response = answer(Ok(accepted));
        assert_eq!(response.status(), 200);
        assert_eq!(json_of(response), json!({"result": "ok"}));
    }
}

#[test]
fn an_unknown_token_is_400_with_the_tables_words() {
    let response = answer(Err(Refusal::Unauthorized.into()));
    assert_eq!(response.status(), 400);
    let error = "There is no active channel for received event.";
    assert_eq!(json_of(response), json!({"error": error}));
}

#[test]
fn a_missing_parameter_is_400() {
    let response = answer(Err(Fault::Missing("message.text")));
    assert_eq!(response.status(), 400);
    let error = "`message.text` is missing";
    assert_eq!(json_of(response), json!({"error": error}));
}

#[test]
fn everything_else_is_500_so_that_it_is_sent_again() {
    for refusal in [
        Refusal::malformed("`message` is of another shape"),
        Refusal::NotFound,
        Refusal::Busy,
        Refusal::unavailable("the table does not answer"),
    ] {
        assert_eq!(
            answer(Err(refusal.clone().into())).status(),
            500,
            "{refusal:?}"
        );
    }
    assert_eq!(answer(Err(Refusal::TooLarge.into())).status(), 413);
}
