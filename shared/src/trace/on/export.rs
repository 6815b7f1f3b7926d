//! Sends what was recorded to the collector: with OpenTelemetry's own exporter, over the HTTP client that a function has.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry::Context;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{RetryPolicy, SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanExporter as _, SpanProcessor};
use tokio::time::timeout;

use crate::aws::variable;
use crate::http::Http;

/// Less time than this is not enough to send anything: it waits for the next invocation.
const LEAST: Duration = Duration::from_millis(20);
/// A collector that failed is left alone for so long, so that it delays few answers.
const PAUSE: Duration = Duration::from_secs(60);
/// The most that waits to be sent, in spans. What is beyond is not kept.
const MOST: usize = 2048;

/// Whether the environment names a collector, and does not say otherwise.
/// <https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>
pub(super) fn is_wanted() -> bool {
    let is_disabled =
        variable("OTEL_SDK_DISABLED").is_some_and(|is| is.eq_ignore_ascii_case("true"));
    !is_disabled && ENDPOINTS.iter().any(|name| variable(name).is_some())
}

const ENDPOINTS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
];

/// The spans that have ended and wait to be sent. Its clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Finished(Arc<Mutex<Vec<SpanData>>>);

impl Finished {
    fn take(&self) -> Vec<SpanData> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl SpanProcessor for Finished {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if span.span_context.is_sampled() && spans.len() < MOST {
            spans.push(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// Sends.
#[derive(Debug)]
pub(super) struct Export {
    exporter: SpanExporter,
    resource: Resource,
    finished: Finished,
    /// Until when the collector is left alone.
    rests: Mutex<Option<Instant>>,
    /// That it fails was told.
    is_told: AtomicBool,
}

impl Export {
    /// To where the environment says, over `http`.
    ///
    /// # Errors
    /// What is wrong with the environment. Not the value: there may be a password in it.
    pub(super) fn new(http: &Http, finished: Finished) -> Result<Self, &'static str> {
        let mut exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client(http.clone()))
            // It would sleep with the whole process.
            .with_retry_policy(RetryPolicy::disabled())
            .build()
            .map_err(|_| "the collector's address or headers in the environment (OTEL_EXPORTER_OTLP_ENDPOINT and its like) cannot be used")?;
        let resource = resource();
        exporter.set_resource(&resource);
        Ok(Self {
            exporter,
            resource,
            finished,
            rests: Mutex::default(),
            is_told: AtomicBool::new(false),
        })
    }

    /// Who traces.
    pub(super) fn resource(&self) -> &Resource {
        &self.resource
    }

    /// Sends what has ended, within `left`. What a collector does not take is gone: messages are what is never lost.
    pub(super) async fn send(&self, left: Duration) {
        if left < LEAST {
            return;
        }
        let spans = self.finished.take();
        if spans.is_empty() || self.rests() {
            return;
        }
        let reason = match timeout(left, self.exporter.export(spans)).await {
            Ok(Ok(())) => {
                self.is_told.store(false, Ordering::Relaxed);
                return;
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} ms", left.as_millis()),
        };
        *self.rests.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + PAUSE);
        if !self.is_told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                reason,
                "the collector does not take traces; messages go on without"
            );
        }
    }

    fn rests(&self) -> bool {
        let rests = self.rests.lock().unwrap_or_else(PoisonError::into_inner);
        rests.is_some_and(|until| Instant::now() < until)
    }
}

/// What the environment says of it (`OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`), and the function's name where it does not.
fn resource() -> Resource {
    let name = "service.name";
    let said = Resource::builder().build();
    let is_unnamed = said
        .get(&name.into())
        .is_none_or(|name| name.as_str().starts_with("unknown_service"));
    match variable("AWS_LAMBDA_FUNCTION_NAME") {
        Some(function) if is_unnamed => Resource::builder().with_service_name(function).build(),
        _ => said,
    }
}

/// The way out.
#[derive(Debug)]
struct Client(Http);

impl HttpClient for Client {
    fn send_bytes<'a, 'async_trait>(
        &'a self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'async_trait>>
    where
        'a: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let url = parts.uri.to_string();
            // Whoever sends has a shorter limit, and drops this.
            let most = Duration::from_secs(5);
            let answer = self
                .0
                .call(parts.method, &url, parts.headers, body, most)
                .await?;
            let mut response = Response::new(answer.body);
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            Ok(response)
        })
    }
}
