//! The simulated client server writes what the document shows, and refuses what it must.

use serde_json::json;

use super::*;
use crate::client::Client;
use crate::faults::Fault;
use crate::listen;
use crate::receiver::{Receiver, SOON, post};

const OK: &str = r#"{"result":"ok"}"#;

async fn client(options: Options) -> OmnichannelClient {
    OmnichannelClient::start(listen("127.0.0.1:0").await.unwrap(), options).unwrap()
}

/// One that tries again at once.
fn eager(attempts: u32) -> Options {
    Options {
        retry: Retry {
            first: Duration::from_millis(1),
            longest: Duration::from_millis(5),
            attempts,
        },
        ..Options::default()
    }
}

fn headers(client: &OmnichannelClient) -> Vec<(&'static str, String)> {
    let token = client.token().map(|token| format!("Token {token}"));
    token
        .map(|token| ("authorization", token))
        .into_iter()
        .collect()
}

async fn send(client: &OmnichannelClient, body: Value) -> Answer {
    let url = format!("{}/send_message", client.base_url());
    post(&url, &headers(client), &body).await
}

fn says(chat_id: i64, text: &str) -> Value {
    json!({ "chat_id": chat_id, "message": { "kind": "operator", "text": text } })
}

#[tokio::test]
async fn events_are_those_of_the_document() {
    let agent = Receiver::start(|_| (200, String::new())).await;
    let client = client(Options {
        webhook: Some(agent.url()),
        ..eager(1)
    })
    .await;
    let visitor = Visitor {
        name: Some("Ada".to_owned()),
        login: Some("ada".to_owned()),
        phone: Some("+1".to_owned()),
        email: Some("ada@a.example".to_owned()),
        site: Some("a.example".to_owned()),
        ..Visitor::unknown("v1")
    };
    let ada = client.chat_of(42, visitor);
    let answer = send(
        &client,
        json!({ "chat_id": 42, "message": { "kind": "keyboard", "buttons": [[{ "id": "y", "text": "Yes" }]] } }),
    )
    .await;
    assert_eq!((answer.status, answer.body.as_str()), (200, OK));
    let file = File {
        name: "a.png".to_owned(),
        content_type: "image/png".to_owned(),
        size: 7,
        url: "https://files.example/a.png".to_owned(),
    };
    ada.text("Hello");
    let (upload, ready) = ada.upload(&file, FileState::Ready);
    ada.press("y").unwrap();
    let last = ada.press("Yes").unwrap();
    assert_eq!(ada.press("No"), Err(NoSuchButton("No".to_owned())));
    client.delivered(&last, SOON).await.unwrap();
    let bodies = agent.bodies();
    let message = |index: usize| &bodies[index]["message"];
    assert_eq!(
        bodies[0],
        json!({
            "event": "new_message",
            "chat_id": 42,
            "visitor": {
                "id": "v1",
                "fields": { "name": "Ada", "login": "ada", "phone": "+1", "email": "ada@a.example", "site": "a.example" },
            },
            "message": { "id": message(0)["id"], "kind": "visitor", "text": "Hello" },
        })
    );
    assert_eq!([&bodies[1], &bodies[2]], [&upload.body, &ready.body]);
    assert_eq!(message(1)["id"], message(2)["id"]);
    assert_eq!(message(1)["data"]["state"], "upload");
    assert_eq!(
        *message(2),
        json!({
            "id": message(2)["id"],
            "kind": "file_visitor",
            "data": {
                "id": message(2)["data"]["id"], "state": "ready", "name": "a.png", "content_type": "image/png", "size": 7,
                "url": "https://files.example/a.png",
            },
        })
    );
    for pressed in [message(3), message(4)] {
        let data = json!({ "button": { "id": "y", "text": "Yes" } });
        assert_eq!(
            *pressed,
            json!({ "id": pressed["id"], "kind": "keyboard_response", "data": data })
        );
    }
    let place = ada.location(1.5, 2.5);
    assert_eq!(
        place.body["message"]["text"],
        "https://www.google.com/maps?q=1.5,2.5"
    );
    let unknown = client.chat_of(43, Visitor::unknown("v2")).text("Hi");
    assert_eq!(unknown.body["visitor"], json!({ "id": "v2", "fields": {} }));
}

#[tokio::test]
async fn what_is_wrong_is_refused() {
    let client = client(Options::default()).await;
    let ada = client.chat(42);
    for body in [
        json!([]),
        json!({}),
        json!({ "message": { "kind": "operator", "text": "Hi" } }),
        json!({ "chat_id": "42", "message": { "kind": "operator", "text": "Hi" } }),
        json!({ "chat_id": 42 }),
        json!({ "chat_id": 42, "message": "Hi" }),
        json!({ "chat_id": 42, "message": { "text": "Hi" } }),
        json!({ "chat_id": 42, "message": { "kind": "visitor", "text": "Hi" } }),
        json!({ "chat_id": 42, "message": { "kind": "operator", "text": "" } }),
        json!({ "chat_id": 42, "message": { "kind": "keyboard", "buttons": [] } }),
        json!({ "chat_id": 42, "message": { "kind": "keyboard", "buttons": [{ "id": "y", "text": "Yes" }] } }),
        json!({ "chat_id": 42, "message": { "kind": "keyboard", "buttons": [[{ "id": "a b", "text": "A" }]] } }),
        json!({ "chat_id": 42, "message": { "kind": "file_operator", "data": { "url": "https://a.example/x" } } }),
    ] {
        let answer = send(&client, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.json().unwrap()["error"].is_string());
    }
    assert_eq!(send(&client, says(43, "Hi")).await.status, 404);
    let url = format!("{}/send_message", client.base_url());
    let raw = Client::new(SOON).unwrap();
    let plain = raw
        .raw()
        .post(&url)
        .header("authorization", "Token omnichannel-token");
    let plain = plain.body(says(42, "Hi").to_string()).send().await.unwrap();
    assert_eq!(plain.status(), 400);
    let get = raw.raw().get(&url).send().await.unwrap();
    assert_eq!(get.status(), 405);
    assert_eq!(client.calls().len(), 16);
    assert!(client.calls().all().iter().all(|call| !call.ok()));
    assert!(ada.shown().is_empty());
    assert_eq!(send(&client, says(42, "Hi")).await.status, 200);
    assert_eq!(
        ada.wait_shown(1, SOON).await.unwrap()[0].content,
        Content::Text("Hi".to_owned())
    );
}

#[tokio::test]
async fn the_platform_shows_a_token_in_the_header_or_in_the_path() {
    let by_header = client(Options::default()).await;
    by_header.chat(42);
    let url = format!("{}/send_message", by_header.base_url());
    let wrong = [("authorization", "Token wrong".to_owned())];
    let bearer = [("authorization", "Bearer omnichannel-token".to_owned())];
    for headers in [&wrong[..], &bearer, &[]] {
        assert_eq!(post(&url, headers, &says(42, "Hi")).await.status, 401);
    }
    let by_path = client(Options {
        authentication: Authentication::Path("s3cret".to_owned()),
        ..Options::default()
    })
    .await;
    by_path.chat(42);
    assert_eq!(by_path.token(), None);
    assert!(by_path.base_url().ends_with("/s3cret"));
    for path in [
        "send_message",
        "wrong/send_message",
        "s3cret2/send_message",
        "s3cret/close_chat",
    ] {
        let url = format!("{}/{path}", by_path.control_url());
        assert_eq!(post(&url, &[], &says(42, "Hi")).await.status, 404, "{path}");
    }
    assert_eq!(send(&by_path, says(42, "Hi")).await.status, 200);
}

#[tokio::test]
async fn whoever_looks_for_the_server_gets_an_answer() {
    for authentication in [
        Authentication::Header("t".to_owned()),
        Authentication::Path("t".to_owned()),
    ] {
        let client = client(Options {
            authentication,
            ..Options::default()
        })
        .await;
        let base = client.base_url();
        assert_eq!(post(&base, &[], &json!({})).await.status, 200);
        let raw = Client::new(SOON).unwrap();
        let get = raw.raw().get(format!("{base}/")).send().await.unwrap();
        assert_eq!(get.status(), 200);
        let put = raw.raw().put(&base).send().await.unwrap();
        assert_eq!(put.status(), 405);
        assert_eq!(client.probes().all(), ["POST", "GET"]);
    }
}

#[tokio::test]
async fn only_failures_of_the_platform_are_tried_again_and_all_answers_are_kept() {
    let agent = Receiver::start(|_| (200, "taken".to_owned())).await;
    let missing = r#"{"error":"There is no active channel for received event."}"#;
    for fault in [
        Fault::Status(500, "broken".to_owned()),
        Fault::ResetBefore,
        Fault::Status(503, String::new()),
        Fault::Status(200, "one".to_owned()),
        Fault::Status(400, missing.to_owned()),
    ] {
        agent.faults.next("hook", fault);
    }
    let client = client(eager(9)).await;
    let ada = client.chat(42);
    let (one, two, three) = (ada.text("one"), ada.text("two"), ada.text("three"));
    client.set_webhook(&agent.url());
    let three = client.delivered(&three, SOON).await.unwrap();
    assert_eq!((three.attempt, three.taken), (1, true));
    assert_eq!(three.outcome.unwrap().body, "taken");
    let one = client.delivered(&one, SOON).await.unwrap();
    assert_eq!((one.attempt, one.taken), (4, true));
    let two = client.delivered(&two, SOON).await.unwrap();
    assert_eq!((two.attempt, two.taken, two.gave_up), (1, false, true));
    assert_eq!(two.outcome.unwrap().body, missing);
    let statuses: Vec<_> = client
        .deliveries()
        .all()
        .iter()
        .map(Delivery::status)
        .collect();
    assert_eq!(
        statuses,
        [Some(500), None, Some(503), Some(200), Some(400), Some(200)]
    );
}

#[tokio::test]
async fn trying_again_is_an_option_and_so_are_copies() {
    let agent = Receiver::start(|_| (200, String::new())).await;
    agent.faults.next("hook", Fault::Status(500, String::new()));
    let client = client(Options {
        webhook: Some(agent.url()),
        retry: Retry::never(),
        ..Options::default()
    })
    .await;
    let event = client.chat(42).text("Hello");
    let delivery = client.delivered(&event, SOON).await.unwrap();
    assert_eq!((delivery.status(), delivery.gave_up), (Some(500), true));
    let answers = client.copies(&event.body, 3).await;
    assert!(answers.len() == 3 && answers.iter().all(Result::is_ok));
    client
        .post_event(&json!({ "event": "strange" }))
        .await
        .unwrap();
    assert_eq!(agent.bodies().len(), 4);
    assert_eq!(client.events().all(), [event]);
}

#[tokio::test]
async fn calls_meet_faults() {
    let client = client(Options::default()).await;
    let ada = client.chat(42);
    client
        .faults()
        .next("send_message", Fault::Status(500, String::new()));
    client
        .faults()
        .next("send_message", Fault::RetryAfter { seconds: 7 });
    assert_eq!(send(&client, says(42, "one")).await.status, 500);
    assert_eq!(send(&client, says(42, "two")).await.status, 429);
    assert_eq!(send(&client, says(42, "three")).await.status, 200);
    assert_eq!(ada.shown().len(), 1);
    client.stop().await;
    let url = format!("{}/send_message", client.base_url());
    let gone = Client::new(SOON).unwrap();
    let gone = gone.post(&url, &headers(&client), &says(42, "four")).await;
    assert!(gone.is_err());
}

#[tokio::test]
async fn a_person_can_chat_with_curl() {
    let client = client(Options {
        authentication: Authentication::Path("s3cret".to_owned()),
        ..Options::default()
    })
    .await;
    let base = client.control_url();
    let messages = format!("{base}/chats/42/messages");
    assert_eq!(
        post(&messages, &[], &json!({ "text": "Hello" }))
            .await
            .status,
        202
    );
    assert_eq!(send(&client, says(42, "Hi")).await.status, 200);
    for (said, status) in [
        (json!({ "press": "Yes" }), 400),
        (json!({ "text": "" }), 400),
        (json!({ "attachment": "https://files.example/b.png" }), 202),
        (
            json!({ "location": { "latitude": 1.5, "longitude": 2.5 } }),
            202,
        ),
    ] {
        assert_eq!(post(&messages, &[], &said).await.status, status, "{said}");
    }
    let odd = format!("{base}/chats/ada/messages");
    assert_eq!(
        post(&odd, &[], &json!({ "text": "Hello" })).await.status,
        400
    );
    let raw = Client::new(SOON).unwrap();
    let transcript = raw
        .raw()
        .get(format!("{base}/chats/42"))
        .send()
        .await
        .unwrap();
    let transcript = transcript.text().await.unwrap();
    assert_eq!(
        transcript,
        "visitor: Hello\nbot: Hi\nvisitor: [file b.png ready]\nvisitor: https://www.google.com/maps?q=1.5,2.5\n"
    );
}
