//! What is said between Selarti, which takes our ids, and a channel, and redelivery itself.

use std::sync::Arc;
use std::time::Duration;

use shared::platforms::Platform;
use simulators::faults::Fault;
use simulators::lambda::{Function, HttpApi};
use simulators::selarti::{Author, Flags, Reply};
use simulators::webim::{Outcome, Webim};

use super::programs::Programs;
use super::{INVOCATION, NEVER, at_every_point};
use crate::tap::{Tap, When};
use crate::world::{
    PATIENCE, SELARTI_WEBHOOK_TOKEN, Setup, WEBHOOK_SECRET, WEBIM_TOKEN, World, selarti_url,
    webim_url,
};

/// A world whose functions are processes, with a tap on everything that they call. Redelivery and the stream are the
/// local gateway's, but where a test says otherwise.
struct Deployed {
    world: World,
    tap: Tap,
    api: HttpApi,
    programs: Programs,
}

impl Deployed {
    async fn new(setup: Setup) -> Self {
        let tap = Tap::default();
        let world = World::with(Setup {
            tap: Some(tap.clone()),
            ..setup
        })
        .await;
        let secrets = [
            ("SITE_TOKEN", WEBIM_TOKEN),
            ("SHOP_BOT_TOKEN", world.telegram.token()),
            ("SHOP_WEBHOOK_SECRET", WEBHOOK_SECRET),
            ("SELARTI_TOKEN", "selarti-token"),
            ("SELARTI_WEBHOOK_TOKEN", SELARTI_WEBHOOK_TOKEN),
        ]
        .map(|(name, secret)| (name, secret.to_owned()));
        let programs = Programs::new(&world.gateway, &tap, secrets).await;
        let time = |platform| match platform {
            // It waits for the answer.
            Platform::Webim => Duration::from_secs(10),
            _ => INVOCATION,
        };
        let api = programs.api(time).await;
        let base = api.base_url();
        // What the visitor says is not told back: nothing but what is looked at calls.
        world.selarti.set_echo(false);
        world.selarti.set_webhook(&selarti_url(&base));
        world
            .telegram
            .set_webhook(&format!("{base}/telegram/shop-bot"), Some(WEBHOOK_SECRET));
        Self {
            world,
            tap,
            api,
            programs,
        }
    }

    fn function(&self, platform: Platform) -> &Arc<Function> {
        self.programs.of(platform)
    }

    async fn dead_letters(&self, channel: &str) -> usize {
        self.world.dead_letters(channel).await.len()
    }
}

fn silent() -> Setup {
    Setup::default()
}

#[tokio::test]
async fn a_visitors_message_survives_a_kill_at_every_call() {
    let usual = [
        "GetItem",
        "GetItem",
        "UpdateItem",
        "send_message_external",
        "UpdateItem",
    ];
    // One more write, because the send is marked before.
    let careful = [
        "GetItem",
        "GetItem",
        "UpdateItem",
        "UpdateItem",
        "send_message_external",
        "UpdateItem",
    ];
    for (expected, careful) in [(&usual[..], false), (&careful[..], true)] {
        assert_eq!(
            visitors_calls(careful).await,
            expected,
            "careful: {careful}"
        );
        at_every_point(expected, |at, when, call| async move {
            visitors_message(at, when, &call, careful).await;
            true
        })
        .await;
    }
}

fn in_doubt(careful: bool) -> Setup {
    Setup {
        selarti: if careful {
            "token = \"env:SELARTI_TOKEN\"\nin_doubt = \"lose\""
        } else {
            "token = \"env:SELARTI_TOKEN\""
        },
        ..Setup::default()
    }
}

async fn visitors_calls(careful: bool) -> Vec<String> {
    let deployed = Deployed::new(Setup {
        stream_window: NEVER,
        ..in_doubt(careful)
    })
    .await;
    deployed.world.selarti.set_brain(|_| Vec::new());
    deployed.tap.record();
    let update = deployed.world.telegram.chat(1).text("Hello");
    deployed
        .world
        .telegram
        .delivered(update, PATIENCE)
        .await
        .unwrap();
    deployed.tap.disarm()
}

async fn visitors_message(at: usize, when: When, call: &str, careful: bool) {
    let deployed = Deployed::new(in_doubt(careful)).await;
    let world = &deployed.world;
    world.selarti.set_brain(|_| Vec::new());
    deployed
        .tap
        .kill_at(at, when, deployed.function(Platform::Telegram));
    let ada = world.telegram.chat(1);
    let first = ada.text("Hello");
    world.telegram.delivered(first, PATIENCE).await.unwrap();
    assert!(!deployed.tap.is_armed(), "the process was killed at {call}");
    deployed.tap.disarm();
    let second = ada.text("Are you there?");
    world.telegram.delivered(second, PATIENCE).await.unwrap();
    world.settled("shop-bot", "1").await;

    let taken = world.taken("shop-bot.1");
    let dead = deployed.dead_letters("shop-bot").await;
    let context =
        format!("killed {when:?} call {at} ({call}), careful: {careful}: {taken:?}, {dead} dead");
    let hellos = taken.iter().filter(|text| *text == "Hello").count();
    let in_the_hole = call == "send_message_external" && when == When::After
        || call == "UpdateItem" && when == When::Before && at > 3;
    if careful {
        assert!(hellos <= 1, "{context}");
        assert!(hellos + dead >= 1, "{context}");
    } else {
        assert!(
            (1..=if in_the_hole { 2 } else { 1 }).contains(&hellos),
            "{context}"
        );
        assert_eq!(dead, 0, "{context}");
    }
    assert_eq!(taken.last().unwrap(), "Are you there?", "{context}");
    assert_eq!(
        taken
            .iter()
            .filter(|text| *text == "Are you there?")
            .count(),
        1,
        "{context}"
    );
}

#[tokio::test]
async fn an_agents_reply_survives_a_kill_at_every_call() {
    let calls = {
        let deployed = Deployed::new(Setup {
            stream_window: NEVER,
            ..silent()
        })
        .await;
        deployed.world.telegram.chat(1);
        deployed.tap.record();
        let delivery = deployed
            .world
            .selarti
            .say("shop-bot.1", "Hello", Flags::default())
            .await;
        assert!(delivery.taken(), "{delivery:?}");
        deployed.tap.disarm()
    };
    assert_eq!(
        calls,
        [
            "GetItem",
            "GetItem",
            "UpdateItem",
            "sendMessage",
            "UpdateItem"
        ]
    );
    at_every_point(&calls, |at, when, call| async move {
        let deployed = Deployed::new(silent()).await;
        let world = &deployed.world;
        let ada = world.telegram.chat(1);
        let webhook = world
            .selarti
            .webhook("shop-bot.1", "Hello", Author::Bot, Flags::default());
        deployed
            .tap
            .kill_at(at, when, deployed.function(Platform::Selarti));
        let killed = world.selarti.deliver(&webhook).await;
        assert!(!killed.taken(), "the process was killed at {call}");
        deployed.tap.disarm();
        // Somebody at Selarti sends it again.
        assert!(world.selarti.deliver(&webhook).await.taken());
        ada.wait_sent(1, PATIENCE).await.unwrap();
        world.settled("shop-bot", "1").await;
        let shown = ada.sent().len();
        let in_the_hole =
            call == "sendMessage" && when == When::After || at == 4 && when == When::Before;
        let most = if in_the_hole { 2 } else { 1 };
        assert!(
            (1..=most).contains(&shown),
            "killed {when:?} call {at} ({call}): {shown}"
        );
        assert_eq!(deployed.dead_letters("shop-bot").await, 0);
        true
    })
    .await;
}

#[tokio::test]
async fn a_webim_visitor_gets_the_operators_when_the_process_is_killed_and_nothing_is_lost() {
    let calls = {
        let deployed = Deployed::new(Setup {
            stream_window: NEVER,
            ..silent()
        })
        .await;
        deployed.tap.record();
        let webim = Webim::new(&webim_url(&deployed.api.base_url())).unwrap();
        let outcome = webim.chat("1").say("Hello").await;
        assert!(matches!(outcome, Outcome::Answered(_)), "{outcome:?}");
        deployed.tap.disarm()
    };
    // The looks at the conversation vary in number; the first calls and the last do not.
    let mine: Vec<String> = calls.iter().take(5).cloned().collect();
    assert_eq!(mine[..3], ["GetItem", "GetItem", "UpdateItem"]);
    at_every_point(&mine, |at, when, call| async move {
        let deployed = Deployed::new(Setup {
            webim_route: "settle_ms = 100\nunanswered = \"wait\"",
            ..Setup::default()
        })
        .await;
        let world = &deployed.world;
        world
            .selarti
            .set_brain(|incoming| vec![Reply::text(format!("about {}", incoming.message))]);
        let webim = Webim::new(&webim_url(&deployed.api.base_url())).unwrap();
        let chat = webim.chat("1");
        deployed
            .tap
            .kill_at(at, when, deployed.function(Platform::Webim));
        let outcome = chat.say("Hello").await;
        let context = format!("killed {when:?} call {at} ({call})");
        assert!(
            matches!(outcome, Outcome::Operators(_)),
            "{context}: {outcome:?}"
        );
        deployed.tap.disarm();
        let accepted = at > 2 || (at == 2 && when == When::After);
        if accepted {
            // Whatever was kept reaches the agent, if it has not yet.
            world
                .selarti
                .accepted()
                .wait_for(1, PATIENCE)
                .await
                .unwrap();
        }
        chat.hand_back();
        assert!(
            matches!(chat.say("Again").await, Outcome::Answered(_)),
            "{context}"
        );
        world.sent_to_agent("site", "1").await;
        let taken = world.taken("site.1");
        let hellos = taken.iter().filter(|text| *text == "Hello").count();
        if accepted {
            assert!((1..=2).contains(&hellos), "{context}: {taken:?}");
        } else {
            assert_eq!(hellos, 0, "{context}: {taken:?}");
        }
        assert_eq!(taken.last().unwrap(), "Again", "{context}");
        true
    })
    .await;
}

#[tokio::test]
async fn redelivery_survives_a_kill_at_every_call() {
    let waiting = async || {
        let deployed = Deployed::new(Setup {
            // The gateway's own redelivery stays out of it.
            stream_window: Duration::from_secs(3600),
            retry: shared::delivery::retry::Retry {
                at_once: Duration::ZERO,
                first_put_off: Duration::from_millis(1),
                longest_put_off: Duration::from_millis(1),
                down_for: Duration::from_millis(200),
                ..Setup::default().retry
            },
            ..Setup::default()
        })
        .await;
        let world = &deployed.world;
        world.selarti.set_brain(|_| Vec::new());
        // Kept through the gateway, while the agent is away.
        let gateway = world.gateway.base_url();
        world.telegram.set_webhook(
            &format!("{gateway}/telegram/shop-bot"),
            Some(WEBHOOK_SECRET),
        );
        world
            .selarti
            .faults()
            .times("send_message_external", 100, &Fault::ResetBefore);
        let ada = world.telegram.chat(1);
        for text in ["one", "two"] {
            let update = ada.text(text);
            world.telegram.delivered(update, PATIENCE).await.unwrap();
        }
        world.selarti.faults().clear();
        deployed
    };
    let calls = {
        let deployed = waiting().await;
        deployed.tap.record();
        deployed
            .programs
            .redeliver_once("shop-bot", "1")
            .await
            .unwrap();
        assert_eq!(deployed.world.taken("shop-bot.1"), ["one", "two"]);
        deployed.tap.disarm()
    };
    at_every_point(&calls, |at, when, call| async move {
        let deployed = waiting().await;
        let redeliver = async || deployed.programs.redeliver_once("shop-bot", "1").await;
        deployed
            .tap
            .kill_at(at, when, deployed.programs.redeliver());
        let killed = redeliver().await;
        // A busy machine makes the SDK repeat a call, so that there may be fewer than when they were noted.
        let is_armed = deployed.tap.is_armed();
        assert!(killed.is_err() || is_armed, "killed at {call}");
        deployed.tap.disarm();
        // Lambda brings the batch again, and the stream what is touched, until the lease has run out.
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            redeliver().await.unwrap();
            let conversation = deployed.world.conversation("shop-bot", "1").await;
            if conversation.to_agent.queue.is_empty() {
                break;
            }
            assert!(tokio::time::Instant::now() < deadline, "{conversation:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let mut taken = deployed.world.taken("shop-bot.1");
        let context = format!("killed {when:?} call {at} ({call}): {taken:?}");
        assert!(taken.len() <= 3, "one crash repeats one: {context}");
        taken.dedup();
        assert_eq!(taken, ["one", "two"], "{context}");
        !is_armed
    })
    .await;
}

#[tokio::test]
async fn a_whole_conversation_runs_on_the_bootstraps() {
    let deployed = Deployed::new(Setup::default()).await;
    let ada = deployed.world.telegram.chat(1);
    ada.text("Hello");
    let sent = ada.wait_sent(1, PATIENCE).await.unwrap();
    assert!(sent[0].text.starts_with("You said: Hello"));
    let logs = deployed.programs.logs();
    assert!(logs.contains("\"in\":1"), "{logs}");
    for secret in [
        "Hello",
        "selarti-token",
        deployed.world.telegram.token(),
        WEBHOOK_SECRET,
        SELARTI_WEBHOOK_TOKEN,
    ] {
        assert!(!logs.contains(secret), "{secret} is in the logs: {logs}");
    }
}

#[tokio::test]
async fn what_fails_is_logged_without_texts_and_secrets() {
    let deployed = Deployed::new(Setup::default()).await;
    let world = &deployed.world;
    world.selarti.set_brain(|_| Vec::new());
    let text = "My number is +7900 1234567";
    let quoting = format!("{{\"message\":\"bad value: {text}\"}}");
    let ada = world.telegram.chat(1);
    for fault in [
        Fault::ResetAfter,
        Fault::Status(500, quoting.clone()),
        Fault::Status(400, quoting),
        Fault::Status(404, String::new()),
    ] {
        world.selarti.faults().next("send_message_external", fault);
        let update = ada.text(text);
        world.telegram.delivered(update, PATIENCE).await.unwrap();
    }
    let log = deployed.function(Platform::Telegram).log();
    log.wait_for_matching(2, PATIENCE, |line| line.contains("\"outcome\":\"dead\""))
        .await
        .unwrap();
    let lines = deployed.function(Platform::Telegram).logs().join("\n");
    assert!(lines.contains("\"retried\":1"), "{lines}");
    for hidden in ["+7900", "My number", "selarti-token", WEBHOOK_SECRET] {
        assert!(!lines.contains(hidden), "{hidden} is in the logs: {lines}");
    }
    for letter in world.dead_letters("shop-bot").await {
        assert!(!letter.reason.contains("+7900"), "{letter:?}");
    }
}
