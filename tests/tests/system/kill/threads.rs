//! Agents that have ids of their own for conversations: the first message makes a thread, and a reply comes through it.

use shared::platforms::Platform;
use simulators::telegram::Telegram;

use super::cast::{Agent, Kind, telegram, telegram_section};
use super::stage::{Plan, Stage};
use super::{Point, at_every_point, hole};
use crate::tap::{Tap, When};
use crate::world::{PATIENCE, WEBHOOK_SECRET};

struct Scene {
    stage: Stage,
    telegram: Telegram,
    agent: Agent,
}

impl Scene {
    async fn start(kind: Kind) -> Self {
        let (tap, telegram, agent) = (Tap::default(), telegram().await, Agent::start(kind).await);
        let (channel, mut secrets) = telegram_section(&telegram, &tap).await;
        let (section, more) = agent.section("helper", &tap).await;
        secrets.extend(more);
        let stage = Stage::start(Plan {
            tap,
            configuration: format!(
                "{channel}\n{section}\n[[routes]]\nchannel = \"shop-bot\"\nagent = \"helper\"\n"
            ),
            secrets,
            ..Plan::default()
        })
        .await;
        let base = stage.base_url();
        telegram.set_webhook(&format!("{base}/telegram/shop-bot"), Some(WEBHOOK_SECRET));
        agent.connect("helper", &base);
        Self {
            stage,
            telegram,
            agent,
        }
    }

    /// The visitor writes, and it is kept.
    async fn write(&self, text: &str) {
        let update = self.telegram.chat(1).text(text);
        self.telegram.delivered(update, PATIENCE).await.unwrap();
    }

    /// The texts that the agent took, in order.
    fn heard(&self) -> Vec<String> {
        self.agent
            .heard()
            .into_iter()
            .map(|(_, text)| text)
            .collect()
    }

    /// The texts that the visitor sees, in order.
    fn seen(&self) -> Vec<String> {
        let sent = self.telegram.chat(1).sent().into_iter();
        sent.map(|sent| sent.text).collect()
    }
}

/// The calls of a first message. Between its acceptance and the note of it lie more than one write where the id comes with the
/// acceptance: the thread leads back, and the conversation knows it, before it leaves the lane.
fn first_calls(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Assigns => &[
            "GetItem",
            "GetItem",
            "UpdateItem",
            "messages",
            "UpdateItem",
            "UpdateItem",
            "UpdateItem",
        ],
        Kind::WithKeyword => &[
            "GetItem",
            "GetItem",
            "UpdateItem",
            "messages",
            "UpdateItem",
            "UpdateItem",
            "messages",
            "UpdateItem",
        ],
        Kind::Careful => &[
            "GetItem",
            "GetItem",
            "UpdateItem",
            "UpdateItem",
            "messages",
            "UpdateItem",
            "UpdateItem",
            "UpdateItem",
        ],
        Kind::Takes => &[
            "GetItem",
            "GetItem",
            "UpdateItem",
            "UpdateItem",
            "UpdateItem",
            "bot_api_webhook",
            "UpdateItem",
        ],
    }
}

#[tokio::test]
async fn a_first_message_makes_one_thread_that_leads_back() {
    tokio::join!(first_message(Kind::Assigns), first_message(Kind::Takes));
}

#[tokio::test]
async fn so_it_does_behind_a_keyword_and_where_nothing_may_come_twice() {
    tokio::join!(
        first_message(Kind::WithKeyword),
        first_message(Kind::Careful)
    );
}

async fn first_message(kind: Kind) {
    let expected = first_calls(kind);
    let scene = Scene::start(kind).await;
    scene.stage.tap.record();
    scene.write("Hello").await;
    assert_eq!(scene.stage.tap.disarm(), expected, "{kind:?}");
    at_every_point(expected, |at, when, call| async move {
        let context = format!("{kind:?}, killed {when:?} call {at} ({call})");
        first_message_at(kind, (at, when), &context).await
    })
    .await;
}

async fn first_message_at(kind: Kind, point: Point, context: &str) -> bool {
    let calls = first_calls(kind);
    let scene = Scene::start(kind).await;
    let (stage, agent) = (&scene.stage, &scene.agent);
    let (at, when) = point;
    stage
        .tap
        .kill_at(at, when, stage.programs.of(Platform::Telegram));
    scene.write("Hello").await;
    let killed = stage.was_killed(at, calls[at]);
    scene.write("Are you there?").await;
    stage.settled("shop-bot", "1").await;

    let (mut heard, dead) = (scene.heard(), stage.dead("shop-bot").await);
    let context = format!("{context}: {heard:?}, dead: {dead:?}");
    assert_eq!(heard.pop().unwrap(), "Are you there?", "{context}");
    assert!(heard.iter().all(|text| text == "Hello"), "{context}");
    if kind == Kind::Careful {
        assert!(
            heard.len() <= 1 && heard.len() + dead.len() >= 1,
            "{context}"
        );
    } else {
        let in_the_hole = hole(calls, agent.taking()).contains(&point);
        let most = if in_the_hole { 2 } else { 1 };
        assert!((1..=most).contains(&heard.len()), "{context}");
        assert_eq!(dead.len(), 0, "{context}");
    }
    threads_lead_back(&scene, kind, killed.then_some(point), &context).await;
    killed
}

/// Every conversation that the agent knows of leads to the visitor, but for one: an id that the agent gave and nobody had written
/// down before the crash. Nobody can know whom it means, so what it says there is refused when it has waited in vain.
async fn threads_lead_back(scene: &Scene, kind: Kind, killed: Option<Point>, context: &str) {
    let agent = &scene.agent;
    let threads = agent.threads();
    let given = first_calls(kind)
        .iter()
        .position(|call| *call == "messages");
    let orphaned = given.is_some_and(|given| {
        let unknown = (given, When::After)..=(given + 1, When::Before);
        killed.is_some_and(|point| unknown.contains(&point))
    });
    let mut expected = Vec::new();
    for thread in threads.iter().skip(usize::from(orphaned)) {
        let text = format!("to {thread}");
        let delivery = agent.deliver(&agent.saying(*thread, &text)).await;
        assert!(delivery.taken(), "{context}: {delivery:?}");
        expected.push(text);
    }
    assert!(!expected.is_empty(), "{context}");
    scene.stage.settled("shop-bot", "1").await;
    assert_eq!(scene.seen(), expected, "{context}");
    if kind == Kind::Takes {
        assert_eq!(threads.len(), 1, "{context}: {threads:?}");
    }
}

#[tokio::test]
async fn a_reply_through_a_thread_survives_a_kill_at_every_call() {
    // Of one agent nobody knows that it sends again: what was accepted arrives without that.
    tokio::join!(reply(Kind::Assigns, false), reply(Kind::Takes, true));
}

const REPLY_CALLS: [&str; 6] = [
    "GetItem",
    "GetItem",
    "GetItem",
    "UpdateItem",
    "sendMessage",
    "UpdateItem",
];

/// Which of them keeps it.
const REPLY_KEPT: Point = (3, When::After);

/// The agent replies; `again`: also what was accepted comes again.
async fn reply(kind: Kind, again: bool) {
    let with_a_thread = async move || {
        let scene = Scene::start(kind).await;
        scene.write("Hello").await;
        scene.stage.settled("shop-bot", "1").await;
        let (thread, _) = scene.agent.heard().remove(0);
        (scene, thread)
    };
    let (scene, thread) = with_a_thread().await;
    scene.stage.tap.record();
    let saying = scene.agent.saying(thread, "Hi");
    assert!(scene.agent.deliver(&saying).await.taken());
    assert_eq!(scene.stage.tap.disarm(), REPLY_CALLS);
    at_every_point(&REPLY_CALLS, |at, when, call| async move {
        let context = format!("killed {when:?} call {at} ({call})");
        let (scene, thread) = with_a_thread().await;
        let (stage, agent) = (&scene.stage, &scene.agent);
        let saying = agent.saying(thread, "Hi");
        let function = stage.programs.of(agent.platform());
        stage.tap.kill_at(at, when, function);
        let taken = agent.deliver(&saying).await.taken();
        let killed = stage.was_killed(at, &call);
        assert!(!(taken && killed), "{context}");
        let kept = taken || (at, when) >= REPLY_KEPT;
        if again || !kept {
            assert!(agent.deliver(&saying).await.taken(), "{context}");
        }
        let more = agent.saying(thread, "And more");
        assert!(agent.deliver(&more).await.taken(), "{context}");
        stage.settled("shop-bot", "1").await;

        let mut seen = scene.seen();
        let context = format!("{context}: {seen:?}");
        assert_eq!(seen.pop().unwrap(), "And more", "{context}");
        assert!(seen.iter().all(|text| text == "Hi"), "{context}");
        let in_the_hole = hole(&REPLY_CALLS, "sendMessage").contains(&(at, when));
        let most = if in_the_hole { 2 } else { 1 };
        assert!((1..=most).contains(&seen.len()), "{context}");
        assert_eq!(stage.dead("shop-bot").await, [""; 0], "{context}");
        killed
    })
    .await;
}
