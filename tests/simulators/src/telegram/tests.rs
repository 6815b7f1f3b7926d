//! The simulated Telegram refuses what it must, and brings updates as documented.

use serde_json::json;

use super::*;
use crate::faults::Fault;
use crate::listen;
use crate::receiver::{Receiver, SOON, post};

async fn telegram() -> Telegram {
    let retry = Retry {
        first: Duration::from_millis(1),
        longest: Duration::from_millis(5),
        attempts: 5,
    };
    Telegram::start(
        listen("127.0.0.1:0").await.unwrap(),
        Options {
            retry,
            ..Options::default()
        },
    )
    .unwrap()
}

async fn call(telegram: &Telegram, method: &str, params: Value) -> Value {
    let url = format!("{}/bot{}/{method}", telegram.base_url(), telegram.token());
    let answer = post(&url, &[], &params).await;
    let json = answer.json().unwrap();
    match json["ok"].as_bool() {
        Some(true) => assert_eq!(answer.status, 200),
        _ => assert_eq!(json!(answer.status), json["error_code"]),
    }
    json
}

async fn refused(telegram: &Telegram, method: &str, params: Value) -> (i64, String) {
    let answer = call(telegram, method, params.clone()).await;
    assert_eq!(answer["ok"], false, "{method} {params}");
    (
        answer["error_code"].as_i64().unwrap(),
        answer["description"].as_str().unwrap().to_owned(),
    )
}

#[tokio::test]
async fn a_message_is_kept_as_the_visitor_sees_it() {
    let telegram = telegram().await;
    let ada = telegram.chat(7);
    let keyboard = json!({ "inline_keyboard": [[{ "text": "Yes", "callback_data": "y" }]] });
    let params = json!({ "chat_id": 7, "text": " <b>Hi</b> &amp; bye ", "parse_mode": "HTML", "reply_markup": keyboard });
    let answer = call(&telegram, "sendMessage", params).await;
    assert_eq!(answer["result"]["text"], "Hi & bye");
    assert_eq!(answer["result"]["chat"]["type"], "private");
    assert_eq!(
        answer["result"]["entities"],
        json!([{ "type": "bold", "offset": 0, "length": 2 }])
    );
    let sent = ada.sent();
    assert_eq!(
        (sent[0].text.as_str(), sent[0].keyboard[0][0].text.as_str()),
        ("Hi & bye", "Yes")
    );
    assert_eq!(ada.transcript()[0].text, "Hi & bye\n[Yes]");
    let me = call(&telegram, "GETME", json!({})).await;
    assert_eq!(me["result"]["is_bot"], true);
}

#[tokio::test]
async fn what_is_wrong_is_refused() {
    let telegram = telegram().await;
    let ada = telegram.chat(7);
    let button =
        |data: String| json!({ "inline_keyboard": [[{ "text": "x", "callback_data": data }]] });
    for (method, params, description) in [
        (
            "sendMessage",
            json!({ "text": "x" }),
            "Bad Request: chat_id is empty",
        ),
        (
            "sendMessage",
            json!({ "chat_id": 7 }),
            "Bad Request: message text is empty",
        ),
        (
            "sendMessage",
            json!({ "chat_id": 7, "text": " \n" }),
            "Bad Request: message text is empty",
        ),
        (
            "sendMessage",
            json!({ "chat_id": 7, "text": "<b></b>", "parse_mode": "HTML" }),
            "Bad Request: message text is empty",
        ),
        (
            "sendMessage",
            json!({ "chat_id": 8, "text": "x" }),
            "Bad Request: chat not found",
        ),
        (
            "sendMessage",
            json!({ "chat_id": 7, "text": "x".repeat(4097) }),
            "Bad Request: message is too long",
        ),
        // 4098 UTF-16 units.
        (
            "sendMessage",
            json!({ "chat_id": 7, "text": "😀".repeat(2049) }),
            "Bad Request: message is too long",
        ),
        (
            "sendMessage",
            json!({ "chat_id": 7, "text": "a < b", "parse_mode": "HTML" }),
            "Bad Request: can't parse entities: Unsupported start tag \"\" at byte offset 2",
        ),
        (
            "sendMessage",
            json!({ "chat_id": 7, "text": "x", "parse_mode": "MarkdownV2" }),
            "Bad Request: unsupported parse_mode",
        ),
        (
            "sendMessage",
            json!({ "chat_id": 7, "text": "x", "reply_markup": button("d".repeat(65)) }),
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        (
            "sendMessage",
            json!({ "chat_id": 7, "text": "x", "reply_parameters": { "message_id": 99 } }),
            "Bad Request: message to be replied not found",
        ),
        (
            "sendPhoto",
            json!({ "chat_id": 7 }),
            "Bad Request: there is no photo in the request",
        ),
        (
            "sendPhoto",
            json!({ "chat_id": 7, "photo": "ftp://a.example/x" }),
            "Bad Request: wrong file identifier/HTTP URL specified",
        ),
        (
            "sendDocument",
            json!({ "chat_id": 7, "document": "https://a.example/x", "caption": "x".repeat(1025) }),
            "Bad Request: message caption is too long",
        ),
        (
            "sendChatAction",
            json!({ "chat_id": 7, "action": "dance" }),
            "Bad Request: wrong parameter action in request",
        ),
        (
            "getFile",
            json!({ "file_id": "x" }),
            "Bad Request: wrong file_id or the file is temporarily unavailable",
        ),
        (
            "answerCallbackQuery",
            json!({ "callback_query_id": "1" }),
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
        ),
        (
            "setWebhook",
            json!({ "url": "https://a.example", "secret_token": "a b" }),
            "Bad Request: secret token contains unallowed characters",
        ),
        (
            "setWebhook",
            json!({ "url": "https://a.example", "secret_token": "a".repeat(257) }),
            "Bad Request: secret token is too long",
        ),
        (
            "setWebhook",
            json!({ "url": "a.example" }),
            "Bad Request: bad webhook: invalid webhook URL specified",
        ),
    ] {
        assert_eq!(
            refused(&telegram, method, params).await,
            (400, description.to_owned())
        );
    }
    for text in [
        "x".repeat(4096),
        "😀".repeat(2048),
        format!("<b>{}</b>", "x".repeat(4096)),
    ] {
        let params = json!({ "chat_id": 7, "text": text, "parse_mode": "HTML" });
        assert_eq!(call(&telegram, "sendMessage", params).await["ok"], true);
    }
    assert_eq!(ada.sent().len(), 3);
}

#[tokio::test]
async fn tokens_and_methods_that_do_not_exist_are_refused() {
    let telegram = telegram().await;
    let wrong = post(
        &format!("{}/bot1:x/getMe", telegram.base_url()),
        &[],
        &json!({}),
    )
    .await;
    let body = json!({ "ok": false, "error_code": 401, "description": "Unauthorized" });
    assert_eq!((wrong.status, wrong.json()), (401, Some(body)));
    for none in ["x", "x:y", ":x", "1:"] {
        let url = format!("{}/bot{none}/getMe", telegram.base_url());
        assert_eq!(post(&url, &[], &json!({})).await.status, 404, "{none}");
    }
    assert_eq!(
        refused(&telegram, "sendEverything", json!({})).await,
        (404, "Not Found".to_owned())
    );
}

#[tokio::test]
async fn a_visitor_can_block_the_bot_and_a_group_can_move() {
    let telegram = telegram().await;
    let message = |id: i64| json!({ "chat_id": id, "text": "x" });
    let ada = telegram.chat(7);
    ada.block();
    assert_eq!(
        refused(&telegram, "sendMessage", message(7)).await,
        (403, "Forbidden: bot was blocked by the user".into())
    );
    ada.unblock();
    assert_eq!(call(&telegram, "sendMessage", message(7)).await["ok"], true);
    let moved = telegram.chat(-5).migrate_to(-1_000_000_000_005);
    let answer = call(&telegram, "sendMessage", message(-5)).await;
    assert_eq!(
        (
            &answer["error_code"],
            &answer["parameters"]["migrate_to_chat_id"]
        ),
        (&json!(400), &json!(moved.id()))
    );
    assert_eq!(
        call(&telegram, "sendMessage", message(moved.id())).await["result"]["chat"]["type"],
        "supergroup"
    );
    let updates = telegram.updates().all();
    assert_eq!(updates[2]["message"]["migrate_to_chat_id"], moved.id());
    assert_eq!(updates[3]["message"]["migrate_from_chat_id"], -5);
}

#[tokio::test]
async fn updates_are_repeated_until_they_are_taken_and_keep_their_order() {
    let receiver = Receiver::start(|_| (200, String::new())).await;
    receiver
        .faults
        .next("hook", Fault::Status(500, String::new()));
    receiver.faults.next("hook", Fault::ResetBefore);
    receiver
        .faults
        .next("hook", Fault::Status(302, String::new()));
    let telegram = telegram().await;
    let ada = telegram.chat(7);
    let (first, second) = (ada.text("/start now"), ada.text("two"));
    assert_eq!(
        call(&telegram, "getWebhookInfo", json!({})).await["result"]["pending_update_count"],
        2
    );
    let hook = json!({ "url": receiver.url(), "secret_token": "s3cret" });
    assert_eq!(call(&telegram, "setWebhook", hook).await["result"], true);
    assert_eq!(telegram.delivered(second, SOON).await.unwrap().attempt, 1);
    assert_eq!(telegram.delivered(first, SOON).await.unwrap().attempt, 4);
    let received = receiver.received.all();
    assert_eq!(received.len(), 2);
    assert!(
        received
            .iter()
            .all(|(headers, _)| headers["x-telegram-bot-api-secret-token"] == "s3cret")
    );
    assert_eq!(
        received[0].1["message"]["entities"],
        json!([{ "type": "bot_command", "offset": 0, "length": 6 }])
    );
    assert_eq!(received[1].1["update_id"], first + 1);
}

#[tokio::test]
async fn an_update_that_nobody_takes_is_given_up() {
    let receiver = Receiver::start(|_| (503, String::new())).await;
    let telegram = telegram().await;
    telegram.set_webhook(&receiver.url(), None);
    let last = telegram
        .delivered(telegram.chat(7).text("x"), SOON)
        .await
        .unwrap();
    assert!(last.gave_up && last.attempt == 5 && last.status() == Some(503));
    let info = call(&telegram, "getWebhookInfo", json!({})).await;
    assert_eq!(
        info["result"]["last_error_message"],
        "Wrong response from the webhook: 503"
    );
}

#[tokio::test]
async fn a_chat_that_is_stuck_does_not_hold_another_one() {
    let receiver = Receiver::start(|_| (200, String::new())).await;
    receiver.faults.next("hook", Fault::Hang);
    let telegram = telegram().await;
    telegram.set_webhook(&receiver.url(), None);
    telegram.chat(7).text("stuck");
    receiver.faults.attempts().wait_for(1, SOON).await.unwrap();
    telegram
        .delivered(telegram.chat(8).text("free"), SOON)
        .await
        .unwrap();
    assert_eq!(receiver.received.len(), 1);
}

#[tokio::test]
async fn the_webhooks_answer_may_carry_a_call() {
    let receiver = Receiver::start(|update| {
        let action = if update["message"]["text"] == "x" {
            "typing"
        } else {
            "dancing"
        };
        (
            200,
            json!({ "method": "sendChatAction", "chat_id": 7, "action": action }).to_string(),
        )
    })
    .await;
    let telegram = telegram().await;
    telegram.set_webhook(&receiver.url(), None);
    telegram
        .delivered(telegram.chat(7).text("x"), SOON)
        .await
        .unwrap();
    telegram
        .delivered(telegram.chat(7).text("y"), SOON)
        .await
        .unwrap();
    assert_eq!(telegram.actions().all(), [(7, "typing".to_owned())]);
    let calls = telegram.calls().all();
    assert!(calls[0].ok() && calls[0].in_answer && !calls[1].ok());
}

#[tokio::test]
async fn a_button_is_pressed_once() {
    let receiver = Receiver::start(|_| (200, String::new())).await;
    let telegram = telegram().await;
    telegram.set_webhook(&receiver.url(), None);
    let ada = telegram.chat(7);
    ada.press("Yes").unwrap_err();
    let keyboard = json!({ "inline_keyboard": [[{ "text": "Yes", "callback_data": "y" }]] });
    call(
        &telegram,
        "sendMessage",
        json!({ "chat_id": 7, "text": "Sure?", "reply_markup": keyboard }),
    )
    .await;
    let update = ada.press("Yes").unwrap();
    telegram.delivered(update, SOON).await.unwrap();
    let query = receiver.bodies()[0]["callback_query"].clone();
    assert_eq!(
        (
            &query["data"],
            &query["message"]["text"],
            &query["from"]["id"]
        ),
        (&json!("y"), &json!("Sure?"), &json!(7))
    );
    let answer = json!({ "callback_query_id": query["id"] });
    assert_eq!(
        call(&telegram, "answerCallbackQuery", answer.clone()).await["ok"],
        true
    );
    assert_eq!(
        refused(&telegram, "answerCallbackQuery", answer).await.0,
        400
    );
}

#[tokio::test]
async fn files_can_be_downloaded_with_the_token_and_not_without() {
    let telegram = telegram().await;
    telegram
        .chat(7)
        .document("a.pdf", "application/pdf", b"%PDF", Some("look"));
    let update = telegram.updates().all().remove(0);
    assert_eq!(update["message"]["caption"], "look");
    let file = call(
        &telegram,
        "getFile",
        json!({ "file_id": update["message"]["document"]["file_id"] }),
    )
    .await;
    let path = file["result"]["file_path"].as_str().unwrap();
    let base = telegram.base_url();
    let good = post(
        &format!("{base}/file/bot{}/{path}", telegram.token()),
        &[],
        &json!({}),
    )
    .await;
    assert_eq!((good.status, good.body.as_str()), (200, "%PDF"));
    assert_eq!(
        post(&format!("{base}/file/bot1:x/{path}"), &[], &json!({}))
            .await
            .status,
        401
    );
    assert_eq!(
        post(
            &format!("{base}/file/bot{}/none", telegram.token()),
            &[],
            &json!({})
        )
        .await
        .status,
        404
    );
}

#[tokio::test]
async fn too_many_requests_are_refused_in_telegrams_form() {
    let telegram = telegram().await;
    telegram.chat(7);
    telegram
        .faults()
        .next("sendMessage", Fault::RetryAfter { seconds: 3 });
    let answer = call(
        &telegram,
        "sendMessage",
        json!({ "chat_id": 7, "text": "x" }),
    )
    .await;
    assert_eq!(
        (&answer["error_code"], &answer["parameters"]["retry_after"]),
        (&json!(429), &json!(3))
    );
    assert_eq!(
        call(
            &telegram,
            "sendMessage",
            json!({ "chat_id": 7, "text": "x" })
        )
        .await["ok"],
        true
    );
}

#[tokio::test]
async fn copies_of_an_update_arrive_together() {
    let receiver = Receiver::start(|_| (200, String::new())).await;
    let telegram = telegram().await;
    assert!(telegram.post_update(&json!({})).await.is_err());
    telegram.set_webhook(&receiver.url(), None);
    let answers = telegram.copies(&json!({ "update_id": 1 }), 6).await;
    assert!(
        answers.len() == 6
            && answers
                .iter()
                .all(|answer| answer.as_ref().unwrap().status == 200)
    );
    assert_eq!(receiver.received.len(), 6);
}

#[tokio::test]
async fn a_person_can_be_the_visitor_over_http() {
    let telegram = telegram().await;
    let chat = format!("{}/chats/7", telegram.base_url());
    let written = post(
        &format!("{chat}/messages"),
        &[],
        &json!({ "text": "Hello" }),
    )
    .await;
    assert_eq!(written.status, 202);
    assert_eq!(
        post(&format!("{chat}/messages"), &[], &json!({ "text": "" }))
            .await
            .status,
        400
    );
    assert_eq!(
        post(&format!("{chat}/messages"), &[], &json!({ "press": "No" }))
            .await
            .status,
        400
    );
    call(
        &telegram,
        "sendMessage",
        json!({ "chat_id": 7, "text": "Hi" }),
    )
    .await;
    assert_eq!(telegram.chat(7).transcript().len(), 2);
    let url = format!("{chat}?after=1&wait=10");
    assert_eq!(get(&url).await, "bot: Hi\n");
}

async fn get(url: &str) -> String {
    let response = Client::new(SOON).unwrap().raw().get(url).send().await;
    response.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn a_bot_gets_only_the_kinds_that_it_asked_for() {
    let receiver = Receiver::start(|_| (200, String::new())).await;
    let telegram = telegram().await;
    let hook = json!({ "url": receiver.url(), "allowed_updates": ["message"] });
    assert_eq!(call(&telegram, "setWebhook", hook).await["ok"], true);
    let ada = telegram.chat(7);
    ada.edit(12, "changed");
    telegram.delivered(ada.text("new"), SOON).await.unwrap();
    assert_eq!(receiver.bodies().len(), 1);
    assert_eq!(receiver.bodies()[0]["message"]["text"], "new");
    assert_eq!(
        telegram.updates().all()[0]["edited_message"]["message_id"],
        12
    );
    let info = call(&telegram, "getWebhookInfo", json!({})).await;
    assert_eq!(info["result"]["pending_update_count"], 0);
}

#[tokio::test]
async fn a_webhook_that_says_nothing_of_kinds_keeps_those_of_the_one_before() {
    let telegram = telegram().await;
    for (hook, kinds) in [
        (
            json!({ "url": "https://a.example", "allowed_updates": ["message"] }),
            json!(["message"]),
        ),
        (json!({ "url": "https://b.example" }), json!(["message"])),
        (
            json!({ "url": "https://b.example", "allowed_updates": [] }),
            json!(null),
        ),
    ] {
        assert_eq!(call(&telegram, "setWebhook", hook).await["ok"], true);
        let info = call(&telegram, "getWebhookInfo", json!({})).await;
        assert_eq!(info["result"]["allowed_updates"], kinds);
    }
}

#[tokio::test]
async fn the_vendors_own_servers_want_https_and_one_of_four_ports() {
    let options = Options {
        plain_webhooks: false,
        ..Options::default()
    };
    let telegram = Telegram::start(listen("127.0.0.1:0").await.unwrap(), options).unwrap();
    for (url, why) in [
        (
            "http://a.example",
            "An HTTPS URL must be provided for webhook",
        ),
        (
            "https://a.example:9000/x",
            "Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
    ] {
        assert_eq!(
            refused(&telegram, "setWebhook", json!({ "url": url })).await,
            (400, format!("Bad Request: bad webhook: {why}"))
        );
    }
    for url in ["https://a.example/x", "https://a.example:8443"] {
        let hook = json!({ "url": url });
        assert_eq!(call(&telegram, "setWebhook", hook).await["ok"], true);
    }
}

#[tokio::test]
async fn a_bot_can_let_go_of_what_waits() {
    let receiver = Receiver::start(|_| (200, String::new())).await;
    let telegram = telegram().await;
    let ada = telegram.chat(7);
    ada.text("old");
    let hook = json!({ "url": receiver.url(), "drop_pending_updates": true });
    assert_eq!(call(&telegram, "setWebhook", hook).await["ok"], true);
    telegram.delivered(ada.text("new"), SOON).await.unwrap();
    assert_eq!(receiver.bodies().len(), 1);
}

#[tokio::test]
async fn every_kind_of_message_has_its_documented_field() {
    let telegram = telegram().await;
    let ada = telegram.chat(7);
    ada.photo(b"jpg", Some("look"));
    ada.voice(b"ogg");
    ada.video(b"mp4", None);
    ada.sticker("👍");
    ada.location(52.5, 13.4);
    ada.contact("+12025550143");
    ada.reply(1, "nice");
    let messages: Vec<_> = telegram
        .updates()
        .all()
        .into_iter()
        .map(|update| update["message"].clone())
        .collect();
    assert_eq!(messages[0]["photo"][1]["width"], 1280);
    assert_eq!(messages[1]["voice"]["mime_type"], "audio/ogg");
    assert_eq!(messages[2]["video"]["file_size"], 3);
    assert_eq!(messages[3]["sticker"]["emoji"], "👍");
    assert_eq!(
        messages[4]["location"],
        json!({ "latitude": 52.5, "longitude": 13.4 })
    );
    assert_eq!(messages[5]["contact"]["user_id"], 7);
    assert_eq!(messages[6]["reply_to_message"]["caption"], "look");
    let ids: Vec<_> = messages
        .iter()
        .map(|message| message["message_id"].as_i64().unwrap())
        .collect();
    assert_eq!(ids, [1, 2, 3, 4, 5, 6, 7]);
}
