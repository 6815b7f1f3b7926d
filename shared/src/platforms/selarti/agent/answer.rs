//! What Selarti's webhook is answered: 200 with an empty body; the vendor asks for no more.

use lambda_http::{Body, Response};

use crate::webhook::{Accepted, Refusal};

/// The answer.
pub fn answer(result: Result<Accepted, Refusal>) -> Response<Body> {
    match result {
        Ok(Accepted::Kept(_) | Accepted::Duplicate(_) | Accepted::Ignored) => {
            Response::new(Body::Empty)
        }
        Err(refusal) => refusal.into_response(),
    }
}
