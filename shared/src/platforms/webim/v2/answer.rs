//! What Webim is answered: `200 {"result":"ok"}`, as soon as the event is kept. What the agent says comes by call.

use lambda_http::{Body, Response};

use crate::platforms::bot_api::answer::ok;
use crate::webhook::{Accepted, Refusal};

/// The answer.
pub fn answer(result: Result<Accepted, Refusal>) -> Response<Body> {
    match result {
        Ok(Accepted::Kept(_) | Accepted::Duplicate(_) | Accepted::Ignored) => ok(),
        Err(refusal) => refusal.into_response(),
    }
}
