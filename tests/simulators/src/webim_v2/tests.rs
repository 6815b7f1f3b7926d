//! The simulated Webim tells the bot what the document shows, and refuses what it must.

use std::future::Future;

use serde_json::json;

use super::*;
use crate::client::Client;
use crate::faults::Fault;
use crate::listen;
use crate::receiver::{Receiver, SOON, post};

const OK: &str = r#"{"result":"ok"}"#;

async fn webim(options: Options) -> WebimV2 {
    WebimV2::start(listen("127.0.0.1:0").await.unwrap(), options).unwrap()
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

/// A bot that takes every event.
async fn bot() -> Receiver {
    Receiver::start(|_| (200, OK.to_owned())).await
}

fn authorized(token: &str) -> [(&'static str, String); 1] {
    [("authorization", format!("Token {token}"))]
}

async fn call(webim: &WebimV2, method: &str, body: Value) -> Answer {
    let url = format!("{}/api/bot/v2/{method}", webim.base_url());
    post(&url, &authorized(webim.token()), &body).await
}

async fn send(webim: &WebimV2, chat_id: i64, message: Value) -> Answer {
    let body = json!({ "chat_id": chat_id, "message": message });
    call(webim, "send_message", body).await
}

async fn granted(answer: impl Future<Output = Answer>) {
    let answer = answer.await;
    assert_eq!((answer.status, answer.body.as_str()), (200, OK));
}

/// The refusal's status and code.
async fn refused(answer: impl Future<Output = Answer>) -> (u16, String) {
    let answer = answer.await;
    let body = answer.json().unwrap();
    assert!(body["desc"].is_string(), "{body}");
    (answer.status, body["error"].as_str().unwrap().to_owned())
}

fn says(text: &str) -> Value {
    json!({ "kind": "operator", "text": text })
}

fn file() -> File {
    File {
        name: "a.png".to_owned(),
        content_type: "image/png".to_owned(),
        size: 7,
        url: "https://files.example/a.png".to_owned(),
    }
}

#[tokio::test]
async fn the_first_message_opens_the_chat_and_the_others_follow() {
    let bot = bot().await;
    let webim = webim(eager(1)).await;
    let ada = webim.chat(42);
    let first = ada.text("Hello").unwrap();
    let last = ada.location(52.5, 13.4).unwrap();
    webim.set_bot_url(&bot.url());
    assert!(webim.delivered(&first, SOON).await.unwrap().taken);
    assert!(webim.delivered(&last, SOON).await.unwrap().taken);
    let bodies = bot.bodies();
    let id = bodies[0]["messages"][0]["id"].as_str().unwrap();
    assert_eq!(id.len(), 32);
    assert_eq!(
        bodies[0],
        json!({
            "event": "new_chat",
            "chat": { "id": 42 },
            "visitor": { "id": "visitor-of-42", "fields": { "name": "Ada Lovelace", "phone": "+12025550143" } },
            "messages": [{ "id": id, "kind": "visitor", "text": "Hello" }],
        })
    );
    let id = bodies[1]["message"]["id"].as_str().unwrap();
    let link = "https://www.google.com/maps?q=52.5,13.4";
    assert_eq!(
        bodies[1],
        json!({ "event": "new_message", "chat_id": 42, "message": { "id": id, "kind": "visitor", "text": link } })
    );
    let silent = webim.chat_of(43, Visitor::unknown("v"));
    webim
        .delivered(&silent.open().unwrap(), SOON)
        .await
        .unwrap();
    assert!(silent.open().is_none());
    assert_eq!(
        bot.bodies()[2],
        json!({ "event": "new_chat", "chat": { "id": 43 }, "visitor": { "id": "v", "fields": {} } })
    );
}

#[tokio::test]
async fn what_the_bot_sends_is_shown_and_buttons_can_be_pressed() {
    let bot = bot().await;
    let webim = webim(Options {
        bot_url: Some(bot.url()),
        ..eager(1)
    })
    .await;
    let ada = webim.chat(42);
    ada.text("Hello").unwrap();
    let keyboard = json!({ "kind": "keyboard", "buttons": [[{ "id": "y", "text": "Yes" }, { "id": "n", "text": "No" }]] });
    let file = json!({ "kind": "file_operator", "data": { "url": "https://a.example/x", "name": "x", "media_type": "image/png" } });
    for message in [says("Hi"), keyboard, file] {
        granted(send(&webim, 42, message)).await;
    }
    let shown = ada.wait_shown(3, SOON).await.unwrap();
    assert_eq!(shown[0].content, Content::Text("Hi".to_owned()));
    let lines: Vec<_> = ada.transcript().into_iter().map(|line| line.text).collect();
    assert_eq!(
        lines,
        ["Hello", "Hi", "[Yes] [No]", "[file https://a.example/x]"]
    );
    for label_or_id in ["No", "n"] {
        let event = ada.press(label_or_id).unwrap();
        let data = json!({ "button": { "id": "n", "text": "No" }, "request": { "messageId": shown[1].id } });
        assert_eq!(event.body["message"]["kind"], "keyboard_response");
        assert_eq!(event.body["message"]["data"], data);
    }
    let none = NotAsked::NoSuchButton(NoSuchButton("Maybe".to_owned()));
    assert_eq!(ada.press("Maybe"), Err(none));
    assert!(webim.chat(43).press("No").is_err(), "it is another chat's");
}

#[tokio::test]
async fn what_is_wrong_is_refused_in_both_forms() {
    for (refusals, invalid, unknown) in [(Refusals::Status, 400, 404), (Refusals::InBody, 200, 200)]
    {
        let webim = webim(Options {
            refusals,
            ..Options::default()
        })
        .await;
        let ada = webim.chat(42);
        ada.open().unwrap();
        let _not_begun = webim.chat(43);
        for body in [
            json!("x"),
            json!({ "message": says("Hi") }),
            json!({ "chat_id": "42", "message": says("Hi") }),
            json!({ "chat_id": 42.0, "message": says("Hi") }),
            json!({ "chat_id": null, "message": says("Hi") }),
            json!({ "chat_id": 42 }),
            json!({ "chat_id": 42, "message": says(" ") }),
            json!({ "chat_id": 42, "message": { "kind": "visitor", "text": "Hi" } }),
            json!({ "chat_id": 42, "message": { "kind": "keyboard", "buttons": [[]] } }),
            json!({ "chat_id": 42, "message": { "kind": "keyboard", "buttons": [[{ "id": "a b", "text": "A" }]] } }),
            json!({ "chat_id": 42, "message": { "kind": "file_operator", "data": { "name": "x" } } }),
        ] {
            assert_eq!(
                refused(call(&webim, "send_message", body.clone())).await,
                (invalid, "invalid-request".to_owned()),
                "{body}"
            );
        }
        for chat_id in [43, 44] {
            assert_eq!(
                refused(send(&webim, chat_id, says("Hi"))).await,
                (unknown, "not-found".to_owned())
            );
        }
        assert!(webim.calls().all().iter().all(|call| !call.ok()));
        assert_eq!(webim.calls().len(), 13);
        assert!(webim.shown().is_empty());
    }
}

#[tokio::test]
async fn wrong_tokens_methods_and_content_types_are_refused() {
    for refusals in [Refusals::Status, Refusals::InBody] {
        let webim = webim(Options {
            refusals,
            ..Options::default()
        })
        .await;
        let ada = webim.chat(42);
        ada.open().unwrap();
        let url = format!("{}/api/bot/v2/send_message", webim.base_url());
        let body = json!({ "chat_id": 42, "message": says("Hi") });
        let bearer = [("authorization", "Bearer webim-token".to_owned())];
        for headers in [&authorized("wrong")[..], &bearer, &[]] {
            let answer = refused(post(&url, headers, &body)).await;
            assert_eq!(answer, (401, "unauthorized".to_owned()));
        }
        let raw = Client::new(SOON).unwrap();
        let form = raw
            .raw()
            .post(&url)
            .header("authorization", "Token webim-token");
        let answer = form.body(body.to_string()).send().await.unwrap();
        assert!(answer.text().await.unwrap().contains("content type"));
        let get = raw.raw().get(&url).send().await.unwrap();
        assert!(get.text().await.unwrap().contains("method-not-allowed"));
        assert_eq!(
            refused(call(&webim, "shout", body.clone())).await.1,
            "not-found"
        );
        assert!(ada.shown().is_empty());
        granted(call(&webim, "send_message", body)).await;
    }
}

#[tokio::test]
async fn a_chat_is_with_the_bot_or_it_is_not() {
    let bot = bot().await;
    let webim = webim(Options {
        bot_url: Some(bot.url()),
        ..eager(1)
    })
    .await;
    let ada = webim.chat(42);
    ada.text("Help").unwrap();
    granted(call(&webim, "redirect_chat", json!({ "chat_id": 42 }))).await;
    assert_eq!(webim.redirects().all(), [(42, Target::Queue)]);
    assert_eq!(ada.holder(), Holder::Operators);
    assert_eq!(ada.text("Anybody?"), Err(NotAsked::WithOperators));
    ada.operator_says("Me");
    for (method, body) in [
        (
            "send_message",
            json!({ "chat_id": 42, "message": says("Hi") }),
        ),
        ("redirect_chat", json!({ "chat_id": 42 })),
        ("close_chat", json!({ "chat_id": 42 })),
    ] {
        assert_eq!(
            refused(call(&webim, method, body)).await,
            (409, "chat-not-with-bot".to_owned())
        );
    }
    let back = ada.hand_back().unwrap();
    assert!(ada.hand_back().is_none());
    webim.delivered(&back, SOON).await.unwrap();
    assert_eq!(bot.bodies().len(), 2, "the bot heard nothing in between");
    assert_eq!(bot.bodies()[1]["event"], "new_chat");
    assert_eq!(bot.bodies()[1]["chat"]["id"], 42);
    granted(send(&webim, 42, says("Hi"))).await;
    assert!(ada.take_over() && !ada.take_over());
    assert_eq!(refused(send(&webim, 42, says("Hi"))).await.0, 409);
    ada.hand_back().unwrap();
    granted(call(&webim, "close_chat", json!({ "chat_id": 42 }))).await;
    assert_eq!(ada.holder(), Holder::Nobody);
    assert_eq!(ada.text("Hello?"), Err(NotAsked::Closed));
    assert!(!ada.close() && ada.hand_back().is_none());
    assert_eq!(refused(send(&webim, 42, says("Hi"))).await.0, 409);
    assert_eq!(ada.shown().len(), 1);
    let other = webim.chat(43);
    other.open().unwrap();
    assert!(other.close());
    assert_eq!(refused(send(&webim, 43, says("Hi"))).await.0, 409);
}

#[tokio::test]
async fn a_chat_is_redirected_to_whom_there_is() {
    let webim = webim(Options::default()).await;
    for body in [
        json!({ "operator_id": "1" }),
        json!({ "operator_id": 2 }),
        json!({ "dep_key": 1 }),
        json!({ "dep_key": "marketing" }),
        json!({ "operator_id": 1, "dep_key": "sales" }),
        json!({ "dep_key": "sales", "allow_redirect_to_offline_dep": "yes" }),
    ] {
        let ada = webim.chat(42);
        ada.open();
        let mut body = body;
        body["chat_id"] = json!(42);
        assert!(refused(call(&webim, "redirect_chat", body)).await.0 >= 400);
        assert_eq!(ada.holder(), Holder::Bot);
    }
    for (id, mut body, target) in [
        (1, json!({ "operator_id": 1 }), Target::Operator(1)),
        (
            2,
            json!({ "dep_key": "sales", "allow_redirect_to_offline_dep": true }),
            Target::Department("sales".to_owned()),
        ),
        (3, json!({}), Target::Queue),
    ] {
        webim.chat(id).open().unwrap();
        body["chat_id"] = json!(id);
        granted(call(&webim, "redirect_chat", body)).await;
        assert_eq!(webim.redirects().all().pop(), Some((id, target)));
    }
}

#[tokio::test]
async fn the_release_decides_on_headers_and_the_queue() {
    for (minor, version, queue) in [
        (2, None, 400),
        (3, Some("10.3.1"), 400),
        (4, Some("10.4.1"), 200),
    ] {
        let bot = bot().await;
        let webim = webim(Options {
            bot_url: Some(bot.url()),
            release: Release { major: 10, minor },
            ..eager(1)
        })
        .await;
        let event = webim.chat(42).open().unwrap();
        webim.delivered(&event, SOON).await.unwrap();
        let (headers, _) = bot.received.all().swap_remove(0);
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap());
        assert_eq!(header("x-webim-version"), version);
        assert_eq!(header("x-bot-api-version"), version.map(|_| "2.0"));
        assert_eq!(
            header("x-bot-api-dialect"),
            version.map(|_| "Webim Standard")
        );
        let answer = call(&webim, "redirect_chat", json!({ "chat_id": 42 })).await;
        assert_eq!(answer.status, queue);
    }
}

#[tokio::test]
async fn an_event_is_repeated_until_it_is_answered_as_documented() {
    let bot = bot().await;
    for (status, body) in [
        (200, ""),
        (200, "{}"),
        (200, r#"{"result":"error"}"#),
        (201, OK),
        (500, OK),
    ] {
        bot.faults
            .next("hook", Fault::Status(status, body.to_owned()));
    }
    bot.faults.next("hook", Fault::ResetBefore);
    let webim = webim(eager(9)).await;
    let ada = webim.chat(42);
    let events: Vec<_> = ["one", "two", "three"]
        .iter()
        .map(|text| ada.text(text).unwrap())
        .collect();
    webim.set_bot_url(&bot.url());
    let last = webim.delivered(&events[2], SOON).await.unwrap();
    assert_eq!((last.attempt, last.taken, last.gave_up), (1, true, false));
    assert_eq!(webim.delivered(&events[0], SOON).await.unwrap().attempt, 7);
    let sent: Vec<_> = events.iter().map(|event| event.body.clone()).collect();
    assert_eq!(bot.bodies(), sent, "in order");
    assert_eq!(webim.deliveries().len(), 9);
}

#[tokio::test]
async fn an_event_is_given_up_and_other_chats_do_not_wait_for_it() {
    let bot = Receiver::start(|event| {
        let patient = event["chat"]["id"] == 43;
        (if patient { 200 } else { 500 }, OK.to_owned())
    })
    .await;
    let given_up = webim(Options {
        bot_url: Some(bot.url()),
        ..eager(2)
    })
    .await;
    let event = given_up.chat(42).text("Hello").unwrap();
    let delivery = given_up.delivered(&event, SOON).await.unwrap();
    assert_eq!((delivery.attempt, delivery.gave_up), (2, true));
    assert_eq!(delivery.status(), Some(500));
    let retry = Retry {
        first: Duration::from_secs(3600),
        ..Retry::default()
    };
    let waiting = webim(Options {
        bot_url: Some(bot.url()),
        retry,
        ..Options::default()
    })
    .await;
    waiting.chat(42).text("Hello").unwrap();
    waiting.deliveries().wait_for(1, SOON).await.unwrap();
    let event = waiting.chat(43).text("Hello").unwrap();
    assert!(waiting.delivered(&event, SOON).await.unwrap().taken);
}

#[tokio::test]
async fn events_can_be_sent_in_copies_and_beside_the_order() {
    let bot = bot().await;
    let webim = webim(eager(1)).await;
    let event = webim.chat(42).text("Hello").unwrap();
    assert!(webim.post_event(&event.body).await.is_err(), "no bot yet");
    webim.set_bot_url(&bot.url());
    webim.delivered(&event, SOON).await.unwrap();
    let answers = webim.copies(&event.body, 4).await;
    assert!(
        answers.len() == 4
            && answers
                .iter()
                .all(|answer| answer.as_ref().unwrap().body == OK)
    );
    webim
        .post_event(&json!({ "event": "strange" }))
        .await
        .unwrap();
    assert_eq!(
        bot.bodies()
            .iter()
            .filter(|body| **body == event.body)
            .count(),
        5
    );
    assert_eq!(webim.events().len(), 1);
}

#[tokio::test]
async fn what_comes_with_a_chat_that_is_given_back_is_an_option() {
    for (history, expected) in [
        (History::Nothing, None),
        (History::Unheard, Some(json!(["unheard"]))),
        (History::Everything, Some(json!(["heard", "unheard"]))),
    ] {
        let webim = webim(Options {
            history,
            ..Options::default()
        })
        .await;
        let ada = webim.chat(42);
        let heard = ada.text("heard").unwrap();
        ada.take_over();
        ada.text("unheard").unwrap_err();
        let mut back = ada.hand_back().unwrap();
        let messages = back.body.get_mut("messages").map(Value::take);
        if history == History::Everything {
            let again = &messages.as_ref().unwrap()[0];
            assert_eq!(*again, heard.body["messages"][0], "with its id");
        }
        let texts = messages.map(|messages| {
            let messages = messages.as_array().unwrap().iter();
            Value::Array(messages.map(|message| message["text"].clone()).collect())
        });
        assert_eq!(texts, expected);
    }
}

#[tokio::test]
async fn a_file_is_told_of_in_its_states() {
    let described = webim(Options::default()).await;
    let ada = described.chat(42);
    ada.open().unwrap();
    let (upload, ready) = ada.upload(&file(), FileState::Ready).unwrap();
    let (upload, ready) = (&upload.body["message"], &ready.body["message"]);
    assert_eq!(upload["id"], ready["id"]);
    assert_eq!(upload["data"]["state"], "upload");
    assert!(upload["data"].get("url").is_none());
    let id = ready["data"]["id"].clone();
    assert_eq!(ready["kind"], "file_visitor");
    assert_eq!(
        ready["data"],
        json!({
            "id": id, "state": "ready", "name": "a.png", "content_type": "image/png", "size": 7,
            "url": "https://files.example/a.png",
        })
    );
    let (_, failed) = ada.upload(&file(), FileState::Error).unwrap();
    assert_eq!(failed.body["message"]["data"]["state"], "error");
    assert_ne!(failed.body["message"]["id"], ready["id"]);
    let earlier = webim(Options {
        files: FileForm::Earlier,
        ..Options::default()
    })
    .await;
    let first = earlier.chat(42).file(&file()).unwrap();
    let data = &first.body["messages"][0]["data"];
    assert_eq!(data["media_type"], "image/png");
    assert!(data.get("state").is_none() && data.get("content_type").is_none());
}

#[tokio::test]
async fn calls_meet_faults() {
    let webim = webim(Options::default()).await;
    let ada = webim.chat(42);
    ada.open().unwrap();
    webim
        .faults()
        .next("send_message", Fault::RetryAfter { seconds: 7 });
    webim.faults().next("send_message", Fault::ResetAfter);
    let later = refused(send(&webim, 42, says("one"))).await;
    assert_eq!(later, (429, "too-many-requests".to_owned()));
    let url = format!("{}/api/bot/v2/send_message", webim.base_url());
    let body = json!({ "chat_id": 42, "message": says("two") });
    let reset = Client::new(SOON)
        .unwrap()
        .post(&url, &authorized(webim.token()), &body)
        .await;
    assert!(reset.is_err());
    assert_eq!(ada.shown().len(), 1, "only the second was taken");
}

#[tokio::test]
async fn a_person_can_chat_with_curl() {
    let webim = webim(Options::default()).await;
    let base = webim.base_url();
    let messages = format!("{base}/chats/42/messages");
    let written = post(&messages, &[], &json!({ "text": "Hello" })).await;
    assert_eq!(
        (written.status, written.body.as_str()),
        (202, r#"{"message":1}"#)
    );
    let keyboard = json!({ "kind": "keyboard", "buttons": [[{ "id": "y", "text": "Yes" }]] });
    granted(send(&webim, 42, keyboard)).await;
    for (said, status) in [
        (json!({ "press": "y" }), 202),
        (json!({ "press": "No" }), 400),
        (json!({ "text": " " }), 400),
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
    let back = format!("{base}/chats/42/hand_back");
    assert_eq!(post(&back, &[], &json!({})).await.status, 400);
    webim.chat(42).take_over();
    assert_eq!(
        post(&messages, &[], &json!({ "text": "Hello" }))
            .await
            .status,
        400
    );
    assert_eq!(post(&back, &[], &json!({})).await.status, 202);
    let read = Client::new(SOON).unwrap();
    let read = read.raw().get(format!("{base}/chats/42?after=1&wait=1"));
    let transcript = read.send().await.unwrap().text().await.unwrap();
    assert!(
        transcript.starts_with("bot: [Yes]\nvisitor: [presses Yes]\n"),
        "{transcript}"
    );
}

#[tokio::test]
async fn a_stopped_simulator_frees_its_port_and_sends_no_more() {
    let bot = bot().await;
    let first = webim(eager(1)).await;
    let address = first.base_url();
    first.chat(42).open().unwrap();
    first.stop().await;
    let again = listen(address.strip_prefix("http://").unwrap())
        .await
        .unwrap();
    first.set_bot_url(&bot.url());
    let second = WebimV2::start(
        again,
        Options {
            bot_url: Some(bot.url()),
            ..eager(1)
        },
    )
    .unwrap();
    let event = second.chat(43).open().unwrap();
    second.delivered(&event, SOON).await.unwrap();
    assert_eq!(bot.bodies(), [event.body]);
    assert!(first.deliveries().is_empty());
}
