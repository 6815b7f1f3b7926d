//! A file that only its channel can fetch: it is fetched and put into object storage while its message is delivered.

use http::{HeaderMap, Method};
use shared::http::Http;
use shared::platforms::Platform;
use simulators::api_medium_bot::{Attachment, Incoming};
use simulators::telegram::Telegram;

use super::bucket::{Bucket, Object};
use super::cast::{Agent, Kind, telegram, telegram_section};
use super::stage::{Plan, Stage};
use super::{Point, at_every_point, hole};
use crate::tap::Tap;
use crate::world::{PATIENCE, WEBHOOK_SECRET};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n";

struct Scene {
    stage: Stage,
    telegram: Telegram,
    agent: Agent,
    bucket: Bucket,
}

impl Scene {
    async fn start() -> Self {
        let (tap, telegram) = (Tap::default(), telegram().await);
        let (agent, bucket) = (Agent::start(Kind::Assigns).await, Bucket::start().await);
        let (channel, mut secrets) = telegram_section(&telegram, &tap).await;
        let (section, more) = agent.section("helper", &tap).await;
        secrets.extend(more);
        let storage = tap.before(bucket.base_url()).await;
        let stage = Stage::start(Plan {
            tap,
            configuration: format!(
                "{channel}\n{section}\n[[routes]]\nchannel = \"shop-bot\"\nagent = \"helper\"\n"
            ),
            secrets,
            bucket: Some(storage),
        })
        .await;
        let base = stage.base_url();
        telegram.set_webhook(&format!("{base}/telegram/shop-bot"), Some(WEBHOOK_SECRET));
        Self {
            stage,
            telegram,
            agent,
            bucket,
        }
    }

    /// The visitor sends the file, and it is kept.
    async fn send_file(&self) {
        let chat = self.telegram.chat(1);
        let update = chat.document("offer.pdf", "application/pdf", PDF, Some("Is this right?"));
        self.telegram.delivered(update, PATIENCE).await.unwrap();
    }

    /// What the agent took, in order.
    fn accepted(&self) -> Vec<Incoming> {
        match &self.agent {
            Agent::ApiMedium(bot, _) => bot.accepted().all(),
            Agent::Omnichannel(_) => unreachable!("it is another one"),
        }
    }
}

const CALLS: [&str; 10] = [
    "GetItem",
    "GetItem",
    "UpdateItem",
    "getFile",
    "GET",
    "PUT",
    "messages",
    "UpdateItem", // the thread
    "UpdateItem", // the conversation knows it
    "UpdateItem",
];

#[tokio::test]
async fn a_file_survives_a_kill_at_every_call() {
    let scene = Scene::start().await;
    scene.stage.tap.record();
    scene.send_file().await;
    assert_eq!(scene.stage.tap.disarm(), CALLS);
    at_every_point(&CALLS, |at, when, call| async move {
        let context = format!("killed {when:?} call {at} ({call})");
        file_at((at, when), &context).await
    })
    .await;
}

async fn file_at(point: Point, context: &str) -> bool {
    let scene = Scene::start().await;
    let (stage, (at, when)) = (&scene.stage, point);
    stage
        .tap
        .kill_at(at, when, stage.programs.of(Platform::Telegram));
    scene.send_file().await;
    let killed = stage.was_killed(at, CALLS[at]);
    let update = scene.telegram.chat(1).text("Are you there?");
    scene.telegram.delivered(update, PATIENCE).await.unwrap();
    stage.settled("shop-bot", "1").await;

    let mut accepted = scene.accepted();
    let context = format!("{context}: {accepted:?}");
    assert_eq!(
        accepted.pop().unwrap().message,
        "Are you there?",
        "{context}"
    );
    let most = if hole(&CALLS, "messages").contains(&point) {
        2
    } else {
        1
    };
    assert!((1..=most).contains(&accepted.len()), "{context}");
    for incoming in accepted {
        assert!(incoming.message.contains("Is this right?"), "{context}");
        let [Attachment::Link(url)] = &incoming.attachments[..] else {
            panic!("it comes by its URL: {context}");
        };
        assert_eq!(opened(url).await, PDF, "{context}");
    }
    assert_eq!(stage.dead("shop-bot").await, [""; 0], "{context}");

    // However often it was put, it is there once.
    let puts = scene
        .bucket
        .objects()
        .iter()
        .map(|object| object.puts)
        .sum();
    let expected = Object {
        bytes: PDF.into(),
        media_type: "application/pdf".to_owned(),
        puts,
    };
    assert_eq!(scene.bucket.objects(), [expected], "{context}");
    assert!(puts <= 2, "{context}: {puts}");
    assert_eq!(scene.bucket.refused(), [""; 0], "{context}");
    killed
}

/// The bytes behind a URL that the agent was given.
async fn opened(url: &str) -> Vec<u8> {
    let http = Http::new().unwrap();
    let answer = http
        .call(Method::GET, url, HeaderMap::new(), Vec::new(), PATIENCE)
        .await
        .unwrap();
    assert_eq!(answer.status, 200, "{url}");
    answer.body.to_vec()
}
