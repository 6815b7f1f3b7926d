//! A deployment of nothing but the programs: first delivery and redelivery are theirs.

use std::collections::HashMap;
use std::time::Duration;

use shared::connections::{Secret, Secrets};
use shared::mailbox::{Lane, SKEW};
use shared::model::ConversationKey;
use shared::store::conversation::Conversation;
use shared::time::Millis;
use simulators::lambda::HttpApi;
use simulators::listen;
use switchboard::configuration;
use switchboard::gateway::{Data, Gateway, Options};
use tokio::time::Instant;

use super::programs::Programs;
use super::{INVOCATION, NEVER};
use crate::tap::Tap;
use crate::world::{PATIENCE, Setup, at_rest};

/// What a stage is made of.
#[derive(Default)]
pub(super) struct Plan {
    /// Stands before everything that the programs call.
    pub(super) tap: Tap,
    /// The configuration file.
    pub(super) configuration: String,
    /// The secrets that it refers to.
    pub(super) secrets: Vec<(&'static str, String)>,
    /// Where object storage is.
    pub(super) bucket: Option<String>,
}

/// A running deployment.
pub(super) struct Stage {
    pub(super) tap: Tap,
    pub(super) programs: Programs,
    api: HttpApi,
    /// The table is in it. Nothing comes to its own API, and its stream brings nothing.
    gateway: Gateway,
}

impl Stage {
    pub(super) async fn start(plan: Plan) -> Self {
        let secrets: HashMap<String, Secret> = plan
            .secrets
            .iter()
            .map(|(name, secret)| ((*name).to_owned(), Secret::new(secret.clone()).unwrap()))
            .collect();
        let gateway = Gateway::start(Options {
            configuration: configuration::parse(&plan.configuration, "test.toml").unwrap(),
            secrets: Secrets::with(secrets),
            listener: listen("127.0.0.1:0").await.unwrap(),
            data: Data::Memory,
            public_url: None,
            retry: Setup::default().retry,
            stream_window: NEVER,
            invocation: Setup::default().invocation,
        })
        .await
        .unwrap();
        let bucket = plan.bucket.map(|url| ("AWS_ENDPOINT_URL_S3", url));
        let environment = plan.secrets.into_iter().chain(bucket);
        let programs = Programs::new(&gateway, &plan.tap, environment).await;
        let api = programs.api(|_| INVOCATION).await;
        Self {
            tap: plan.tap,
            programs,
            api,
            gateway,
        }
    }

    /// Whether the process was killed at its call number `at`, and this was `call`: where an invocation ends before its time,
    /// on a busy machine, the next one's are counted with it. It is killed no more.
    pub(super) fn was_killed(&self, at: usize, call: &str) -> bool {
        let killed = !self.tap.is_armed();
        let calls = self.tap.disarm();
        killed && calls[at] == call
    }

    /// Where webhooks come in.
    pub(super) fn base_url(&self) -> String {
        self.api.base_url()
    }

    /// A conversation as the table has it.
    pub(super) async fn conversation(&self, channel: &str, chat: &str) -> Conversation {
        let key = ConversationKey {
            channel: channel.parse().unwrap(),
            chat: chat.parse().unwrap(),
        };
        let store = &self.gateway.app().store;
        store.conversation(&key).await.unwrap().unwrap()
    }

    /// The reasons of a channel's dead letters.
    pub(super) async fn dead(&self, channel: &str) -> Vec<String> {
        let store = &self.gateway.app().store;
        let letters = store.dead_letters(&channel.parse().unwrap()).await;
        let letters = letters.unwrap().into_iter();
        letters.map(|letter| letter.reason).collect()
    }

    /// Brings a conversation to redelivery until nothing is pending in it, each time as soon as something can be sent.
    pub(super) async fn settled(&self, channel: &str, chat: &str) -> Conversation {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let conversation = self.conversation(channel, chat).await;
            let lanes = [&conversation.to_agent, &conversation.to_channel];
            if lanes.into_iter().all(at_rest) {
                return conversation;
            }
            assert!(
                Instant::now() < deadline,
                "never came to rest: {conversation:?}\n{}",
                self.programs.logs()
            );
            let ready = lanes.into_iter().filter_map(ready).min();
            tokio::time::sleep(Millis::now().until(ready.unwrap())).await;
            self.programs.redeliver_once(channel, chat).await.unwrap();
        }
    }
}

/// When a lane in which something is pending can be claimed.
fn ready(lane: &Lane) -> Option<Millis> {
    let free = lane.lease.map(|lease| {
        let margin = Duration::from_millis(1);
        lease.until.after(SKEW + margin)
    });
    lane.due.map(|due| free.map_or(due, |free| free.max(due)))
}
