//! A collector of traces.

use std::collections::HashMap;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use simulators::listen;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::world::PATIENCE;

/// What it does with what comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// It takes it.
    Takes,
    /// It never answers.
    Hangs,
}

/// A span as it was received, with who sent it.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) span: Span,
    pub(super) service: String,
    pub(super) attributes: HashMap<String, String>,
    /// The attributes of its events.
    pub(super) events: Vec<HashMap<String, String>>,
}

impl Received {
    /// An attribute; empty if there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    /// Whether nothing is above it.
    pub(super) fn is_root(&self) -> bool {
        self.span.parent_span_id.is_empty()
    }
}

/// It, on a port of its own.
pub(super) struct Collector {
    url: String,
    received: watch::Receiver<Batches>,
    _serves: JoinSet<()>,
}

/// What came.
#[derive(Clone, Default)]
struct Batches {
    spans: Vec<Received>,
    /// How many requests.
    requests: usize,
    headers: Vec<HeaderMap>,
}

impl Collector {
    pub(super) async fn start(manner: Manner) -> Self {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, received) = watch::channel(Batches::default());
        let router = Router::new()
            .route("/v1/traces", post(take))
            .with_state((sender, manner));
        let mut serves = JoinSet::new();
        serves.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            received,
            _serves: serves,
        }
    }

    /// Where it is.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Every span so far.
    pub(super) fn spans(&self) -> Vec<Received> {
        self.received.borrow().spans.clone()
    }

    /// How many requests came.
    pub(super) fn requests(&self) -> usize {
        self.received.borrow().requests
    }

    /// The values of a header, one for each request; empty where it is missing.
    pub(super) fn header(&self, name: &str) -> Vec<String> {
        let batches = self.received.borrow();
        let values = batches.headers.iter().map(|headers| {
            let value = headers.get(name).map(|value| value.to_str().unwrap());
            value.unwrap_or_default().to_owned()
        });
        values.collect()
    }

    /// Waits until there is such a span; the first one.
    pub(super) async fn until(&self, what: &str, wanted: impl Fn(&Received) -> bool) -> Received {
        let mut received = self.received.clone();
        let found = received.wait_for(|batches| batches.spans.iter().any(&wanted));
        let found = timeout(PATIENCE, found).await.map(Result::unwrap);
        let Ok(batches) = found else {
            panic!("{what} is never sent: {:#?}", self.spans())
        };
        batches
            .spans
            .iter()
            .find(|span| wanted(span))
            .unwrap()
            .clone()
    }
}

async fn take(
    State((sender, manner)): State<(watch::Sender<Batches>, Manner)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let request = ExportTraceServiceRequest::decode(body).unwrap();
    sender.send_modify(|batches| {
        batches.requests += 1;
        batches.headers.push(headers);
        batches.spans.extend(spans(request));
    });
    match manner {
        Manner::Takes => StatusCode::OK,
        Manner::Hangs => std::future::pending().await,
    }
}

fn spans(request: ExportTraceServiceRequest) -> Vec<Received> {
    let mut received = Vec::new();
    for of_resource in request.resource_spans {
        let resource = texts(&of_resource.resource.unwrap().attributes);
        for of_scope in of_resource.scope_spans {
            for span in of_scope.spans {
                received.push(Received {
                    service: resource["service.name"].clone(),
                    attributes: texts(&span.attributes),
                    events: span
                        .events
                        .iter()
                        .map(|event| texts(&event.attributes))
                        .collect(),
                    span,
                });
            }
        }
    }
    received
}

/// Attributes by name. One of a name is not there twice.
fn texts(attributes: &[KeyValue]) -> HashMap<String, String> {
    let mut texts = HashMap::new();
    for attribute in attributes {
        let value = match attribute.value.clone().unwrap().value.unwrap() {
            Value::StringValue(text) => text,
            Value::IntValue(number) => number.to_string(),
            other => format!("{other:?}"),
        };
        let before = texts.insert(attribute.key.clone(), value);
        assert_eq!(before, None, "{attributes:?}");
    }
    texts
}
