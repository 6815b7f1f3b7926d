//! A webhook that is sent again has one effect and gets the same answer.

use serde_json::json;
use simulators::selarti::{Author, Flags};
use simulators::webim::Outcome;

use super::world::{PATIENCE, World};

#[tokio::test]
async fn fifty_copies_of_an_update_have_one_effect() {
    let world = World::new().await;
    let ada = world.telegram.chat(77);
    let update = json!({
        "update_id": 900_001,
        "message": {
            "message_id": 5, "date": 1_700_000_000, "text": "Hello",
            "chat": {"id": 77, "type": "private"},
            "from": {"id": 77, "is_bot": false, "first_name": "Ada"}
        }
    });
    let answers = world.telegram.copies(&update, 50).await;
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    assert!(answers.iter().all(|answer| answer.is_success()));
    assert!(
        answers.iter().all(|answer| answer.body == answers[0].body),
        "all get the same answer"
    );
    ada.wait_sent(1, PATIENCE).await.unwrap();
    // And once more after everything is done.
    assert!(
        world
            .telegram
            .post_update(&update)
            .await
            .unwrap()
            .is_success()
    );
    world.settled("shop-bot", "77").await;
    assert_eq!(world.taken("shop-bot.77"), ["Hello"]);
    assert_eq!(ada.sent().len(), 1);
}

#[tokio::test]
async fn fifty_copies_of_a_webim_request_have_one_effect_and_one_answer() {
    let world = World::new().await;
    let request = world.webim.chat("c").says("Hello");
    let exchanges = world.webim.copies(&request, 50).await;
    for exchange in &exchanges {
        assert_eq!(exchange.outcome, exchanges[0].outcome);
    }
    assert!(matches!(&exchanges[0].outcome, Outcome::Answered(shown) if shown.len() == 1));
    world.settled("site", "c").await;
    assert_eq!(world.taken("site.c"), ["Hello"]);
}

#[tokio::test]
async fn fifty_copies_of_an_agents_webhook_are_one_message() {
    let world = World::new().await;
    let ada = world.telegram.chat(8);
    let update = ada.text("silence");
    world.telegram.delivered(update, PATIENCE).await.unwrap();
    let webhook = world
        .selarti
        .webhook("shop-bot.8", "Once", Author::Bot, Flags::default());
    let deliveries = world.selarti.deliver_copies(&webhook, 50).await;
    assert!(deliveries.iter().all(simulators::selarti::Delivery::taken));
    ada.wait_sent(1, PATIENCE).await.unwrap();
    assert!(world.selarti.deliver(&webhook).await.taken());
    world.settled("shop-bot", "8").await;
    assert_eq!(ada.sent().len(), 1);
}

#[tokio::test]
async fn a_visitor_may_say_the_same_again_later() {
    let world = World::with(super::world::Setup {
        webim: "duplicate_window = 0",
        ..Default::default()
    })
    .await;
    let chat = world.webim.chat("again");
    for _ in 0..2 {
        assert!(matches!(chat.say("yes").await, Outcome::Answered(_)));
    }
    assert_eq!(world.taken("site.again"), ["yes", "yes"]);
}
