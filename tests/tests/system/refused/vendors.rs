//! The rows of the vendors' own tables of answers, one by one.

use std::time::Duration;

use futures_util::FutureExt;
use http::HeaderValue;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};
use shared::platforms::{End, Role};
use simulators::faults::Fault;

use super::answers::{Answer, Wrong, assert_refused};
use super::gate::{Form, Gate, Who};
use crate::matrix::pair::{AGENTS, Setup};
use crate::matrix::words::Says;
use crate::matrix::{Play, Played, ends, play_all};

/// An agent of another platform than the channel's.
fn agent(channel: End) -> End {
    match channel {
        End::SelartiChannel => End::OmnichannelAgent,
        _ => End::SelartiAgent,
    }
}

async fn channel(end: End) -> Gate {
    let gate = Gate::of(end, agent(end), Form::Usual, Setup::default());
    gate.await.begun().await
}

/// Plays it at the gate of each of these channels.
async fn at_channels<F>(which: fn(&End) -> bool, setup: Setup, play: fn(Gate) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let channels = ends(Role::Channel).filter(which);
    let plays = channels.map(|end| -> Play {
        let setup = setup.clone();
        let playing = async move {
            play(Gate::of(end, agent(end), Form::Usual, setup).await).await;
            Played::Whole
        };
        (end.name().to_owned(), playing.boxed())
    });
    play_all(plays.collect::<Vec<_>>()).await;
}

/// Asserts that all of these are answered so, and that nothing of them was kept.
async fn assert_answers(gate: &Gate, rows: Vec<(Value, u16, Value)>) {
    let before = gate.table().await;
    for (body, status, answer) in rows {
        let got = gate.posts(body.to_string()).await;
        assert_eq!((got.status, got.json()), (status, answer), "{body}");
    }
    assert!(gate.table().await == before, "nothing is kept");
}

fn without(body: &Value, name: &str) -> Value {
    let mut body = body.clone();
    body.as_object_mut().unwrap().remove(name);
    body
}

fn with(body: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut body = body.clone();
    body[name] = value.into();
    body
}

#[tokio::test]
async fn omnichannel_200() {
    let gate = channel(End::OmnichannelChannel).await;
    let ok = || json!({ "result": "ok" });
    let good = gate.good("Good morning", None).await;
    let file = |state: &str| {
        json!({ "id": "f-1", "kind": "file_visitor", "data": {
            "id": "d-1", "state": state, "url": "https://files.example.com/offer.pdf",
            "name": "offer.pdf", "content_type": "application/pdf", "size": 1234
        } })
    };
    let rows = vec![
        (with(&good, "event", "visitor_left"), 200, ok()),
        (
            with(
                &good,
                "message",
                json!({ "kind": "a kind of its own", "text": "x" }),
            ),
            200,
            ok(),
        ),
        (with(&good, "message", file("upload")), 200, ok()),
        (with(&good, "message", file("error")), 200, ok()),
        (
            with(&good, "message", json!({ "kind": "visitor", "text": " " })),
            200,
            ok(),
        ),
        // An unknown event may have any shape.
        (
            json!({ "event": "visitor_left", "chat_id": {}, "message": [] }),
            200,
            ok(),
        ),
    ];
    assert_answers(&gate, rows).await;

    let heard = gate.pair.agent().heard().len();
    for body in [&good, &good, &with(&good, "message", file("ready"))] {
        let answer = gate.posts(body.to_string()).await;
        assert_eq!((answer.status, answer.json()), (200, ok()), "{body}");
    }
    let all = gate.pair.until_heard(heard + 2).await;
    gate.pair.settled().await;
    assert_eq!(
        all.len(),
        heard + 2,
        "the copy is none, the file is one: {all:?}"
    );
    assert_eq!(all[heard].text, "Good morning");
    assert!(all[heard + 1].text.contains("offer.pdf"), "{all:?}");
}

#[tokio::test]
async fn omnichannel_400_there_is_no_active_channel() {
    let gate = channel(End::OmnichannelChannel).await;
    let good = gate.good("Good morning", None).await.to_string();
    let (ours, other) = (gate.who(), gate.other());
    let before = gate.table().await;
    let wrong = Who {
        token: "wrong".to_owned(),
        ..ours.clone()
    };
    let unknown = Who {
        connection: "nobody".to_owned(),
        ..ours
    };
    for who in [wrong, unknown, other] {
        let answer = gate.post(gate.request(&who, good.clone())).await;
        assert_eq!(answer.status, 400);
        // Of the vendor's document, to the letter.
        let body = r#"{"error":"There is no active channel for received event."}"#;
        assert_eq!(answer.body, body);
    }
    assert!(gate.table().await == before, "nothing is kept");
}

#[tokio::test]
async fn omnichannel_400_a_parameter_is_missing() {
    let gate = channel(End::OmnichannelChannel).await;
    let good = gate.good("Good morning", None).await;
    let missing = |name: &str| json!({ "error": format!("`{name}` is missing") });
    let message = |message: Value| with(&good, "message", message);
    let pressed = |data: Value| message(json!({ "kind": "keyboard_response", "data": data }));
    let file = |data: Value| message(json!({ "kind": "file_visitor", "data": data }));
    let mut rows: Vec<_> = ["event", "chat_id", "message"]
        .into_iter()
        .flat_map(|name| {
            let null = with(&good, name, Value::Null);
            [without(&good, name), null].map(|body| (body, 400, missing(name)))
        })
        .collect();
    let ready = json!({ "id": "1", "state": "ready", "name": "offer.pdf" });
    for (body, name) in [
        (message(json!({})), "message.kind"),
        (message(json!({ "kind": "visitor" })), "message.text"),
        (
            message(json!({ "kind": "keyboard_response" })),
            "message.data",
        ),
        (pressed(json!({})), "message.data.button"),
        (pressed(json!({ "button": {} })), "message.data.button.id"),
        (message(json!({ "kind": "file_visitor" })), "message.data"),
        (file(ready), "message.data.url"),
    ] {
        rows.push((body, 400, missing(name)));
    }
    assert_answers(&gate, rows).await;
}

#[tokio::test]
async fn omnichannel_404_another_url() {
    let gate = channel(End::OmnichannelChannel).await;
    let good = gate.good("Good morning", None).await.to_string();
    for (from, to) in [
        ("bot_api_webhook", "bot_api"),
        ("omnichannel_message", "another_message"),
        ("/bot_api_webhook", ""),
    ] {
        let mut request = gate.request(&gate.who(), good.clone());
        request.path = request.path.replace(from, to);
        assert_refused(gate.end, Wrong::Path, &gate.post(request).await, to);
    }
}

#[tokio::test]
async fn omnichannel_500_other_errors() {
    let gate = channel(End::OmnichannelChannel).await;
    let good = gate.good("Good morning", None).await;
    let before = gate.table().await;
    for body in [
        "no JSON".to_owned(),
        "[]".to_owned(),
        with(&good, "event", 1).to_string(),
        with(&good, "chat_id", json!({})).to_string(),
        with(&good, "chat_id", "").to_string(),
        with(&good, "message", "text").to_string(),
        with(&good, "message", json!({ "kind": 1, "text": "x" })).to_string(),
        with(&good, "message", json!({ "kind": "visitor", "text": 1 })).to_string(),
    ] {
        let answer = gate.posts(body.clone()).await;
        assert_refused(gate.end, Wrong::Form, &answer, &body);
        assert_eq!(answer.status, 500);
    }
    assert!(gate.table().await == before, "nothing is kept");
}

/// The message of a Bubble-style 400.
fn invalid(message: &str) -> Value {
    json!({ "statusCode": 400, "body": { "status": "INVALID_DATA", "message": message } })
}

#[tokio::test]
async fn selarti_400_says_which_parameter() {
    let gate = channel(End::SelartiChannel).await;
    let good = gate.good("Good morning", None).await;
    let mut rows = Vec::new();
    for name in ["task_id", "chat_id", "message"] {
        let missing = invalid(&format!("`{name}` is missing"));
        rows.push((without(&good, name), 400, missing.clone()));
        rows.push((with(&good, name, Value::Null), 400, missing));
        for blank in ["", " \n"] {
            let empty = invalid(&format!("`{name}` is empty"));
            rows.push((with(&good, name, blank), 400, empty));
        }
        for other in [json!(1.5), json!(true), json!(["x"]), json!({ "x": 1 })] {
            let no_text = invalid(&format!("`{name}` is not a text"));
            rows.push((with(&good, name, other), 400, no_text));
        }
    }
    let none = invalid("`task_id` is none that answers here");
    // An id may be an integer, but this is another's.
    for another in [json!("1721129985149x1"), json!(1)] {
        rows.push((with(&good, "task_id", another), 400, none.clone()));
    }
    let number = invalid("`message` is not a text");
    rows.push((with(&good, "message", 1), 400, number));
    assert_answers(&gate, rows).await;
}

#[tokio::test]
async fn selarti_401_says_that_the_token_is_wrong() {
    let gate = channel(End::SelartiChannel).await;
    let good = gate.good("Good morning", None).await.to_string();
    let Who { connection, token } = gate.who();
    let before = gate.table().await;
    for header in [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Bearer {token}"),
        format!("Bearer {connection}"),
        format!("Bearer {connection}.wrong"),
        format!("Basic {connection}.{token}"),
        format!("{connection}.{token}"),
    ] {
        let mut request = gate.request(&gate.who(), good.clone());
        let value = HeaderValue::from_str(&header).unwrap();
        request.headers.insert(AUTHORIZATION, value);
        let answer = gate.post(request).await;
        let body = json!({ "message": "The access token is missing or wrong" });
        assert_eq!((answer.status, answer.json()), (401, body), "{header:?}");
    }
    assert!(gate.table().await == before, "nothing is kept");
    // The name of a scheme has no case.
    gate.pair.agent().answers(&[Says::Text("Hi".to_owned())]);
    let mut request = gate.request(&gate.who(), good);
    let value = format!("bearer {connection}.{token}");
    let value = HeaderValue::from_str(&value).unwrap();
    request.headers.insert(AUTHORIZATION, value);
    let answer = gate.post(request).await;
    let success = json!({ "status": "success", "response": {} });
    assert_eq!((answer.status, answer.json()), (200, success));
}

/// The error of a refusal of the API medium.
fn error(answer: &Answer) -> String {
    let body = answer.json();
    assert_eq!(body["success"], false, "{answer:?}");
    assert_eq!(body.as_object().unwrap().len(), 2, "{answer:?}");
    body["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn api_medium_400_says_what_is_wrong() {
    let gate = channel(End::ApiMediumChannel).await;
    let good = gate.good("Good morning", None).await;
    let before = gate.table().await;
    let attached = |file: Value| with(&good, "attachments", json!([file]));
    let html = "data:text/html,<p>";
    for (body, word) in [
        (without(&good, "channelID"), "channelID"),
        (without(&good, "token"), "token"),
        (without(&good, "message"), "message"),
        (with(&good, "message", " "), "message"),
        (with(&good, "userID", -1), ""),
        (with(&good, "userID", 1_u64 << 53), ""),
        (with(&good, "userID", "ada"), ""),
        (with(&good, "attachments", "x"), ""),
        (attached(json!({})), "ttachment"),
        (
            attached(json!({ "url": "http://10.0.0.7/x.png" })),
            "ttachment",
        ),
        (
            attached(json!({ "url": "http://printer.local/x.png" })),
            "ttachment",
        ),
        (
            attached(json!({ "url": "file:///etc/passwd" })),
            "ttachment",
        ),
        (attached(json!({ "base64": "no data URL" })), "ttachment"),
        (attached(json!({ "base64": html })), "ttachment"),
        (
            attached(json!({ "base64": "data:image/png;base64,***" })),
            "ttachment",
        ),
    ] {
        let mut request = gate.request(&gate.who(), body.to_string());
        request.body = body.to_string().into();
        let answer = gate.post(request).await;
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
        let why = error(&answer);
        assert!(why.contains(word), "{body}: {why}");
    }
    let mut request = gate.request(&gate.who(), good.to_string());
    let short = HeaderValue::from_static("short");
    request.headers.insert("idempotency-key", short);
    let answer = gate.post(request).await;
    assert_eq!(answer.status, 400);
    assert!(error(&answer).contains("Idempotency-Key"), "{answer:?}");
    assert!(gate.table().await == before, "nothing is kept");
    gate.works("And a good one").await;
}

#[tokio::test]
async fn api_medium_401_is_alike_for_a_wrong_token_and_an_unknown_channel() {
    let gate = channel(End::ApiMediumChannel).await;
    let good = gate.good("Good morning", None).await;
    for body in [
        with(&good, "token", "wrong"),
        with(&good, "token", ""),
        with(&good, "channelID", "nobody"),
        with(&good, "channelID", ""),
        // Nothing else is read before.
        with(&with(&good, "token", "wrong"), "message", json!([])),
    ] {
        let mut request = gate.request(&gate.who(), "");
        request.body = body.to_string().into();
        let answer = gate.post(request).await;
        assert_refused(gate.end, Wrong::Unknown, &answer, &body.to_string());
    }
}

#[tokio::test]
async fn a_lane_that_is_full_is_told_and_nothing_of_it_is_lost() {
    let mut setup = Setup::default();
    setup.retry.at_once = Duration::from_millis(1);
    // Whoever asks and waits would wait for each.
    let pushes = |end: &End| end.capabilities().push;
    at_channels(pushes, setup, |gate| async move {
        let gate = gate.begun().await;
        let (faults, endpoint) = gate.pair.agent().faults();
        faults.every(endpoint, 1, Fault::Status(500, "{}".to_owned()));
        let text = |number: usize| format!("No{number}{}", "x".repeat(30_000));
        let mut taken = 0;
        let refused = loop {
            let body = gate.good(&text(taken), None).await.to_string();
            let answer = gate.posts(body).await;
            match answer.status {
                200 => taken += 1,
                _ => break answer,
            }
            assert!(taken < 10, "it is never full");
        };
        assert_eq!(taken, 2);
        assert_refused(gate.end, Wrong::Ours, &refused, "a full lane");
        faults.clear();
        gate.pair.settled().await;
        gate.works("And a good one").await;
        let heard = gate.pair.agent().heard().into_iter();
        let heard: String = heard.map(|heard| heard.text).collect();
        for number in 0..=taken {
            let times = heard.matches(&format!("No{number}xxx")).count();
            assert_eq!(times, usize::from(number < taken), "message {number}");
        }
    })
    .await;
}

#[tokio::test]
async fn when_our_own_side_is_not_set_up_it_is_told_to_send_again() {
    at_channels(
        |_| true,
        Setup::default(),
        |gate| async move {
            // Nobody has asked for the agent yet, so that it is not remembered.
            let store = &gate.pair.gateway.app().store;
            let connections = store.connections().await.unwrap();
            let agent = connections
                .iter()
                .find(|kept| kept.id.as_str() == AGENTS[0]);
            store.remove_connection(agent.unwrap()).await.unwrap();
            let before = gate.table().await;
            let body = gate.good("Good morning", Some(json!(1001))).await;
            let body = match gate.end {
                End::SelartiChannel => with(&body, "chat_id", "1001"),
                _ => body,
            };
            let answer = gate.posts(body.to_string()).await;
            assert_refused(gate.end, Wrong::Ours, &answer, "no agent");
            assert!(gate.table().await == before, "nothing is kept");
        },
    )
    .await;
}
