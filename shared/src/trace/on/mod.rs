//! Traces.
//!
//! * [`export`] sends them;
//! * [`invocation`] is the span that everything is under, and [`call`] what is under it;
//! * [`parent`] reads whose child an invocation is.

mod call;
mod export;
mod invocation;
mod parent;

use std::borrow::Cow;
use std::sync::OnceLock;

use opentelemetry::trace::{SpanBuilder, SpanKind, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

pub(crate) use call::Call;
pub use invocation::{Invocation, Work};
pub(crate) use invocation::{answer_by, told};

use self::export::{Export, Finished};
use crate::http::Http;

/// There is one process, and one tracer in it.
static TRACING: OnceLock<Tracing> = OnceLock::new();

/// What records and what sends.
#[derive(Debug)]
struct Tracing {
    tracer: SdkTracer,
    export: Export,
}

/// Begins to trace, if the environment names a collector. One that cannot be used is told of and changes nothing else.
pub(crate) fn start(http: &Http) {
    if !export::is_wanted() {
        return;
    }
    let finished = Finished::default();
    let export = match Export::new(http, finished.clone()) {
        Ok(export) => export,
        Err(reason) => {
            tracing::warn!(reason, "there are no traces");
            return;
        }
    };
    let provider = SdkTracerProvider::builder()
        .with_resource(export.resource().clone())
        .with_span_processor(finished)
        .build();
    let tracer = provider.tracer("switchboard");
    let tracing = Tracing { tracer, export };
    if TRACING.set(tracing).is_err() {
        tracing::warn!("traces have begun before");
    }
}

/// A context with a new span, below the one in `parent`.
fn span(
    tracing: &Tracing,
    parent: &Context,
    kind: SpanKind,
    name: impl Into<Cow<'static, str>>,
    attributes: Vec<KeyValue>,
) -> Context {
    let builder = SpanBuilder::from_name(name)
        .with_kind(kind)
        .with_attributes(attributes);
    parent.with_span(tracing.tracer.build_with_context(builder, parent))
}

/// The same below the span that is at work; `None` if there is none, such as before the first event, or while traces are sent.
fn child(
    kind: SpanKind,
    name: impl Into<Cow<'static, str>>,
    attributes: impl FnOnce() -> Vec<KeyValue>,
) -> Option<Context> {
    let tracing = TRACING.get()?;
    let parent = Context::current();
    parent
        .has_active_span()
        .then(|| span(tracing, &parent, kind, name, attributes()))
}
