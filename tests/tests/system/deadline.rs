//! Webim always gets an answer within five seconds, the right one if there is one.

use std::time::{Duration, Instant};

use simulators::faults::Fault;
use simulators::selarti::Reply;
use simulators::webim::{Outcome, Shown};

use super::world::{PATIENCE, Setup, World};

const LIMIT: Duration = Duration::from_secs(5);

fn patient() -> Setup {
    Setup {
        webim_route: "unanswered = \"wait\"\npatience = \"One moment\"\nsettle_ms = 100",
        ..Setup::default()
    }
}

fn is_patience(outcome: &Outcome) -> bool {
    *outcome == Outcome::Answered(vec![Shown::Text("One moment".to_owned())])
}

#[tokio::test]
async fn a_silent_agent_hands_over_in_time() {
    let world = World::new().await;
    let begun = Instant::now();
    let outcome = world.webim.chat("1").say("silence").await;
    assert_eq!(outcome, Outcome::HandedOver);
    assert!(begun.elapsed() < LIMIT);
    assert!(world.conversation("site", "1").await.told);
}

#[tokio::test]
async fn a_slow_agent_hands_over_or_asks_for_patience_in_time() {
    for (setup, expected) in [
        (Setup::default(), Outcome::HandedOver),
        (
            patient(),
            Outcome::Answered(vec![Shown::Text("One moment".to_owned())]),
        ),
    ] {
        let world = World::with(setup).await;
        // Slow to take the message at all.
        world.selarti.faults().next(
            "send_message_external",
            Fault::Delay(Duration::from_secs(8)),
        );
        assert_eq!(world.webim.chat("1").say("Hello").await, expected);
    }
}

#[tokio::test]
async fn a_failing_agent_is_not_waited_for() {
    let world = World::with(Setup {
        retry: shared::delivery::retry::Retry {
            at_once: Duration::from_millis(300),
            ..Setup::default().retry
        },
        ..patient()
    })
    .await;
    world.selarti.faults().times(
        "send_message_external",
        1_000,
        &Fault::Status(500, "{}".to_owned()),
    );
    assert!(is_patience(&world.webim.chat("1").say("Hello").await));
    // It is sent when the agent is back, and the reply comes with the next message.
    world.selarti.faults().clear();
    world
        .selarti
        .accepted()
        .wait_for(1, PATIENCE)
        .await
        .unwrap();
    assert_eq!(world.taken("site.1"), ["Hello"]);
}

#[tokio::test]
async fn an_agent_that_refuses_is_not_waited_for() {
    let world = World::new().await;
    world
        .selarti
        .faults()
        .next("send_message_external", Fault::Status(400, "{}".to_owned()));
    let begun = Instant::now();
    assert_eq!(
        world.webim.chat("1").say("Hello").await,
        Outcome::HandedOver
    );
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_late_answer_comes_with_the_next_message() {
    let world = World::with(patient()).await;
    world.selarti.set_brain(|incoming| {
        let reply = Reply::text(format!("about {}", incoming.message));
        vec![if incoming.message == "slow" {
            reply.after(Duration::from_secs(6))
        } else {
            reply
        }]
    });
    let chat = world.webim.chat("1");
    assert!(is_patience(&chat.say("slow").await));
    // The webhook with the late reply is answered once it is kept.
    world
        .selarti
        .deliveries()
        .wait_for(2, PATIENCE)
        .await
        .unwrap();
    let Outcome::Answered(shown) = chat.say("next").await else {
        panic!("no answer");
    };
    assert_eq!(
        shown,
        [
            Shown::Text("about slow".to_owned()),
            Shown::Text("about next".to_owned())
        ]
    );
}

#[tokio::test]
async fn late_answers_do_not_shift_the_ones_after_them() {
    let world = World::with(patient()).await;
    world.selarti.set_brain(|incoming| {
        let reply = Reply::text(format!("about {}", incoming.message));
        // Slower than one look at the conversation, so that what waits from before would be first.
        let takes = if incoming.message == "slow" {
            6_000
        } else {
            700
        };
        vec![reply.after(Duration::from_millis(takes))]
    });
    let chat = world.webim.chat("1");
    assert!(is_patience(&chat.say("slow").await));
    world
        .selarti
        .deliveries()
        .wait_for(2, PATIENCE)
        .await
        .unwrap();
    let about = |text: &str| Shown::Text(format!("about {text}"));
    assert_eq!(
        chat.say("second").await,
        Outcome::Answered(vec![about("slow"), about("second")])
    );
    assert_eq!(
        chat.say("third").await,
        Outcome::Answered(vec![about("third")])
    );
}

#[tokio::test]
async fn a_late_answer_also_comes_after_the_operators_gave_the_chat_back() {
    let world = World::new().await;
    world.selarti.set_brain(|incoming| {
        let reply = Reply::text(format!("about {}", incoming.message));
        vec![if incoming.message == "slow" {
            reply.after(Duration::from_secs(6))
        } else {
            reply
        }]
    });
    let chat = world.webim.chat("1");
    assert_eq!(chat.say("slow").await, Outcome::HandedOver);
    world
        .selarti
        .deliveries()
        .wait_for(2, PATIENCE)
        .await
        .unwrap();
    chat.hand_back();
    let Outcome::Answered(shown) = chat.say("next").await else {
        panic!("no answer");
    };
    assert_eq!(shown[0], Shown::Text("about slow".to_owned()));
    assert!(!world.conversation("site", "1").await.told);
}
