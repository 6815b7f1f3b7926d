//! Whose child an invocation is.

use http::HeaderMap;
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry_sdk::propagation::TraceContextPropagator;

/// The one header that is read of a webhook: <https://www.w3.org/TR/trace-context/>. Not `tracestate`, which would bring a
/// stranger's text into every span, and not `X-Amzn-Trace-Id`: its parent is a segment of X-Ray that no collector gets, and its
/// flag says what X-Ray samples.
const HEADER: &str = "traceparent";

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            HEADER => self.0.get(HEADER)?.to_str().ok(),
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec![HEADER]
    }
}

/// The span that `headers` name; an empty context if they name none.
pub(super) fn parent(headers: &HeaderMap) -> Context {
    TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers))
}
