//! What the client's server is answered: the vendor's table of responses, so that a server which speaks to the vendor's
//! platform sees no difference.

use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use lambda_http::{Body, Response};

use crate::platforms::bot_api::answer::ok;
use crate::platforms::bot_api::read::Fault;
use crate::webhook::{Accepted, Refusal};

/// The body that goes with an unknown token, to the letter.
pub const NO_CHANNEL: &str = r#"{"error":"There is no active channel for received event."}"#;

/// The answer.
///
/// | what | status |
/// |---|---|
/// | accepted; an unknown `event` or `kind`; a file that is not ready | 200 |
/// | an unknown connection or a wrong token | 400 with [`NO_CHANNEL`] |
/// | a parameter is missing | 400 |
/// | any other fault of the body | 500 |
/// | our own side fails | 500: it is sent again |
/// | over [`crate::webhook::MAX_BODY`], of which the table says nothing | 413 |
pub fn answer(result: Result<Accepted, Fault>) -> Response<Body> {
    let refusal = match result {
        Ok(Accepted::Kept(_) | Accepted::Duplicate(_) | Accepted::Ignored) => return ok(),
        Err(Fault::Missing(path)) => return Refusal::from(Fault::Missing(path)).into_response(),
        Err(Fault::Refused(refusal)) => refusal,
    };
    let status = match &refusal {
        Refusal::Unauthorized => StatusCode::BAD_REQUEST,
        Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::Malformed(_) | Refusal::NotFound | Refusal::Busy | Refusal::Unavailable(_) => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    let is_unknown = refusal == Refusal::Unauthorized;
    // Logged with what it is; what differs is only how the vendor's table says it.
    let mut response = refusal.into_response();
    *response.status_mut() = status;
    if is_unknown {
        *response.body_mut() = Body::from(NO_CHANNEL);
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}
