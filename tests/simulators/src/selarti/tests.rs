//! The simulated Selarti refuses what it must, and calls its webhook as documented.

use serde_json::json;

use super::*;
use crate::client::Answer;
use crate::faults::{ANY, Attempt, Fault};
use crate::listen;
use crate::receiver::{Receiver, SOON, post};

const TASK: &str = "1721129985149x478019552540622850";

async fn selarti(options: Options) -> Selarti {
    Selarti::start(listen("127.0.0.1:0").await.unwrap(), options).unwrap()
}

async fn send_as(selarti: &Selarti, token: &str, body: &Value) -> Answer {
    let url = format!("{}/api/1.1/wf/send_message_external", selarti.base_url());
    post(&url, &[("authorization", format!("Bearer {token}"))], body).await
}

async fn send(selarti: &Selarti, body: &Value) -> Answer {
    send_as(selarti, "selarti-token", body).await
}

fn hello() -> Value {
    json!({ "task_id": TASK, "chat_id": "c1", "message": "Hello" })
}

#[tokio::test]
async fn a_message_is_accepted_and_answered_in_the_documented_shape() {
    let receiver = Receiver::start(|_| (200, String::new())).await;
    let selarti = selarti(Options {
        webhook: Some(receiver.url()),
        ..Options::default()
    })
    .await;
    let answer = send(&selarti, &hello()).await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, Some(json!({ "status": "success", "response": {} })))
    );
    let deliveries = selarti.deliveries().wait_for(2, SOON).await.unwrap();
    assert!(deliveries.iter().all(Delivery::taken));

    let bodies = receiver.bodies();
    let [echo, said] = bodies.as_slice() else {
        panic!("{bodies:#?}")
    };
    assert_eq!(
        (&echo["message_type"], &echo["message_text"]),
        (&json!("user"), &json!("Hello"))
    );
    let mut keys: Vec<_> = said
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    // The names of the vendor's sample.
    let documented = [
        "channel_id",
        "close",
        "company_id",
        "contacts",
        "external_chat_id",
        "get_contact",
        "interest",
        "is_bot",
        "manager_id",
        "message_id",
        "message_text",
        "message_type",
        "operator",
        "panel_url",
        "share_url",
        "success",
        "task_id",
        "thread_id",
        "title",
        "wh_type",
    ];
    assert_eq!(keys, documented);
    for flag in [
        "close",
        "get_contact",
        "interest",
        "is_bot",
        "operator",
        "success",
    ] {
        assert_eq!(said[flag], "no");
    }
    assert_eq!(
        (&said["wh_type"], &said["message_type"]),
        (&json!("all_messages"), &json!("bot"))
    );
    assert_eq!(
        (&said["task_id"], &said["external_chat_id"]),
        (&json!(TASK), &json!("c1"))
    );
    assert_eq!(said["thread_id"], echo["thread_id"]);
    let (time, random) = said["message_id"]
        .as_str()
        .unwrap()
        .split_once('x')
        .unwrap();
    assert_eq!((time.len(), random.len()), (13, 18));
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_not_accepted() {
    let selarti = selarti(Options::default()).await;
    let mut wrong = vec![
        json!("text"),
        json!([]),
        json!({ "task_id": "1x1", "chat_id": "c1", "message": "Hello" }),
    ];
    for field in ["task_id", "chat_id", "message"] {
        for value in [json!(null), json!(""), json!(5)] {
            let mut body = hello();
            body[field] = value;
            wrong.push(body);
        }
        let mut body = hello();
        body.as_object_mut().unwrap().remove(field);
        wrong.push(body);
    }
    for body in wrong {
        let answer = send(&selarti, &body).await;
        let json = answer.json().unwrap();
        assert_eq!(
            (answer.status, &json["statusCode"]),
            (400, &json!(400)),
            "{body}"
        );
        assert!(json["body"]["message"].is_string(), "{body}");
    }
    assert_eq!(send_as(&selarti, "another", &hello()).await.status, 401);
    let base = selarti.base_url();
    assert_eq!(
        post(
            &format!("{base}/api/1.1/wf/send_message_external"),
            &[],
            &hello()
        )
        .await
        .status,
        401
    );
    assert_eq!(
        post(&format!("{base}/api/1.1/wf/another"), &[], &hello())
            .await
            .status,
        404
    );
    let client = Client::new(SOON).unwrap();
    let get = client
        .raw()
        .get(format!("{base}/api/1.1/wf/send_message_external"))
        .send()
        .await
        .unwrap();
    assert_eq!(get.status().as_u16(), 405);
    let form = client
        .raw()
        .post(format!("{base}/api/1.1/wf/send_message_external"))
        .header("authorization", "Bearer selarti-token")
        .body(hello().to_string());
    assert_eq!(form.send().await.unwrap().status().as_u16(), 400);
    assert!(selarti.accepted().is_empty());
}

#[tokio::test]
async fn unknown_keys_are_ignored_but_noted() {
    let selarti = selarti(Options::default()).await;
    let mut body = hello();
    body["attachments"] = json!([]);
    assert_eq!(send(&selarti, &body).await.status, 200);
    assert_eq!(selarti.accepted().all()[0].unknown, ["attachments"]);
}

#[tokio::test]
async fn an_api_key_is_exchanged_for_a_token_that_expires() {
    let names = AuthNames {
        request: "key".to_owned(),
        response: "access_token".to_owned(),
    };
    let life = Some(Duration::ZERO);
    let expired = selarti(Options {
        token_life: life,
        auth_names: names.clone(),
        ..Options::default()
    })
    .await;
    let lasting = selarti(Options {
        auth_names: names,
        ..Options::default()
    })
    .await;
    for (selarti, status) in [(&expired, 401), (&lasting, 200)] {
        let url = format!("{}/api/1.1/wf/auth", selarti.base_url());
        assert_eq!(
            post(&url, &[], &json!({ "key": "wrong" })).await.status,
            401
        );
        assert_eq!(
            post(&url, &[], &json!({ "api_key": "selarti-key" }))
                .await
                .status,
            400
        );
        let answer = post(&url, &[], &json!({ "key": "selarti-key" }))
            .await
            .json()
            .unwrap();
        let token = answer["response"]["access_token"].as_str().unwrap();
        assert_eq!(send_as(selarti, token, &hello()).await.status, status);
    }
    lasting.revoke_tokens();
    assert_eq!(send(&lasting, &hello()).await.status, 401);
}

#[tokio::test]
async fn bubbles_keep_their_order_and_can_lose_it() {
    let receiver = Receiver::start(|_| (200, String::new())).await;
    let selarti = selarti(Options {
        webhook: Some(receiver.url()),
        echo: false,
        ..Options::default()
    })
    .await;
    selarti.set_brain(|_| (0..3).map(|n| Reply::text(n.to_string())).collect());
    send(&selarti, &hello()).await;
    selarti.deliveries().wait_for(3, SOON).await.unwrap();
    selarti.set_delivering(Delivering {
        copies: 2,
        order: Order::Reversed,
    });
    send(&selarti, &hello()).await;
    selarti.deliveries().wait_for(9, SOON).await.unwrap();
    let texts: Vec<_> = receiver
        .bodies()
        .iter()
        .map(|body| body["message_text"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(texts.join(""), "012221100");
    let ids: HashSet<_> = receiver
        .bodies()
        .iter()
        .map(|body| body["message_id"].clone().to_string())
        .collect();
    assert_eq!(ids.len(), 6, "copies have the same id");
}

#[tokio::test]
async fn the_agent_can_speak_first_and_sees_the_refusal() {
    let receiver = Receiver::start(|_| (503, "later".to_owned())).await;
    let selarti = selarti(Options {
        webhook: Some(receiver.url()),
        ..Options::default()
    })
    .await;
    let delivery = selarti
        .say(
            "c9",
            "Hi?",
            Flags {
                operator: true,
                ..Flags::default()
            },
        )
        .await;
    assert_eq!(delivery.status(), Some(503));
    assert_eq!(receiver.bodies()[0]["operator"], "yes");
    let mut webhook = selarti.webhook("c9", "x", Author::Operator, Flags::default());
    webhook.wh_type = "new_contact".to_owned();
    assert_eq!(selarti.deliver_copies(&webhook, 5).await.len(), 5);
    assert_eq!(receiver.bodies()[5]["wh_type"], "new_contact");
}

async fn try_send(selarti: &Selarti) -> Result<Answer, Unreachable> {
    let url = format!("{}/api/1.1/wf/send_message_external", selarti.base_url());
    let headers = [("authorization", "Bearer selarti-token".to_owned())];
    Client::new(SOON)
        .unwrap()
        .post(&url, &headers, &hello())
        .await
}

#[tokio::test]
async fn faults_come_in_their_order_and_say_whether_the_message_was_taken() {
    let selarti = selarti(Options::default()).await;
    let faults = selarti.faults();
    faults.next("send_message_external", Fault::ResetBefore);
    faults.next("send_message_external", Fault::ResetAfter);
    faults.next(ANY, Fault::Status(500, "{}".to_owned()));
    faults.next(ANY, Fault::RetryAfter { seconds: 7 });
    faults.next(ANY, Fault::Delay(Duration::from_millis(1)));
    for (taken, expected) in [
        (0, None),
        (1, None),
        (1, Some(500)),
        (1, Some(429)),
        (2, Some(200)),
        (3, Some(200)),
    ] {
        let answer = try_send(&selarti).await;
        assert_eq!(
            answer.as_ref().map(|answer| answer.status).ok(),
            expected,
            "{answer:?}"
        );
        assert_eq!(selarti.accepted().len(), taken);
    }
    assert_eq!(faults.pending(), 0);
    let attempts = faults.attempts().all();
    assert_eq!(
        attempts[5],
        Attempt {
            endpoint: "send_message_external".to_owned(),
            fault: None
        }
    );
}

#[tokio::test]
async fn a_reset_is_a_reset_and_not_an_orderly_end() {
    let selarti = selarti(Options::default()).await;
    selarti.faults().every(ANY, 1, Fault::ResetBefore);
    let error = try_send(&selarti).await.unwrap_err();
    assert!(error.reason.contains("reset"), "{error}");
}

#[tokio::test]
async fn a_rule_meets_every_nth_request() {
    let selarti = selarti(Options::default()).await;
    selarti.faults().every(
        "send_message_external",
        3,
        Fault::Status(500, String::new()),
    );
    let mut statuses = Vec::new();
    for _ in 0..7 {
        statuses.push(send(&selarti, &hello()).await.status);
    }
    assert_eq!(statuses, [200, 200, 500, 200, 200, 500, 200]);
    selarti.faults().clear();
    assert_eq!(send(&selarti, &hello()).await.status, 200);
}

#[tokio::test]
async fn a_request_that_hangs_ends_with_the_server() {
    let selarti = selarti(Options::default()).await;
    selarti.faults().next(ANY, Fault::Hang);
    selarti.faults().next(ANY, Fault::HangAfter);
    let stop = async {
        selarti.faults().attempts().wait_for(2, SOON).await.unwrap();
        selarti.accepted().wait_for(1, SOON).await.unwrap();
        selarti.stop().await;
    };
    let (first, second, ()) = tokio::join!(try_send(&selarti), try_send(&selarti), stop);
    assert!(first.is_err() && second.is_err());
    assert!(try_send(&selarti).await.is_err(), "the port is free");
}

#[tokio::test]
async fn a_stopped_simulator_can_be_started_again_on_its_port() {
    let first = selarti(Options::default()).await;
    let base = first.base_url();
    assert_eq!(send(&first, &hello()).await.status, 200);
    first.stop().await;
    let again = listen(base.strip_prefix("http://").unwrap()).await.unwrap();
    let second = Selarti::start(again, Options::default()).unwrap();
    assert_eq!(send(&second, &hello()).await.status, 200);
}
