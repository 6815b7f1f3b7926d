//! What cannot be delivered is a dead letter that a person can see; nothing behind it waits.

use std::time::Duration;

use shared::app::App;
use shared::delivery::retry::Retry;
use shared::time::Millis;
use simulators::faults::Fault;
use simulators::selarti::Flags;

use super::world::{PATIENCE, Setup, World};

#[tokio::test]
async fn a_blocked_bots_reply_is_a_dead_letter_with_the_reason() {
    let world = World::new().await;
    let ada = world.telegram.chat(1);
    let update = ada.text("silence");
    world.telegram.delivered(update, PATIENCE).await.unwrap();
    ada.block();
    assert!(
        world
            .selarti
            .say("shop-bot.1", "Hello?", Flags::default())
            .await
            .taken()
    );
    world.settled("shop-bot", "1").await;
    let letters = world.dead_letters("shop-bot").await;
    assert_eq!(letters.len(), 1);
    assert!(letters[0].reason.contains("blocked"), "{letters:?}");
    assert!(letters[0].message.contains("Hello?"));
    ada.unblock();
    assert!(
        world
            .selarti
            .say("shop-bot.1", "And again", Flags::default())
            .await
            .taken()
    );
    assert_eq!(
        ada.wait_sent(1, PATIENCE).await.unwrap()[0].text,
        "And again"
    );
}

#[tokio::test]
async fn a_message_that_is_tried_too_long_is_a_dead_letter() {
    let world = World::with(Setup {
        gives_up_at_once: true,
        ..Setup::default()
    })
    .await;
    world
        .selarti
        .faults()
        .next("send_message_external", Fault::Status(503, String::new()));
    let ada = world.telegram.chat(1);
    let update = ada.text("one");
    world.telegram.delivered(update, PATIENCE).await.unwrap();
    world.settled("shop-bot", "1").await;
    let letters = world.dead_letters("shop-bot").await;
    assert_eq!(letters.len(), 1);
    assert!(letters[0].reason.contains("too old"), "{letters:?}");
}

#[tokio::test]
async fn in_doubt_a_connection_may_rather_lose_than_repeat() {
    for (keys, times, dead) in [("", 2, 0), ("in_doubt = \"lose\"", 1, 1)] {
        let world = World::with(Setup {
            selarti: match keys {
                "" => "token = \"env:SELARTI_TOKEN\"",
                _ => "token = \"env:SELARTI_TOKEN\"\nin_doubt = \"lose\"",
            },
            ..Setup::default()
        })
        .await;
        world
            .selarti
            .faults()
            .next("send_message_external", Fault::ResetAfter);
        let ada = world.telegram.chat(1);
        let update = ada.text("silence");
        world.telegram.delivered(update, PATIENCE).await.unwrap();
        world.settled("shop-bot", "1").await;
        assert_eq!(world.taken("shop-bot.1").len(), times, "{keys}");
        let letters = world.dead_letters("shop-bot").await;
        assert_eq!(letters.len(), dead, "{keys}");
    }
}

#[tokio::test]
async fn an_agent_that_is_down_for_a_while_is_caught_up_in_order() {
    let world = World::with(Setup {
        retry: Retry {
            at_once: Duration::from_millis(50),
            ..Setup::default().retry
        },
        ..Setup::default()
    })
    .await;
    world.selarti.set_brain(|_| Vec::new());
    world
        .selarti
        .faults()
        .times("send_message_external", 30, &Fault::ResetBefore);
    let ada = world.telegram.chat(1);
    let said: Vec<String> = (0..5).map(|n| format!("message {n}")).collect();
    for text in &said {
        let update = ada.text(text);
        // Telegram is answered although the agent is down: the message is kept.
        world.telegram.delivered(update, PATIENCE).await.unwrap();
    }
    world
        .selarti
        .accepted()
        .wait_for(5, PATIENCE)
        .await
        .unwrap();
    world.settled("shop-bot", "1").await;
    assert_eq!(world.taken("shop-bot.1"), said);
}

#[tokio::test]
async fn what_waits_for_a_connection_that_is_gone_waits_and_then_is_a_dead_letter() {
    let world = World::with(Setup {
        // The gateway's own redelivery stays out of it.
        stream_window: Duration::from_secs(3600),
        retry: Retry {
            at_once: Duration::ZERO,
            first_put_off: Duration::from_millis(1),
            longest_put_off: Duration::from_millis(1),
            down_for: Duration::from_millis(200),
            ..Setup::default().retry
        },
        ..Setup::default()
    })
    .await;
    world
        .selarti
        .faults()
        .next("send_message_external", Fault::ResetBefore);
    let update = world.telegram.chat(1).text("Hello");
    world.telegram.delivered(update, PATIENCE).await.unwrap();

    let store = &world.gateway.app().store;
    let bot = "shop-bot".parse().unwrap();
    let mut channel = store.connection(&bot).await.unwrap().unwrap();
    let connections = store.connections().await.unwrap();
    let helper = connections.iter().find(|kept| kept.id.as_str() == "helper");
    store.remove_connection(helper.unwrap()).await.unwrap();
    redeliver(&world).await;
    let conversation = world.conversation("shop-bot", "1").await;
    assert_eq!(conversation.to_agent.queue.len(), 1, "it may come back");
    assert!(store.dead_letters(&bot).await.unwrap().is_empty());

    channel.route.as_mut().unwrap().give_up_after_hours = 0;
    store.put_connection(&channel).await.unwrap();
    redeliver(&world).await;
    world.settled("shop-bot", "1").await;
    let letters = store.dead_letters(&bot).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].reason.contains("not configured"), "{letters:?}");
}

/// As a new process of `redeliver` would, which knows no connection yet.
async fn redeliver(world: &World) {
    let running = world.gateway.app();
    let app = App::new(
        running.store.clone(),
        running.http.clone(),
        running.secrets.clone(),
        running.retry,
    );
    let event = serde_json::json!({"Records": [{
        "eventName": "MODIFY",
        "dynamodb": {
            "Keys": {"pk": {"S": "conversation#shop-bot#1"}, "sk": {"S": "-"}},
            "SequenceNumber": "1"
        }
    }]});
    let deadline = Millis::now().after(Duration::from_secs(10)).0;
    let event = serde_json::from_value(event).unwrap();
    let response = redeliver::handler(&app, event, deadline).await;
    assert!(response.batch_item_failures.is_empty(), "{response:?}");
}
