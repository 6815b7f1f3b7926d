//! The simulated application posts as documented, and takes only what the document shows.

use std::pin::pin;

use axum::{Json, Router};
use serde_json::json;
use tokio::sync::Semaphore;

use super::*;
use crate::faults::{Attempt, Fault};
use crate::listen;
use crate::receiver::{Receiver, SOON, post};

const CHANNEL: &str = "D9LjuWl0jappznT5";
/// 2024-11-11, in milliseconds.
const TIME: u64 = 1_731_336_491_876;

async fn application(options: Options) -> ApiMediumClient {
    ApiMediumClient::start(listen("127.0.0.1:0").await.unwrap(), options).unwrap()
}

/// What the vendor answers to `request`, with user 9 for everybody.
fn documented(request: &Value) -> Value {
    json!({
        "channelID": request["channelID"], "message": request["message"], "userID": 9, "success": true,
    })
}

async fn vendor() -> Receiver {
    Receiver::start(|request| (200, documented(request).to_string())).await
}

async fn pointed_at(vendor: &Receiver, options: Options) -> ApiMediumClient {
    let url = Some(vendor.url());
    application(Options { url, ..options }).await
}

/// An application whose visitor `ada` is user 9.
async fn with_ada() -> (ApiMediumClient, Chat, Receiver) {
    let vendor = vendor().await;
    let application = pointed_at(&vendor, Options::default()).await;
    let ada = application.chat("ada");
    let delivery = application.delivered(ada.text("#start"), SOON).await;
    assert!(delivery.unwrap().taken());
    (application, ada, vendor)
}

fn reply() -> Value {
    json!({ "channelID": CHANNEL, "message": "Hello", "userID": 9, "timestamp": TIME })
}

fn reply_with(field: &str, value: Value) -> Value {
    let mut reply = reply();
    reply[field] = value;
    reply
}

async fn receive(application: &ApiMediumClient, reply: &Value) -> Answer {
    post(&application.webhook_url(), &[], reply).await
}

#[tokio::test]
async fn the_user_id_of_the_first_answer_is_sent_from_then_on() {
    let (application, ada, vendor) = with_ada().await;
    let second = application.delivered(ada.text("Hi"), SOON).await.unwrap();
    assert_eq!(second.outcomes, [Ok(9)]);
    let first = json!({ "channelID": CHANNEL, "token": "api-medium-token", "message": "#start" });
    let mut then = first.clone();
    then["message"] = json!("Hi");
    then["userID"] = json!(9);
    assert_eq!(vendor.bodies(), [first, then]);
    assert_eq!((ada.user_id(), ada.user_ids()), (Some(9), vec![9]));
    assert!(application.violations().is_empty());
}

#[tokio::test]
async fn what_was_written_before_the_first_answer_waits_for_it() {
    let vendor = vendor().await;
    let application = pointed_at(&vendor, Options::default()).await;
    let ada = application.chat("ada");
    ada.text("#start");
    application.delivered(ada.text("Hi"), SOON).await.unwrap();
    assert_eq!(vendor.bodies()[1]["userID"], 9);
}

#[tokio::test]
async fn files_are_sent_themselves_or_by_address() {
    let (application, ada, vendor) = with_ada().await;
    let files = [
        Attachment::bytes("image/jpeg", b"jpg"),
        Attachment::url("https://www.example.com/image.jpg"),
    ];
    let number = ada.attachments("look", &files);
    application.delivered(number, SOON).await.unwrap();
    assert_eq!(
        vendor.bodies()[1]["attachments"],
        json!([
            { "base64": "data:image/jpeg;base64,anBn" },
            { "url": "https://www.example.com/image.jpg" },
        ])
    );
    assert_eq!(
        ada.transcript()[1].text,
        "look [data:image/jpeg;base64] [https://www.example.com/image.jpg]"
    );
}

#[tokio::test]
async fn a_place_is_a_text() {
    let (application, ada, vendor) = with_ada().await;
    let number = ada.location(52.5, 13.4);
    application.delivered(number, SOON).await.unwrap();
    let message = &vendor.bodies()[1]["message"];
    assert_eq!(message, "https://www.google.com/maps?q=52.5,13.4");
}

#[tokio::test]
async fn an_answer_that_is_not_the_documented_one_is_no_success() {
    let change = |field: &'static str, value: Value| {
        move |request: &Value| {
            let mut answer = documented(request);
            answer[field] = value.clone();
            (200, answer.to_string())
        }
    };
    let remove = |field: &'static str| {
        move |request: &Value| {
            let mut answer = documented(request);
            answer.as_object_mut().unwrap().remove(field);
            (200, answer.to_string())
        }
    };
    type Respond = Box<dyn Fn(&Value) -> (u16, String) + Send + Sync>;
    let wrong: Vec<Respond> = vec![
        Box::new(|request| (201, documented(request).to_string())),
        Box::new(|_| (200, String::new())),
        Box::new(|_| (200, "[]".to_owned())),
        Box::new(|_| (302, String::new())),
        Box::new(change("channelID", json!("other"))),
        Box::new(change("message", json!("other"))),
        Box::new(change("message", json!(null))),
        Box::new(change("userID", json!("9"))),
        Box::new(change("userID", json!(9.5))),
        Box::new(change("userID", json!(-9))),
        Box::new(change("userID", json!(1_u64 << 53))),
        Box::new(change("success", json!("true"))),
        Box::new(change("success", json!(false))),
        Box::new(change("error", json!(null))),
        Box::new(remove("channelID")),
        Box::new(remove("message")),
        Box::new(remove("userID")),
        Box::new(remove("success")),
    ];
    for (place, respond) in wrong.into_iter().enumerate() {
        let vendor = Receiver::start(respond).await;
        let application = pointed_at(&vendor, Options::default()).await;
        let ada = application.chat("ada");
        let delivery = application.delivered(ada.text("Hi"), SOON).await.unwrap();
        assert!(delivery.gave_up && !delivery.taken(), "{place}");
        assert_eq!(application.violations().len(), 1, "{place}");
        assert_eq!(ada.user_id(), None, "{place}");
    }
}

#[tokio::test]
async fn a_user_stays_the_same_and_is_one_visitor() {
    let (application, ada, _vendor) = with_ada().await;
    let bob = application.chat("bob");
    let delivery = application.delivered(bob.text("Hi"), SOON).await.unwrap();
    let refused = delivery.refused().unwrap();
    assert_eq!(refused.reason, "the `userID` 9 is another visitor's");

    let other = Receiver::start(|request| {
        let mut answer = documented(request);
        answer["userID"] = json!(10);
        (200, answer.to_string())
    })
    .await;
    application.set_url(&other.url());
    let delivery = application.delivered(ada.text("Hi"), SOON).await.unwrap();
    assert!(delivery.gave_up);
    assert_eq!(application.violations().len(), 2);
    assert_eq!(ada.user_ids(), [9]);
}

#[tokio::test]
async fn an_error_is_noted_and_no_violation() {
    let vendor = Receiver::start(|_| (401, "wrong token".to_owned())).await;
    let sending = Sending {
        attempts: 3,
        ..Sending::default()
    };
    let options = Options {
        sending,
        ..Options::default()
    };
    let application = pointed_at(&vendor, options).await;
    let ada = application.chat("ada");
    let delivery = application.delivered(ada.text("Hi"), SOON).await.unwrap();
    let refused = Refused {
        status: Some(401),
        reason: "wrong token".to_owned(),
    };
    assert_eq!(delivery.refused(), Some(&refused));
    assert!(delivery.gave_up && delivery.attempt == 1);
    assert!(application.violations().is_empty());
}

#[tokio::test]
async fn what_may_pass_is_sent_again_if_so_ordered() {
    let vendor = vendor().await;
    let sending = Sending {
        attempts: 5,
        pause: Duration::ZERO,
        ..Sending::default()
    };
    let options = Options {
        sending,
        ..Options::default()
    };
    let application = pointed_at(&vendor, options).await;
    vendor
        .faults
        .next("hook", Fault::Status(503, String::new()));
    vendor.faults.next("hook", Fault::RetryAfter { seconds: 1 });
    vendor.faults.next("hook", Fault::ResetBefore);
    vendor.faults.next("hook", Fault::ResetAfter);
    let ada = application.chat("ada");
    let delivery = application.delivered(ada.text("Hi"), SOON).await.unwrap();
    assert!(delivery.taken() && delivery.attempt == 5);
    assert_eq!(vendor.received.len(), 2);

    vendor
        .faults
        .times("hook", 5, &Fault::Status(500, String::new()));
    let delivery = application.delivered(ada.text("Hi"), SOON).await.unwrap();
    assert!(delivery.gave_up && delivery.attempt == 5);
}

#[tokio::test]
async fn by_default_nothing_is_sent_again_or_twice_or_with_a_key() {
    let vendor = vendor().await;
    vendor
        .faults
        .next("hook", Fault::Status(503, String::new()));
    let application = pointed_at(&vendor, Options::default()).await;
    let ada = application.chat("ada");
    let first = application.delivered(ada.text("Hi"), SOON).await.unwrap();
    assert!(first.gave_up);
    application.delivered(ada.text("Hi"), SOON).await.unwrap();
    let received = vendor.received.all();
    assert_eq!((received.len(), vendor.faults.attempts().len()), (1, 2));
    assert!(!received[0].0.contains_key("idempotency-key"));
}

#[tokio::test]
async fn copies_and_attempts_of_a_message_share_its_key() {
    let vendor = vendor().await;
    let sending = Sending {
        copies: 3,
        attempts: 2,
        pause: Duration::ZERO,
    };
    let options = Options {
        sending,
        idempotency_key: true,
        ..Options::default()
    };
    let application = pointed_at(&vendor, options).await;
    vendor.faults.times("hook", 3, &Fault::ResetAfter);
    let ada = application.chat("ada");
    let first = application.delivered(ada.text("Hi"), SOON).await.unwrap();
    assert_eq!(first.outcomes, [Ok(9), Ok(9), Ok(9)]);
    application.delivered(ada.text("Hi"), SOON).await.unwrap();
    let received = vendor.received.all();
    let keys: Vec<_> = received
        .iter()
        .map(|(headers, _)| headers["idempotency-key"].clone())
        .collect();
    assert_eq!(keys.len(), 9);
    assert!(keys[..6].iter().all(|key| *key == keys[0]) && !keys[0].is_empty());
    assert!(keys[6..].iter().all(|key| *key == keys[6]) && keys[6] != keys[0]);
}

#[tokio::test]
async fn copies_that_were_taken_for_several_people_are_seen() {
    let next = std::sync::atomic::AtomicU64::new(20);
    let vendor = Receiver::start(move |request| {
        let mut answer = documented(request);
        answer["userID"] = json!(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        (200, answer.to_string())
    })
    .await;
    let sending = Sending {
        copies: 2,
        ..Sending::default()
    };
    let options = Options {
        sending,
        ..Options::default()
    };
    let application = pointed_at(&vendor, options).await;
    let ada = application.chat("ada");
    application.delivered(ada.text("Hi"), SOON).await.unwrap();
    assert_eq!(ada.user_ids(), [20, 21]);
    for user_id in [20, 21] {
        let reply = reply_with("userID", json!(user_id));
        assert_eq!(receive(&application, &reply).await.status, 200);
    }
    assert_eq!(ada.shown().len(), 2);
}

#[tokio::test]
async fn without_a_url_nothing_is_out() {
    let application = application(Options::default()).await;
    let number = application.chat("ada").text("Hi");
    let delivery = application.delivered(number, SOON).await.unwrap();
    assert_eq!(delivery.refused().unwrap().reason, "no URL is configured");
    application.post(&json!({})).await.unwrap_err();
}

#[tokio::test]
async fn any_json_can_be_posted_in_copies() {
    let vendor = vendor().await;
    let application = pointed_at(&vendor, Options::default()).await;
    let answer = application.post(&json!({ "message": 1 })).await.unwrap();
    assert_eq!(answer.status, 200);
    let answers = application.copies(&json!({ "message": 2 }), 4).await;
    assert!(answers.len() == 4 && answers.iter().all(Result::is_ok));
    assert_eq!(vendor.received.len(), 5);
}

#[tokio::test]
async fn a_documented_reply_is_shown() {
    let (application, ada, _vendor) = with_ada().await;
    let full = json!({
        "channelID": CHANNEL, "message": "Hello", "userID": 9, "timestamp": TIME, "quickReplies": ["Yes", "No"],
        "attachments": [{ "offset": 5, "url": "https://www.example.com/image.jpg" }], "adminID": 3,
    });
    for reply in [&reply(), &full] {
        assert_eq!(receive(&application, reply).await.status, 200);
    }
    let shown = Shown {
        chat: "ada".to_owned(),
        user_id: 9,
        text: "Hello".to_owned(),
        parts: vec![Part::Text("Hello".to_owned())],
        quick_replies: vec![],
        admin_id: None,
        timestamp: TIME,
    };
    let image = Part::Attachment("https://www.example.com/image.jpg".to_owned());
    let full_shown = Shown {
        parts: vec![Part::Text("Hello".to_owned()), image],
        quick_replies: vec!["Yes".to_owned(), "No".to_owned()],
        admin_id: Some(3),
        ..shown.clone()
    };
    let expected = [shown, full_shown];
    assert_eq!(ada.wait_shown(2, SOON).await.unwrap(), expected);
    let received = application.received().all();
    assert_eq!(received[1].body, full);
    assert_eq!(received[1].verdict, Ok(expected[1].clone()));
    assert!(application.violations().is_empty());
    let lines: Vec<_> = ada
        .transcript()
        .into_iter()
        .map(|line| (line.from, line.text))
        .collect();
    let line = |from: &str, text: &str| (from.to_owned(), text.to_owned());
    assert_eq!(
        lines,
        [
            line("visitor", "#start"),
            line("bot", "Hello"),
            line(
                "admin 3",
                "Hello[https://www.example.com/image.jpg] [Yes] [No]"
            ),
        ]
    );
}

#[tokio::test]
async fn a_reply_that_is_not_documented_is_refused() {
    let (application, ada, _vendor) = with_ada().await;
    let link = "https://www.example.com/a.png";
    let attachment = |offset: Value, url: Value| json!([{ "offset": offset, "url": url }]);
    let mut wrong = vec![
        json!([]),
        json!("text"),
        reply_with("channelID", json!("other")),
        reply_with("channelID", json!(1)),
        reply_with("message", json!(null)),
        reply_with("message", json!("")),
        reply_with("userID", json!("9")),
        reply_with("userID", json!(10)),
        reply_with("userID", json!(9.5)),
        reply_with("timestamp", json!("1731336491876")),
        reply_with("timestamp", json!(TIME / 1000)),
        reply_with("timestamp", json!(TIME * 1000)),
        reply_with("quickReplies", json!("Yes")),
        reply_with("quickReplies", json!(null)),
        reply_with("quickReplies", json!([{ "text": "Yes" }])),
        reply_with("quickReplies", json!([""])),
        reply_with("attachments", json!({ "offset": 0, "url": link })),
        reply_with("attachments", json!([link])),
        reply_with("attachments", json!([{ "url": link }])),
        reply_with("attachments", json!([{ "offset": 0 }])),
        reply_with(
            "attachments",
            json!([{ "offset": 0, "url": link, "type": "image" }]),
        ),
        reply_with("attachments", attachment(json!("0"), json!(link))),
        reply_with("attachments", attachment(json!(-1), json!(link))),
        reply_with("attachments", attachment(json!(6), json!(link))),
        reply_with("attachments", attachment(json!(0), json!("a.png"))),
        reply_with("attachments", attachment(json!(0), json!("ftp://a/b"))),
        reply_with(
            "attachments",
            attachment(json!(0), json!("data:image/png;base64,AA==")),
        ),
        reply_with("adminID", json!("3")),
        reply_with("adminID", json!(null)),
        reply_with("success", json!(true)),
        reply_with("token", json!("api-medium-token")),
    ];
    for required in ["channelID", "message", "userID", "timestamp"] {
        let mut reply = reply();
        reply.as_object_mut().unwrap().remove(required);
        wrong.push(reply);
    }
    for reply in &wrong {
        assert_eq!(receive(&application, reply).await.status, 400, "{reply}");
    }
    assert_eq!(application.violations().len(), wrong.len());
    assert_eq!(application.received().len(), wrong.len());
    assert!(ada.shown().is_empty() && ada.transcript().len() == 1);
}

#[tokio::test]
async fn what_is_no_json_request_is_refused() {
    let (application, _ada, _vendor) = with_ada().await;
    let client = Client::new(SOON).unwrap();
    let url = application.webhook_url();
    let plain = client.raw().post(&url).body(reply().to_string());
    assert_eq!(plain.send().await.unwrap().status(), 400);
    let broken = client
        .raw()
        .post(&url)
        .header("content-type", "application/json")
        .body("{");
    assert_eq!(broken.send().await.unwrap().status(), 400);
    assert_eq!(client.raw().get(&url).send().await.unwrap().status(), 405);
    assert_eq!(application.violations().len(), 2);
    assert_eq!(application.received().all()[1].body, "{");
}

#[tokio::test]
async fn attachments_stand_where_their_offset_says_in_utf16() {
    let (application, ada, _vendor) = with_ada().await;
    let at = |offset: u64, name: &str| json!({ "offset": offset, "url": format!("https://example.com/{name}") });
    // Two units, one character.
    let mut reply = reply_with("message", json!("👍ab"));
    reply["attachments"] = json!([at(3, "c"), at(2, "b1"), at(2, "b2"), at(0, "a"), at(4, "d")]);
    assert_eq!(receive(&application, &reply).await.status, 200);
    let text = |text: &str| Part::Text(text.to_owned());
    let file = |name: &str| Part::Attachment(format!("https://example.com/{name}"));
    assert_eq!(
        ada.shown()[0].parts,
        [
            file("a"),
            text("👍"),
            file("b1"),
            file("b2"),
            text("a"),
            file("c"),
            text("b"),
            file("d"),
        ]
    );
    reply["attachments"] = json!([at(1, "within")]);
    let refused = receive(&application, &reply).await;
    assert!(refused.status == 400 && refused.body.contains("offset"));

    // A file needs no text.
    reply["message"] = json!("");
    reply["attachments"] = json!([at(0, "a")]);
    assert_eq!(receive(&application, &reply).await.status, 200);
    assert_eq!(ada.shown()[1].parts, [file("a")]);
}

#[tokio::test]
async fn pressing_a_quick_reply_sends_its_text() {
    let (application, ada, vendor) = with_ada().await;
    ada.press("Yes").unwrap_err();
    receive(&application, &reply_with("quickReplies", json!(["Yes"]))).await;
    application.chat("bob").press("Yes").unwrap_err();
    let number = ada.press("Yes").unwrap();
    application.delivered(number, SOON).await.unwrap();
    assert_eq!(vendor.bodies()[1]["message"], "Yes");
}

/// A vendor that answers as documented, but only when it is let.
async fn slow_vendor(may_answer: &Arc<Semaphore>) -> (Server, Arc<Faults>) {
    let may_answer = Arc::clone(may_answer);
    let router = Router::new().fallback(move |Json(request): Json<Value>| async move {
        may_answer.acquire().await.unwrap().forget();
        Json(documented(&request))
    });
    let faults = Arc::new(Faults::default());
    let listener = listen("127.0.0.1:0").await.unwrap();
    let server = Server::start(listener, router, Arc::clone(&faults), |_| json!({})).unwrap();
    (server, faults)
}

#[tokio::test]
async fn a_reply_that_overtakes_its_answer_is_refused() {
    let may_answer = Arc::new(Semaphore::new(0));
    let (vendor, faults) = slow_vendor(&may_answer).await;
    let application = application(Options::default()).await;
    application.set_url(&vendor.base_url());
    let number = application.chat("ada").text("#start");
    faults.attempts().wait_for(1, SOON).await.unwrap();
    let refused = receive(&application, &reply()).await;
    assert!(refused.status == 400 && refused.body.contains("overtook"));

    may_answer.add_permits(1);
    application.delivered(number, SOON).await.unwrap();
    assert_eq!(receive(&application, &reply()).await.status, 200);
}

#[tokio::test]
async fn a_patient_application_holds_it_until_the_answer_is_there() {
    let may_answer = Arc::new(Semaphore::new(0));
    let (vendor, faults) = slow_vendor(&may_answer).await;
    let options = Options {
        early: Early::Hold,
        ..Options::default()
    };
    let application = application(options).await;
    application.set_url(&vendor.base_url());
    let ada = application.chat("ada");
    let number = ada.text("#start");
    faults.attempts().wait_for(1, SOON).await.unwrap();
    let reply = reply();
    let (held, ()) = tokio::join!(receive(&application, &reply), async {
        application
            .faults()
            .attempts()
            .wait_for(1, SOON)
            .await
            .unwrap();
        may_answer.add_permits(1);
    });
    assert_eq!((held.status, ada.shown().len()), (200, 1));
    application.delivered(number, SOON).await.unwrap();
    // Nothing is under way: nothing to wait for.
    let stranger = reply_with("userID", json!(10));
    assert_eq!(receive(&application, &stranger).await.status, 400);
}

#[tokio::test]
async fn a_user_is_settled_by_an_answer_or_by_the_last_failure() {
    let users = Users::default();
    let first = users.begin("ada");
    let mut held = pin!(users.settled(9));
    tokio::time::timeout(Duration::ZERO, &mut held)
        .await
        .unwrap_err();
    users.learn("ada", 9).unwrap();
    held.await;

    let mut held = pin!(users.settled(10));
    tokio::time::timeout(Duration::ZERO, &mut held)
        .await
        .unwrap_err();
    drop(first);
    held.await;
    drop(users.begin("ada"));
    users.settled(10).await;
}

#[tokio::test]
async fn what_goes_wrong_at_the_webhook_is_ordered() {
    let (application, ada, _vendor) = with_ada().await;
    let error = Fault::Status(503, "{}".to_owned());
    application.faults().next("webhook", error.clone());
    assert_eq!(receive(&application, &reply()).await.status, 503);
    assert!(ada.shown().is_empty() && application.received().is_empty());
    let attempts = application.faults().attempts().all();
    let attempt = Attempt {
        endpoint: "webhook".to_owned(),
        fault: Some(error),
    };
    assert_eq!(attempts, [attempt]);
}

#[tokio::test]
async fn a_person_can_be_the_visitor_over_http() {
    let (application, ada, vendor) = with_ada().await;
    let chat = format!("{}/chats/ada", application.base_url());
    let messages = format!("{chat}/messages");
    receive(&application, &reply_with("quickReplies", json!(["Yes"]))).await;
    for act in [
        json!({ "text": "Hello" }),
        json!({ "press": "Yes" }),
        json!({ "attachment": "https://example.com/a.png" }),
        json!({ "attachment": "data:image/png;base64,AA==" }),
        json!({ "location": { "latitude": 1.5, "longitude": 2.5 } }),
    ] {
        assert_eq!(post(&messages, &[], &act).await.status, 202, "{act}");
    }
    let last = post(&messages, &[], &json!({ "text": "last" })).await;
    let number = last.json().unwrap()["message"].as_u64().unwrap();
    application.delivered(number, SOON).await.unwrap();
    let bodies = vendor.bodies();
    assert_eq!(bodies.len(), 7);
    assert_eq!(
        (&bodies[3]["attachments"], &bodies[4]["attachments"]),
        (
            &json!([{ "url": "https://example.com/a.png" }]),
            &json!([{ "base64": "data:image/png;base64,AA==" }])
        )
    );
    for act in [json!({ "text": " " }), json!({ "press": "No" })] {
        assert_eq!(post(&messages, &[], &act).await.status, 400, "{act}");
    }
    let lines = ada.transcript().len();
    receive(&application, &reply()).await;
    let url = format!("{chat}?after={lines}&wait=10");
    let client = Client::new(SOON).unwrap();
    let read = client.raw().get(&url).send().await.unwrap();
    assert_eq!(read.text().await.unwrap(), "bot: Hello\n");
    let read = client.raw().get(&url).header("accept", "application/json");
    let read = read.send().await.unwrap().text().await.unwrap();
    let read: Value = serde_json::from_str(&read).unwrap();
    assert_eq!(
        read,
        json!({ "lines": [{ "from": "bot", "text": "Hello" }] })
    );
}

#[tokio::test]
async fn a_stopped_application_takes_nothing() {
    let (application, _ada, _vendor) = with_ada().await;
    application.stop().await;
    let client = Client::new(SOON).unwrap();
    let url = application.webhook_url();
    client.post(&url, &[], &reply()).await.unwrap_err();
}
