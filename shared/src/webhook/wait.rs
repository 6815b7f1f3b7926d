//! An event of a channel whose answer is the only way back: keep it, send it to the agent, and wait for replies until
//! they are there or the deadline comes.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Later;
use super::channel::{accepting, deliver, keep_or_take_back, route};
use super::keep::Kept;
use super::verify::Verified;
use super::{ChannelEvent, Refusal, json_error};
use crate::app::App;
use crate::connections::{Connection, Route, Unanswered, WhenDown};
use crate::counted::{self, Arrival, Line, Outcome};
use crate::delivery::{Body, Burial, Drained, Fate, Sift, Way, source};
use crate::mailbox::{Entry, EventHash, Lane};
use crate::model::{ConversationKey, Message, Mode};
use crate::platforms::End;
use crate::store::conversation::{Conversation, LaneName};
use crate::store::mailbox::{Accept, Give, Given, MAX_GIVEN};
use crate::time::Millis;
use crate::trace;

/// What the channel is answered. Kept as JSON with the conversation, so that a copy of the event gets the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncAnswer {
    /// What the agent said.
    Replies(Vec<Message>),
    /// A text that asks for patience.
    Patience(String),
    /// The channel's operators take over.
    HandOver,
    /// The event asked for nothing.
    Nothing,
}

/// Kept back from the deadline for the answer's way: our last write, the API, the network.
const ANSWER_RESERVE: Duration = Duration::from_millis(600);
/// Kept back at the very end, when nothing is left but to say that it failed.
const LAST_RESERVE: Duration = Duration::from_millis(250);
/// The most that one answer takes of what waits, in bytes, because it is kept for copies of its event. The rest comes
/// with the next one.
const MAX_ANSWER: usize = 32 * 1024;
/// Kept back from that for noting that the agent did not take the message in time.
const NOTE_RESERVE: Duration = Duration::from_millis(200);
/// The first pause between two looks at the conversation, and the longest.
const LOOK: (Duration, Duration) = (Duration::from_millis(40), Duration::from_millis(150));

/// Keeps the event, sends what it brought to the agent and waits for replies. `arrived` is when the platform began to
/// wait.
///
/// # Errors
/// [`Refusal`]. Nothing was kept, unless the table stopped answering in the middle.
pub fn converse<'a>(
    app: &'a App,
    verified: &'a Verified,
    event: ChannelEvent,
    arrived: Millis,
) -> Later<'a, SyncAnswer> {
    let patience = patience(verified.connection().end());
    // Only if AWS hangs does this end a conversation: whatever else takes time has its own end before.
    let end = last(arrived, patience);
    trace::answer_by(end);
    let conversing = keep_and_wait(app, verified, event, (arrived, patience));
    Box::pin(by(end, conversing))
}

/// Lets a webhook in as [`Verified`] does, in the time that the channel waits.
///
/// # Errors
/// As [`Verified::by_credential`]; [`Refusal::Unavailable`] if that takes too long.
pub fn verify<'a>(
    verifying: Later<'a, Verified>,
    end: End,
    arrived: Millis,
) -> Later<'a, Verified> {
    Box::pin(by(last(arrived, patience(end)), verifying))
}

/// How long the platform waits. Only one with a deadline comes here; without one there would be no time at all, and 503 says so.
fn patience(end: End) -> Duration {
    end.capabilities().deadline.unwrap_or_default()
}

fn last(arrived: Millis, patience: Duration) -> Millis {
    arrived.after(patience.saturating_sub(LAST_RESERVE))
}

async fn by<T>(
    end: Millis,
    waiting: impl Future<Output = Result<T, Refusal>>,
) -> Result<T, Refusal> {
    tokio::time::timeout(Millis::now().until(end), waiting)
        .await
        .unwrap_or_else(|_| Err(Refusal::unavailable("AWS did not answer in time")))
}

async fn keep_and_wait(
    app: &App,
    verified: &Verified,
    event: ChannelEvent,
    (arrived, patience): (Millis, Duration),
) -> Result<SyncAnswer, Refusal> {
    let channel = verified.connection();
    let deadline = arrived.after(patience.saturating_sub(ANSWER_RESERVE));
    let (route, agent) = route(app, channel).await?;
    let asks = !event.messages.is_empty();
    let (key, mut accept) = accepting(channel, route, event, deadline.before(NOTE_RESERVE))?;
    let event = accept.append.event;
    let wait = |conversation: &Conversation, hash, to_people| Wait {
        app,
        channel,
        route,
        key: conversation.key.clone(),
        event: hash,
        since: conversation.to_channel.head + conversation.to_channel.queue.len() as u64,
        to_people,
        deadline,
    };
    match keep_or_take_back(app, channel, key, &mut accept).await? {
        Kept::New(conversation) => {
            let arrival = Arrival::new(channel.platform(), &conversation.key, &accept);
            if !asks {
                return Ok(SyncAnswer::Nothing);
            }
            // People are asked for, and nothing is left to say before: the channel's operators see the message in the chat
            // that this answer gives them.
            let to_people =
                conversation.mode == Mode::Operator && conversation.to_channel.queue.is_empty();
            let wait = wait(&conversation, event.hash, to_people);
            let drained = if to_people {
                leave_to_people(app, conversation, &accept, arrival).await
            } else {
                let way = Way {
                    channel: Arc::clone(channel),
                    from: Some(channel.platform()),
                    to: agent,
                    route: route.clone(),
                };
                deliver(app, conversation, &accept, way, arrival).await
            };
            wait.answer(&drained).await
        }
        Kept::Duplicate(_) if !asks => Ok(SyncAnswer::Nothing),
        Kept::Duplicate(conversation) => {
            // The copy may have come in another window than the original, which is what the answer is kept under.
            let known = |hash: &EventHash| {
                conversation
                    .to_agent
                    .seen
                    .values()
                    .any(|seen| seen.contains(hash))
            };
            let also = event.also.into_iter().flatten();
            let hash = std::iter::once(event.hash)
                .chain(also)
                .find(known)
                .unwrap_or(event.hash);
            wait(&conversation, hash, false)
                .answer(&Drained::default())
                .await
        }
        // Only an agent's event asks for that.
        Kept::OperatorSpoke | Kept::Returned | Kept::Turned => Ok(SyncAnswer::HandOver),
    }
}

/// Removes what this invocation brought from the agent's lane without sending it. What others brought stays: they have to
/// know for themselves what became of it.
async fn leave_to_people(
    app: &App,
    conversation: Conversation,
    accept: &Accept,
    arrival: Arrival,
) -> Drained {
    let (name, event) = (accept.lane, accept.append.event.hash);
    let lease = accept.append.lease;
    let Some(lease) = lease.filter(|lease| conversation.lane(name).is_held_by(lease.owner)) else {
        return Drained::default();
    };
    let key = conversation.key.clone();
    let now = accept.append.now;
    let fate = |entry: &Entry| {
        if entry.event == event {
            Fate::LeftToPeople
        } else {
            Fate::Stays(now)
        }
    };
    let sift = Sift {
        app,
        lane: name,
        owner: lease.owner,
        from: source(app, &conversation, name).await,
        arrival: Some(arrival),
    };
    if let Err(error) = sift.through(conversation, fate).await {
        tracing::error!(
            connection = key.channel.as_str(),
            chat = counted::hashed(&key.chat),
            reason = %error,
            "what people took over stays in the lane"
        );
    }
    Drained::default()
}

struct Wait<'a> {
    app: &'a App,
    channel: &'a Connection,
    route: &'a Route,
    key: ConversationKey,
    event: EventHash,
    /// The number that the next reply had when the event was kept. One from before answers an earlier message: it goes with
    /// the answer to this one, but is not it.
    since: u64,
    /// The message was left to people, so that nothing but handing over may answer it.
    to_people: bool,
    deadline: Millis,
}

impl Wait<'_> {
    /// Looks at the conversation until there is an answer to give.
    async fn answer(self, drained: &Drained) -> Result<SyncAnswer, Refusal> {
        // What the agent has not got, it will not answer in time.
        let hopeless = drained.dead.contains(&self.event) || drained.put_off;
        let mut pause = LOOK.0;
        loop {
            let conversation = self
                .app
                .store
                .conversation(&self.key)
                .await?
                .ok_or_else(|| Refusal::unavailable("the conversation is gone"))?;
            if let Some(kept) = conversation.answers.get(&self.event) {
                return read(&kept.body);
            }
            let now = Millis::now();
            if let Some(ready) = self.ready(&conversation, hopeless, now)?
                && let Some(given) = self.give(&conversation, ready, now).await?
            {
                return Ok(given);
            }
            tokio::time::sleep(
                pause
                    .min(now.until(self.deadline))
                    .max(Duration::from_millis(1)),
            )
            .await;
            pause = (pause * 5 / 4).min(LOOK.1);
        }
    }

    /// What can be answered now, if something can, and how many entries of the lane that takes.
    fn ready(
        &self,
        conversation: &Conversation,
        hopeless: bool,
        now: Millis,
    ) -> Result<Option<(SyncAnswer, usize)>, Refusal> {
        if self.to_people {
            return Ok(Some((SyncAnswer::HandOver, 0)));
        }
        let late = now >= self.deadline;
        let lane = &conversation.to_channel;
        if let Some(last) = lane.queue.back() {
            let settled = if lane.head + lane.queue.len() as u64 > self.since {
                last.accepted.after(self.route.settle()) <= now
            } else {
                hopeless || conversation.mode == Mode::Operator
            };
            if !(settled || late) {
                return Ok(None);
            }
            let taken = taken(lane);
            let replies: Vec<Message> = taken
                .iter()
                // What cannot be read is buried before the answer is given ([`Self::bury_unreadable`]).
                .filter_map(|entry| serde_json::from_str(&entry.body).ok())
                .collect();
            let answer = if replies.is_empty() {
                SyncAnswer::HandOver
            } else {
                SyncAnswer::Replies(replies)
            };
            return Ok(Some((answer, taken.len())));
        }
        if conversation.mode == Mode::Operator {
            return Ok(Some((SyncAnswer::HandOver, 0)));
        }
        if !(late || hopeless) {
            return Ok(None);
        }
        let answer = match (self.route.when_down, self.route.unanswered) {
            (WhenDown::Operators, _) if hopeless => SyncAnswer::HandOver,
            (WhenDown::Text, _) if hopeless => SyncAnswer::Patience(self.route.down_text.clone()),
            (_, Unanswered::Operator) => SyncAnswer::HandOver,
            (_, Unanswered::Wait) => SyncAnswer::Patience(self.route.patience.clone()),
        };
        Ok(Some((answer, 0)))
    }

    /// Gives `answer`, unless another invocation was first: then what that one gave, or `None` if there is something new
    /// to look at.
    async fn give(
        &self,
        conversation: &Conversation,
        (answer, count): (SyncAnswer, usize),
        now: Millis,
    ) -> Result<Option<SyncAnswer>, Refusal> {
        let buried = self.bury_unreadable(conversation, count).await?;
        let give = Give {
            event: self.event,
            head: conversation.to_channel.head,
            count,
            body: serde_json::to_string(&answer).map_err(Refusal::unavailable)?,
            hands_over: answer == SyncAnswer::HandOver,
            now,
        };
        match self.app.store.give(conversation, &give).await? {
            Given::Taken => {
                self.tell(conversation, (&answer, count), &buried, now)
                    .await;
                Ok(Some(answer))
            }
            Given::Before(body) => read(&body).map(Some),
            Given::Changed(_) => Ok(None),
        }
    }

    /// What another version wrote and this one cannot read goes to a person, not to the visitor. The numbers of what was buried.
    async fn bury_unreadable(
        &self,
        conversation: &Conversation,
        count: usize,
    ) -> Result<Vec<u64>, Refusal> {
        let mut buried = Vec::new();
        let lane = &conversation.to_channel;
        for (number, entry) in (lane.head..).zip(&lane.queue).take(count) {
            if let Err(error) = serde_json::from_str::<Message>(&entry.body) {
                let reason = format!("the message cannot be read: {}", json_error(&error));
                let burial = Burial {
                    key: &self.key,
                    lane: LaneName::ToChannel,
                    from: source(self.app, conversation, LaneName::ToChannel).await,
                    to: Some(self.channel),
                };
                let body = Body::new(entry, number);
                burial.bury(self.app, body, &reason).await?;
                buried.push(number);
            }
        }
        Ok(buried)
    }

    /// A line for each reply that was given, and one for the question if that was not all.
    async fn tell(
        &self,
        conversation: &Conversation,
        (answer, count): (&SyncAnswer, usize),
        buried: &[u64],
        now: Millis,
    ) {
        let lane = &conversation.to_channel;
        if count > 0 {
            let from = source(self.app, conversation, LaneName::ToChannel).await;
            let given = (lane.head..).zip(&lane.queue).take(count);
            for (_, entry) in given.filter(|(number, _)| !buried.contains(number)) {
                Line::of(Outcome::Delivered, &self.key, LaneName::ToChannel)
                    .platform(from)
                    .to(self.channel)
                    .delivery(entry.accepted.until(now))
                    .write();
            }
        }
        let is_late = now >= self.deadline;
        let outcome = match answer {
            SyncAnswer::HandOver => Outcome::HandedOver,
            SyncAnswer::Patience(_) => Outcome::Unanswered,
            SyncAnswer::Replies(_) if is_late => Outcome::Late,
            SyncAnswer::Replies(_) | SyncAnswer::Nothing => return,
        };
        Line::of(outcome, &self.key, LaneName::ToAgent)
            .platform(Some(self.channel.platform()))
            .deadline_missed(is_late)
            .write();
    }
}

fn read(body: &str) -> Result<SyncAnswer, Refusal> {
    serde_json::from_str(body).map_err(Refusal::unavailable)
}

/// The replies that one answer takes: the first ones, as far as they fit.
fn taken(lane: &Lane) -> Vec<&Entry> {
    let mut bytes: usize = 0;
    lane.queue
        .iter()
        .take(MAX_GIVEN)
        .enumerate()
        .take_while(|(number, entry)| {
            bytes = bytes.saturating_add(entry.body.len());
            *number == 0 || bytes <= MAX_ANSWER
        })
        .map(|(_, entry)| entry)
        .collect()
}
