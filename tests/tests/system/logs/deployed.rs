//! A channel with an agent, and nothing but the programs between them.

use std::collections::HashMap;
use std::time::Duration;

use shared::connections::{Secret, Secrets};
use shared::http::Http;
use shared::mailbox::{Append, Entry, EventHash, EventId, Lane, Lease, Owner, SKEW};
use shared::model::{ConversationKey, Message};
use shared::platforms::{Buttons, Capabilities, End, Platform};
use shared::store::conversation::{Conversation, LaneName};
use shared::store::mailbox::Accept;
use shared::time::Millis;
use simulators::lambda::HttpApi;
use simulators::listen;
use switchboard::configuration;
use switchboard::gateway::{Data, Gateway, Options};
use tokio::time::Instant;

use super::line::Line;
use crate::kill::bucket::Bucket;
use crate::kill::programs::Programs;
use crate::matrix::agents::{Agent, agent};
use crate::matrix::channels::{self, Channel, channel};
use crate::matrix::pair::{AGENTS, configuration_text, patient};
use crate::matrix::words::{Says, Seen, texts, until};
use crate::refused::answers::Answer;
use crate::refused::gate::Request;
use crate::tap::Tap;
use crate::world::PATIENCE;

/// The stream brings nothing: what is redelivered, a test brings to it.
const NEVER: Duration = Duration::from_secs(3600);

/// The secrets that AWS gives a function.
pub(super) const AWS_SECRETS: [(&str, &str); 2] = [
    ("AWS_SECRET_ACCESS_KEY", "persimmon-access-0142"),
    ("AWS_SESSION_TOKEN", "persimmon-session-0142"),
];

/// A running deployment.
pub(super) struct Deployed {
    pub(super) channel_end: End,
    pub(super) agent_end: End,
    pub(super) channel: Box<dyn Channel>,
    pub(super) agent: Box<dyn Agent>,
    pub(super) programs: Programs,
    /// What the connections refer to.
    pub(super) secrets: Vec<(String, String)>,
    /// The table is in it. Nothing comes to its own API.
    pub(super) gateway: Gateway,
    api: HttpApi,
    /// The table is reached through it.
    _tap: Tap,
    _bucket: Bucket,
}

impl Deployed {
    /// The ends, with programs in whose environment that stands too.
    pub(super) async fn start(
        channel_end: End,
        agent_end: End,
        environment: &[(&str, &str)],
    ) -> Self {
        let channel = channel(channel_end, channels::ID).await;
        let agents = vec![agent(agent_end, AGENTS[0]).await];
        let setup = patient();
        let ends = [agent_end];
        let text = configuration_text(channel.as_ref(), channel_end, &ends, &agents, &setup);
        let secrets: Vec<(String, String)> = channel
            .secrets()
            .into_iter()
            .map(|(name, secret)| (name.to_owned(), secret))
            .chain(agents[0].secrets())
            .collect();
        let known: HashMap<String, Secret> = secrets
            .iter()
            .map(|(name, secret)| (name.clone(), Secret::new(secret.clone()).unwrap()))
            .collect();
        let gateway = Gateway::start(Options {
            configuration: configuration::parse(&text, "logs.toml").unwrap(),
            secrets: Secrets::with(known),
            listener: listen("127.0.0.1:0").await.unwrap(),
            data: Data::Memory,
            public_url: None,
            retry: setup.retry,
            stream_window: NEVER,
            invocation: setup.invocation,
        })
        .await
        .unwrap();
        let (tap, bucket) = (Tap::default(), Bucket::start().await);
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let environment = AWS_SECRETS
            .into_iter()
            .chain([
                ("METRICS_NAMESPACE", "Switchboard/test"),
                ("AWS_ENDPOINT_URL_S3", bucket.base_url()),
            ])
            .chain(environment.iter().copied())
            .map(own)
            .chain(secrets.clone());
        let programs = Programs::new(&gateway, &tap, environment).await;
        let api = programs
            .api(|platform| match platform {
                // It waits for the answer.
                Platform::Webim => Duration::from_secs(8),
                // What fails is soon put off.
                _ => Duration::from_secs(5),
            })
            .await;
        channel.connect(&api.base_url());
        agents[0].connect(&api.base_url());
        let [agent] = <[_; 1]>::try_from(agents).unwrap_or_else(|_| panic!("there is one"));
        Self {
            channel_end,
            agent_end,
            channel,
            agent,
            programs,
            secrets,
            gateway,
            api,
            _tap: tap,
            _bucket: bucket,
        }
    }

    pub(super) fn channel_can(&self) -> &'static Capabilities {
        self.channel_end.capabilities()
    }

    pub(super) fn agent_can(&self) -> &'static Capabilities {
        self.agent_end.capabilities()
    }

    /// The visitor writes, and the agent answers.
    pub(super) async fn exchange(&self, question: &str, answer: &str) {
        self.agent.answers(&[Says::Text(answer.to_owned())]);
        self.channel.write(question);
        self.seen(answer).await;
    }

    /// Waits until the visitor has seen that.
    pub(super) async fn seen(&self, text: &str) -> Vec<Seen> {
        let seen = || self.channel.seen();
        let shown = |seen: &Vec<Seen>| texts(seen).iter().any(|shown| shown.contains(text));
        until(text, self.channel.notes(), seen, shown).await
    }

    /// Waits until the agent has that.
    pub(super) async fn heard(&self, text: &str) {
        let heard = || self.agent.heard();
        until(text, self.agent.notes(), heard, |all| {
            all.iter().any(|one| one.text.contains(text))
        })
        .await;
    }

    /// Waits until the agent has more than that.
    pub(super) async fn more_heard(&self, before: usize) {
        let heard = || self.agent.heard();
        until("more at the agent", self.agent.notes(), heard, |all| {
            all.len() > before
        })
        .await;
    }

    /// Waits until the visitor sees a button that reads so, or a text where there are none.
    pub(super) async fn offered(&self, label: &str) {
        let seen = || self.channel.seen();
        let offers = |seen: &Vec<Seen>| {
            seen.iter().any(|seen| match seen {
                Seen::Buttons(labels) => labels.iter().any(|one| one == label),
                Seen::Text(text, _) => {
                    self.channel_can().buttons == Buttons::No && text.contains(label)
                }
                _ => false,
            })
        };
        until(label, self.channel.notes(), seen, offers).await;
    }

    /// The conversation, once there is one.
    pub(super) fn key(&self) -> Option<ConversationKey> {
        Some(ConversationKey {
            channel: channels::ID.parse().unwrap(),
            chat: self.channel.chat()?.parse().unwrap(),
        })
    }

    /// Waits until the table has the conversation as wanted. There is no event for that outside of it, so it is asked.
    pub(super) async fn until_kept(&self, wanted: impl Fn(&Conversation) -> bool) -> Conversation {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut last = None;
            if let Some(key) = self.key() {
                last = self.gateway.app().store.conversation(&key).await.unwrap();
            }
            if let Some(conversation) = last.as_ref().filter(|conversation| wanted(conversation)) {
                return conversation.clone();
            }
            let logs = || self.programs.logs();
            assert!(
                Instant::now() < deadline,
                "it is never so: {last:#?}\n{}",
                logs()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until no invocation is at work on the conversation.
    pub(super) async fn at_rest(&self) -> Conversation {
        let free = |lane: &Lane| lane.lease.is_none();
        self.until_kept(|conversation| {
            free(&conversation.to_agent) && free(&conversation.to_channel)
        })
        .await
    }

    /// Waits until nothing waits to be sent.
    pub(super) async fn settled(&self) -> Conversation {
        let done = |lane: &Lane| lane.due.is_none() && lane.lease.is_none();
        self.until_kept(|conversation| {
            done(&conversation.to_agent) && done(&conversation.to_channel)
        })
        .await
    }

    /// Puts a message into a lane as an invocation leaves it that was killed then, and brings it to redelivery.
    pub(super) async fn redeliver(&self, lane: LaneName, message: &Message, number: u8) {
        let now = Millis::now();
        let event = EventHash([number; 8]);
        let append = Append {
            event: EventId::from(event),
            entries: vec![Entry {
                event,
                accepted: now,
                body: serde_json::to_string(message).unwrap(),
            }],
            lease: Some(Lease {
                owner: Owner::random(),
                until: now.before(SKEW * 2),
            }),
            now,
        };
        let key = self.key().unwrap();
        let store = &self.gateway.app().store;
        let accepted = store.accept(&key, &Accept::new(lane, append)).await;
        assert!(accepted.is_ok());
        let chat = key.chat.as_str();
        let answer = self.programs.redeliver_once(channels::ID, chat).await;
        assert_eq!(answer.unwrap()["batchItemFailures"], serde_json::json!([]));
    }

    /// Posts a request to the programs.
    pub(super) async fn post(&self, request: Request) -> Answer {
        request
            .post(&Http::new().unwrap(), &self.api.base_url())
            .await
    }

    /// Every line so far.
    pub(super) fn lines(&self) -> Vec<Line> {
        self.programs.logs().lines().map(Line::read).collect()
    }

    /// Waits until there are so many lines that are wanted; all lines. What a program prints comes a moment after its answer.
    pub(super) async fn until_lines(
        &self,
        count: usize,
        wanted: impl Fn(&Line) -> bool,
    ) -> Vec<Line> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let lines = self.lines();
            if lines.iter().filter(|line| wanted(line)).count() >= count {
                return lines;
            }
            assert!(
                Instant::now() < deadline,
                "there are not {count}: {lines:#?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
