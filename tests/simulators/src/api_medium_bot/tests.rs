//! The simulated bot refuses what it must, and calls its webhook as documented.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::*;
use crate::client::Answer;
use crate::faults::Fault;
use crate::listen;
use crate::receiver::{Receiver, SOON, post};

const CHANNEL: &str = "D9LjuWl0jappznT5";

async fn bot(options: Options) -> ApiMediumBot {
    ApiMediumBot::start(listen("127.0.0.1:0").await.unwrap(), options).unwrap()
}

/// An application, and a bot that calls its webhook.
async fn connected(options: Options) -> (Receiver, ApiMediumBot) {
    let receiver = Receiver::start(|_| (200, String::new())).await;
    let webhook = Some(receiver.url());
    let bot = bot(Options { webhook, ..options }).await;
    (receiver, bot)
}

async fn send(bot: &ApiMediumBot, body: &Value) -> Answer {
    post(&bot.send_url(), &[], body).await
}

fn hello() -> Value {
    json!({ "channelID": CHANNEL, "token": "api-medium-token", "message": "Hi there, I'm a user!" })
}

fn with(name: &str, value: Value) -> Value {
    let mut body = hello();
    body[name] = value;
    body
}

#[tokio::test]
async fn a_message_is_accepted_in_the_documented_shape_and_makes_a_user() {
    let bot = bot(Options {
        first_user: 9,
        ..Options::default()
    })
    .await;
    let answer = send(&bot, &hello()).await;
    let documented = json!({
        "channelID": CHANNEL, "message": "Hi there, I'm a user!", "userID": 9, "success": true,
    });
    assert_eq!(
        (answer.status, answer.json()),
        (200, Some(documented.clone()))
    );
    let again = send(&bot, &with("userID", json!(9))).await;
    assert_eq!((again.status, again.json()), (200, Some(documented)));
    let other = send(&bot, &hello()).await;
    assert_eq!(other.json().unwrap()["userID"], 10);

    let accepted = bot.accepted().all();
    let users: Vec<_> = accepted
        .iter()
        .map(|incoming| (incoming.user_id, incoming.new_user))
        .collect();
    assert_eq!(users, [(9, true), (9, false), (10, true)]);
    assert_eq!(accepted[0].message, "Hi there, I'm a user!");
    assert!(bot.refused().is_empty());
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_an_error_and_makes_no_user() {
    let bot = bot(Options::default()).await;
    let mut wrong = vec![json!("text"), json!([]), json!(null)];
    for field in ["channelID", "token", "message"] {
        for value in [json!(null), json!(""), json!(5), json!(["x"])] {
            wrong.push(with(field, value));
        }
        let mut body = hello();
        body.as_object_mut().unwrap().remove(field);
        wrong.push(body);
    }
    for user in [json!("1"), json!(1.5), json!(-1), json!(null), json!(1)] {
        wrong.push(with("userID", user));
    }
    for body in &wrong {
        let answer = send(&bot, body).await;
        let json = answer.json().unwrap();
        assert_eq!(
            (answer.status, &json["success"]),
            (400, &json!(false)),
            "{body}"
        );
        assert!(json["error"].is_string(), "{body}");
    }
    for (field, value) in [("channelID", "another"), ("token", "another")] {
        let answer = send(&bot, &with(field, json!(value))).await;
        assert_eq!(answer.status, 401);
        assert!(answer.json().unwrap()["error"].is_string());
    }
    assert_eq!(bot.refused().len(), wrong.len() + 2);

    let client = Client::new(SOON).unwrap();
    let untyped = client.raw().post(bot.send_url()).body(hello().to_string());
    assert_eq!(untyped.send().await.unwrap().status().as_u16(), 400);
    assert_eq!(client.get(&bot.send_url(), &[]).await.unwrap().status, 405);
    let elsewhere = format!("{}/more", bot.send_url());
    assert_eq!(post(&elsewhere, &[], &hello()).await.status, 404);

    assert!(bot.accepted().is_empty());
    let first = send(&bot, &hello()).await.json().unwrap();
    assert_eq!(first["userID"], 1);
}

#[tokio::test]
async fn attachments_are_decoded() {
    let bot = bot(Options::default()).await;
    let attachments = json!([
        // The first two are the vendor's samples.
        { "base64": "data:image/jpeg;base64,/12345/base64content" },
        { "url": "https://www.example.com/image.jpg" },
        { "base64": "data:text/plain;base64,SGVsbG8=" },
    ]);
    assert_eq!(
        send(&bot, &with("attachments", attachments)).await.status,
        200
    );
    let accepted = bot.accepted().all().remove(0);
    let [Attachment::Inline { media_type, bytes }, link, text] = accepted.attachments.as_slice()
    else {
        panic!("{accepted:#?}")
    };
    assert_eq!((media_type.as_str(), bytes.len()), ("image/jpeg", 15));
    assert_eq!(
        link,
        &Attachment::Link("https://www.example.com/image.jpg".to_owned())
    );
    assert_eq!(
        text,
        &Attachment::Inline {
            media_type: "text/plain".to_owned(),
            bytes: b"Hello".to_vec()
        }
    );
}

#[tokio::test]
async fn an_attachment_may_be_larger_than_what_axum_takes_by_default() {
    let bot = bot(Options::default()).await;
    let base64 = format!("data:application/pdf;base64,{}", "AAAA".repeat(1024 * 1024));
    let body = with("attachments", json!([{ "base64": base64 }]));
    assert_eq!(send(&bot, &body).await.status, 200);
    let accepted = bot.accepted().all().remove(0);
    assert!(
        matches!(&accepted.attachments[..], [Attachment::Inline { bytes, .. }] if bytes.len() == 3 * 1024 * 1024)
    );
}

#[tokio::test]
async fn attachments_that_are_none_are_refused() {
    let bot = bot(Options::default()).await;
    for attachments in [
        json!(null),
        json!({ "url": "https://example.com/a" }),
        json!("https://example.com/a"),
        json!(["https://example.com/a"]),
        json!([{}]),
        json!([null]),
        json!([{ "url": "example.com/a" }]),
        json!([{ "url": 5 }]),
        json!([{ "url": null }]),
        json!([{ "link": "https://example.com/a" }]),
        json!([{ "url": "https://example.com/a", "base64": "data:text/plain;base64,SGVsbG8=" }]),
        json!([{ "url": "https://example.com/a", "name": "a" }]),
        json!([{ "base64": "SGVsbG8=" }]),
        json!([{ "base64": "data:text/plain,Hello" }]),
        json!([{ "base64": "data:;base64,SGVsbG8=" }]),
        json!([{ "base64": "data:text;base64,SGVsbG8=" }]),
        json!([{ "base64": "data:text/;base64,SGVsbG8=" }]),
        json!([{ "base64": "data:text/plain;charset=utf-8;base64,SGVsbG8=" }]),
        json!([{ "base64": "data:text/plain;base64," }]),
        json!([{ "base64": "data:text/plain;base64,SGVsbG8" }]),
        json!([{ "base64": "data:text/plain;base64,SGVs bG8=" }]),
        json!([{ "base64": "data:text/plain;base64,_-__" }]),
        json!([{ "url": "https://example.com/a" }, { "base64": "?" }]),
    ] {
        let answer = send(&bot, &with("attachments", attachments.clone())).await;
        assert_eq!(answer.status, 400, "{attachments}");
        assert!(answer.json().unwrap()["error"].is_string());
    }
    assert!(bot.accepted().is_empty());
}

#[tokio::test]
async fn keys_that_nobody_documents_are_ignored_but_noted() {
    let bot = bot(Options::default()).await;
    assert_eq!(send(&bot, &with("user", json!(1))).await.status, 200);
    assert_eq!(bot.accepted().all()[0].unknown, ["user"]);
}

#[tokio::test]
async fn the_webhook_has_the_documented_fields_and_no_others() {
    let (receiver, bot) = connected(Options::default()).await;
    bot.set_brain(|incoming| {
        vec![
            Reply::text(format!("{}?", incoming.message)),
            Reply::buttons("Which?", ["A", "B"]),
            Reply::file("Так 👍", "https://example.com/a.png"),
            Reply::text("I am Ann").by_admin(3),
        ]
    });
    let now = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_millis()
    };
    let before = now();
    send(&bot, &hello()).await;
    let deliveries = bot.deliveries().wait_for(4, SOON).await.unwrap();
    assert!(deliveries.iter().all(Delivery::taken));
    let mut bodies = receiver.bodies();
    for body in &mut bodies {
        let timestamp = body.as_object_mut().unwrap().remove("timestamp").unwrap();
        let timestamp = u128::from(timestamp.as_u64().unwrap());
        assert!((before..=now()).contains(&timestamp));
    }
    assert_eq!(bodies.len(), 4);
    let base = json!({ "channelID": CHANNEL, "userID": 1 });
    let expected = [
        json!({ "message": "Hi there, I'm a user!?" }),
        json!({ "message": "Which?", "quickReplies": ["A", "B"] }),
        json!({ "message": "Так 👍", "attachments": [{ "offset": 6, "url": "https://example.com/a.png" }] }),
        json!({ "message": "I am Ann", "adminID": 3 }),
    ];
    for (body, mut expected) in bodies.into_iter().zip(expected) {
        expected
            .as_object_mut()
            .unwrap()
            .extend(base.as_object().unwrap().clone());
        assert_eq!(body, expected);
    }
}

#[tokio::test]
async fn the_timestamp_is_of_when_a_reply_leaves() {
    let (receiver, bot) = connected(Options::default()).await;
    let later = Duration::from_millis(100);
    bot.set_brain(move |_| vec![Reply::text("now"), Reply::text("later").after(later)]);
    let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    send(&bot, &hello()).await;
    bot.deliveries().wait_for(2, SOON).await.unwrap();
    let left = receiver.bodies()[1]["timestamp"].as_u64().unwrap();
    assert!(u128::from(left) >= (before + later).as_millis());
}

#[tokio::test]
async fn without_the_keyword_the_bot_does_not_answer() {
    let (receiver, bot) = connected(Options {
        keyword: Some("#start".to_owned()),
        ..Options::default()
    })
    .await;
    bot.set_brain(|incoming| vec![Reply::text(incoming.message.clone())]);
    // The second user is another one, for whom nothing has begun.
    for (user, message) in [
        (None, "Hello"),
        (Some(1), "start"),
        (Some(1), "#start"),
        (Some(1), "Hello again"),
        (None, "#START"),
    ] {
        let mut body = with("message", json!(message));
        if let Some(user) = user {
            body["userID"] = json!(user);
        }
        assert_eq!(send(&bot, &body).await.status, 200);
    }
    bot.deliveries().wait_for(2, SOON).await.unwrap();
    let heard: Vec<_> = bot
        .accepted()
        .all()
        .iter()
        .map(|incoming| incoming.heard)
        .collect();
    assert_eq!(heard, [false, false, true, true, false]);
    let said: Vec<_> = receiver
        .bodies()
        .iter()
        .map(|body| body["message"].clone())
        .collect();
    assert_eq!(said, ["#start", "Hello again"]);
}

#[tokio::test]
async fn too_many_messages_are_told_when_to_come_again() {
    let limit = RateLimit {
        messages: 2,
        per: Duration::from_secs(3600),
    };
    let bot = bot(Options {
        rate_limit: Some(limit),
        ..Options::default()
    })
    .await;
    for status in [200, 200, 429, 429] {
        assert_eq!(send(&bot, &hello()).await.status, status);
    }
    let client = Client::new(SOON).unwrap();
    let answer = client
        .raw()
        .post(bot.send_url())
        .header("content-type", "application/json")
        .body(hello().to_string())
        .send()
        .await
        .unwrap();
    let after: u64 = answer.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((3500..=3600).contains(&after), "{after}");
    assert!(
        answer
            .text()
            .await
            .unwrap()
            .contains(r#""error":"too many messages""#)
    );
    assert_eq!(bot.accepted().len(), 2);
    bot.set_rate_limit(None);
    assert_eq!(send(&bot, &hello()).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn the_limit_is_over_the_time_before_each_message() {
    let limit = RateLimit {
        messages: 2,
        per: Duration::from_secs(10),
    };
    let mut recent = Recent::default();
    let begin = Instant::now();
    for (seconds, expected) in [
        (0.0, Ok(())),
        (4.0, Ok(())),
        (4.5, Err(6)),
        (9.9, Err(1)),
        (10.0, Ok(())),
        (10.0, Err(4)),
        (14.0, Ok(())),
    ] {
        let now = begin + Duration::from_secs_f64(seconds);
        assert_eq!(recent.count(limit, now), expected, "at {seconds} s");
    }
}

#[tokio::test]
async fn only_a_200_counts_and_a_retry_is_the_same_message() {
    let receiver = Receiver::start(|_| (204, String::new())).await;
    let bot = bot(Options {
        webhook: Some(receiver.url()),
        ..Options::default()
    })
    .await;
    let delivery = bot.say(1, Reply::text("Hi")).await;
    assert_eq!((delivery.status(), delivery.taken()), (Some(204), false));
    assert_eq!(bot.deliveries().len(), 1, "there is no retry by default");
    bot.set_retry(Retry {
        times: 2,
        pause: Duration::ZERO,
    });
    let delivery = bot.admin_says(1, 3, "Hi").await;
    assert_eq!((delivery.attempt, delivery.taken()), (3, false));
    let bodies = receiver.bodies();
    assert_eq!(bodies.len(), 4);
    assert!(bodies[1] == bodies[2] && bodies[2] == bodies[3]);
    assert_eq!(bodies[3]["adminID"], 3);
}

#[tokio::test]
async fn replies_can_be_copied_and_lose_their_order() {
    let (receiver, bot) = connected(Options {
        delivering: Delivering {
            copies: 2,
            order: Order::Reversed,
        },
        ..Options::default()
    })
    .await;
    bot.set_brain(|_| (0..3).map(|n| Reply::text(n.to_string())).collect());
    send(&bot, &hello()).await;
    bot.deliveries().wait_for(6, SOON).await.unwrap();
    let bodies = receiver.bodies();
    let texts: Vec<_> = bodies
        .iter()
        .map(|body| body["message"].as_str().unwrap())
        .collect();
    assert_eq!(texts.concat(), "221100");
    for copies in bodies.chunks(2) {
        assert_eq!(copies[0], copies[1]);
    }
    let webhook = bot.webhook(1, Reply::text("again"));
    assert_eq!(bot.deliver_copies(&webhook, 3).await.len(), 3);
    let later = Webhook {
        timestamp: webhook.timestamp + 1,
        ..webhook.clone()
    };
    let deliveries = bot.deliver_at_once(&[webhook, later]).await;
    assert_eq!(
        deliveries[1].body["timestamp"].as_u64().unwrap(),
        deliveries[0].body["timestamp"].as_u64().unwrap() + 1
    );
}

#[tokio::test]
async fn faults_stand_before_the_send_endpoint() {
    let bot = bot(Options::default()).await;
    bot.faults()
        .next("messages", Fault::RetryAfter { seconds: 3 });
    bot.faults().next("messages", Fault::ResetAfter);
    assert_eq!(send(&bot, &hello()).await.status, 429);
    assert!(bot.accepted().is_empty());
    let client = Client::new(SOON).unwrap();
    assert!(client.post(&bot.send_url(), &[], &hello()).await.is_err());
    assert_eq!(bot.accepted().len(), 1, "it was taken, and nobody knows");
    bot.stop().await;
    assert!(client.get(&bot.base_url(), &[]).await.is_err());
}

#[tokio::test]
async fn the_default_brain_knows_its_words() {
    let (receiver, bot) = connected(Options::default()).await;
    send(&bot, &hello()).await;
    for word in ["two", "buttons", "silence", "operator", "a file", "end"] {
        let mut body = with("message", json!(word));
        body["userID"] = json!(1);
        send(&bot, &body).await;
    }
    // A user's replies keep their order: what silence said would be before the last one.
    let last = |delivery: &Delivery| delivery.body["message"].to_string().contains("end");
    bot.deliveries()
        .wait_for_matching(1, SOON, last)
        .await
        .unwrap();
    let bodies = receiver.bodies();
    assert_eq!(bodies.len(), 8);
    for (place, body) in bodies.iter().enumerate() {
        assert_eq!(body.get("quickReplies").is_some(), place == 3, "{body}");
        assert_eq!(body.get("adminID").is_some(), place == 5, "{body}");
        assert_eq!(body.get("attachments").is_some(), place == 6, "{body}");
    }
    assert_eq!(bodies[3]["quickReplies"], json!(["Yes", "No"]));
    assert_eq!(bodies[5]["adminID"], ADMIN);
    assert_eq!(bodies[6]["attachments"][0]["url"], FILE);
}
