//! How success is answered in this family, whoever asks.

use http::header::{CONTENT_TYPE, HeaderValue};
use lambda_http::{Body, Response};

/// `200 {"result":"ok"}`.
pub(crate) fn ok() -> Response<Body> {
    let mut response = Response::new(Body::from(r#"{"result":"ok"}"#));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
