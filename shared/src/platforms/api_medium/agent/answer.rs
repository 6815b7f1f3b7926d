//! What SmartBot360's webhook is answered: 200 with an empty object.

use http::header::{CONTENT_TYPE, HeaderValue};
use lambda_http::{Body, Response};

use crate::webhook::{Accepted, Refusal};

/// The answer.
pub fn answer(result: Result<Accepted, Refusal>) -> Response<Body> {
    match result {
        Ok(Accepted::Kept(_) | Accepted::Duplicate(_) | Accepted::Ignored) => {
            let mut response = Response::new(Body::Text("{}".to_owned()));
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response
        }
        Err(refusal) => refusal.into_response(),
    }
}
