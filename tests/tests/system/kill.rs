//! The real bootstraps are killed (`SIGKILL`) at every call that they make, before it has its effect and after. Nothing
//! is lost, and nothing is doubled beyond the documented hole: a crash between the other side's acceptance and our note
//! of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use simulators::faults::Fault;
use simulators::lambda::{Function, HttpApi, Route};
use simulators::listen;
use simulators::selarti::{Author, Flags, Reply};
use simulators::webim::{Outcome, Webim};

use super::tap::{Tap, Upstreams, When};
use super::world::{
    PATIENCE, SELARTI_WEBHOOK_TOKEN, Setup, WEBHOOK_SECRET, WEBIM_TOKEN, World, webim_url,
};

/// How long an invocation may take. Its lease ends with it, so redelivery begins soon after a kill.
const INVOCATION: Duration = Duration::from_secs(3);

/// A world whose functions are processes, with a tap on everything that they call. Redelivery and the stream are the
/// local gateway's, but where a test says otherwise.
struct Deployed {
    world: World,
    tap: Tap,
    api: HttpApi,
    telegram: Arc<Function>,
    selarti: Arc<Function>,
    webim: Arc<Function>,
    redeliver: Arc<Function>,
}

impl Deployed {
    async fn new(setup: Setup) -> Self {
        let tap = Tap::start().await;
        let world = World::with(Setup {
            tap: Some(tap.base_url().to_owned()),
            ..setup
        })
        .await;
        tap.set_upstreams(Upstreams {
            dynamodb: world.gateway.dynamodb_url().to_owned(),
            selarti: world.selarti.base_url(),
            telegram: world.telegram.base_url(),
        });
        let environment: Vec<(String, String)> = [
            ("TABLE_NAME", world.gateway.app().store.table()),
            // No file is sent here.
            ("FILES_BUCKET", "switchboard-files"),
            ("AWS_ENDPOINT_URL_DYNAMODB", tap.base_url()),
            ("SITE_TOKEN", WEBIM_TOKEN),
            ("SHOP_BOT_TOKEN", world.telegram.token()),
            ("SHOP_WEBHOOK_SECRET", WEBHOOK_SECRET),
            ("SELARTI_TOKEN", "selarti-token"),
            ("SELARTI_WEBHOOK_TOKEN", SELARTI_WEBHOOK_TOKEN),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        let function = |program: &str| {
            Arc::new(Function::new(PathBuf::from(program), environment.clone()).unwrap())
        };
        let telegram = function(env!("CARGO_BIN_EXE_bootstrap-telegram"));
        let selarti = function(env!("CARGO_BIN_EXE_bootstrap-selarti"));
        let webim = function(env!("CARGO_BIN_EXE_bootstrap-webim"));
        let redeliver = function(env!("CARGO_BIN_EXE_bootstrap-redeliver"));
        let route = |path: &str, function: &Arc<Function>, timeout| Route {
            method: "POST".to_owned(),
            path_template: path.to_owned(),
            function: function.clone(),
            timeout,
        };
        let api = HttpApi::start(
            listen("127.0.0.1:0").await.unwrap(),
            vec![
                route("/telegram/{connection}", &telegram, INVOCATION),
                route("/selarti/{credential}", &selarti, INVOCATION),
                route(
                    "/connector/webim/webim_message/{credential}/bot_api_webhook",
                    &webim,
                    Duration::from_secs(10),
                ),
            ],
        )
        .unwrap();
        let base = api.base_url();
        world.selarti.set_webhook(&super::world::selarti_url(&base));
        world
            .telegram
            .set_webhook(&format!("{base}/telegram/shop-bot"), Some(WEBHOOK_SECRET));
        Self {
            world,
            tap,
            api,
            telegram,
            selarti,
            webim,
            redeliver,
        }
    }

    async fn dead_letters(&self, channel: &str) -> usize {
        self.world.dead_letters(channel).await.len()
    }
}

/// Every call, before and after.
fn points(calls: &[String]) -> Vec<(usize, When, String)> {
    calls
        .iter()
        .enumerate()
        .flat_map(|(at, call)| {
            [
                (at, When::Before, call.clone()),
                (at, When::After, call.clone()),
            ]
        })
        .collect()
}

/// Runs `case` for every point at once, each with a world of its own.
async fn at_every_point<F, Case>(calls: &[String], case: Case)
where
    Case: Fn(usize, When, String) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut cases = tokio::task::JoinSet::new();
    for (at, when, call) in points(calls) {
        cases.spawn(case(at, when, call));
    }
    while let Some(case) = cases.join_next().await {
        case.unwrap();
    }
}

/// Where a function's calls are noted, redelivery's are not to be among them, however slow the machine is.
const NEVER: Duration = Duration::from_secs(3600);

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
        let calls: Vec<String> = expected.iter().map(|call| (*call).to_owned()).collect();
        at_every_point(&calls, |at, when, call| async move {
            visitors_message(at, when, &call, careful).await;
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
    deployed.tap.kill_at(at, when, deployed.telegram.clone());
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
        deployed.tap.kill_at(at, when, deployed.selarti.clone());
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
        deployed.tap.kill_at(at, when, deployed.webim.clone());
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
    })
    .await;
}

#[tokio::test]
async fn redelivery_survives_a_kill_at_every_call() {
    let event = json!({"Records": [{
        "eventID": "1", "eventName": "MODIFY", "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "eu-central-1",
        "dynamodb": {
            "Keys": {"pk": {"S": "conversation#shop-bot#1"}, "sk": {"S": "-"}},
            "SequenceNumber": "111", "SizeBytes": 26, "StreamViewType": "NEW_AND_OLD_IMAGES"
        }
    }]});
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
            .redeliver
            .invoke(&event, Duration::from_secs(6))
            .await
            .unwrap();
        assert_eq!(deployed.world.taken("shop-bot.1"), ["one", "two"]);
        deployed.tap.disarm()
    };
    at_every_point(&calls, |at, when, call| {
        let event = event.clone();
        async move {
            let deployed = waiting().await;
            deployed.tap.kill_at(at, when, deployed.redeliver.clone());
            let killed = deployed
                .redeliver
                .invoke(&event, Duration::from_secs(6))
                .await;
            // A busy machine makes the SDK repeat a call, so that there may be fewer than when they were noted.
            assert!(
                killed.is_err() || deployed.tap.is_armed(),
                "killed at {call}"
            );
            deployed.tap.disarm();
            // Lambda brings the batch again, and the stream what is touched, until the lease has run out.
            let deadline = tokio::time::Instant::now() + PATIENCE;
            loop {
                deployed
                    .redeliver
                    .invoke(&event, Duration::from_secs(6))
                    .await
                    .unwrap();
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
        }
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
    let logs = [&deployed.telegram, &deployed.selarti, &deployed.webim]
        .iter()
        .flat_map(|function| function.logs())
        .collect::<Vec<_>>()
        .join("\n");
    assert!(logs.contains("\"count\":\"in\""), "{logs}");
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
    let log = deployed.telegram.log();
    log.wait_for_matching(2, PATIENCE, |line| line.contains("\"count\":\"dead\""))
        .await
        .unwrap();
    let lines = deployed.telegram.logs().join("\n");
    assert!(lines.contains("\"count\":\"retried\""), "{lines}");
    for hidden in ["+7900", "My number", "selarti-token", WEBHOOK_SECRET] {
        assert!(!lines.contains(hidden), "{hidden} is in the logs: {lines}");
    }
    for letter in world.dead_letters("shop-bot").await {
        assert!(!letter.reason.contains("+7900"), "{letter:?}");
    }
}
