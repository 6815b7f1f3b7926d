//! What a call of `send_message_external` is answered. Selarti publishes nothing of it; its host, Bubble, answers so.

use http::header::{CONTENT_TYPE, HeaderValue};
use lambda_http::{Body, Response};
use serde_json::{Value, json};

use crate::webhook::{Accepted, Refusal};

/// The answer.
pub fn answer(result: Result<Accepted, Refusal>) -> Response<Body> {
    match result {
        Ok(Accepted::Kept(_) | Accepted::Duplicate(_) | Accepted::Ignored) => {
            let succeeded = json!({ "status": "success", "response": {} });
            with_body(Response::default(), &succeeded)
        }
        Err(refusal) => {
            let body = refused(&refusal);
            with_body(refusal.into_response(), &body)
        }
    }
}

/// A 400 has its reason in `body`, everything else at the top.
fn refused(refusal: &Refusal) -> Value {
    let message = match refusal {
        Refusal::Malformed(why) => {
            return json!({
                "statusCode": refusal.status(),
                "body": { "status": "INVALID_DATA", "message": why },
            });
        }
        Refusal::Unauthorized => "The access token is missing or wrong",
        Refusal::NotFound => "Not found",
        Refusal::TooLarge => "The message is too large",
        Refusal::Busy => "Too much waits in this chat, try again later",
        // What is wrong with us is in our log, and nobody else's business.
        Refusal::Unavailable(_) => "Not available at the moment, try again later",
    };
    json!({ "message": message })
}

fn with_body(mut response: Response<Body>, body: &Value) -> Response<Body> {
    *response.body_mut() = Body::Text(body.to_string());
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
