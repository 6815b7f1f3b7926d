//! The simulated Omnichannel platform answers by its document's table, and calls the client server as it says.

use axum::http::HeaderMap;
use serde_json::json;

use super::*;
use crate::client::Answer;
use crate::faults::Fault;
use crate::listen;
use crate::receiver::{Receiver, SOON, post};

async fn agent(options: Options) -> OmnichannelAgent {
    OmnichannelAgent::start(listen("127.0.0.1:0").await.unwrap(), options).unwrap()
}

/// A client server, and an agent that knows it by a token.
async fn connected(options: Options) -> (Receiver, OmnichannelAgent) {
    let receiver = Receiver::start(|_| (200, r#"{"result":"ok"}"#.to_owned())).await;
    let client = Some(ClientServer::with_token(receiver.url(), "ac650a3c"));
    let agent = agent(Options { client, ..options }).await;
    (receiver, agent)
}

async fn send(agent: &OmnichannelAgent, body: &Value) -> Answer {
    post(&agent.webhook_url(), &[], body).await
}

fn with_message(message: &Value) -> Value {
    json!({
        "event": "new_message",
        "chat_id": 42,
        "visitor": {
            "id": "v1",
            "fields": {
                "name": "Ada", "login": "ada", "phone": "+41", "email": "ada@example.com", "site": "example.com", "plan": 3,
            },
        },
        "message": message,
    })
}

fn hello() -> Value {
    with_message(&json!({ "id": "m1", "kind": "visitor", "text": "Hello" }))
}

fn file() -> Value {
    with_message(&json!({
        "id": "m2",
        "kind": "file_visitor",
        "data": {
            "id": "f1", "state": "ready", "name": "cat.png", "content_type": "image/png", "size": 7,
            "url": "https://example.com/cat.png",
        },
    }))
}

fn press() -> Value {
    with_message(&json!({
        "id": "m3",
        "kind": "keyboard_response",
        "data": { "button": { "id": "yes", "text": "Yes, please" } },
    }))
}

fn authorization(headers: &HeaderMap) -> Option<&str> {
    Some(headers.get("authorization")?.to_str().unwrap())
}

/// Every path to a member of `value`, as JSON pointers split into parent and name.
fn members(value: &Value, parent: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, member) in value.as_object().into_iter().flatten() {
        found.push((parent.to_owned(), name.clone()));
        found.extend(members(member, &format!("{parent}/{name}")));
    }
    found
}

fn member<'a>(body: &'a mut Value, parent: &str) -> &'a mut serde_json::Map<String, Value> {
    body.pointer_mut(parent).unwrap().as_object_mut().unwrap()
}

#[tokio::test]
async fn the_documented_messages_reach_the_agent_as_documented() {
    let agent = agent(Options::default()).await;
    for body in [hello(), file(), press()] {
        assert_eq!(
            send(&agent, &body).await,
            Answer {
                status: 200,
                body: String::new()
            }
        );
    }
    let accepted = agent.accepted().all();
    let texts: Vec<_> = accepted.iter().map(|incoming| &incoming.text).collect();
    assert_eq!(
        texts,
        [
            "Hello",
            "file:image/png|f1|https://example.com/cat.png",
            "Yes, please"
        ]
    );
    assert_eq!(
        accepted[0],
        Incoming {
            chat_id: 42,
            visitor_id: "v1".to_owned(),
            visitor_fields: hello()["visitor"]["fields"].as_object().unwrap().clone(),
            message_id: "m1".to_owned(),
            text: "Hello".to_owned(),
            content: Content::Text,
            unknown: vec![],
        }
    );
    assert_eq!(
        accepted[1].content,
        Content::File {
            id: "f1".to_owned(),
            name: "cat.png".to_owned(),
            content_type: "image/png".to_owned(),
            size: 7,
            url: "https://example.com/cat.png".to_owned(),
        }
    );
    assert_eq!(
        accepted[2].content,
        Content::Press {
            id: "yes".to_owned(),
            text: "Yes, please".to_owned()
        }
    );
    assert!(agent.ignored().is_empty() && agent.refused().is_empty());
}

#[tokio::test]
async fn an_unknown_token_and_an_inactive_channel_get_the_documented_body() {
    let agent = agent(Options::default()).await;
    let refusal = json!({ "error": "There is no active channel for received event." });
    let other = agent.webhook_url().replace("omnichannel-token", "another");
    let answer = post(&other, &[], &hello()).await;
    assert_eq!((answer.status, answer.json()), (400, Some(refusal.clone())));
    agent.deactivate();
    // The channel comes before the body: even one that is wrong gets no other answer.
    for body in [hello(), json!([])] {
        let answer = send(&agent, &body).await;
        assert_eq!((answer.status, answer.json()), (400, Some(refusal.clone())));
    }
    assert!(agent.accepted().is_empty());
    assert_eq!(agent.refused().len(), 3);
}

#[tokio::test]
async fn every_required_parameter_is_missed_with_400() {
    let agent = agent(Options::default()).await;
    let mut cases = 0;
    for whole in [hello(), file(), press()] {
        for (parent, name) in members(&whole, "") {
            let mut body = whole.clone();
            member(&mut body, &parent).remove(&name);
            let answer = send(&agent, &body).await;
            let optional = parent.starts_with("/visitor/fields") || name == "fields";
            let status = if optional { 200 } else { 400 };
            assert_eq!(
                answer,
                Answer {
                    status,
                    body: String::new()
                },
                "{body}"
            );
            if optional {
                continue;
            }
            cases += 1;
            for nothing in [json!(null), json!("")] {
                member(&mut body, &parent).insert(name.clone(), nothing.clone());
                // Nothing, where an object or a number belongs, is of the wrong type if it is a text.
                let missing = nothing.is_null()
                    || whole
                        .pointer(&format!("{parent}/{name}"))
                        .unwrap()
                        .is_string();
                let status = if missing { 400 } else { 500 };
                assert_eq!(send(&agent, &body).await.status, status, "{body}");
            }
        }
    }
    assert_eq!(cases, 8 + 14 + 11, "{:#?}", agent.refused().all());
}

#[tokio::test]
async fn every_wrong_type_is_a_500() {
    let agent = agent(Options::default()).await;
    for whole in [hello(), file(), press()] {
        for (parent, name) in members(&whole, "") {
            if name == "plan" {
                continue;
            }
            let was = whole.pointer(&format!("{parent}/{name}")).unwrap();
            let mut wrong = vec![json!(true), json!([was])];
            if !was.is_string() {
                wrong.push(json!(was.to_string()));
            }
            if was.is_number() {
                wrong.push(json!(4.5));
            } else {
                wrong.push(json!(5));
            }
            for value in wrong {
                let mut body = whole.clone();
                member(&mut body, &parent).insert(name.clone(), value);
                assert_eq!(
                    send(&agent, &body).await,
                    Answer {
                        status: 500,
                        body: String::new()
                    },
                    "{body}"
                );
            }
        }
    }
    let mut others = vec![json!([]), json!("text"), json!(null)];
    let mut body = file();
    body["message"]["data"]["size"] = json!(-1);
    others.push(body.clone());
    body["message"]["data"]["size"] = json!(1);
    body["message"]["data"]["url"] = json!("cat.png");
    others.push(body);
    let mut body = hello();
    body["visitor"]["fields"]["name"] = json!(null);
    others.push(body);
    for body in others {
        assert_eq!(send(&agent, &body).await.status, 500, "{body}");
    }
    let client = Client::new(SOON).unwrap();
    let whole = client.raw().post(agent.webhook_url());
    let untyped = whole.try_clone().unwrap().body(hello().to_string());
    assert_eq!(untyped.send().await.unwrap().status().as_u16(), 500);
    let broken = whole
        .header("content-type", "application/json")
        .body(r#"{"event":"#);
    assert_eq!(broken.send().await.unwrap().status().as_u16(), 500);
    assert!(agent.accepted().is_empty() && agent.ignored().is_empty());
}

#[tokio::test]
async fn what_is_unknown_or_not_ready_gets_a_200_and_nobody_reads_it() {
    let agent = agent(Options::default()).await;
    let mut event = hello();
    event["event"] = json!("new_chat");
    let mut kind = hello();
    kind["message"]["kind"] = json!("operator");
    let mut state = file();
    state["message"]["data"] = json!({ "state": "uploading" });
    for body in [&event, &kind, &state] {
        assert_eq!(send(&agent, body).await.status, 200);
    }
    assert!(agent.accepted().is_empty() && agent.refused().is_empty());
    let reasons: Vec<_> = agent
        .ignored()
        .all()
        .into_iter()
        .map(|ignored| ignored.reason)
        .collect();
    assert_eq!(
        reasons,
        [
            r#"unknown event "new_chat""#,
            r#"unknown kind "operator""#,
            r#"a file in state "uploading""#
        ]
    );
}

#[tokio::test]
async fn another_url_is_a_404() {
    let agent = agent(Options::default()).await;
    let url = agent.webhook_url();
    for other in [
        agent.base_url(),
        format!("{url}/more"),
        url.replace("/bot_api_webhook", ""),
        url.replace("/omnichannel-token", ""),
        url.replace("bot_api_webhook", "bot_api"),
    ] {
        assert_eq!(post(&other, &[], &hello()).await.status, 404, "{other}");
    }
    let get = Client::new(SOON).unwrap().get(&url, &[]).await.unwrap();
    assert_eq!(get.status, 405);
    assert!(agent.accepted().is_empty());
}

#[tokio::test]
async fn keys_that_nobody_documents_are_ignored_but_noted() {
    let agent = agent(Options::default()).await;
    let mut body = hello();
    body["seq"] = json!(1);
    assert_eq!(send(&agent, &body).await.status, 200);
    assert_eq!(agent.accepted().all()[0].unknown, ["seq"]);
}

#[tokio::test]
async fn the_answer_goes_to_send_message_with_the_token_in_the_header() {
    let (receiver, agent) = connected(Options::default()).await;
    agent.set_brain(|incoming| vec![Reply::text(format!("{}!", incoming.text))]);
    send(&agent, &hello()).await;
    let deliveries = agent.deliveries().wait_for(1, SOON).await.unwrap();
    assert!(deliveries[0].taken());
    let (headers, body) = receiver.received.all().remove(0);
    assert_eq!(
        body,
        json!({ "chat_id": 42, "message": { "kind": "operator", "text": "Hello!" } })
    );
    assert_eq!(authorization(&headers), Some("Token ac650a3c"));
    assert_eq!(headers["content-type"], "application/json");
    let attempts = receiver.faults.attempts().all();
    assert_eq!(attempts[0].endpoint, "send_message");
}

#[tokio::test]
async fn a_url_that_carries_the_token_comes_without_a_header() {
    let (receiver, agent) = connected(Options::default()).await;
    agent.set_client(ClientServer::with_unique_url(format!(
        "{}/secret/",
        receiver.url()
    )));
    assert!(
        agent
            .say(7, &Reply::text("Hi"))
            .await
            .iter()
            .all(Delivery::taken)
    );
    let (headers, body) = receiver.received.all().remove(0);
    assert_eq!(body["chat_id"], 7);
    assert_eq!(authorization(&headers), None);
}

#[tokio::test]
async fn each_form_is_what_it_says() {
    let (_receiver, agent) = connected(Options::default()).await;
    let rows = vec![
        vec![Button::new("a", "A"), Button::new("b", "B")],
        vec![Button::new("c", "C")],
    ];
    let nested = json!([[{ "id": "a", "text": "A" }, { "id": "b", "text": "B" }], [{ "id": "c", "text": "C" }]]);
    let flat =
        json!([{ "id": "a", "text": "A" }, { "id": "b", "text": "B" }, { "id": "c", "text": "C" }]);
    let asks = Reply::buttons("Which?", rows.clone());
    let bare = Reply::buttons("", rows);
    let sends = Reply::file("https://example.com/a.pdf", "a.pdf", "application/pdf");
    let form = Form::default();
    let before = Form {
        rows: Rows::Flat,
        ..form
    };
    let in_keyboard = Form {
        buttons_text: ButtonsText::InKeyboard,
        ..form
    };
    let in_text = Form {
        buttons_text: ButtonsText::InText,
        no_kind: true,
        ..before
    };
    let file = Form {
        file: FileForm::FileOperator,
        ..form
    };
    let messages = [
        (
            form,
            &asks,
            vec![
                json!({ "kind": "operator", "text": "Which?" }),
                json!({ "kind": "keyboard", "buttons": nested }),
            ],
        ),
        (
            in_keyboard,
            &bare,
            vec![json!({ "kind": "keyboard", "buttons": nested })],
        ),
        (
            before,
            &bare,
            vec![json!({ "kind": "keyboard", "buttons": flat })],
        ),
        (
            in_keyboard,
            &asks,
            vec![json!({ "kind": "keyboard", "text": "Which?", "buttons": nested })],
        ),
        (
            in_text,
            &asks,
            vec![json!({ "text": "Which?", "buttons": flat })],
        ),
        (
            form,
            &sends,
            vec![json!({ "kind": "operator", "text": "https://example.com/a.pdf" })],
        ),
        (
            file,
            &sends,
            vec![json!({
                "kind": "file_operator",
                "data": { "url": "https://example.com/a.pdf", "name": "a.pdf", "media_type": "application/pdf" },
            })],
        ),
        (
            form,
            &Reply::json(json!({ "kind": "info" })),
            vec![json!({ "kind": "info" })],
        ),
    ];
    for (form, reply, expected) in messages {
        agent.set_form(form);
        let bodies = agent.bodies(42, reply);
        let messages: Vec<_> = bodies.iter().map(|body| &body["message"]).collect();
        assert_eq!(messages, expected.iter().collect::<Vec<_>>(), "{form:?}");
        assert!(bodies.iter().all(|body| body["chat_id"] == 42));
    }
    agent.set_form(Form {
        chat_id: ChatId::String,
        ..form
    });
    assert_eq!(agent.bodies(-42, &bare)[0]["chat_id"], "-42");
}

#[tokio::test]
async fn activation_asks_with_a_get_and_a_post_and_any_answer_will_do() {
    let receiver = listen("127.0.0.1:0").await.unwrap();
    let seen = Arc::new(Log::default());
    let note = Arc::clone(&seen);
    let router = axum::Router::new().fallback(move |request: axum::extract::Request| {
        let token = authorization(request.headers()).map(str::to_owned);
        note.push((
            request.method().to_string(),
            request.uri().path().to_owned(),
            token,
        ));
        async { axum::http::StatusCode::NOT_FOUND }
    });
    let server = Server::start(receiver, router, Arc::default(), |_| json!({})).unwrap();
    let agent = agent(Options {
        active: false,
        ..Options::default()
    })
    .await;
    assert!(agent.activate().await.is_err(), "there is no client server");
    assert_eq!(send(&agent, &hello()).await.status, 400);

    let base = format!("{}/base", server.base_url());
    agent.set_client(ClientServer::with_token(base, "secret"));
    assert_eq!(agent.activate().await.unwrap().warning(), None);
    let token = Some("Token secret".to_owned());
    let asked = |method: &str| (method.to_owned(), "/base".to_owned(), token.clone());
    assert_eq!(seen.all(), [asked("GET"), asked("POST")]);
    assert_eq!(send(&agent, &hello()).await.status, 200);

    server.stop().await;
    agent.deactivate();
    let activation = agent.activate().await.unwrap();
    assert_eq!(activation.warning(), Some("Can't reach channel"));
    assert_eq!(
        send(&agent, &hello()).await.status,
        200,
        "it is active all the same"
    );
}

#[tokio::test]
async fn bubbles_keep_their_order_and_can_lose_it_and_be_copied() {
    let (receiver, agent) = connected(Options::default()).await;
    agent.set_brain(|_| (0..3).map(|n| Reply::text(n.to_string())).collect());
    send(&agent, &hello()).await;
    agent.deliveries().wait_for(3, SOON).await.unwrap();
    agent.set_delivering(Delivering {
        copies: 2,
        order: Order::Reversed,
    });
    send(&agent, &hello()).await;
    agent.deliveries().wait_for(9, SOON).await.unwrap();
    let texts: Vec<_> = receiver
        .bodies()
        .iter()
        .map(|body| body["message"]["text"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(texts.concat(), "012221100");
}

#[tokio::test]
async fn a_refusal_is_seen_and_sent_again_only_on_order() {
    let (receiver, agent) = connected(Options::default()).await;
    receiver
        .faults
        .times("send_message", 3, &Fault::Status(503, String::new()));
    let deliveries = agent.say(42, &Reply::text("Hi")).await;
    assert_eq!(
        (deliveries[0].status(), deliveries[0].taken()),
        (Some(503), false)
    );
    agent.set_retry(Retry {
        times: 5,
        pause: Duration::ZERO,
    });
    let deliveries = agent.say(42, &Reply::text("Hi")).await;
    assert_eq!(
        (deliveries[0].status(), deliveries[0].attempt),
        (Some(200), 3)
    );
    assert_eq!(agent.deliveries().len(), 4);
    let copies = agent
        .deliver_copies(&agent.bodies(42, &Reply::text("Hi"))[0], 4)
        .await;
    assert_eq!(copies.len(), 4);
    assert_eq!(receiver.bodies().len(), 5);
}

#[tokio::test]
async fn faults_stand_before_the_webhook_and_leave_no_trace_behind_it() {
    let agent = agent(Options::default()).await;
    agent
        .faults()
        .next("bot_api_webhook", Fault::RetryAfter { seconds: 3 });
    assert_eq!(send(&agent, &hello()).await.status, 429);
    assert!(agent.accepted().is_empty() && agent.refused().is_empty());
    assert_eq!(send(&agent, &hello()).await.status, 200);
    agent.stop().await;
    assert!(
        Client::new(SOON)
            .unwrap()
            .get(&agent.base_url(), &[])
            .await
            .is_err()
    );
}

#[tokio::test]
async fn the_default_brain_knows_its_words() {
    let (receiver, agent) = connected(Options::default()).await;
    let mut body = hello();
    let words = [
        "Hello",
        "two",
        "buttons",
        "silence",
        "an operator",
        "a file",
        "bye",
        "end",
    ];
    for word in words {
        body["message"]["text"] = json!(word);
        send(&agent, &body).await;
    }
    // A chat's replies keep their order: what silence said would be before the last one.
    let last = |delivery: &Delivery| delivery.body.to_string().contains("end");
    agent
        .deliveries()
        .wait_for_matching(1, SOON, last)
        .await
        .unwrap();
    let bodies = receiver.bodies();
    let kinds: Vec<_> = bodies.iter().map(|body| &body["message"]["kind"]).collect();
    let (said, keyboard) = ("operator", "keyboard");
    assert_eq!(
        kinds,
        [
            said, said, said, said, keyboard, said, said, said, said, said
        ]
    );
    assert_eq!(bodies[6]["message"]["text"], TO_OPERATOR);
    assert_eq!(bodies[7]["message"]["text"], FILE);
}
