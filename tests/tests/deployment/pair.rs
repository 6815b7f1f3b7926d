//! A channel and an agent on a deployment.

use std::time::Duration;

use serde_json::Value;
use shared::platforms::{End, Role};
use tokio::time::Instant;

use crate::matrix::agents::{Agent, agent};
use crate::matrix::channels::{Channel, channel};
use crate::matrix::words::{Heard, Says, Seen, until};
use crate::stack::Stack;

/// Long enough for a machine that does something else too; nothing waits for it when all is well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Where secrets are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum KeptIn {
    /// In the deployment's one secret: one pair of a deployment has it to itself.
    Main,
    /// In one beside it, which has the pair's name.
    Bundle(&'static str),
}

impl KeptIn {
    /// The bundle, if it is one.
    pub(crate) fn bundle(self) -> Option<&'static str> {
        match self {
            Self::Main => None,
            Self::Bundle(name) => Some(name),
        }
    }
}

/// A channel, and the agent that answers it.
pub(crate) struct Pair<'a> {
    stack: &'a Stack,
    pub(crate) channel: Box<dyn Channel>,
    pub(crate) agent: Box<dyn Agent>,
    /// The channel's connection.
    pub(crate) channel_id: &'static str,
    /// The agent's connection.
    pub(crate) agent_id: &'static str,
    /// Where the secrets of both are.
    kept_in: KeptIn,
}

impl<'a> Pair<'a> {
    /// Connects them, as whoever deployed does: keeps their secrets, applies their configuration, and tells both platforms their
    /// webhooks. The secrets are in a bundle.
    pub(crate) async fn on(stack: &'a Stack, name: &str, channel_end: End, agent_end: End) -> Self {
        let kept_in = KeptIn::Bundle(name.to_owned().leak());
        let pair = Self::without_secrets(stack, name, kept_in, channel_end, agent_end).await;
        pair.keep_secrets().await;
        pair
    }

    /// The same, but the secrets are not there.
    pub(crate) async fn without_secrets(
        stack: &'a Stack,
        name: &str,
        kept_in: KeptIn,
        channel_end: End,
        agent_end: End,
    ) -> Self {
        let channel_id = format!("{name}channel").leak();
        let agent_id = format!("{name}agent").leak();
        let channel = channel(channel_end, channel_id).await;
        let agent = agent(agent_end, agent_id).await;
        let (to, from) = (agent.section(), channel.section());
        let route =
            format!("channel = \"{channel_id}\"\nagent = \"{agent_id}\"\nunanswered = \"wait\"");
        let configuration = format!(
            "[channels.{channel_id}]\n{from}\n\n[agents.{agent_id}]\n{to}\n\n[[routes]]\n{route}\n"
        );
        let reference = match kept_in {
            KeptIn::Main => "\"secret:".to_owned(),
            KeptIn::Bundle(bundle) => format!("\"secret:{bundle}/"),
        };
        stack
            .apply(&configuration.replace("\"env:", &reference))
            .await;
        channel.connect(&stack.url);
        agent.connect(&stack.url);
        Self {
            stack,
            channel,
            agent,
            channel_id,
            agent_id,
            kept_in,
        }
    }

    /// Keeps the secrets where the configuration says that they are.
    pub(crate) async fn keep_secrets(&self) {
        let secrets = self.secrets().map(|(name, secret)| (name, secret.into()));
        let secrets = Value::Object(secrets.collect());
        self.stack
            .keep_secrets(self.kept_in.bundle(), secrets)
            .await;
    }

    /// The secrets of both, by name.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = (String, String)> {
        let channel = self.channel.secrets().into_iter();
        let channel = channel.map(|(name, secret)| (name.to_owned(), secret));
        channel.chain(self.agent.secrets())
    }

    /// Waits until the visitor sees such a text, and returns all that they see.
    pub(crate) async fn until_seen(&self, text: &str) -> Vec<Seen> {
        let wanted = Seen::text(text);
        let seen = || self.channel.seen();
        until(text, self.channel.notes(), seen, |seen| {
            seen.contains(&wanted)
        })
        .await
    }

    /// Waits until the agent got so many messages, and returns all that it got.
    pub(crate) async fn until_heard(&self, count: usize) -> Vec<Heard> {
        let what = format!("{count} messages at the agent");
        let heard = || self.agent.heard();
        until(&what, self.agent.notes(), heard, |heard| {
            heard.len() >= count
        })
        .await
    }

    /// Waits until the agent's platform was called so often, whatever became of that.
    pub(crate) async fn until_called(&self, count: usize) {
        let attempts = self.agent.faults().0.attempts();
        until(
            "a call",
            attempts,
            || attempts.len(),
            |calls| *calls >= count,
        )
        .await;
    }

    /// The visitor writes, and the agent answers.
    pub(crate) async fn exchange(&self, question: &str, answer: &str) -> Vec<Seen> {
        self.agent.answers(&[Says::Text(answer.to_owned())]);
        self.channel.write(question);
        self.until_seen(answer).await
    }

    /// What `switchboard show` prints of the conversation, as soon as it is as wanted. There is no event for that outside the table,
    /// so it is asked.
    pub(crate) async fn until_shown(&self, wanted: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let chat = self.channel.chat().unwrap();
            let shown = self
                .stack
                .try_switchboard(&["show", self.channel_id, &chat])
                .await;
            if let Some(shown) = shown.as_ref().ok().filter(|shown| wanted(shown)) {
                return shown.clone();
            }
            assert!(
                Instant::now() < deadline,
                "it is never as it should be: {shown:?}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// What has to be so in the end: nothing is under way, nothing was lost, and no platform has a complaint.
    pub(crate) async fn is_clean(&self) {
        self.until_shown(|shown| {
            shown.matches(" 0 waiting").count() == 2 && !shown.contains("being sent")
        })
        .await;
        let dead = self
            .stack
            .switchboard(&["dead", "list", "--channel", self.channel_id])
            .await;
        assert_eq!(dead.trim(), "No dead letters.");
        let violations = [self.channel.violations(), self.agent.violations()].concat();
        assert!(violations.is_empty(), "{violations:#?}");
    }
}

/// The ends of one side.
pub(crate) fn ends(role: Role) -> impl Iterator<Item = End> + Clone {
    End::ALL.into_iter().filter(move |end| end.role() == role)
}
