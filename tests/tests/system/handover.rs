//! A person can take over and hand back, once, without loops, and the agent does not talk over them.

use simulators::selarti::Flags;
use simulators::webim::{Outcome, Shown};

use super::world::{PATIENCE, World};
use shared::model::Mode;

const OPERATOR: Flags = Flags {
    operator: true,
    close: false,
    get_contact: false,
    interest: false,
    is_bot: false,
    success: false,
};

#[tokio::test]
async fn webims_operators_take_over_when_the_agent_asks_for_them_and_give_back() {
    let world = World::new().await;
    let chat = world.webim.chat("1");
    // The words come first: one answer cannot both speak and hand over.
    let Outcome::Answered(shown) = chat.say("operator, please").await else {
        panic!("no answer");
    };
    assert_eq!(
        shown,
        [Shown::Text(
            "Of course. I am passing you to an operator, please stay here.".to_owned()
        )]
    );
    assert_eq!(world.conversation("site", "1").await.mode, Mode::Operator);
    assert_eq!(chat.say("Hello?").await, Outcome::HandedOver);
    assert!(chat.with_operators());
    assert_eq!(
        world.taken("site.1"),
        ["operator, please"],
        "what people answer is not the agent's"
    );
    // They have the chat now; Webim does not ask the bot.
    assert_eq!(chat.say("Thank you").await, Outcome::NotAsked);

    chat.hand_back();
    assert!(matches!(
        chat.say("Hello again").await,
        Outcome::Answered(_)
    ));
    assert_eq!(world.taken("site.1"), ["operator, please", "Hello again"]);
    assert_eq!(world.conversation("site", "1").await.mode, Mode::Agent);
}

#[tokio::test]
async fn an_operator_in_selartis_panel_is_not_talked_over() {
    let world = World::new().await;
    let ada = world.telegram.chat(1);
    ada.text("operator, please");
    ada.wait_sent(1, PATIENCE).await.unwrap();
    world
        .selarti
        .operator_says("shop-bot.1", "Here is Grace.", OPERATOR)
        .await;
    ada.wait_sent(2, PATIENCE).await.unwrap();

    // The agent speaks while the person has the conversation: kept for a person to see, not shown.
    let delivery = world
        .selarti
        .say("shop-bot.1", "As an AI, I", OPERATOR)
        .await;
    assert!(delivery.taken());
    let letters = world.dead_letters("shop-bot").await;
    assert_eq!(letters.len(), 1);
    assert!(letters[0].reason.contains("talked over"));

    // The visitor's words go on to where the person is, and nobody is shown typing.
    let before = world.telegram.actions().len();
    world.selarti.set_brain(|_| Vec::new());
    let update = ada.text("Thank you");
    world.telegram.delivered(update, PATIENCE).await.unwrap();
    assert_eq!(world.taken("shop-bot.1").last().unwrap(), "Thank you");
    assert_eq!(world.telegram.actions().len(), before);

    // The person gives back: the agent says so with `operator: "no"`.
    world
        .selarti
        .say("shop-bot.1", "Back with you", Flags::default())
        .await;
    let sent = ada.wait_sent(3, PATIENCE).await.unwrap();
    assert_eq!(sent[2].text, "Back with you");
    assert_eq!(world.settled("shop-bot", "1").await.mode, Mode::Agent);
}

#[tokio::test]
async fn a_closed_conversation_is_reopened_by_the_visitor() {
    let world = World::new().await;
    let ada = world.telegram.chat(1);
    ada.text("bye");
    ada.wait_sent(1, PATIENCE).await.unwrap();
    let conversation = world.settled("shop-bot", "1").await;
    assert_eq!(conversation.mode, Mode::Closed);
    assert_eq!(conversation.facts.success, Some(true));
    world.selarti.set_brain(|_| Vec::new());
    let update = ada.text("One more thing");
    world.telegram.delivered(update, PATIENCE).await.unwrap();
    assert_eq!(world.settled("shop-bot", "1").await.mode, Mode::Agent);
}

#[tokio::test]
async fn what_an_operator_in_the_agents_panel_says_does_not_swallow_the_visitors_words() {
    let world = World::new().await;
    let chat = world.webim.chat("1");
    assert!(matches!(
        chat.say("operator, please").await,
        Outcome::Answered(_)
    ));
    world
        .selarti
        .operator_says("site.1", "Here is Grace.", OPERATOR)
        .await;
    world.selarti.set_brain(|_| Vec::new());
    // Grace's line is shown, so Webim's operators do not get the chat, so the visitor's words go to where Grace is.
    assert_eq!(
        chat.say("Hello?").await,
        Outcome::Answered(vec![Shown::Text("Here is Grace.".to_owned())])
    );
    world.sent_to_agent("site", "1").await;
    assert_eq!(world.taken("site.1"), ["operator, please", "Hello?"]);
}

#[tokio::test]
async fn an_agent_that_keeps_saying_operator_does_not_make_a_loop() {
    let world = World::new().await;
    world.selarti.set_brain(|incoming| {
        vec![simulators::selarti::Reply::text(format!("about {}", incoming.message)).with(OPERATOR)]
    });
    let chat = world.webim.chat("1");
    assert!(matches!(chat.say("one").await, Outcome::Answered(_)));
    assert_eq!(chat.say("two").await, Outcome::HandedOver);
    chat.hand_back();
    for text in ["three", "four", "five"] {
        assert_eq!(
            chat.say(text).await,
            Outcome::Answered(vec![Shown::Text(format!("about {text}"))])
        );
    }
}
