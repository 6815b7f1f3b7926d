//! A gateway between a channel and its agents.

use std::collections::HashMap;
use std::time::Duration;

use http::{HeaderMap, Method};
use shared::connections::{Secret, Secrets};
use shared::delivery::retry::Retry;
use shared::mailbox::Lane;
use shared::model::ConversationKey;
use shared::platforms::{Capabilities, End, Handover, Role};
use shared::store::conversation::Conversation;
use simulators::listen;
use switchboard::configuration;
use switchboard::gateway::{Data, Gateway, Options};
use tokio::time::Instant;

use super::agents::{Agent, agent};
use super::channels::{self, Channel, channel};
pub(crate) use super::words::until;
use super::words::{Heard, Says, Seen};
use crate::world::{PATIENCE, Setup as World};

/// The agents' connections: the route's, and the second one.
pub(crate) const AGENTS: [&str; 2] = ["helper", "second"];

/// What a channel shows when people take over and it has no way to show that.
pub(crate) const HANDOVER_TEXT: &str = "From here on people answer you.";

/// How a pair differs from the usual one.
#[derive(Clone)]
pub(crate) struct Setup {
    /// Keys of the route beside channel and agent.
    pub(crate) route: String,
    /// Keys of the agents' sections beside their own, for those ends that have them.
    pub(crate) agent: Vec<(End, &'static str)>,
    /// When failed messages are tried again.
    pub(crate) retry: Retry,
    /// How long an invocation may take.
    pub(crate) invocation: Duration,
    /// The route's agent is reached at this URL instead of its own.
    pub(crate) reached_at: Option<String>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            route: String::new(),
            agent: Vec::new(),
            retry: World::default().retry,
            invocation: World::default().invocation,
            reached_at: None,
        }
    }
}

/// A pair that waits longer for the next bubble than a busy machine needs to bring it, where a channel asks and waits.
pub(crate) fn patient() -> Setup {
    Setup {
        route: "settle_ms = 1000".to_owned(),
        ..Setup::default()
    }
}

/// A channel, its agents, and a gateway between them.
pub(crate) struct Pair {
    pub(crate) channel: Box<dyn Channel>,
    /// The first one is the route's.
    pub(crate) agents: Vec<Box<dyn Agent>>,
    pub(crate) channel_can: &'static Capabilities,
    pub(crate) agent_can: &'static Capabilities,
    pub(crate) gateway: Gateway,
}

impl Pair {
    pub(crate) async fn start(channel_end: End, agent_ends: &[End], setup: &Setup) -> Self {
        let log = tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
            .with_test_writer();
        // Only the first test of the process can set it.
        log.try_init().ok();
        let channel = channel(channel_end, channels::ID).await;
        let mut agents = Vec::new();
        for (end, id) in agent_ends.iter().zip(AGENTS) {
            agents.push(agent(*end, id).await);
        }
        let own = agents[0].base_url();
        let reached = setup.reached_at.as_deref().unwrap_or(&own);
        let text = configuration_text(channel.as_ref(), channel_end, agent_ends, &agents, setup)
            .replace(&own, reached);
        let secrets: HashMap<String, Secret> = channel
            .secrets()
            .into_iter()
            .map(|(name, secret)| (name.to_owned(), secret))
            .chain(agents.iter().flat_map(|agent| agent.secrets()))
            .map(|(name, secret)| (name, Secret::new(secret.replace(&own, reached)).unwrap()))
            .collect();
        let gateway = Gateway::start(Options {
            configuration: configuration::parse(&text, "matrix.toml").unwrap(),
            secrets: Secrets::with(secrets),
            listener: listen("127.0.0.1:0").await.unwrap(),
            data: Data::Memory,
            public_url: None,
            retry: setup.retry,
            stream_window: Duration::from_millis(100),
            invocation: setup.invocation,
        })
        .await
        .unwrap();
        channel.connect(&gateway.base_url());
        for agent in &agents {
            agent.connect(&gateway.base_url());
        }
        assert_eq!(channel_end.role(), Role::Channel);
        Self {
            channel,
            agents,
            channel_can: channel_end.capabilities(),
            agent_can: agent_ends[0].capabilities(),
            gateway,
        }
    }

    /// The route's agent.
    pub(crate) fn agent(&self) -> &dyn Agent {
        self.agents[0].as_ref()
    }

    /// Waits until the visitor sees enough, and returns all that they see.
    pub(crate) async fn until_seen(
        &self,
        what: &str,
        enough: impl Fn(&[Seen]) -> bool,
    ) -> Vec<Seen> {
        let seen = || self.channel.seen();
        until(what, self.channel.notes(), seen, |seen| enough(seen)).await
    }

    /// Waits until the agent got so many messages, and returns all that it got.
    pub(crate) async fn until_heard(&self, count: usize) -> Vec<Heard> {
        self.until_heard_by(self.agent(), count).await
    }

    /// The same of any of the agents.
    pub(crate) async fn until_heard_by(&self, agent: &dyn Agent, count: usize) -> Vec<Heard> {
        let what = format!("{count} messages at the agent");
        let enough = |heard: &Vec<Heard>| heard.len() >= count;
        until(&what, agent.notes(), || agent.heard(), enough).await
    }

    /// The visitor writes, and the agent answers.
    pub(crate) async fn exchange(&self, question: &str, answer: &str) -> Vec<Seen> {
        self.agent().answers(&[Says::Text(answer.to_owned())]);
        self.channel.write(question);
        self.until_seen(answer, |seen| seen.contains(&Seen::text(answer)))
            .await
    }

    /// The conversation as the table has it, if it has begun.
    async fn kept(&self) -> Option<Conversation> {
        let key = ConversationKey {
            channel: channels::ID.parse().unwrap(),
            chat: self.channel.chat()?.parse().unwrap(),
        };
        let store = &self.gateway.app().store;
        store.conversation(&key).await.unwrap()
    }

    /// The reasons of the dead letters.
    pub(crate) async fn dead(&self) -> Vec<String> {
        let channel = channels::ID.parse().unwrap();
        let letters = self.gateway.app().store.dead_letters(&channel).await;
        let letters = letters.unwrap().into_iter();
        letters.map(|letter| letter.reason).collect()
    }

    /// Waits until nothing is under way in the table. There is no event for that outside of it, so it is asked.
    pub(crate) async fn settled(&self) -> Conversation {
        self.until_kept(|kept| at_rest(&kept.to_agent) && at_rest(&kept.to_channel))
            .await
    }

    /// Waits until nothing is on its way to the channel.
    pub(crate) async fn settled_to_channel(&self) -> Conversation {
        self.until_kept(|kept| at_rest(&kept.to_channel)).await
    }

    /// Waits until so many replies wait to be fetched, on a channel that asks for them.
    pub(crate) async fn until_waiting(&self, count: usize) -> Conversation {
        self.until_kept(|kept| kept.to_channel.queue.len() >= count)
            .await
    }

    /// Waits until a message to the agent was put off so often.
    pub(crate) async fn until_put_off(&self, times: u32) -> Conversation {
        self.until_kept(|kept| kept.to_agent.attempts >= times)
            .await
    }

    /// Waits until the table has the conversation as wanted.
    pub(crate) async fn until_kept(&self, wanted: impl Fn(&Conversation) -> bool) -> Conversation {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let kept = self.kept().await;
            if let Some(kept) = kept.as_ref().filter(|kept| wanted(kept)) {
                return kept.clone();
            }
            assert!(
                Instant::now() < deadline,
                "it is never as it should be: {kept:?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What has to be so when a scenario is over.
    pub(crate) async fn is_clean(&self) {
        self.is_clean_but_for(0).await;
    }

    /// The same, but for so many words of the agent that would have talked over a person.
    pub(crate) async fn is_clean_but_for(&self, talked_over: usize) {
        self.settled().await;
        let dead = self.dead().await;
        let expected = dead.iter().filter(|why| why.contains("talked over"));
        assert_eq!(expected.count(), talked_over, "dead letters: {dead:?}");
        assert_eq!(dead.len(), talked_over, "dead letters: {dead:?}");
        let violations = self.channel.violations();
        assert!(violations.is_empty(), "the channel: {violations:#?}");
        for agent in &self.agents {
            let violations = agent.violations();
            assert!(violations.is_empty(), "the agent: {violations:#?}");
        }
    }

    /// The bytes of a file of the gateway's, by its URL.
    pub(crate) async fn open(&self, url: &str) -> Vec<u8> {
        let http = &self.gateway.app().http;
        let headers = HeaderMap::new();
        let answer = http
            .call(Method::GET, url, headers, Vec::new(), PATIENCE)
            .await
            .unwrap();
        assert_eq!(answer.status, 200, "{url}");
        answer.body.to_vec()
    }
}

fn at_rest(lane: &Lane) -> bool {
    lane.due.is_none() && lane.lease.is_none() && lane.queue.is_empty()
}

/// The configuration of a channel with its agents.
pub(crate) fn configuration_text(
    channel: &dyn Channel,
    channel_end: End,
    agent_ends: &[End],
    agents: &[Box<dyn Agent>],
    setup: &Setup,
) -> String {
    let mut text = format!("[channels.{}]\n{}\n", channels::ID, channel.section());
    for ((agent, end), id) in agents.iter().zip(agent_ends).zip(AGENTS) {
        text += &format!("\n[agents.{id}]\n{}\n", agent.section());
        let more = setup.agent.iter().filter(|(of, _)| of == end);
        more.for_each(|(_, keys)| text += &format!("{keys}\n"));
    }
    let handover_text = match channel_end.capabilities().handover {
        Handover::No => format!("handover_text = \"{HANDOVER_TEXT}\""),
        _ => String::new(),
    };
    let unanswered = match setup.route.contains("unanswered") {
        true => "",
        false => "unanswered = \"wait\"",
    };
    text += &format!(
        "\n[[routes]]\nchannel = \"{}\"\nagent = \"{}\"\n{unanswered}\n{handover_text}\n{}\n",
        channels::ID,
        AGENTS[0],
        setup.route
    );
    text
}
