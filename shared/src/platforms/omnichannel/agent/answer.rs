//! What the platform is answered: `200 {"result":"ok"}`. It documents nothing but that the client's server answers.

use lambda_http::{Body, Response};

use crate::platforms::bot_api::answer::ok;
use crate::webhook::{Accepted, Refusal};

/// The answer to `send_message`.
pub fn answer(result: Result<Accepted, Refusal>) -> Response<Body> {
    match result {
        Ok(Accepted::Kept(_) | Accepted::Duplicate(_) | Accepted::Ignored) => ok(),
        Err(refusal) => refusal.into_response(),
    }
}

/// The answer to the platform's look at the base URL when the channel is activated. The same whatever the URL holds: it is
/// not for finding out which connections there are.
pub fn reached() -> Response<Body> {
    ok()
}
