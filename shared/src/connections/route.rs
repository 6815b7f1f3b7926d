//! Which agent answers a channel, and what happens when it does not.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::ConnectionId;

/// Which agent answers a channel, and what happens when it does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The agent's connection.
    pub agent: ConnectionId,
    /// What a synchronous channel is answered when its deadline comes before a reply.
    #[serde(default)]
    pub unanswered: Unanswered,
    /// The text that asks for patience, with [`Unanswered::Wait`].
    #[serde(default = "default_patience")]
    pub patience: String,
    /// How long a synchronous channel waits after a reply for another one: agents answer in two or three bubbles. In
    /// milliseconds.
    #[serde(default = "default_settle")]
    pub settle_ms: u64,
    /// What happens to a visitor's message when the agent cannot be reached.
    #[serde(default)]
    pub when_down: WhenDown,
    /// The agent that stands in, with [`WhenDown::Agent`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_agent: Option<ConnectionId>,
    /// What the visitor is told, with [`WhenDown::Text`].
    #[serde(default = "default_down_text")]
    pub down_text: String,
    /// What the visitor is told when the agent gives the conversation to people, on a channel that has no way to show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover_text: Option<String>,
    /// How long a message is tried before it becomes a dead letter, in hours.
    #[serde(default = "default_give_up")]
    pub give_up_after_hours: u64,
}

impl Route {
    /// A route to `agent` with nothing else said.
    pub fn to(agent: ConnectionId) -> Self {
        Self {
            agent,
            unanswered: Unanswered::default(),
            patience: default_patience(),
            settle_ms: default_settle(),
            when_down: WhenDown::default(),
            second_agent: None,
            down_text: default_down_text(),
            handover_text: None,
            give_up_after_hours: default_give_up(),
        }
    }

    /// The agents that it leads to.
    pub fn agents(&self) -> impl Iterator<Item = &ConnectionId> {
        [&self.agent].into_iter().chain(&self.second_agent)
    }

    /// What is wrong with it, if something is.
    ///
    /// # Errors
    /// The key that is wrong, and why.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        for (key, text) in [
            ("patience", Some(&self.patience)),
            ("down_text", Some(&self.down_text)),
            ("handover_text", self.handover_text.as_ref()),
        ] {
            if text.is_some_and(|text| text.trim().is_empty()) {
                let what = "is empty; leave the key out for the usual".to_owned();
                return Err((key, what));
            }
        }
        match (self.when_down, &self.second_agent) {
            (WhenDown::Agent, None) => {
                return Err((
                    "when_down",
                    "is \"agent\", so `second_agent` has to name one".to_owned(),
                ));
            }
            (WhenDown::Agent, Some(second)) if *second == self.agent => {
                return Err(("second_agent", "is the agent itself".to_owned()));
            }
            (WhenDown::Wait | WhenDown::Operators | WhenDown::Text, Some(_)) => {
                return Err((
                    "second_agent",
                    "is only asked with when_down = \"agent\"".to_owned(),
                ));
            }
            _ => {}
        }
        if self.settle_ms > MAX_SETTLE_MS {
            return Err((
                "settle_ms",
                format!(
                    "is in milliseconds, at most {MAX_SETTLE_MS}; longer would be most of the time there is to answer"
                ),
            ));
        }
        if !(1..=MAX_GIVE_UP_HOURS).contains(&self.give_up_after_hours) {
            return Err((
                "give_up_after_hours",
                format!(
                    "must be 1 to {MAX_GIVE_UP_HOURS}; a conversation is not kept for longer than that"
                ),
            ));
        }
        Ok(())
    }

    /// [`Route::settle_ms`].
    pub fn settle(&self) -> Duration {
        Duration::from_millis(self.settle_ms)
    }

    /// [`Route::give_up_after_hours`].
    pub fn give_up_after(&self) -> Duration {
        Duration::from_secs(self.give_up_after_hours.saturating_mul(3600))
    }
}

/// The longest [`Route::settle_ms`].
const MAX_SETTLE_MS: u64 = 3000;
/// The longest [`Route::give_up_after_hours`]: 90 days, the life of a conversation nobody writes in.
const MAX_GIVE_UP_HOURS: u64 = 90 * 24;

fn default_patience() -> String {
    "One moment, please: the answer takes a little longer. Write again and it will be here."
        .to_owned()
}

fn default_down_text() -> String {
    "We cannot answer at the moment. Your message is kept, and you will have an answer as soon as we can."
        .to_owned()
}

fn default_settle() -> u64 {
    400
}

fn default_give_up() -> u64 {
    24
}

/// What a synchronous channel is answered when its deadline comes before a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unanswered {
    /// The channel's operators take over.
    #[default]
    Operator,
    /// A text asks for patience; the reply comes with the visitor's next message.
    Wait,
}

/// What happens to a visitor's message when the agent cannot be reached. It ends by itself when the agent is back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhenDown {
    /// It waits.
    #[default]
    Wait,
    /// A second agent answers it.
    Agent,
    /// The channel's operators get it.
    Operators,
    /// It waits, and the visitor is told so.
    Text,
}
