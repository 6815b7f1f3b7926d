//! What an application is answered.

use lambda_http::{Body, Response};
use serde_json::{Value, json};
use shared::platforms::api_medium::channel::answer::answer;
use shared::platforms::api_medium::wire::Taken;
use shared::webhook::Refusal;

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
fn what_is_kept_is_the_documents_success() {
    let taken = Taken {
        channel_id: "D9LjuWl0jappznT5".to_owned(),
        message: "Hi there, I'm a user!".to_owned(),
        user_id: 9.try_into().unwrap(),
        success: true,
    };
    let body = json!({
        "channelID": "D9LjuWl0jappznT5",
        "message": "Hi there, I'm a user!",
        "userID": 9,
        "success": true,
    });
    assert_eq!(read(&answer(Ok(taken))), (200, body));
}

#[test]
fn a_refusal_says_why_and_nothing_of_ours() {
    for (refusal, expected) in [
        (Refusal::Unauthorized, 401),
        (Refusal::malformed("`token` is missing"), 400),
        (Refusal::TooLarge, 413),
        (Refusal::Busy, 503),
        (Refusal::unavailable("a table named secret-table"), 503),
    ] {
        let response = answer(Err(refusal));
        let (status, body) = read(&response);
        assert_eq!(status, expected);
        let later = response.headers().contains_key("retry-after");
        assert_eq!(later, status == 503, "only what can get better says when");
        let error = body["error"].as_str().unwrap();
        assert_eq!(body, json!({"success": false, "error": error}));
        assert!(!error.is_empty() && !error.contains("secret"), "{error}");
    }
    let malformed = answer(Err(Refusal::malformed("`token` is missing")));
    assert_eq!(read(&malformed).1["error"], "`token` is missing");
}
