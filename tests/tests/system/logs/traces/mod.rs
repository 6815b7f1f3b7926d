//! Traces, as the real bootstraps send them to a [`collector`]: what is in them and what is not, and that a collector that fails
//! costs no message and little time.

mod collector;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use http::HeaderValue;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde_json::json;
use shared::counted::{Outcome, hashed};
use shared::model::{Author, Content, Message};
use shared::platforms::End;
use shared::store::conversation::LaneName;
use shared::time::Millis;
use simulators::faults::Fault;
use simulators::listen;

use self::collector::{Collector, Manner, Received};
use super::canaries::{AGENT, VISITOR, found};
use super::deployed::Deployed;
use super::line::Line;
use super::webhooks;
use crate::matrix::channels::{ID, SECRET};
use crate::refused::gate::{Form, Request, Who};

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// The route's key of the channel's webhook, as API Gateway calls it.
const WEBHOOK: &str = "POST /telegram/{connection}";
/// What sending traces may delay an answer by, and room for a busy machine.
const LIMIT: Duration = Duration::from_millis(1000);
const ROOM: Duration = Duration::from_millis(1500);

async fn deployed(environment: &[(&str, &str)]) -> Deployed {
    Deployed::start(End::TelegramChannel, End::SelartiAgent, environment).await
}

fn who() -> Who {
    Who {
        connection: ID.to_owned(),
        token: SECRET.to_owned(),
    }
}

/// A webhook that nobody lets in.
fn refused() -> Request {
    let who = Who {
        token: "nobody".to_owned(),
        ..who()
    };
    Request::new((End::TelegramChannel, Form::Usual), &who, "{}")
}

fn is_delivered(span: &Received, name: &str) -> bool {
    span.span.name == name && span.get("switchboard.outcome") == Outcome::Delivered.name()
}

/// What is right below a span.
fn below<'a>(spans: &'a [Received], span: &Received) -> Vec<&'a Received> {
    let is_child = |other: &&Received| {
        other.span.trace_id == span.span.trace_id && other.span.parent_span_id == span.span.span_id
    };
    spans.iter().filter(is_child).collect()
}

fn named<'a>(spans: &[&'a Received], name: &str) -> &'a Received {
    let names: Vec<&str> = spans.iter().map(|span| span.span.name.as_str()).collect();
    let found = spans.iter().find(|span| span.span.name == name);
    found.unwrap_or_else(|| panic!("no {name} among {names:?}"))
}

#[tokio::test]
async fn a_message_is_a_trace() {
    let collector = Collector::start(Manner::Takes).await;
    let deployed = deployed(&[
        (ENDPOINT, collector.url()),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=for-the-collector"),
        (
            "OTEL_RESOURCE_ATTRIBUTES",
            "deployment.environment.name=test",
        ),
    ])
    .await;
    deployed.exchange(VISITOR, AGENT).await;
    deployed.settled().await;
    let root = collector
        .until("the message", |span| is_delivered(span, WEBHOOK))
        .await;
    let spans = collector.spans();

    assert!(root.is_root());
    assert_eq!(root.span.kind(), SpanKind::Server);
    assert_eq!(root.service, "simulated");
    let chat = hashed(&deployed.key().unwrap().chat);
    for (name, value) in [
        ("switchboard.connection", "shop"),
        ("switchboard.platform", "telegram"),
        ("switchboard.to", "helper"),
        ("switchboard.to_platform", "selarti"),
        ("switchboard.lane", "to_agent"),
        ("switchboard.chat", &chat),
        ("http.response.status_code", "200"),
        ("faas.trigger", "http"),
    ] {
        assert_eq!(root.get(name), value, "{name}");
    }
    assert_eq!(root.events.len(), 1, "{root:#?}");
    // The log has the invocation by the same id.
    let id = root.get("faas.invocation_id");
    let lines = deployed
        .until_lines(1, |line| line.text("requestId") == id)
        .await;
    assert!(
        lines
            .iter()
            .any(|line| line.text("requestId") == id && line.is(Outcome::Delivered))
    );

    let children = below(&spans, &root);
    let write = named(&children, "DynamoDB UpdateItem");
    assert_eq!(write.get("db.operation.name"), "UpdateItem");
    assert_eq!(write.get("http.response.status_code"), "200");
    let sent = named(&children, "send selarti");
    assert_eq!(sent.get("switchboard.to"), "helper");
    assert_eq!(sent.get("switchboard.sent"), "complete");
    let post = below(&spans, sent);
    assert_eq!(named(&post, "POST").get("http.response.status_code"), "200");

    // The answer is an invocation of another function.
    let back = "POST /smart_bot_webhook/{credential}";
    let answer = spans
        .iter()
        .find(|span| span.is_root() && span.get("switchboard.to_platform") == "telegram");
    let answer = answer.unwrap_or_else(|| panic!("no {back}: {spans:#?}"));
    assert_ne!(answer.span.trace_id, root.span.trace_id);
    named(&below(&spans, answer), "send telegram");

    // Nothing hangs in the air.
    let ids: HashSet<(&[u8], &[u8])> = spans
        .iter()
        .map(|span| (&span.span.trace_id[..], &span.span.span_id[..]))
        .collect();
    for span in spans.iter().filter(|span| !span.is_root()) {
        let parent = (&span.span.trace_id[..], &span.span.parent_span_id[..]);
        assert!(ids.contains(&parent), "{span:#?}");
    }
    let keys = collector.header("x-api-key");
    assert!(keys.iter().all(|key| key == "for-the-collector"));
}

#[tokio::test]
async fn a_webhook_goes_on_with_its_senders_trace() {
    let collector = Collector::start(Manner::Takes).await;
    let deployed = deployed(&[(ENDPOINT, collector.url()), ("OTEL_SERVICE_NAME", "bridge")]).await;
    let mut request = refused();
    for (name, value) in [
        (
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ),
        ("tracestate", "sorrelroot=sorrelroot"),
        ("baggage", "sorrelroot=sorrelroot"),
    ] {
        request
            .headers
            .insert(name, HeaderValue::from_static(value));
    }
    let answer = deployed.post(request).await;
    // It was sent before the answer: nothing is waited for.
    let spans = collector.spans();
    let root = spans.iter().find(|span| span.span.name == WEBHOOK).unwrap();
    assert_eq!(
        root.get("http.response.status_code"),
        answer.status.to_string()
    );
    assert_eq!(root.service, "bridge");
    assert_eq!(root.span.trace_id[..2], [0x0a, 0xf7]);
    assert_eq!(root.span.parent_span_id[..2], [0xb7, 0xad]);
    named(&below(&spans, root), "DynamoDB GetItem");
    assert_eq!(silent(&spans, &deployed), Vec::<String>::new());

    // What is no parent is none.
    for given in [
        "",
        "sorrelroot",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ] {
        let before = collector.spans().len();
        let mut request = refused();
        let value = HeaderValue::from_static(given);
        request.headers.insert("traceparent", value);
        deployed.post(request).await;
        let spans = collector.spans().split_off(before);
        let root = spans.iter().find(|span| span.span.name == WEBHOOK).unwrap();
        assert!(root.is_root(), "{given}: {root:#?}");
    }
    // Who sends a trace decides whether it is recorded.
    let before = collector.spans().len();
    let mut request = refused();
    let value = HeaderValue::from_static("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
    request.headers.insert("traceparent", value);
    deployed.post(request).await;
    assert_eq!(collector.spans().len(), before);
}

#[tokio::test]
async fn redelivery_is_a_trace_with_a_span_for_each_conversation() {
    let collector = Collector::start(Manner::Takes).await;
    let deployed = deployed(&[(ENDPOINT, collector.url())]).await;
    deployed.exchange("Question", "Answer").await;
    deployed.settled().await;
    let content = Content::Text(VISITOR.to_owned());
    let message = Message::new(Author::Visitor { name: None }, Millis::now(), content);
    deployed.redeliver(LaneName::ToAgent, &message, 7).await;
    let spans = collector.spans();
    let root = spans
        .iter()
        .find(|span| span.span.name == "redeliver")
        .unwrap();
    assert_eq!(root.span.kind(), SpanKind::Consumer);
    let children = below(&spans, root);
    let conversation = named(&children, "conversation");
    assert!(is_delivered(conversation, "conversation"));
    let key = deployed.key().unwrap();
    assert_eq!(conversation.get("switchboard.chat"), hashed(&key.chat));
    named(&below(&spans, conversation), "send selarti");
}

/// What is in spans that is nobody else's business.
fn silent(spans: &[Received], deployed: &Deployed) -> Vec<String> {
    // What is made of chance.
    const RANDOM: [&str; 2] = ["switchboard.chat", "faas.invocation_id"];
    let mut texts = Vec::new();
    for span in spans {
        texts.extend([span.span.name.clone(), span.span.trace_state.clone()]);
        texts.extend(span.span.status.iter().map(|status| status.message.clone()));
        for attributes in std::iter::once(&span.attributes).chain(&span.events) {
            let told = attributes
                .iter()
                .filter(|(name, _)| !RANDOM.contains(&name.as_str()));
            texts.extend(told.flat_map(|(name, value)| [name.clone(), value.clone()]));
        }
        texts.extend(span.span.events.iter().map(|event| event.name.clone()));
        assert!(span.span.links.is_empty(), "{span:#?}");
    }
    let text = texts.join("\n");
    let mut others = deployed.secrets.clone();
    others.push(("URL".to_owned(), "://".to_owned()));
    others.push(("bot's token".to_owned(), "/bot".to_owned()));
    others.push(("collector's key".to_owned(), "for-the-collector".to_owned()));
    let mut found = found(&text, &others);
    if let Some(key) = deployed.key() {
        let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '-'));
        found.extend(
            words
                .find(|word| *word == key.chat.as_str())
                .map(str::to_owned),
        );
    }
    found
}

#[tokio::test]
async fn no_span_says_what_is_nobody_elses_business() {
    let collector = Collector::start(Manner::Takes).await;
    let deployed = deployed(&[
        (ENDPOINT, collector.url()),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=for-the-collector"),
    ])
    .await;
    deployed.exchange(VISITOR, AGENT).await;
    // An error that repeats everything.
    let (faults, endpoint) = deployed.agent.faults();
    let secrets: Vec<&str> = deployed
        .secrets
        .iter()
        .map(|(_, secret)| secret.as_str())
        .collect();
    let quoting = json!({ "error": VISITOR, "secrets": secrets }).to_string();
    faults.next(endpoint, Fault::Status(400, quoting));
    deployed.channel.write(VISITOR);
    let failed = |span: &Received| span.get("switchboard.sent") == "never";
    let span = collector.until("a refused message", failed).await;
    assert_eq!(span.span.status.as_ref().unwrap().code(), StatusCode::Error);
    deployed.settled().await;

    let person = webhooks::of_a_person(End::TelegramChannel).unwrap();
    let ends = (End::TelegramChannel, Form::Usual);
    let answer = deployed
        .post(Request::new(ends, &who(), person.to_string()))
        .await;
    assert_eq!(answer.status, 200);
    let mut refusals = 0;
    for (_, request) in webhooks::bad(End::TelegramChannel, &who()) {
        deployed.post(request).await;
        refusals += 1;
    }
    let spans = collector.spans();
    let webhooks = spans.iter().filter(|span| span.span.name == WEBHOOK);
    assert!(webhooks.count() > refusals, "{spans:#?}");
    assert_eq!(silent(&spans, &deployed), Vec::<String>::new());
}

/// How many lines of the programs tell of a collector that fails.
fn told(lines: &[Line]) -> usize {
    let is_told = |line: &&Line| {
        line.text("message")
            .starts_with("the collector does not take traces")
    };
    lines.iter().filter(is_told).count()
}

#[tokio::test]
async fn a_collector_that_hangs_delays_one_answer_and_no_other() {
    let collector = Collector::start(Manner::Hangs).await;
    let deployed = deployed(&[(ENDPOINT, collector.url())]).await;
    let begun = Instant::now();
    deployed.post(refused()).await;
    let first = begun.elapsed();
    assert!(first >= LIMIT && first < LIMIT + ROOM, "{first:?}");
    for _ in 0..3 {
        let begun = Instant::now();
        deployed.post(refused()).await;
        assert!(begun.elapsed() < LIMIT, "{:?}", begun.elapsed());
    }
    assert_eq!(collector.requests(), 1);
    // Messages go on, and each program tells of it once.
    for number in 0..3 {
        deployed
            .exchange(&format!("Question {number}"), &format!("Answer {number}"))
            .await;
    }
    deployed.settled().await;
    let lines = deployed.until_lines(6, |line| line.number("out") > 0).await;
    let programs = deployed
        .programs
        .of(deployed.agent_end.platform())
        .processes()
        .len()
        + deployed
            .programs
            .of(deployed.channel_end.platform())
            .processes()
            .len();
    assert!((1..=programs).contains(&told(&lines)), "{lines:#?}");
}

#[tokio::test]
async fn a_deadline_is_kept_beside_a_collector_that_hangs() {
    let collector = Collector::start(Manner::Hangs).await;
    let environment = [(ENDPOINT, collector.url())];
    let deployed = Deployed::start(End::WebimV1Channel, End::SelartiAgent, &environment).await;
    let body = webhooks::of_a_person(End::WebimV1Channel).unwrap();
    let ends = (End::WebimV1Channel, Form::Usual);
    let begun = Instant::now();
    // Nobody answers until the deadline.
    let answer = deployed
        .post(Request::new(ends, &who(), body.to_string()))
        .await;
    let took = begun.elapsed();
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(took > Duration::from_secs(4), "{took:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    let asked = |span: &Received| span.get("faas.trigger") == "http" && span.is_root();
    let spans = collector.spans();
    assert!(spans.iter().any(asked), "nothing was sent: {spans:#?}");
}

#[tokio::test]
async fn a_collector_that_is_not_there_loses_no_message() {
    let nobody = listen("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let deployed = deployed(&[(ENDPOINT, &url)]).await;
    for number in 0..3 {
        deployed
            .exchange(&format!("Question {number}"), &format!("Answer {number}"))
            .await;
    }
    deployed.settled().await;
    let lines = deployed.until_lines(6, |line| line.number("out") > 0).await;
    let sum = |what: &str| lines.iter().map(|line| line.number(what)).sum::<u64>();
    assert_eq!(
        (sum("in"), sum("out"), sum("dead")),
        (6, 6, 0),
        "{lines:#?}"
    );
    assert!(told(&lines) >= 1, "{lines:#?}");
}

#[tokio::test]
async fn what_is_not_wanted_or_cannot_be_is_not_sent() {
    let collector = Collector::start(Manner::Takes).await;
    let off = deployed(&[(ENDPOINT, collector.url()), ("OTEL_SDK_DISABLED", "true")]).await;
    off.exchange("Question", "Answer").await;
    assert_eq!(collector.requests(), 0);

    let wrong = deployed(&[(ENDPOINT, "no address, password persimmon")]).await;
    wrong.exchange("Question", "Answer").await;
    let is_told = |line: &Line| line.text("message") == "there are no traces";
    let lines = wrong.until_lines(1, is_told).await;
    let told = lines.iter().find(|line| is_told(line)).unwrap();
    assert_eq!(found(&format!("{told:?}"), &[]), Vec::<String>::new());
}
