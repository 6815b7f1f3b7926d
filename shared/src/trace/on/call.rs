//! The span of a call.

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use http::Method;
use opentelemetry::trace::{FutureExt, SpanKind, SpanRef, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use super::child;
use crate::connections::Connection;
use crate::delivery::failure::Failure;
use crate::platforms::{Delivered, Progress};

/// A call under the span that is at work. Without one it is not recorded.
#[derive(Debug)]
pub(crate) struct Call(Option<Context>);

impl Call {
    /// An attempt of the SDK to ask DynamoDB.
    pub(crate) fn to_table(request: &HttpRequest) -> Self {
        // `DynamoDB_20120810.UpdateItem`, which the SDK always sets; it is only what the span is called.
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        Self(child(
            SpanKind::Client,
            format!("DynamoDB {operation}"),
            || {
                vec![
                    KeyValue::new("db.system.name", "aws.dynamodb"),
                    KeyValue::new("db.operation.name", operation),
                ]
            },
        ))
    }

    /// A part of a message, sent. The requests that this takes are spans below it.
    pub(crate) fn to_other_side(to: &Connection) -> Self {
        let platform = to.platform().name();
        Self(child(
            SpanKind::Internal,
            format!("send {platform}"),
            || {
                vec![
                    KeyValue::new("switchboard.to", to.id.as_str().to_owned()),
                    KeyValue::new("switchboard.to_platform", platform),
                ]
            },
        ))
    }

    /// Any request that is not DynamoDB's. Not where to: a URL may hold a secret, and a host a customer's name.
    pub(crate) fn request(method: &Method) -> Self {
        Self(child(SpanKind::Client, method.as_str().to_owned(), || {
            vec![KeyValue::new("http.request.method", method.to_string())]
        }))
    }

    /// The call, with a span around it that notes what came of it.
    pub(crate) async fn around<F>(self, call: F) -> F::Output
    where
        F: Future,
        F::Output: Note,
    {
        let Some(context) = self.0 else {
            return call.await;
        };
        let output = call.with_context(context.clone()).await;
        output.note(&context.span());
        context.span().end();
        output
    }
}

/// What came of a call.
pub(crate) trait Note {
    /// Notes it on its span.
    fn note(&self, span: &SpanRef<'_>);
}

/// What a call without an answer is called. The error's own text might hold a URL.
fn unanswered(span: &SpanRef<'_>) {
    span.set_attribute(KeyValue::new("error.type", "no_answer"));
    span.set_status(Status::error(""));
}

fn answered(span: &SpanRef<'_>, status: u16, is_error: bool) {
    span.set_attribute(KeyValue::new(
        "http.response.status_code",
        i64::from(status),
    ));
    if is_error {
        span.set_status(Status::error(""));
    }
}

impl Note for Result<HttpResponse, ConnectorError> {
    fn note(&self, span: &SpanRef<'_>) {
        match self {
            // 400 is a condition that does not hold, as a rule: no error.
            Ok(response) => answered(
                span,
                response.status().as_u16(),
                response.status().is_server_error(),
            ),
            Err(_) => unanswered(span),
        }
    }
}

impl Note for Result<reqwest::Response, reqwest::Error> {
    fn note(&self, span: &SpanRef<'_>) {
        match self {
            Ok(response) => {
                let status = response.status();
                let is_error = status.is_client_error() || status.is_server_error();
                answered(span, status.as_u16(), is_error);
            }
            Err(_) => unanswered(span),
        }
    }
}

impl Note for Result<Delivered, Failure> {
    fn note(&self, span: &SpanRef<'_>) {
        let outcome = match self {
            Ok(delivered) => match delivered.progress {
                Progress::Before => "before",
                Progress::More => "more",
                Progress::Complete => "complete",
            },
            Err(Failure::Never { .. }) => "never",
            Err(Failure::Unauthorized { .. }) => "unauthorized",
            Err(Failure::Moved(_)) => "moved",
            Err(Failure::Later { in_doubt: true, .. }) => "in_doubt",
            Err(Failure::Later { .. }) => "later",
        };
        span.set_attribute(KeyValue::new("switchboard.sent", outcome));
        if self.is_err() {
            span.set_status(Status::error(""));
        }
    }
}
