//! Delivery: whoever holds a lane's lease sends its messages, one after the other, and notes each before the next.
//!
//! * [`Delivery::drain`] carries out the steps of [`crate::mailbox::Drain`].
//! * [`failure`] says what an error of the other side means.
//! * [`files`] gives URLs to files that have none.
//! * [`threads`] sees to it that an agent has a name for the conversation.
//! * [`relief`] says who sees to a message whose agent is down, and [`outages`] which agents are.
//! * [`retry`] says when to try again.
//! * [`outside`] is what a platform's sender is given.

pub mod failure;
mod files;
pub mod outages;
pub mod outside;
mod relief;
pub mod retry;
mod threads;

use std::pin::Pin;
use std::sync::Arc;

use failure::Failure;
use outside::{Outside, Target};
use relief::Relief;

use crate::app::App;
use crate::connections::{Connection, InDoubt, Route};
use crate::counted::{self, Count};
use crate::fit::{self, is_by_text};
use crate::mailbox::{Drain, Entry, EventHash, Lease, Owner, Sent, Step};
use crate::model::{Author, ConnectionId, Content, ConversationKey, Message};
use crate::platforms::{self, ConnectionSettings, Delivered, Handover, Progress};
use crate::store::StoreError;
use crate::store::conversation::{Conversation, LaneName};
use crate::store::dead::DeadLetter;
use crate::store::mailbox::{After, Holder, Outcome};
use crate::time::Millis;

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
        }
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
                    let sent = self
                        .give_up(&drain, "it may have been sent before a crash; this connection would rather lose than repeat")
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
                return self
                    .give_up(drain, &format!("the message cannot be read: {why}"))
                    .await;
            }
        };
        let message = with_known_buttons(message, &self.conversation);
        let part = usize::try_from(drain.lane().part).unwrap_or(usize::MAX);
        let tells = self.tells(&message);
        if tells {
            self.begin_to_tell().await?;
        }
        if self.is_being_handed_over(entry) {
            let due = self.app.retry.due(drain.lane().attempts, Millis::now());
            return Ok(Sent::Later { due, hold: false });
        }
        let mut to = self.receiver(part);
        if self.is_left_alone(&to, part) {
            match self.relieve(entry).await? {
                Relief::By(second) => to = second,
                Relief::People => return Ok(Sent::Done),
                Relief::Nobody => {}
            }
        }
        let mut begun = Millis::now();
        let mut tries = 0;
        loop {
            let now = Millis::now();
            if now.until(self.until) < RESERVE {
                // Not the other side's failure: the next holder goes on at once.
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
                            counted::count(Count::Out, to.platform(), &self.conversation.key);
                            if tells {
                                self.after = After::Told;
                                let channel = self.way.channel.platform();
                                counted::count(Count::HandedOver, channel, &self.conversation.key);
                            }
                            return Ok(Sent::Done);
                        }
                    }
                }
                Tried::Refused(failure) => (failure, true),
                Tried::Unready(failure) => (failure, false),
            };
            let (after, in_doubt, reason) = match failure {
                Failure::Never { reason }
                | Failure::Unauthorized {
                    reason,
                    never: true,
                } => return self.give_up(drain, &reason).await,
                Failure::Unauthorized {
                    reason,
                    never: false,
                } => (None, false, reason),
                Failure::Moved(chat) if chat == *self.conversation.chat() => {
                    return self
                        .give_up(drain, "the chat moved to where it already is")
                        .await;
                }
                Failure::Moved(chat) => {
                    self.app
                        .store
                        .follow(&self.conversation.key, &chat, Millis::now())
                        .await?;
                    self.conversation.address = Some(chat);
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
                return self.give_up(drain, &reason).await;
            }
            let tried = now;
            let now = Millis::now();
            if entry.accepted.after(self.way.route.give_up_after()) <= now {
                return self
                    .give_up(drain, &format!("{reason}; tried until it was too old"))
                    .await;
            }
            counted::retried(to.platform(), &self.conversation.key, tries, &reason);
            if theirs && self.is_down(&to, part, (tries, tried.until(now))) {
                match self.relieve(entry).await? {
                    Relief::By(second) => {
                        (to, tries, begun) = (second, 0, now);
                        continue;
                    }
                    Relief::People => return Ok(Sent::Done),
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
                    None => self.app.retry.due(drain.lane().attempts, now),
                };
                return Ok(Sent::Later {
                    due,
                    hold: after.is_some(),
                });
            }
            tokio::time::sleep(pause).await;
        }
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
            Err(failure) => return Tried::Unready(failure),
        };
        let target = Target {
            connection: to,
            conversation: &self.conversation,
            event: entry.event,
            number,
            until,
        };
        match platforms::send(&outside, &target, &message, part).await {
            Ok(delivered) => Tried::Taken(delivered),
            Err(failure) => Tried::Refused(failure),
        }
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

    async fn give_up(&mut self, drain: &Drain, reason: &str) -> Result<Sent, StoreError> {
        if let Some(entry) = drain.lane().queue.front() {
            let lane = drain.lane();
            let letter = dead_letter(
                &self.conversation.key,
                self.lane,
                (lane.head, lane.attempts),
                entry,
                reason,
            );
            self.app.store.bury(&letter).await?;
            self.drained.dead.push(entry.event);
            counted::dead(self.way.to.platform(), &self.conversation.key, reason);
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
const RESERVE: std::time::Duration = std::time::Duration::from_millis(1000);

/// The dead letter of an entry that has `(number, attempts)`.
pub fn dead_letter(
    key: &ConversationKey,
    lane: LaneName,
    (number, attempts): (u64, u32),
    entry: &Entry,
    reason: &str,
) -> DeadLetter {
    DeadLetter {
        key: key.clone(),
        lane,
        event: entry.event,
        number,
        accepted: entry.accepted,
        died: Millis::now(),
        reason: reason.to_owned(),
        attempts,
        message: entry.body.clone(),
    }
}

/// Buries everything that a conversation still holds.
///
/// # Errors
/// If DynamoDB cannot be asked.
pub async fn bury_all(
    app: &App,
    conversation: &Conversation,
    reason: &str,
) -> Result<usize, StoreError> {
    let mut buried = 0;
    for name in [LaneName::ToAgent, LaneName::ToChannel] {
        let lane = conversation.lane(name);
        for (number, entry) in (lane.head..).zip(&lane.queue) {
            let letter = dead_letter(
                &conversation.key,
                name,
                (number, lane.attempts),
                entry,
                reason,
            );
            app.store.bury(&letter).await?;
            buried += 1;
        }
    }
    Ok(buried)
}

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

/// What becomes of an entry that is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Others see to it: it leaves the lane.
    Dropped,
    /// It becomes a dead letter, with this reason.
    Buried(&'static str),
    /// It stays, and everything behind it, to be looked at again then.
    Stays(Millis),
}

/// Goes through a lane that `owner` holds without sending anything, and lets go of it.
///
/// # Errors
/// If DynamoDB cannot be asked.
pub async fn sift(
    app: &App,
    mut conversation: Conversation,
    name: LaneName,
    owner: Owner,
    fate: impl Fn(&Entry) -> Fate,
) -> Result<(), StoreError> {
    let lane = conversation.lane(name).clone();
    let mut drain = Drain::start(owner, lane, false, Millis::now());
    loop {
        let step = drain.step();
        let outcome = match (step, drain.lane().queue.front()) {
            (Step::Send | Step::Doubt, Some(entry)) => {
                let sent = match fate(entry) {
                    Fate::Dropped => Sent::Done,
                    Fate::Stays(due) => Sent::Later { due, hold: false },
                    Fate::Buried(reason) => {
                        let place = (drain.lane().head, drain.lane().attempts);
                        let letter = dead_letter(&conversation.key, name, place, entry, reason);
                        app.store.bury(&letter).await?;
                        Sent::Done
                    }
                };
                drain.sent(sent);
                continue;
            }
            _ => carry_out(app, &conversation, name, owner.into(), step).await?,
        };
        let Some((result, now)) = outcome else {
            return Ok(());
        };
        drain.wrote(result, now.lane(name).clone());
        conversation = now;
    }
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
