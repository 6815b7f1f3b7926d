//! The route's agent refuses connections, and another one stands in.

use shared::platforms::Platform;
use simulators::telegram::Telegram;

use super::cast::{Agent, Kind, telegram, telegram_section};
use super::stage::{Plan, Stage};
use super::{Point, at_every_point, hole};
use crate::door::Door;
use crate::tap::Tap;
use crate::world::{PATIENCE, TASK, WEBHOOK_SECRET};

struct Scene {
    stage: Stage,
    telegram: Telegram,
    second: Agent,
    _closed: Door,
}

impl Scene {
    async fn start() -> Self {
        let (tap, telegram) = (Tap::default(), telegram().await);
        let second = Agent::start(Kind::Assigns).await;
        let closed = Door::new();
        let (channel, mut secrets) = telegram_section(&telegram, &tap).await;
        let (section, more) = second.section("second", &tap).await;
        secrets.extend(more);
        secrets.push(("SELARTI_TOKEN", "selarti-token".to_owned()));
        let url = closed.url();
        let stage = Stage::start(Plan {
            tap,
            configuration: format!(
                r#"
{channel}
[agents.helper]
platform = "selarti"
url = "{url}"
task_id = "{TASK}"
token = "env:SELARTI_TOKEN"
webhook_token = "env:SELARTI_TOKEN"

{section}
[[routes]]
channel = "shop-bot"
agent = "helper"
when_down = "agent"
second_agent = "second"
"#
            ),
            secrets,
            ..Plan::default()
        })
        .await;
        let base = stage.base_url();
        telegram.set_webhook(&format!("{base}/telegram/shop-bot"), Some(WEBHOOK_SECRET));
        second.connect("second", &base);
        Self {
            stage,
            telegram,
            second,
            _closed: closed,
        }
    }

    /// The visitor writes, and it is kept.
    async fn write(&self, text: &str) {
        let update = self.telegram.chat(1).text(text);
        self.telegram.delivered(update, PATIENCE).await.unwrap();
    }
}

const CALLS: [&str; 9] = [
    "GetItem", // the channel
    "GetItem", // its agent
    "UpdateItem",
    "GetItem",    // the second agent
    "UpdateItem", // who stands in
    "messages",
    "UpdateItem", // the thread
    "UpdateItem", // the conversation knows it
    "UpdateItem",
];

#[tokio::test]
async fn a_message_that_another_agent_takes_survives_a_kill_at_every_call() {
    let scene = Scene::start().await;
    scene.stage.tap.record();
    scene.write("Hello").await;
    assert_eq!(scene.stage.tap.disarm(), CALLS);
    at_every_point(&CALLS, |at, when, call| async move {
        let context = format!("killed {when:?} call {at} ({call})");
        message_at((at, when), &context).await
    })
    .await;
}

async fn message_at(point: Point, context: &str) -> bool {
    let scene = Scene::start().await;
    let (stage, second, (at, when)) = (&scene.stage, &scene.second, point);
    stage
        .tap
        .kill_at(at, when, stage.programs.of(Platform::Telegram));
    scene.write("Hello").await;
    let killed = stage.was_killed(at, CALLS[at]);
    scene.write("Are you there?").await;
    let conversation = stage.settled("shop-bot", "1").await;

    let mut heard = second.heard();
    let context = format!("{context}: {heard:?}");
    let (thread, last) = heard.pop().unwrap();
    assert_eq!(last, "Are you there?", "{context}");
    assert!(heard.iter().all(|(_, text)| text == "Hello"), "{context}");
    let most = if hole(&CALLS, "messages").contains(&point) {
        2
    } else {
        1
    };
    assert!((1..=most).contains(&heard.len()), "{context}");
    assert_eq!(stage.dead("shop-bot").await, [""; 0], "{context}");
    let stands_in = conversation.stand_in.map(|id| id.as_str().to_owned());
    assert_eq!(stands_in.as_deref(), Some("second"), "{context}");

    // What it answers in the first one's place is heard.
    let delivery = second.deliver(&second.saying(thread, "Yes")).await;
    assert!(delivery.taken(), "{context}: {delivery:?}");
    stage.settled("shop-bot", "1").await;
    let seen = scene.telegram.chat(1).sent().into_iter();
    let seen: Vec<String> = seen.map(|sent| sent.text).collect();
    assert_eq!(seen, ["Yes"], "{context}");
    killed
}
