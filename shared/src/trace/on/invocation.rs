//! The span of an invocation, and those of the conversations of a batch.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt, Response};
use opentelemetry::trace::{FutureExt, SpanKind, SpanRef, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use super::super::Told;
use super::{TRACING, Tracing, child, parent, span};
use crate::counted::hashed;
use crate::model::ConversationKey;
use crate::time::Millis;

/// The longest that sending traces may delay an answer.
const LONGEST: Duration = Duration::from_secs(1);
/// Kept back from the invocation's end for its answer.
const ANSWER: Duration = Duration::from_millis(200);

/// An invocation.
#[derive(Debug)]
pub struct Invocation(Option<Begun>);

/// One that is recorded.
#[derive(Debug)]
struct Begun {
    tracing: &'static Tracing,
    context: Context,
    notes: Notes,
}

/// What is found out about a span while it is at work.
#[derive(Debug, Clone, Default)]
struct Notes(Arc<Mutex<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    /// When the answer has to be given.
    until: Option<Millis>,
    /// What the last line told.
    told: Vec<KeyValue>,
}

impl Notes {
    fn with<T>(&self, f: impl FnOnce(&mut Noted) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// An attribute is appended even where there is one of its name: so it is set once, at the end.
    fn end(&self, span: &SpanRef<'_>) {
        span.set_attributes(self.with(|noted| std::mem::take(&mut noted.told)));
        span.end();
    }
}

impl Invocation {
    /// Of a webhook.
    pub fn of_request(request: &Request) -> Self {
        Self::begin(|| {
            // The route as the template has it. A path holds tokens.
            let route = match request.request_context_ref() {
                Some(RequestContext::ApiGatewayV2(context)) => context.route_key.clone(),
                _ => None,
            };
            let lambda = request.lambda_context_ref();
            let mut attributes = vec![KeyValue::new("faas.trigger", "http")];
            if let Some(lambda) = lambda {
                attributes.push(id(&lambda.request_id));
            }
            Beginning {
                parent: parent::parent(request.headers()),
                kind: SpanKind::Server,
                name: route.unwrap_or_else(|| "webhook".to_owned()),
                attributes,
                end: lambda.map(|lambda| lambda.deadline),
            }
        })
    }

    /// Of a batch of the table's stream, with the invocation's id and its end in milliseconds since the epoch.
    pub fn of_batch(request_id: &str, end: u64) -> Self {
        Self::begin(|| Beginning {
            parent: Context::new(),
            kind: SpanKind::Consumer,
            name: "redeliver".to_owned(),
            attributes: vec![KeyValue::new("faas.trigger", "datasource"), id(request_id)],
            end: Some(end),
        })
    }

    fn begin(beginning: impl FnOnce() -> Beginning) -> Self {
        Self(TRACING.get().map(|tracing| {
            let Beginning {
                parent,
                kind,
                name,
                attributes,
                end,
            } = beginning();
            let notes = Notes::default();
            notes.with(|noted| {
                noted.until = end
                    .filter(|end| *end > 0)
                    .map(|end| Millis(end).before(ANSWER));
            });
            let context = span(tracing, &parent, kind, name, attributes).with_value(notes.clone());
            Begun {
                tracing,
                context,
                notes,
            }
        }))
    }

    /// What handles a webhook, with the span around it. Then, before the answer is given, what was recorded is sent, as far as
    /// there is time.
    pub async fn answering(self, handling: impl Future<Output = Response<Body>>) -> Response<Body> {
        let context = self.0.as_ref().map(|begun| begun.context.clone());
        self.around(async {
            let answer = handling.await;
            if let Some(context) = context {
                let status = answer.status();
                let span = context.span();
                let code = i64::from(status.as_u16());
                span.set_attribute(KeyValue::new("http.response.status_code", code));
                if status.is_server_error() {
                    span.set_status(Status::error(""));
                }
            }
            answer
        })
        .await
    }

    /// The same for what handles a batch.
    pub async fn around<F: Future>(self, handling: F) -> F::Output {
        let Some(begun) = self.0 else {
            return handling.await;
        };
        let output = handling.with_context(begun.context.clone()).await;
        begun.notes.end(&begun.context.span());
        let left = match begun.notes.with(|noted| noted.until) {
            Some(until) => Millis::now().until(until).min(LONGEST),
            None => LONGEST,
        };
        begun.tracing.export.send(left).await;
        output
    }
}

struct Beginning {
    parent: Context,
    kind: SpanKind,
    name: String,
    attributes: Vec<KeyValue>,
    end: Option<u64>,
}

/// The invocation's id, as the lines of the log have it.
fn id(request_id: &str) -> KeyValue {
    KeyValue::new("faas.invocation_id", request_id.to_owned())
}

/// Whoever called waits for the answer until then, and not longer.
pub(crate) fn answer_by(until: Millis) {
    Context::map_current(|context| {
        if let Some(notes) = context.get::<Notes>() {
            notes.with(|noted| {
                noted.until = Some(noted.until.map_or(until, |known| known.min(until)));
            });
        }
    });
}

/// Notes what a line tells on the span that is at work: as an event, because a span may see to several messages, and the last one
/// as the span's own.
pub(crate) fn told(told: Told) {
    Context::map_current(|context| {
        let Some(notes) = context.get::<Notes>() else {
            return;
        };
        let known = told
            .into_iter()
            .filter_map(|(name, value)| Some(KeyValue::new(name, value?)));
        let attributes: Vec<KeyValue> = known.collect();
        context.span().add_event("message", attributes.clone());
        notes.with(|noted| noted.told = attributes);
    });
}

/// What is done about one conversation of a batch: many are worked on at once, each below a span of its own.
#[derive(Debug)]
pub struct Work(Option<(Context, Notes)>);

impl Work {
    /// On that conversation.
    pub fn on(key: &ConversationKey) -> Self {
        let notes = Notes::default();
        let context = child(SpanKind::Internal, "conversation", Vec::new);
        notes.with(|noted| {
            noted.told = vec![
                KeyValue::new("switchboard.connection", key.channel.as_str().to_owned()),
                KeyValue::new("switchboard.chat", hashed(&key.chat)),
            ];
        });
        Self(context.map(|context| (context.with_value(notes.clone()), notes)))
    }

    /// The work, with the span around it.
    pub async fn around<F: Future>(self, work: F) -> F::Output {
        let Some((context, notes)) = self.0 else {
            return work.await;
        };
        let output = work.with_context(context.clone()).await;
        notes.end(&context.span());
        output
    }
}
