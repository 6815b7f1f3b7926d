//! Delivery: whoever holds a lane's lease sends its messages, one after the other, and notes each before the next.
//!
//! * [`Delivery::drain`] carries out the steps of [`crate::mailbox::Drain`].
//! * [`Sift`] goes through a lane without sending, and [`Burial`] makes dead letters.
//! * [`failure`] says what an error of the other side means.
//! * [`files`] gives URLs to files that have none.
//! * [`threads`] sees to it that an agent has a name for the conversation.
//! * [`relief`] says who sees to a message whose agent is down, and [`outages`] which agents are.
//! * [`retry`] says when to try again.
//! * [`quoted`] sees to it that no reason quotes what was sent.
//! * [`outside`] is what a platform's sender is given.

mod burial;
pub mod failure;
mod files;
pub mod outages;
pub mod outside;
mod quoted;
mod relief;
pub mod retry;
mod sift;
mod source;
mod threads;

pub use burial::{Body, Burial, bury_all};
pub use sift::{Fate, Sift};
pub use source::source;

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use failure::Failure;
use outside::{Outside, Target};
use quoted::Quoted;
use relief::Relief;

use crate::app::App;
use crate::connections::{Connection, InDoubt, Route};
use crate::counted::{Arrival, Arrived, Line, Outcome as Told};
use crate::fit::{self, is_by_text};
use crate::mailbox::{Drain, Entry, EventHash, Lane, Lease, Owner, Sent, Step};
use crate::model::{Author, ConnectionId, Content, Message};
use crate::platforms::{self, ConnectionSettings, Delivered, Handover, Platform, Progress};
use crate::store::StoreError;
use crate::store::conversation::{Conversation, LaneName};
use crate::store::mailbox::{After, Holder, Outcome};
use crate::time::Millis;
use crate::trace::Call;

/// What a holder of a lane's lease found out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drained {
    /// Messages that the other side accepted.
    pub delivered: usize,
    /// The events of messages that became dead letters.
    pub dead: Vec<EventHash>,
    /// Something is left for later.
    pub put_off: bool,
}

/// Between whom a conversation's messages go.
#[derive(Debug, Clone)]
pub struct Way {
    /// The conversation's channel.
    pub channel: Arc<Connection>,
    /// The platform that the lane's messages come from, if that is known.
    pub from: Option<Platform>,
    /// Where the lane's messages go: the channel, or an agent.
    pub to: Arc<Connection>,
    /// The channel's route.
    pub route: Route,
}

/// What [`Delivery::drain`] comes to.
pub type Draining<'a> = Pin<Box<dyn Future<Output = Result<Drained, StoreError>> + Send + 'a>>;

/// One holder of one lane's lease at work.
#[derive(Debug)]
pub struct Delivery<'a> {
    app: &'a App,
    lane: LaneName,
    owner: Owner,
    until: Millis,
    way: Way,
    /// The agent that stands in when the one in `way` is down.
    second: Option<Arc<Connection>>,
    conversation: Conversation,
    drained: Drained,
    /// What the first entry leaves behind when it leaves the lane.
    after: After,
    /// It was this holder that noted that the channel is being told ([`Self::begin_to_tell`]).
    began_to_tell: bool,
    /// The first entry's message with URLs for its files, by the entry's number and whom it is made ready for.
    ready: Option<(u64, ConnectionId, Message)>,
    /// What this invocation itself brought into the lane.
    arrival: Option<Arrival>,
    /// How often the first entry failed, here.
    failed: u32,
    /// How long the other side took over it, here.
    called: Duration,
}

impl<'a> Delivery<'a> {
    /// The holder of `lease` on `conversation`'s `lane`, sending along `way`.
    pub fn new(
        app: &'a App,
        conversation: Conversation,
        lane: LaneName,
        lease: Lease,
        way: Way,
    ) -> Self {
        Self {
            app,
            lane,
            owner: lease.owner,
            until: lease.until,
            way,
            second: None,
            conversation,
            drained: Drained::default(),
            after: After::Nothing,
            began_to_tell: false,
            ready: None,
            arrival: None,
            failed: 0,
            called: Duration::ZERO,
        }
    }

    /// This invocation itself brought that into the lane.
    #[must_use]
    pub fn bringing(mut self, arrival: Arrival) -> Self {
        self.arrival = Some(arrival);
        self
    }

    /// Sends what is in the lane until it is empty, put off or somebody else's.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked. The lease then runs out by itself, and redelivery goes on.
    pub fn drain(mut self) -> Draining<'a> {
        // Boxed, as [`crate::webhook::Later`] is.
        Box::pin(async move {
            self.drain_lane().await?;
            Ok(self.drained)
        })
    }

    async fn drain_lane(&mut self) -> Result<(), StoreError> {
        self.second = self.second_agent().await?;
        let careful = std::iter::once(&self.way.to)
            .chain(&self.second)
            .any(|to| to.settings.in_doubt() == InDoubt::Lose);
        let lane = self.conversation.lane(self.lane).clone();
        let mut drain = Drain::start(self.owner, lane, careful, Millis::now());
        loop {
            let step = drain.step();
            match step {
                Step::Stop => return Ok(()),
                Step::Send => {
                    let sent = self.send(&drain).await?;
                    drain.sent(sent);
                }
                Step::Doubt => {
                    let to = Arc::clone(&self.way.to);
                    let sent = self
                        .give_up(&drain, &to, "it may have been sent before a crash; this connection would rather lose than repeat")
                        .await?;
                    drain.sent(sent);
                }
                write => {
                    if write == Step::Mark {
                        // What takes long goes before the mark: a crash in it is then no doubt.
                        self.make_ready(&drain).await;
                    }
                    self.drained.put_off |= matches!(write, Step::PutOff { .. });
                    let holder = Holder {
                        owner: self.owner,
                        after: self.after,
                    };
                    let outcome =
                        carry_out(self.app, &self.conversation, self.lane, holder, write).await?;
                    if matches!(write, Step::Advance | Step::Finish) {
                        self.after = After::Nothing;
                        self.ready = None;
                        (self.failed, self.called) = (0, Duration::ZERO);
                    }
                    let Some((result, conversation)) = outcome else {
                        return Ok(());
                    };
                    drain.wrote(result, conversation.lane(self.lane).clone());
                    self.conversation = Conversation {
                        // A chat that moved while this invocation was sending stays moved for it.
                        address: self.conversation.address.take().or(conversation.address),
                        ..conversation
                    };
                }
            }
        }
    }

    /// Sends the next part of the first entry, trying again for a while.
    async fn send(&mut self, drain: &Drain) -> Result<Sent, StoreError> {
        let Some(entry) = drain.lane().queue.front() else {
            return Ok(Sent::Done);
        };
        let message: Message = match serde_json::from_str(&entry.body) {
            Ok(message) => message,
            Err(error) => {
                let why = crate::webhook::json_error(&error);
                let to = Arc::clone(&self.way.to);
                return self
                    .give_up(drain, &to, &format!("the message cannot be read: {why}"))
                    .await;
            }
        };
        let message = with_known_buttons(message, &self.conversation);
        let part = usize::try_from(drain.lane().part).unwrap_or(usize::MAX);
        let tells = self.tells(&message);
        if tells {
            self.begin_to_tell().await?;
        }
        let lane = drain.lane();
        let mut to = self.receiver(part);
        if self.is_being_handed_over(entry) {
            let due = self.app.retry.due(lane.attempts, Millis::now());
            let line = self.line(Told::PutOff, &to, lane);
            line.reason("the channel's operators are being called")
                .write();
            return Ok(Sent::Later { due, hold: false });
        }
        if self.is_left_alone(&to, part) {
            match self.relieve(entry).await? {
                Relief::By(second) => to = second,
                Relief::People => {
                    let line = self.line(Told::LeftToPeople, &to, lane);
                    line.reason("its agent was down a moment ago").write();
                    return Ok(Sent::Done);
                }
                Relief::Nobody => {}
            }
        }
        let mut begun = Millis::now();
        let mut tries = 0;
        loop {
            let now = Millis::now();
            if now.until(self.until) < RESERVE {
                // Not the other side's failure: the next holder goes on at once.
                let line = self.line(Told::PutOff, &to, lane);
                line.reason("the invocation's time is over").write();
                return Ok(Sent::Later {
                    due: now,
                    hold: false,
                });
            }
            tries += 1;
            self.know_thread(&to).await?;
            let until = self.end_of_try(&to, part, now);
            let (failure, theirs) = match self
                .try_once(&to, (entry, drain), &message, part, until)
                .await
            {
                Tried::Taken(Delivered { progress, thread }) => {
                    let is_ours = match thread {
                        Some(thread) => self.keep_thread(&to, thread).await?,
                        None => true,
                    };
                    match progress {
                        _ if !is_ours => {
                            let what = "its agent calls the conversation what it calls another, so that no reply could be told apart";
                            (Failure::never(what), true)
                        }
                        Progress::Before if tries < MOST_BEFORE => continue,
                        Progress::Before => {
                            let what = "its agent asks for ever for something else first";
                            (Failure::never(what), true)
                        }
                        Progress::More => {
                            self.took(&to).await;
                            return Ok(Sent::Part);
                        }
                        Progress::Complete => {
                            self.took(&to).await;
                            self.drained.delivered += 1;
                            if tells {
                                self.after = After::Told;
                            }
                            self.line(Told::Delivered, &to, lane)
                                .delivery(entry.accepted.until(Millis::now()))
                                .hands_over(tells)
                                .write();
                            return Ok(Sent::Done);
                        }
                    }
                }
                Tried::Refused(failure) => (failure, true),
                Tried::Unready(failure) => (failure, false),
            };
            self.failed += 1;
            let (after, in_doubt, reason) = match failure {
                Failure::Never { reason }
                | Failure::Unauthorized {
                    reason,
                    never: true,
                } => return self.give_up(drain, &to, &reason).await,
                Failure::Unauthorized {
                    reason,
                    never: false,
                } => (None, false, reason),
                Failure::Moved(chat) if chat == *self.conversation.chat() => {
                    return self
                        .give_up(drain, &to, "the chat moved to where it already is")
                        .await;
                }
                Failure::Moved(chat) => {
                    self.app
                        .store
                        .follow(&self.conversation.key, &chat, Millis::now())
                        .await?;
                    self.conversation.address = Some(chat);
                    self.failed -= 1;
                    continue;
                }
                Failure::Later {
                    after,
                    in_doubt,
                    reason,
                } => (after, in_doubt, reason),
            };
            if in_doubt && to.settings.in_doubt() == InDoubt::Lose {
                let reason = format!(
                    "{reason}; it may have arrived, and this connection would rather lose than repeat"
                );
                return self.give_up(drain, &to, &reason).await;
            }
            let tried = now;
            let now = Millis::now();
            if entry.accepted.after(self.way.route.give_up_after()) <= now {
                return self
                    .give_up(drain, &to, &format!("{reason}; tried until it was too old"))
                    .await;
            }
            if theirs && self.is_down(&to, part, (tries, tried.until(now))) {
                match self.relieve(entry).await? {
                    Relief::By(second) => {
                        self.line(Told::Retried, &to, lane).reason(&reason).write();
                        (to, tries, begun) = (second, 0, now);
                        continue;
                    }
                    Relief::People => {
                        let line = self.line(Told::LeftToPeople, &to, lane);
                        line.reason(&reason).retried().write();
                        return Ok(Sent::Done);
                    }
                    Relief::Nobody => {}
                }
            }
            let pause = after.unwrap_or_else(|| self.app.retry.pause(tries));
            let resume = now.after(pause);
            if resume > begun.after(self.app.retry.at_once) || resume.after(RESERVE) > self.until {
                let due = match after {
                    // Not beyond the message's own end: then it is a dead letter, whatever the other side asks for.
                    Some(after) => now
                        .after(after)
                        .min(entry.accepted.after(self.way.route.give_up_after())),
                    None => self.app.retry.due(lane.attempts, now),
                };
                let line = self.line(Told::PutOff, &to, lane);
                line.reason(&reason).retried().write();
                return Ok(Sent::Later {
                    due,
                    hold: after.is_some(),
                });
            }
            self.line(Told::Retried, &to, lane).reason(&reason).write();
            tokio::time::sleep(pause).await;
        }
    }

    /// A line about the first entry of `lane`, which is this one as the holder knows it.
    fn line<'l>(&'l mut self, outcome: Told, to: &'l Connection, lane: &Lane) -> Line<'l> {
        let first = lane.queue.front();
        let arrived = match (&mut self.arrival, first) {
            (Some(arrival), Some(entry)) => arrival.tell(entry.event, lane.head),
            _ => Arrived::default(),
        };
        let line = Line::of(outcome, &self.conversation.key, self.lane)
            .platform(self.way.from)
            .to(to)
            .attempts(self.attempts(outcome, lane))
            .arrived(arrived);
        match self.called {
            Duration::ZERO => line,
            called => line.call(called),
        }
    }

    /// How often the first entry of `lane` was tried: here, and once for each time that it was put off.
    fn attempts(&self, outcome: Told, lane: &Lane) -> u32 {
        let succeeded = u32::from(outcome == Told::Delivered);
        lane.attempts
            .saturating_add(self.failed)
            .saturating_add(succeeded)
    }

    /// Sends a part, once, with every file in it ready.
    async fn try_once(
        &mut self,
        to: &Connection,
        (entry, drain): (&Entry, &Drain),
        message: &Message,
        part: usize,
        until: Millis,
    ) -> Tried {
        let outside = outside(self.app);
        let number = drain.lane().head;
        let place = (entry.event, number);
        // Files take as long as they take: only the call is short where somebody else could be asked.
        let message = match self
            .ready(&outside, (to, self.until), place, message, part)
            .await
        {
            Ok(message) => message,
            Err(failure) => {
                let sent = self.quoted(to, message).await;
                return Tried::Unready(failure.without_words_of(&sent));
            }
        };
        let target = Target {
            connection: to,
            conversation: &self.conversation,
            event: entry.event,
            number,
            accepted: entry.accepted,
            until,
        };
        let called = Instant::now();
        let sending = platforms::send(&outside, &target, &message, part);
        let sent = Call::to_other_side(to).around(sending).await;
        self.called += called.elapsed();
        match sent {
            Ok(delivered) => Tried::Taken(delivered),
            Err(failure) => {
                let sent = self.quoted(to, &message).await;
                Tried::Refused(failure.without_words_of(&sent))
            }
        }
    }

    /// What may not stand in the reason why `message` did not go.
    async fn quoted(&self, to: &Connection, message: &Message) -> Quoted {
        let ends = (&*self.way.channel, to);
        Quoted::new(self.app, ends, &self.conversation, message)
    }

    /// Whether a message gives the conversation to the channel's own operators, by a call.
    fn tells(&self, message: &Message) -> bool {
        self.way.channel.capabilities().handover == Handover::ByCall
            && message.contents.contains(&Content::HandedOver)
    }

    /// The channel's operators may have the conversation from here on. Noted before they are called: whoever finds the note after
    /// a crash knows that a call which is refused may have been taken the first time.
    async fn begin_to_tell(&mut self) -> Result<(), StoreError> {
        if !self.conversation.telling {
            self.app.store.begin_to_tell(&self.conversation.key).await?;
            self.conversation.telling = true;
            self.began_to_tell = true;
        }
        Ok(())
    }

    async fn give_up(
        &mut self,
        drain: &Drain,
        to: &Connection,
        reason: &str,
    ) -> Result<Sent, StoreError> {
        if let Some(entry) = drain.lane().queue.front() {
            let lane = drain.lane();
            let arrival = self.arrival.as_mut();
            let arrived = arrival.map(|arrival| arrival.tell(entry.event, lane.head));
            let burial = Burial {
                key: &self.conversation.key,
                lane: self.lane,
                from: self.way.from,
                to: Some(to),
            };
            let body = Body {
                put_off: lane.attempts,
                attempts: self.attempts(Told::Dead, lane),
                // As for what was delivered: without an arrival it was counted when it came.
                arrived: arrived.unwrap_or_default(),
                ..Body::new(entry, lane.head)
            };
            burial.bury(self.app, body, reason).await?;
            self.drained.dead.push(entry.event);
            if self.conversation.telling && hands_over(entry) {
                self.after = if self.began_to_tell {
                    After::NotTold
                } else {
                    After::Told
                };
            }
        }
        Ok(Sent::Done)
    }
}

/// The way out of this process.
fn outside(app: &App) -> Outside<'_> {
    Outside {
        http: &app.http,
        secrets: &app.secrets,
        tokens: &app.tokens,
    }
}

/// What one try came to.
enum Tried {
    /// The other side took it.
    Taken(Delivered),
    /// It did not.
    Refused(Failure),
    /// It was not asked: a file could not be made ready.
    Unready(Failure),
}

/// More things than this that have to go before a message are a mistake.
const MOST_BEFORE: u32 = 8;

/// A call that cannot begin this long before the lease ends is left to the next holder.
const RESERVE: Duration = Duration::from_millis(1000);

/// A pressed button comes back under what the channel was given; the agent gets its own id.
fn with_known_buttons(mut message: Message, conversation: &Conversation) -> Message {
    if matches!(message.author, Author::Visitor { .. }) {
        for content in &mut message.contents {
            fit::press(content, |under| {
                // What was offered before the visitor's last word but this is not what they answer now.
                let kept = conversation.buttons.get(under)?;
                let is_offered = !is_by_text(under) || kept.at > conversation.heard_before;
                is_offered.then_some(kept.id.as_str())
            });
        }
    }
    message
}

fn hands_over(entry: &Entry) -> bool {
    serde_json::from_str::<Message>(&entry.body)
        .is_ok_and(|message| message.contents.contains(&Content::HandedOver))
}

/// Makes the write that a step asks for; `None` if it asks for none.
async fn carry_out(
    app: &App,
    conversation: &Conversation,
    name: LaneName,
    holder: Holder,
    step: Step,
) -> Result<Option<Outcome>, StoreError> {
    let (store, owner) = (&app.store, holder.owner);
    let (key, lane) = (&conversation.key, conversation.lane(name));
    let now = Millis::now();
    let outcome = match step {
        Step::Send | Step::Doubt | Step::Stop => return Ok(None),
        Step::Mark => store.mark(key, name, lane, owner).await,
        Step::NotePart(_) => store.note_part(key, name, lane, owner).await,
        Step::Advance => store.advance(key, name, lane, holder, now).await,
        Step::Finish => store.finish(conversation, name, holder, now).await,
        Step::PutOff {
            due,
            hold,
            attempts,
        } => store.put_off(key, name, owner, (due, hold, attempts)).await,
    };
    outcome.map(Some)
}
