//! What handlers need of a request, the same on Lambda and in the local gateway.

use std::time::Duration;

use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt};

use super::{MAX_BODY, Refusal};
use crate::time::Millis;

/// Kept back from the end of an invocation for the last write and the answer.
const RESERVE: Duration = Duration::from_millis(700);
/// How long an invocation may take where nobody says so.
const ASSUMED: Duration = Duration::from_secs(29);

/// The path parameter `name`; empty if there is none.
pub fn path_parameter(request: &Request, name: &str) -> String {
    request
        .path_parameters_ref()
        .and_then(|parameters| parameters.first(name))
        .unwrap_or_default()
        .to_owned()
}

/// The header `name`; empty if there is none, or if it is no text.
pub fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The body.
///
/// # Errors
/// [`Refusal::TooLarge`].
pub fn body(request: &Request) -> Result<&[u8], Refusal> {
    body_up_to(request, MAX_BODY)
}

/// The body of a webhook that brings files with it, at most `max` bytes.
///
/// # Errors
/// [`Refusal::TooLarge`].
pub fn body_up_to(request: &Request, max: usize) -> Result<&[u8], Refusal> {
    let body = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    if body.len() > max {
        Err(Refusal::TooLarge)
    } else {
        Ok(body)
    }
}

/// When the API took the request: a cold start counts against a platform's deadline too.
pub fn arrived(request: &Request) -> Millis {
    let now = Millis::now();
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) if context.time_epoch > 0 => {
            let arrived = Millis(u64::try_from(context.time_epoch).unwrap_or(now.0));
            arrived.min(now)
        }
        _ => now,
    }
}

/// When the invocation has to have written its last: the end that Lambda sets, less a reserve.
pub fn until(request: &Request) -> Millis {
    let end = request
        .lambda_context_ref()
        .map(|context| Millis(context.deadline))
        .filter(|end| end.0 > 0)
        .unwrap_or_else(|| Millis::now().after(ASSUMED));
    end.before(RESERVE)
}
