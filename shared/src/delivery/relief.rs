//! Who sees to a message whose agent is down: a second agent, the channel's operators, or nobody, and the visitor is told.
//!
//! An agent is down when it does not take a message, twice or for a long second. What it may have taken all the same it may
//! also answer: a connection that must never be answered twice says `in_doubt = "lose"`, and such a message goes nowhere else.

use std::sync::Arc;
use std::time::Duration;

use super::{Delivery, Way};
use crate::connections::{Connection, WhenDown};
use crate::counted::{Arrival, Line, Outcome};
use crate::mailbox::{Append, Entry, EventHash, EventId, Lease, Owner};
use crate::model::{Author, Content, Message, Mode};
use crate::store::StoreError;
use crate::store::conversation::LaneName;
use crate::store::mailbox::{Accept, NotAccepted, Turn};
use crate::time::Millis;

/// So many failed tries are an outage.
const TRIES: u32 = 2;
/// So is one that took this long.
const LONG: Duration = Duration::from_secs(1);
/// The longest that an agent is waited for where another one stands ready.
const LONGEST_TRY: Duration = Duration::from_secs(5);

/// Who sees to a message.
pub(super) enum Relief {
    /// This agent.
    By(Arc<Connection>),
    /// The channel's operators: the message is in the chat that they get.
    People,
    /// Nobody: it waits.
    Nobody,
}

impl Delivery<'_> {
    /// The agent that stands in on this route, if one does.
    pub(super) async fn second_agent(&self) -> Result<Option<Arc<Connection>>, StoreError> {
        let route = &self.way.route;
        match (&route.second_agent, route.when_down, self.lane) {
            (Some(second), WhenDown::Agent, LaneName::ToAgent) => {
                self.app.connections.get(second).await
            }
            _ => Ok(None),
        }
    }

    /// Where part number `part` goes. The rest of a message goes where its beginning went.
    pub(super) fn receiver(&self, part: usize) -> Arc<Connection> {
        let Some(second) = &self.second else {
            return Arc::clone(&self.way.to);
        };
        let began_there = part > 0 && self.conversation.stand_in.as_ref() == Some(&second.id);
        Arc::clone(if began_there { second } else { &self.way.to })
    }

    /// Whether the agent was down a moment ago, so that somebody else is asked at once.
    pub(super) fn is_left_alone(&self, to: &Connection, part: usize) -> bool {
        self.could_be_relieved(to, part)
            // Telling that a message waits does not stand in for trying to send it.
            && self.way.route.when_down != WhenDown::Text
            && self.app.outages.is_down(&to.id, self.app.retry.down_for)
    }

    /// When a try that begins `now` has to be over: early where somebody else could still see to the message.
    pub(super) fn end_of_try(&self, to: &Connection, part: usize, now: Millis) -> Millis {
        if self.could_be_relieved(to, part) {
            let half = now.until(self.until) / 2;
            now.after(half.min(LONGEST_TRY))
        } else {
            self.until
        }
    }

    fn could_be_relieved(&self, to: &Connection, part: usize) -> bool {
        self.lane == LaneName::ToAgent
            && part == 0
            && to.id == self.way.to.id
            && self.way.route.when_down != WhenDown::Wait
    }

    /// Whether `to` turns out to be down after so many tries, the last of which took so long.
    pub(super) fn is_down(
        &self,
        to: &Connection,
        part: usize,
        (tries, took): (u32, Duration),
    ) -> bool {
        let down = self.could_be_relieved(to, part) && (tries >= TRIES || took >= LONG);
        if down {
            self.app.outages.begin(&to.id);
            self.tell(Outcome::AgentDown, to);
        }
        down
    }

    fn tell(&self, outcome: Outcome, agent: &Connection) {
        Line::of(outcome, &self.conversation.key, self.lane)
            .platform(self.way.from)
            .to(agent)
            .write();
    }

    /// Whether the channel's operators were called to this very message, and it is not known yet whether they take it: then it is
    /// not the agent's meanwhile.
    pub(super) fn is_being_handed_over(&self, entry: &Entry) -> bool {
        let event = relieving(entry);
        let waiting = &self.conversation.to_channel.queue;
        self.lane == LaneName::ToAgent
            && self.way.route.when_down == WhenDown::Operators
            && waiting.iter().any(|waiting| waiting.event == event)
    }

    /// Sees to it that somebody else sees to the message, as the route says.
    pub(super) async fn relieve(&mut self, entry: &Entry) -> Result<Relief, StoreError> {
        let key = self.conversation.key.clone();
        match self.way.route.when_down {
            WhenDown::Wait => Ok(Relief::Nobody),
            WhenDown::Agent => {
                let Some(second) = self.second.clone() else {
                    return Ok(Relief::Nobody);
                };
                if self.conversation.stand_in.as_ref() != Some(&second.id) {
                    self.app.store.stand_in(&key, Some(&second.id)).await?;
                    self.conversation.stand_in = Some(second.id.clone());
                }
                Ok(Relief::By(second))
            }
            WhenDown::Operators => {
                let told = self.say(entry, Content::HandedOver, Some(Mode::Operator));
                Ok(if told.await? {
                    Relief::People
                } else {
                    Relief::Nobody
                })
            }
            WhenDown::Text => {
                let text = Content::Text(self.way.route.down_text.clone());
                self.say(entry, text, None).await?;
                Ok(Relief::Nobody)
            }
        }
    }

    /// Says something on the channel in the agent's place, once for an entry, and sees it delivered as far as this invocation can.
    /// Whether the channel's operators have the conversation then. A channel that only asks gets it as the answer instead
    /// ([`crate::webhook::wait`]).
    async fn say(
        &mut self,
        entry: &Entry,
        content: Content,
        mode: Option<Mode>,
    ) -> Result<bool, StoreError> {
        if !self.way.channel.capabilities().push {
            return Ok(false);
        }
        let now = Millis::now();
        let event = relieving(entry);
        let message = Message::new(Author::Agent, now, content);
        let body = serde_json::to_string(&message)
            .map_err(|error| StoreError::failed(error.to_string()))?;
        let lease = Lease {
            owner: Owner::random(),
            until: self.until,
        };
        let append = Append {
            event: EventId::from(event),
            entries: vec![Entry {
                event,
                accepted: now,
                body,
            }],
            lease: Some(lease),
            now,
        };
        let mut accept = Accept::new(LaneName::ToChannel, append);
        accept.signals.mode = mode;
        accept.turn = if mode.is_some() {
            Turn::Anew
        } else {
            Turn::Any
        };
        let key = self.conversation.key.clone();
        match self.app.store.accept(&key, &accept).await {
            Ok(conversation) => {
                // What is said in the agent's place comes from the agent, as far as it is counted.
                let from = self.way.to.platform();
                let arrival = Arrival::new(from, &key, &accept);
                if conversation.to_channel.is_held_by(lease.owner) {
                    let way = Way {
                        from: Some(from),
                        to: Arc::clone(&self.way.channel),
                        ..self.way.clone()
                    };
                    let lane = LaneName::ToChannel;
                    let saying = Self::new(self.app, conversation, lane, lease, way);
                    let mut saying = saying.bringing(arrival);
                    // Boxed, because it is this very future again; it goes no deeper, for that lane has no agent.
                    Box::pin(saying.drain_lane()).await?;
                    return Ok(saying.conversation.told);
                }
            }
            Err(NotAccepted::Store(error)) => return Err(error),
            // It was said before; or the lane is full, or the conversation expired just now: then the message waits, as it would
            // without relief.
            Err(_) => {}
        }
        let conversation = self.app.store.conversation(&key).await?;
        Ok(conversation.is_some_and(|conversation| conversation.told))
    }

    /// `to` took something: it is not down, and nobody stands in for it any more.
    pub(super) async fn took(&mut self, to: &Connection) {
        if self.lane != LaneName::ToAgent || to.id != self.way.to.id {
            return;
        }
        if self.app.outages.end(&to.id) {
            self.tell(Outcome::AgentBack, to);
        }
        if self.conversation.stand_in.is_some() {
            // That the message was taken is not noted yet, and this must not come between: it is made up for by the next message.
            match self.app.store.stand_in(&self.conversation.key, None).await {
                Ok(()) => self.conversation.stand_in = None,
                Err(error) => tracing::warn!(reason = %error, "who stood in stays noted"),
            }
        }
    }
}

/// The event of what is said in the agent's place because of `entry`.
fn relieving(entry: &Entry) -> EventHash {
    EventHash::of(&[b"down", &entry.event.0])
}
