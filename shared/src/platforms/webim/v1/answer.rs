//! What Webim is answered. Anything but this, and the chat goes to the operators.

use http::header::{CONTENT_TYPE, HeaderValue};
use lambda_http::{Body, Response};

use super::send::{parts, texts};
use super::wire::{Answer, Outgoing};
use crate::webhook::Refusal;
use crate::webhook::wait::SyncAnswer;

/// The answer. A refusal keeps its status: whatever Webim does not expect hands the chat to its operators.
pub fn answer(result: Result<SyncAnswer, Refusal>) -> Response<Body> {
    match result {
        Ok(SyncAnswer::Nothing) => Response::new(Body::Empty),
        Ok(answer) => json(&body(&answer)),
        Err(refusal) => refusal.into_response(),
    }
}

fn body(answer: &SyncAnswer) -> Answer {
    let messages: Vec<Outgoing> = match answer {
        SyncAnswer::Replies(replies) => replies.iter().flat_map(parts).collect(),
        SyncAnswer::Patience(text) => texts(text).collect(),
        SyncAnswer::HandOver | SyncAnswer::Nothing => Vec::new(),
    };
    Answer {
        has_answer: !messages.is_empty(),
        messages,
    }
}

fn json(answer: &Answer) -> Response<Body> {
    match serde_json::to_string(answer) {
        Ok(body) => {
            let mut response = Response::new(Body::Text(body));
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response
        }
        Err(error) => Refusal::unavailable(error).into_response(),
    }
}
