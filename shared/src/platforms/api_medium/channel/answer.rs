//! What an application is answered: the document's answer once its message is kept, or why it is not.

use http::header::{CONTENT_TYPE, HeaderValue};
use lambda_http::{Body, Response};
use serde::Serialize;

use crate::platforms::api_medium::wire::{Refused, Taken};
use crate::webhook::Refusal;

/// The answer.
pub fn answer(result: Result<Taken, Refusal>) -> Response<Body> {
    match result {
        Ok(taken) => json(Response::default(), &taken),
        Err(refusal) => {
            let error = why(&refusal).to_owned();
            let refused = Refused {
                success: false,
                error: &error,
            };
            json(refusal.into_response(), &refused)
        }
    }
}

/// What whoever maintains the application has to know; nothing of our own side.
fn why(refusal: &Refusal) -> &str {
    match refusal {
        Refusal::Malformed(why) => why,
        Refusal::Unauthorized => "channelID or token is wrong",
        Refusal::NotFound => "there is nothing here",
        Refusal::TooLarge => "the message is too large",
        Refusal::Busy => "too many messages of this user wait for the agent; try again",
        Refusal::Unavailable(_) => "the message could not be kept; try again",
    }
}

fn json(mut response: Response<Body>, body: &impl Serialize) -> Response<Body> {
    match serde_json::to_string(body) {
        Ok(body) => {
            *response.body_mut() = Body::Text(body);
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response
        }
        Err(error) => Refusal::unavailable(error).into_response(),
    }
}
