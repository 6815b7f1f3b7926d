//! Within a lane in the order accepted, through every retry; between conversations, no waiting.

use std::time::Duration;

use simulators::faults::Fault;
use simulators::selarti::{Flags, Reply};

use shared::delivery::retry::Retry;

use super::world::{PATIENCE, Setup, World};

#[tokio::test]
async fn a_hundred_messages_arrive_in_order_while_every_third_fails() {
    // Trying at once does not help, so that the lane is put off and redelivery takes part.
    let world = World::with(Setup {
        retry: Retry {
            at_once: Duration::ZERO,
            ..Setup::default().retry
        },
        ..Setup::default()
    })
    .await;
    world.selarti.set_brain(|_| Vec::new());
    // The first one takes its time, so that the others pile up behind it.
    let faults = world.selarti.faults();
    faults.next(
        "send_message_external",
        Fault::Delay(Duration::from_secs(2)),
    );
    faults.every(
        "send_message_external",
        3,
        Fault::Status(503, "{}".to_owned()),
    );
    world.telegram.chat(1);
    let update = |n: i64| {
        serde_json::json!({
            "update_id": n,
            "message": {"message_id": n, "date": 1_700_000_000, "text": format!("message {n}"),
                        "chat": {"id": 1, "type": "private"}, "from": {"id": 1, "first_name": "Ada"}}
        })
    };
    let begins = update(0);
    let (first, most) = tokio::join!(world.telegram.post_update(&begins), async {
        let (update, telegram) = (&update, &world.telegram);
        world
            .selarti
            .faults()
            .attempts()
            .wait_for(1, PATIENCE)
            .await
            .unwrap();
        let mut most = 0;
        for n in 1..100 {
            assert!(telegram.post_update(&update(n)).await.unwrap().is_success());
            // Asked now and then: a busy machine has not taken them all before the first one is through.
            if n % 10 == 0 {
                let conversation = world.conversation("shop-bot", "1").await;
                most = most.max(conversation.to_agent.queue.len());
            }
        }
        most
    });
    assert!(first.unwrap().is_success());
    assert!(most > 10, "they did pile up: {most}");
    world
        .selarti
        .accepted()
        .wait_for(100, PATIENCE)
        .await
        .unwrap();
    world.settled("shop-bot", "1").await;
    let said: Vec<String> = (0..100).map(|n| format!("message {n}")).collect();
    assert_eq!(world.taken("shop-bot.1"), said);
}

#[tokio::test]
async fn a_hundred_at_once_are_each_delivered_once() {
    let world = World::new().await;
    world.selarti.set_brain(|_| Vec::new());
    world
        .selarti
        .faults()
        .every("send_message_external", 3, Fault::RetryAfter { seconds: 0 });
    world.telegram.chat(2);
    let updates: Vec<serde_json::Value> = (0..100)
        .map(|n| {
            serde_json::json!({
                "update_id": 1_000 + n,
                "message": {"message_id": n, "date": 1_700_000_000, "text": format!("{n}"),
                            "chat": {"id": 2, "type": "private"}, "from": {"id": 2, "first_name": "Ada"}}
            })
        })
        .collect();
    let posts = updates.iter().map(async |update| {
        // As Telegram does: what is not answered with success is sent again.
        while !world
            .telegram
            .post_update(update)
            .await
            .unwrap()
            .is_success()
        {}
    });
    futures_util::future::join_all(posts).await;
    world.settled("shop-bot", "2").await;
    let mut taken: Vec<u32> = world
        .taken("shop-bot.2")
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
    taken.sort_unstable();
    assert_eq!(taken, (0..100).collect::<Vec<_>>());
}

#[tokio::test]
async fn replies_arrive_in_order_while_telegram_asks_for_patience() {
    let world = World::new().await;
    let ada = world.telegram.chat(4);
    let update = ada.text("silence");
    world.telegram.delivered(update, PATIENCE).await.unwrap();
    world
        .telegram
        .faults()
        .every("sendMessage", 4, Fault::RetryAfter { seconds: 1 });
    let replies: Vec<String> = (0..8).map(|n| format!("reply {n}")).collect();
    // Each is sent once the one before it has begun to be kept, without waiting for Telegram to have it.
    let said = replies.iter().enumerate().map(async |(number, reply)| {
        world
            .until("shop-bot", "4", |conversation| {
                conversation.to_channel.head + conversation.to_channel.queue.len() as u64
                    >= number as u64
            })
            .await;
        assert!(
            world
                .selarti
                .say("shop-bot.4", reply, Flags::default())
                .await
                .taken()
        );
    });
    futures_util::future::join_all(said).await;
    ada.wait_sent(8, PATIENCE).await.unwrap();
    let texts: Vec<String> = ada.sent().into_iter().map(|sent| sent.text).collect();
    assert_eq!(texts, replies);
}

#[tokio::test]
async fn a_conversation_that_waits_does_not_hold_up_another() {
    let world = World::new().await;
    world
        .selarti
        .set_brain(|incoming| vec![Reply::text(format!("to {}", incoming.message))]);
    world
        .telegram
        .faults()
        .next("sendMessage", Fault::RetryAfter { seconds: 30 });
    let (slow, quick) = (world.telegram.chat(10), world.telegram.chat(11));
    let update = slow.text("one");
    world.telegram.delivered(update, PATIENCE).await.unwrap();
    world
        .telegram
        .faults()
        .attempts()
        .wait_for_matching(1, PATIENCE, |attempt| attempt.endpoint == "sendMessage")
        .await
        .unwrap();
    quick.text("two");
    let sent = quick.wait_sent(1, Duration::from_secs(15)).await.unwrap();
    assert_eq!(sent[0].text, "to two");
    assert!(slow.sent().is_empty(), "Telegram said when to come back");
}
