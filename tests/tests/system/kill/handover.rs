//! People take over in Webim, whose chat is given away by a call; they give it back; and a conversation is closed.

use shared::model::Mode;
use shared::platforms::Platform;
use shared::store::conversation::Conversation;
use simulators::listen;
use simulators::selarti::{self, Author, Flags, Selarti, Webhook};
use simulators::webim_v2::{self, Chat, Content, History, Holder, WebimV2};

use super::stage::{Plan, Stage};
use super::{Point, at_every_point, hole};
use crate::tap::Tap;
use crate::world::{PATIENCE, SELARTI_WEBHOOK_TOKEN, TASK, WEBIM_TOKEN, selarti_url, webim_url};

const CHAT: i64 = 42;

struct Scene {
    stage: Stage,
    webim: WebimV2,
    selarti: Selarti,
    ada: Chat,
}

impl Scene {
    /// A conversation that has begun.
    async fn start(history: History) -> Self {
        let webim = WebimV2::start(
            listen("127.0.0.1:0").await.unwrap(),
            webim_v2::Options {
                history,
                ..webim_v2::Options::default()
            },
        )
        .unwrap();
        let selarti = Selarti::start(
            listen("127.0.0.1:0").await.unwrap(),
            selarti::Options {
                // What the visitor says is not told back: nothing but what is looked at calls.
                echo: false,
                ..selarti::Options::default()
            },
        )
        .unwrap();
        selarti.set_brain(|_| Vec::new());
        let tap = Tap::default();
        let site = tap.before(&webim.base_url()).await;
        let agent = tap.before(&selarti.base_url()).await;
        let configuration = format!(
            r#"
[channels.site]
platform = "webim"
version = "2.0"
url = "{site}"
token = "env:BOT_TOKEN"
webhook_token = "env:SITE_TOKEN"

[agents.helper]
platform = "selarti"
url = "{agent}"
task_id = "{TASK}"
token = "env:SELARTI_TOKEN"
webhook_token = "env:SELARTI_WEBHOOK_TOKEN"

[[routes]]
channel = "site"
agent = "helper"
"#
        );
        let secrets = [
            ("BOT_TOKEN", webim.token()),
            ("SITE_TOKEN", WEBIM_TOKEN),
            ("SELARTI_TOKEN", "selarti-token"),
            ("SELARTI_WEBHOOK_TOKEN", SELARTI_WEBHOOK_TOKEN),
        ];
        let stage = Stage::start(Plan {
            tap,
            configuration,
            secrets: secrets
                .map(|(name, secret)| (name, secret.to_owned()))
                .into(),
            ..Plan::default()
        })
        .await;
        webim.set_bot_url(&webim_url(&stage.base_url()));
        selarti.set_webhook(&selarti_url(&stage.base_url()));
        let ada = webim.chat(CHAT);
        let scene = Self {
            stage,
            webim,
            selarti,
            ada,
        };
        scene.write("Hello").await;
        scene
    }

    /// The same, and then the operators got the chat.
    async fn with_people(history: History) -> Self {
        let scene = Self::start(history).await;
        scene.says("One moment", TAKE_OVER).await;
        scene.settled().await;
        assert_eq!(scene.ada.holder(), Holder::Operators);
        // They write, the visitor writes, and nobody here hears of it.
        scene.ada.operator_says("How can I help?");
        scene.ada.text("Like this").unwrap_err();
        scene
    }

    /// The visitor writes, and it is kept.
    async fn write(&self, text: &str) {
        let event = self.ada.text(text).unwrap();
        assert!(self.webim.delivered(&event, PATIENCE).await.unwrap().taken);
    }

    /// The agent says something, and it is kept.
    async fn says(&self, text: &str, flags: Flags) {
        let delivery = self.selarti.deliver(&self.saying(text, flags)).await;
        assert!(delivery.taken(), "{delivery:?}");
    }

    fn saying(&self, text: &str, flags: Flags) -> Webhook {
        self.selarti
            .webhook(&format!("site.{CHAT}"), text, Author::Bot, flags)
    }

    async fn settled(&self) -> Conversation {
        self.stage.settled("site", "42").await
    }

    async fn dead(&self) -> Vec<String> {
        self.stage.dead("site").await
    }

    /// The texts that the agent took, in order.
    fn heard(&self) -> Vec<String> {
        let accepted = self.selarti.accepted().all().into_iter();
        accepted.map(|incoming| incoming.message).collect()
    }

    /// The texts that the visitor sees from this side, in order.
    fn seen(&self) -> Vec<String> {
        let shown = self.ada.shown().into_iter();
        let seen = shown.map(|shown| match shown.content {
            Content::Text(text) => text,
            other => panic!("nothing but text was said: {other:?}"),
        });
        seen.collect()
    }

    /// How often a method was called, and how often that was granted.
    fn called(&self, method: &str) -> (usize, usize) {
        let calls = self.webim.calls().matching(|call| call.method == method);
        let granted = calls.iter().filter(|call| call.status == 200).count();
        (calls.len(), granted)
    }

    /// The agent has the conversation, and both sides hear each other.
    async fn is_with_the_agent(&self, context: &str) {
        let before = self.seen().len();
        self.says("I am back", Flags::default()).await;
        let conversation = self.settled().await;
        assert_eq!(conversation.mode, Mode::Agent, "{context}");
        assert!(!conversation.told, "{context}");
        assert_eq!(self.seen()[before..], ["I am back"], "{context}");
        self.write("Good").await;
        self.settled().await;
        let heard = self.heard();
        assert_eq!(heard.last().unwrap(), "Good", "{context}: {heard:?}");
    }
}

const TAKE_OVER: Flags = Flags {
    operator: true,
    close: false,
    get_contact: false,
    interest: false,
    is_bot: false,
    success: false,
};

const CLOSE: Flags = Flags {
    operator: false,
    close: true,
    ..TAKE_OVER
};

#[tokio::test]
async fn a_handover_survives_a_kill_at_every_call() {
    let calls = [
        "GetItem",
        "GetItem",
        // It is a turn, which the first write does not know.
        "UpdateItem",
        "UpdateItem",
        "UpdateItem",
        "send_message",
        "UpdateItem",
        "redirect_chat",
        "UpdateItem",
    ];
    let scene = Scene::start(History::Nothing).await;
    scene.stage.tap.record();
    scene.says("One moment", TAKE_OVER).await;
    assert_eq!(scene.stage.tap.disarm(), calls);
    at_every_point(&calls, |at, when, call| async move {
        let scene = Scene::start(History::Nothing).await;
        let saying = scene.saying("One moment", TAKE_OVER);
        let function = scene.stage.programs.of(Platform::Selarti);
        scene.stage.tap.kill_at(at, when, function);
        let taken = scene.selarti.deliver(&saying).await.taken();
        let killed = scene.stage.was_killed(at, &call);
        assert!(!(taken && killed), "killed {when:?} call {at} ({call})");
        // Somebody at Selarti sends it again.
        assert!(scene.selarti.deliver(&saying).await.taken());
        let conversation = scene.settled().await;
        let (seen, dead) = (scene.seen(), scene.dead().await);
        let (called, granted) = scene.called("redirect_chat");
        let context =
            format!("killed {when:?} call {at} ({call}): {seen:?}, {called} calls, dead: {dead:?}");
        let said = hole(&calls[..7], "send_message").contains(&(at, when));
        let most = if said { 2 } else { 1 };
        assert!((1..=most).contains(&seen.len()), "{context}");
        assert!(seen.iter().all(|text| text == "One moment"), "{context}");
        assert_eq!(granted, 1, "{context}");
        assert_eq!(scene.ada.holder(), Holder::Operators, "{context}");
        // A chat cannot be given away twice: in the hole the second call is refused, and the operators have the chat all the same.
        let refused = called - granted;
        let most = usize::from(hole(&calls, "redirect_chat").contains(&(at, when)));
        assert!(refused <= most, "{context}");
        assert_eq!(dead.len(), refused, "{context}");
        assert_eq!(conversation.mode, Mode::Operator, "{context}");
        assert!(conversation.told, "{context}");
        // They can give it back, and get it again.
        scene.ada.hand_back().unwrap();
        scene.write("Thanks").await;
        scene.is_with_the_agent(&context).await;
        assert_eq!(scene.heard(), ["Hello", "Thanks", "Good"], "{context}");
        scene.says("One moment again", TAKE_OVER).await;
        scene.settled().await;
        assert_eq!(scene.ada.holder(), Holder::Operators, "{context}");
        assert_eq!(scene.dead().await.len(), refused, "{context}");
        killed
    })
    .await;
}

#[tokio::test]
async fn a_chat_that_is_given_back_is_the_agents_after_a_kill_at_every_call() {
    // Without a word, and with what was written meanwhile.
    tokio::join!(given_back(History::Nothing), given_back(History::Unheard));
}

/// What giving a chat back calls. That the operators had it, the first write does not know.
fn calls_of_giving_back(history: History) -> &'static [&'static str] {
    match history {
        History::Nothing => &["UpdateItem", "UpdateItem"],
        History::Unheard | History::Everything => &[
            "UpdateItem",
            "UpdateItem",
            "send_message_external",
            "UpdateItem",
        ],
    }
}

async fn given_back(history: History) {
    let calls = calls_of_giving_back(history);
    let scene = Scene::with_people(history).await;
    scene.stage.tap.record();
    let event = scene.ada.hand_back().unwrap();
    let delivery = scene.webim.delivered(&event, PATIENCE).await.unwrap();
    assert!(delivery.taken, "{delivery:?}");
    assert_eq!(scene.stage.tap.disarm(), calls);
    at_every_point(calls, |at, when, call| async move {
        let context = format!("killed {when:?} call {at} ({call})");
        given_back_at(history, (at, when), &context).await
    })
    .await;
}

async fn given_back_at(history: History, point: Point, context: &str) -> bool {
    let scene = Scene::with_people(history).await;
    let (at, when) = point;
    let function = scene.stage.programs.of(Platform::Webim);
    scene.stage.tap.kill_at(at, when, function);
    let event = scene.ada.hand_back().unwrap();
    let delivery = scene.webim.delivered(&event, PATIENCE).await.unwrap();
    assert!(delivery.taken, "{context}: {delivery:?}");
    let call = calls_of_giving_back(history)[at];
    let killed = scene.stage.was_killed(at, call);
    scene.settled().await;
    scene.is_with_the_agent(context).await;

    let (mut heard, dead) = (scene.heard(), scene.dead().await);
    let context = format!("{context}: {heard:?}, dead: {dead:?}");
    heard.retain(|text| text != "Like this");
    assert_eq!(heard, ["Hello", "Good"], "{context}");
    let unheard = scene.heard().len() - heard.len();
    if history == History::Nothing {
        assert_eq!(unheard, 0, "{context}");
    } else {
        let calls = calls_of_giving_back(history);
        let in_the_hole = hole(calls, "send_message_external").contains(&point);
        let most = if in_the_hole { 2 } else { 1 };
        assert!((1..=most).contains(&unheard), "{context}");
    }
    assert_eq!(dead, [""; 0], "{context}");
    killed
}

#[tokio::test]
async fn a_close_survives_a_kill_at_every_call() {
    let calls = [
        "GetItem",
        "GetItem",
        "UpdateItem",
        "UpdateItem",
        "send_message",
        "UpdateItem",
        "close_chat",
        "UpdateItem",
    ];
    let scene = Scene::start(History::Nothing).await;
    scene.stage.tap.record();
    scene.says("Goodbye", CLOSE).await;
    assert_eq!(scene.stage.tap.disarm(), calls);
    at_every_point(&calls, |at, when, call| async move {
        let scene = Scene::start(History::Nothing).await;
        let saying = scene.saying("Goodbye", CLOSE);
        let function = scene.stage.programs.of(Platform::Selarti);
        scene.stage.tap.kill_at(at, when, function);
        let taken = scene.selarti.deliver(&saying).await.taken();
        let killed = scene.stage.was_killed(at, &call);
        assert!(!(taken && killed), "killed {when:?} call {at} ({call})");
        // Somebody at Selarti sends it again.
        assert!(scene.selarti.deliver(&saying).await.taken());
        let conversation = scene.settled().await;
        let (seen, dead) = (scene.seen(), scene.dead().await);
        let (called, granted) = scene.called("close_chat");
        let context =
            format!("killed {when:?} call {at} ({call}): {seen:?}, {called} calls, dead: {dead:?}");
        let said = hole(&calls[..6], "send_message").contains(&(at, when));
        let most = if said { 2 } else { 1 };
        assert!((1..=most).contains(&seen.len()), "{context}");
        assert!(seen.iter().all(|text| text == "Goodbye"), "{context}");
        assert_eq!(granted, 1, "{context}");
        assert_eq!(scene.ada.holder(), Holder::Nobody, "{context}");
        // A chat cannot be closed twice: in the hole the second call is refused.
        let refused = called - granted;
        let most = usize::from(hole(&calls, "close_chat").contains(&(at, when)));
        assert!(refused <= most, "{context}");
        assert_eq!(dead.len(), refused, "{context}");
        assert_eq!(conversation.mode, Mode::Closed, "{context}");
        killed
    })
    .await;
}
