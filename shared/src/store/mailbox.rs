//! The mailbox's transitions on a conversation's item: one function, one conditional write.
//!
//! What a refused write means is decided by the pure transition itself, run on the item that DynamoDB returns with the
//! refusal, so that the two cannot disagree.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;

use super::conversation::{
    Conversation, LaneName, field_attributes, write_entry, write_kept, write_lease,
};
use super::update::{Update, Updated};
use super::{ALONE, Store, StoreError, write};
use crate::mailbox::event::bucket;
use crate::mailbox::lane::MAX_BYTES;
use crate::mailbox::{Append, EventHash, Lane, Lease, NotAppended, NotWritten, Owner, SKEW};
use crate::model::{ChatId, ConnectionId, ConversationKey, Mode, Signals, Visitor};
use crate::time::Millis;

/// How long a conversation is kept after its last event, in seconds: 90 days.
pub const KEPT: u64 = 90 * 24 * 3600;

/// What one event does to a conversation.
#[derive(Debug, Clone)]
pub struct Accept {
    /// Which lane it goes into.
    pub lane: LaneName,
    /// The event and its messages.
    pub append: Append,
    /// What it says of the visitor.
    pub visitor: Visitor,
    /// What it says of the conversation.
    pub signals: Signals,
    /// The agent that the conversation is tied to from now on.
    pub agent: Option<ConnectionId>,
    /// The event is a person's word in the agent's place.
    pub operator_speaks: bool,
    /// Refuse if a person has the conversation: for good, or until they have been silent for a while.
    pub unless_operator_spoke: Option<Silence>,
    /// Refuse if the channel's own operators have the conversation.
    pub unless_told: bool,
    /// Refuse if the mode that the event brings is, or is not, the conversation's already.
    pub turn: Turn,
    /// Refuse if the channel gave the conversation back and the agent has not said since that it has it.
    pub unless_returned: bool,
    /// The channel's operators give the conversation back with this: the agent answers from now on.
    pub takes_back: bool,
    /// Buttons in the messages whose ids were shortened: short and whole.
    pub buttons: Vec<(String, String)>,
    /// Note when the visitor wrote, and when before that: what they could choose from by its text then, they cannot now.
    pub notes_time: bool,
}

/// When a person who has a conversation leaves it to the agent again without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// Never: the agent says when.
    Never,
    /// When they have not written for so long.
    After(Duration),
}

impl Silence {
    /// The time since which a person must have written to have the conversation at `now`.
    fn since(self, now: Millis) -> Millis {
        match self {
            Self::Never => Millis(0),
            Self::After(silence) => now.before(silence),
        }
    }
}

/// What the mode that an event brings means to the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Turn {
    /// Either.
    #[default]
    Any,
    /// Nothing: it is so already.
    Already,
    /// A turn: until now it was another.
    Anew,
}

/// Why an event was not accepted.
#[derive(Debug)]
pub enum NotAccepted {
    /// It is known; the conversation as it is.
    Duplicate(Box<Conversation>),
    /// The lane is full.
    Full,
    /// A person has the conversation, and the agent would talk over them.
    OperatorSpoke,
    /// The channel gave the conversation back, and the agent still says that people have it.
    Returned,
    /// The event is, or is not, a turn ([`Accept::turn`]), unlike what was thought.
    Turned,
    /// The conversation is kept under another chat's id.
    KeptUnder(ChatId),
    /// The conversation's time is over; it has to be buried first ([`Store::remove_expired`]).
    Expired(Box<Conversation>),
    /// DynamoDB could not be asked.
    Store(StoreError),
}

impl Accept {
    /// An event that brings nothing but what is appended, and is in nobody's way.
    pub fn new(lane: LaneName, append: Append) -> Self {
        Self {
            lane,
            append,
            visitor: Visitor::default(),
            signals: Signals::default(),
            agent: None,
            operator_speaks: false,
            unless_operator_spoke: None,
            unless_told: false,
            turn: Turn::Any,
            unless_returned: false,
            takes_back: false,
            buttons: Vec::new(),
            notes_time: false,
        }
    }

    /// Whether a person has the conversation whom this event would talk over.
    fn people_have(&self, conversation: &Conversation) -> bool {
        let spoke = conversation.operator_spoke;
        (self.unless_told && conversation.told)
            || self.unless_operator_spoke.is_some_and(|silence| {
                spoke.is_some_and(|spoke| spoke >= silence.since(self.append.now))
            })
    }

    /// [`require_turn`], on a conversation that was read.
    fn turn_is_right(&self, conversation: &Conversation) -> bool {
        let already = match self.signals.mode {
            Some(Mode::Operator) => conversation.with_people,
            Some(Mode::Closed) => conversation.closed,
            Some(Mode::Agent) | None => return true,
        };
        already == (self.turn == Turn::Already)
    }
}

impl From<StoreError> for NotAccepted {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What a synchronous channel is answered.
#[derive(Debug, Clone)]
pub struct Give {
    /// The event that it answers.
    pub event: EventHash,
    /// The number of the first entry that it takes from the lane.
    pub head: u64,
    /// How many it takes.
    pub count: usize,
    /// The answer, kept for copies of the event.
    pub body: String,
    /// Hands the conversation to the channel's operators with this answer.
    pub hands_over: bool,
    /// Now.
    pub now: Millis,
}

/// What became of [`Store::give`].
#[derive(Debug)]
pub enum Given {
    /// It is this invocation's to answer.
    Taken,
    /// A copy of the event was answered already, with this.
    Before(String),
    /// Others took from the lane first; look again.
    Changed(Box<Conversation>),
}

/// How long a synchronous answer is kept for copies of its event.
const ANSWER_KEPT_MS: u64 = 120_000;

/// How many bytes of answers are kept, the one that is being given among them; that one always is.
const MAX_ANSWERS: usize = 96 * 1024;

/// The most of one kind (elements of a list, answers, buttons) that one write removes, so that its expression stays under
/// DynamoDB's 4 KB.
const MAX_REMOVED: usize = 50;

impl Store {
    /// Accepts an event: one write that refuses what is known, appends, takes the lease if it is free, and returns the
    /// conversation.
    ///
    /// # Errors
    /// [`NotAccepted`].
    pub async fn accept(
        &self,
        key: &ConversationKey,
        accept: &Accept,
    ) -> Result<Conversation, NotAccepted> {
        let update = accept_update(accept)?;
        match update.write(self, Conversation::pk(key)).await? {
            Updated::Done(item) => Ok(Conversation::read(key.clone(), &item)?),
            Updated::Refused(item) => refused(Conversation::read(key.clone(), &item)?, accept),
        }
    }

    /// [`Lane::claim`]; `None` if there is nothing to claim.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn claim(
        &self,
        key: &ConversationKey,
        lane: LaneName,
        lease: Lease,
        now: Millis,
    ) -> Result<Option<Conversation>, StoreError> {
        let mut update = Update::default();
        let held = update.name(lane.attribute("lease"));
        let until = update.name("u");
        let pending = update.name(lane.attribute("pending"));
        let run_out = update.value(write::number(now.before(SKEW).0));
        update.require(format!("attribute_exists({pending})"));
        update.require(format!(
            "(attribute_not_exists({held}) OR {held}.{until} < {run_out})"
        ));
        update.set(lane.attribute("lease"), write_lease(lease));
        let (claimed, item) = match update.write(self, Conversation::pk(key)).await? {
            Updated::Done(item) => (true, item),
            Updated::Refused(item) => (false, item),
        };
        let conversation = Conversation::read(key.clone(), &item)?;
        // A write that is made again after its answer was lost is refused, but the lease is ours.
        Ok((claimed || conversation.lane(lane).is_held_by(lease.owner)).then_some(conversation))
    }

    /// [`Lane::mark`].
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn mark(
        &self,
        key: &ConversationKey,
        name: LaneName,
        lane: &Lane,
        owner: Owner,
    ) -> Result<Outcome, StoreError> {
        let (head, part) = (lane.head, lane.part);
        let mut update = owned(name, owner);
        require_number(&mut update, name.attribute("head"), head);
        require_number(&mut update, name.attribute("part"), part.into());
        update.set(name.attribute("sending"), AttributeValue::Bool(true));
        self.lane_write(key, name, update, |lane| lane.mark(owner, head, part))
            .await
    }

    /// [`Lane::note_part`].
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn note_part(
        &self,
        key: &ConversationKey,
        name: LaneName,
        lane: &Lane,
        owner: Owner,
    ) -> Result<Outcome, StoreError> {
        let (head, part) = (lane.head, lane.part);
        let mut update = owned(name, owner);
        require_number(&mut update, name.attribute("head"), head);
        require_number(&mut update, name.attribute("part"), part.into());
        update.set(name.attribute("part"), write::number(u64::from(part) + 1));
        update.remove(name.attribute("sending"));
        self.lane_write(key, name, update, |lane| {
            lane.note_part(owner, head, part.saturating_add(1))
        })
        .await
    }

    /// [`Lane::advance`].
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn advance(
        &self,
        key: &ConversationKey,
        name: LaneName,
        lane: &Lane,
        holder: impl Into<Holder>,
        now: Millis,
    ) -> Result<Outcome, StoreError> {
        let Holder { owner, after } = holder.into();
        let head = lane.head;
        let mut update = owned(name, owner);
        note(&mut update, after);
        require_number(&mut update, name.attribute("head"), head);
        update.set(
            name.attribute("head"),
            write::number(head.saturating_add(1)),
        );
        let bytes = lane.queue.front().map_or(0, crate::mailbox::Entry::bytes);
        update.subtract(name.attribute("bytes"), bytes);
        let queue = update.name(name.attribute("queue"));
        let none = update.value(write::number(0));
        update.require(format!("size({queue}) > {none}"));
        update.remove_front(name.attribute("queue"), 1);
        reset_head(&mut update, name);
        forget(&mut update, name, lane, now);
        self.lane_write(key, name, update, |lane| lane.advance(owner, head, now))
            .await
    }

    /// [`Lane::finish`].
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn finish(
        &self,
        conversation: &Conversation,
        name: LaneName,
        holder: impl Into<Holder>,
        now: Millis,
    ) -> Result<Outcome, StoreError> {
        let Holder { owner, after } = holder.into();
        let (key, lane) = (&conversation.key, conversation.lane(name));
        let head = lane.head;
        let mut update = owned(name, owner);
        note(&mut update, after);
        require_number(&mut update, name.attribute("head"), head);
        let queue = update.name(name.attribute("queue"));
        let one = update.value(write::number(1));
        update.require(format!("size({queue}) = {one}"));
        update.set(
            name.attribute("head"),
            write::number(head.saturating_add(1)),
        );
        for field in ["queue", "bytes", "lease", "pending"] {
            update.remove(name.attribute(field));
        }
        reset_head(&mut update, name);
        forget(&mut update, name, lane, now);
        forget_buttons(&mut update, conversation);
        self.lane_write(key, name, update, |lane| lane.finish(owner, head, now))
            .await
    }

    /// [`Lane::put_off`].
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn put_off(
        &self,
        key: &ConversationKey,
        lane: LaneName,
        owner: Owner,
        (due, hold, attempts): (Millis, bool, u32),
    ) -> Result<Outcome, StoreError> {
        let mut update = owned(lane, owner);
        update.set(lane.attribute("pending"), write::number(due.0));
        update.set(lane.attribute("attempts"), write::number(attempts.into()));
        if hold {
            update.set(lane.attribute("hold"), AttributeValue::Bool(true));
        } else {
            update.remove(lane.attribute("hold"));
        }
        update.remove(lane.attribute("sending"));
        update.remove(lane.attribute("lease"));
        self.lane_write(key, lane, update, |lane| {
            lane.put_off(owner, due, hold, attempts)
        })
        .await
    }

    /// Changes nothing but makes the item appear on the table's stream again, if something is pending.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn touch(
        &self,
        key: &ConversationKey,
        lane: LaneName,
        now: Millis,
    ) -> Result<(), StoreError> {
        let mut update = Update::default();
        let pending = update.name(lane.attribute("pending"));
        update.require(format!("attribute_exists({pending})"));
        update.set("touched", write::number(now.0));
        update.write(self, Conversation::pk(key)).await.map(drop)
    }

    /// Takes replies out of the channel lane and keeps them as the answer to an event ([`Lane::take`]), all in one write.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn give(
        &self,
        conversation: &Conversation,
        give: &Give,
    ) -> Result<Given, StoreError> {
        let update = give_update(conversation, give);
        let conversation = match update
            .write(self, Conversation::pk(&conversation.key))
            .await?
        {
            Updated::Done(_) => return Ok(Given::Taken),
            Updated::Refused(item) => Conversation::read(conversation.key.clone(), &item)?,
        };
        Ok(match conversation.answers.get(&give.event) {
            // Also what this invocation wrote itself, if the write's answer was lost and it was made again.
            Some(answer) => Given::Before(answer.body.clone()),
            None => Given::Changed(Box::new(conversation)),
        })
    }

    /// Drops event ids of long ago. Whoever removes messages does that by the way; a lane that only ever gets events without
    /// messages needs it for itself.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn forget_stale(
        &self,
        conversation: &Conversation,
        name: LaneName,
        now: Millis,
    ) -> Result<(), StoreError> {
        let mut update = Update::default();
        let forgettable = conversation.lane(name).forgettable(now);
        let stale: Vec<u64> = forgettable
            .into_iter()
            .filter_map(|(bucket, surplus)| surplus.is_none().then_some(bucket))
            .collect();
        if stale.is_empty() {
            return Ok(());
        }
        for bucket in stale {
            update.remove(name.attribute(&format!("seen_{bucket}")));
        }
        update
            .write(self, Conversation::pk(&conversation.key))
            .await
            .map(drop)
    }

    /// The channel is about to be told that its operators take over.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn begin_to_tell(&self, key: &ConversationKey) -> Result<(), StoreError> {
        let mut update = Update::default();
        update.set("telling", AttributeValue::Bool(true));
        update.write(self, Conversation::pk(key)).await.map(drop)
    }

    /// Notes which agent answers the conversation in place of the route's; `None` when that is back.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn stand_in(
        &self,
        key: &ConversationKey,
        agent: Option<&ConnectionId>,
    ) -> Result<(), StoreError> {
        let mut update = Update::default();
        match agent {
            Some(agent) => update.set("stand_in", write::text(agent.as_str())),
            None => update.remove("stand_in"),
        }
        update.write(self, Conversation::pk(key)).await.map(drop)
    }

    /// The chat has another id from now on: what is sent goes to `to`, and what comes from there is this conversation's.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn follow(
        &self,
        key: &ConversationKey,
        to: &ChatId,
        now: Millis,
    ) -> Result<(), StoreError> {
        if *to == key.chat {
            return Ok(());
        }
        let pointed = ConversationKey {
            channel: key.channel.clone(),
            chat: to.clone(),
        };
        let mut pointer = Update::default();
        let expires = pointer.name("expires");
        let kept_under = pointer.name("kept_under");
        // A conversation that has begun under the new id stays its own.
        pointer.require(format!(
            "(attribute_exists({kept_under}) OR attribute_not_exists({expires}))"
        ));
        // Without a time-to-live: events write the conversation, not what leads to it, and it must lead there for as long.
        pointer.set("kept_under", write::text(key.chat.as_str()));
        if let Updated::Refused(_) = pointer.write(self, Conversation::pk(&pointed)).await? {
            tracing::warn!(
                outcome = "split",
                connection = key.channel.as_str(),
                "a conversation had begun under the chat's new id"
            );
        }

        let mut address = Update::default();
        address.set("address", write::text(to.as_str()));
        address.set("expires", write::number(now.seconds() + KEPT));
        address.write(self, Conversation::pk(key)).await.map(drop)
    }

    /// Removes a conversation whose time is over, if it still is. What it holds has to be buried before.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn remove_expired(
        &self,
        key: &ConversationKey,
        now: Millis,
    ) -> Result<(), StoreError> {
        let result = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", write::text(Conversation::pk(key)))
            .key("sk", write::text(ALONE))
            .condition_expression("#expires <= :now")
            .expression_attribute_names("#expires", "expires")
            .expression_attribute_values(":now", write::number(now.seconds()))
            .send()
            .await;
        match result {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(())
            }
            Err(error) => Err(StoreError::sdk("DeleteItem", &error)),
        }
    }

    async fn lane_write(
        &self,
        key: &ConversationKey,
        name: LaneName,
        update: Update,
        transition: impl FnOnce(&mut Lane) -> Result<(), NotWritten>,
    ) -> Result<Outcome, StoreError> {
        match update.write(self, Conversation::pk(key)).await? {
            Updated::Done(item) => {
                let conversation = Conversation::read(key.clone(), &item)?;
                Ok((Ok(()), conversation))
            }
            Updated::Refused(item) => {
                let conversation = Conversation::read(key.clone(), &item)?;
                let result = transition(&mut conversation.lane(name).clone());
                Ok((result, conversation))
            }
        }
    }
}

/// What a write of a lease holder came to, and the conversation as it is now.
pub type Outcome = (Result<(), NotWritten>, Conversation);

fn accept_update(accept: &Accept) -> Result<Update, StoreError> {
    let Accept { lane, append, .. } = accept;
    let mut update = Update::default();
    let now = append.now.seconds();

    let expires = update.name("expires");
    let now_value = update.value(write::number(now));
    update.require(format!(
        "(attribute_not_exists({expires}) OR {expires} > {now_value})"
    ));
    let kept_under = update.name("kept_under");
    update.require(format!("attribute_not_exists({kept_under})"));
    for (refuse, attribute) in [
        (accept.unless_told, "told"),
        (accept.unless_returned, "returned"),
    ] {
        if refuse {
            let attribute = update.name(attribute);
            update.require(format!("attribute_not_exists({attribute})"));
        }
    }
    if let Some(silence) = accept.unless_operator_spoke {
        let spoke = update.name("operator_spoke");
        let since = update.value(write::number(silence.since(append.now).0));
        update.require(format!(
            "(attribute_not_exists({spoke}) OR {spoke} < {since})"
        ));
    }
    require_turn(&mut update, accept);

    let current = bucket(now);
    let hashes: Vec<String> = std::iter::once(append.event.hash)
        .chain(append.event.also.into_iter().flatten())
        .map(|hash| update.value(write::bytes(&hash.0)))
        .collect();
    for bucket in [
        current.checked_add(1),
        Some(current),
        current.checked_sub(1),
    ]
    .into_iter()
    .flatten()
    {
        let seen = update.name(lane.attribute(&format!("seen_{bucket}")));
        for hash in &hashes {
            update.require(format!("NOT contains({seen}, {hash})"));
        }
    }
    update.append(
        lane.attribute(&format!("seen_{current}")),
        vec![write::bytes(&append.event.hash.0)],
    );

    if !append.entries.is_empty() {
        let bytes = update.name(lane.attribute("bytes"));
        let Some(room) = MAX_BYTES.checked_sub(append.bytes()) else {
            return Err(StoreError::failed(
                "a message that is larger than its lane got this far",
            ));
        };
        let room = update.value(write::number(room));
        update.require(format!(
            "(attribute_not_exists({bytes}) OR {bytes} <= {room})"
        ));
        update.append(
            lane.attribute("queue"),
            append.entries.iter().map(write_entry).collect(),
        );
        update.add(lane.attribute("bytes"), append.bytes());
        if let Some(lease) = append.lease {
            update.set_if_absent(lane.attribute("lease"), write_lease(lease));
            update.set_if_absent(lane.attribute("pending"), write::number(append.now.0));
        } else {
            update.set_if_absent(lane.attribute("waiting"), write::number(append.now.0));
        }
    }

    update.set("expires", write::number(now + KEPT));
    if let Some(agent) = &accept.agent {
        update.set("agent", write::text(agent.as_str()));
    }
    let mode = accept.signals.mode;
    match mode {
        Some(Mode::Agent) => {
            // Not `told`: if the channel's operators have the chat, only the channel gives it back.
            update.set("mode", write::text(Mode::Agent.as_str()));
            update.remove("operator_spoke");
            update.remove("returned");
        }
        Some(Mode::Operator) => update.set("mode", write::text(Mode::Operator.as_str())),
        Some(Mode::Closed) => {
            update.set("closed", AttributeValue::Bool(true));
            // Whoever opens it again speaks to the agent.
            update.set("mode", write::text(Mode::Agent.as_str()));
        }
        None => {}
    }
    // A flag of its own, so that what the visitor writes can open the conversation again without knowing how it was.
    let visitor_writes = accept.lane == LaneName::ToAgent && !append.entries.is_empty();
    if visitor_writes || matches!(mode, Some(Mode::Agent | Mode::Operator)) {
        update.remove("closed");
    }
    // A person's word in an event that leaves the conversation to the agent does not keep the agent out.
    if accept.operator_speaks && accept.signals.mode != Some(Mode::Agent) {
        update.set("operator_spoke", write::number(append.now.0));
        update.remove("returned");
    }
    if accept.takes_back {
        update.set("mode", write::text(Mode::Agent.as_str()));
        update.remove("told");
        update.remove("operator_spoke");
        // An agent may go on saying that people have the conversation: nobody tells it that they gave it back.
        update.set("returned", AttributeValue::Bool(true));
    }
    if accept.notes_time {
        update.set_to_old("heard_before", "heard", write::number(0));
        update.set("heard", write::number(append.now.0));
    }
    for (short, whole) in &accept.buttons {
        update.set(format!("button_{short}"), write_kept(whole, append.now));
    }
    let fields = field_attributes(&accept.visitor, "visitor_")?
        .into_iter()
        .chain(field_attributes(&accept.signals.facts, "fact_")?);
    for (name, value) in fields {
        update.set(name, value);
    }
    Ok(update)
}

/// What the entry that leaves a lane leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum After {
    /// Nothing.
    #[default]
    Nothing,
    /// The channel was told that its operators take over. In the same write as that the message is delivered: until it is, what
    /// the visitor writes is for the agent, and from then on it is what gives the conversation back.
    Told,
    /// It was not: it refused.
    NotTold,
}

/// A lease holder that removes an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub owner: Owner,
    /// What the entry leaves behind.
    pub after: After,
}

impl From<Owner> for Holder {
    fn from(owner: Owner) -> Self {
        Self {
            owner,
            after: After::Nothing,
        }
    }
}

fn note(update: &mut Update, after: After) {
    match after {
        After::Nothing => return,
        After::Told => {
            update.set("mode", write::text(Mode::Operator.as_str()));
            update.set("told", AttributeValue::Bool(true));
        }
        After::NotTold => update.set("mode", write::text(Mode::Agent.as_str())),
    }
    update.remove("telling");
}

/// The condition of [`Accept::turn`].
fn require_turn(update: &mut Update, accept: &Accept) {
    let already = match accept.turn {
        Turn::Any => return,
        Turn::Already => true,
        Turn::Anew => false,
    };
    match accept.signals.mode {
        Some(Mode::Operator) => {
            let mode = update.name("mode");
            let operator = update.value(write::text(Mode::Operator.as_str()));
            update.require(if already {
                format!("{mode} = {operator}")
            } else {
                format!("(attribute_not_exists({mode}) OR {mode} <> {operator})")
            });
        }
        Some(Mode::Closed) => {
            let closed = update.name("closed");
            let test = if already {
                "attribute_exists"
            } else {
                "attribute_not_exists"
            };
            update.require(format!("{test}({closed})"));
        }
        Some(Mode::Agent) | None => {}
    }
}

fn refused(conversation: Conversation, accept: &Accept) -> Result<Conversation, NotAccepted> {
    if conversation.has_expired(accept.append.now) {
        return Err(NotAccepted::Expired(Box::new(conversation)));
    }
    if let Some(chat) = conversation.kept_under {
        return Err(NotAccepted::KeptUnder(chat));
    }
    let mut lane = conversation.lane(accept.lane).clone();
    match lane.append(&accept.append) {
        // The write was made again after its answer was lost: the event is known because we brought it.
        Err(NotAppended::Duplicate)
            if accept
                .append
                .lease
                .is_some_and(|lease| lane.is_held_by(lease.owner)) =>
        {
            Ok(conversation)
        }
        Err(NotAppended::Duplicate) => Err(NotAccepted::Duplicate(Box::new(conversation))),
        Err(NotAppended::Full) => Err(NotAccepted::Full),
        Ok(()) if accept.people_have(&conversation) => Err(NotAccepted::OperatorSpoke),
        Ok(()) if accept.turn != Turn::Any && !accept.turn_is_right(&conversation) => {
            Err(NotAccepted::Turned)
        }
        Ok(()) if accept.unless_returned && conversation.returned => Err(NotAccepted::Returned),
        Ok(()) => Err(NotAccepted::Store(StoreError::failed(
            "a write was refused for no reason that can be seen",
        ))),
    }
}

/// The answers that are too old to be asked for again, and the oldest of those that are too much for the item.
fn answers_to_forget(conversation: &Conversation, give: &Give) -> Vec<EventHash> {
    let mut kept: Vec<_> = conversation
        .answers
        .iter()
        .filter(|(event, _)| **event != give.event)
        .collect();
    kept.sort_unstable_by_key(|(_, answer)| std::cmp::Reverse(answer.at));
    let mut bytes = give.body.len();
    let forgotten = kept.into_iter().filter(|(_, answer)| {
        bytes = bytes.saturating_add(answer.body.len());
        let old = answer.at.0.saturating_add(ANSWER_KEPT_MS) < give.now.0;
        old || bytes > MAX_ANSWERS
    });
    forgotten
        .map(|(event, _)| *event)
        .take(MAX_REMOVED)
        .collect()
}

fn give_update(conversation: &Conversation, give: &Give) -> Update {
    let name = LaneName::ToChannel;
    let lane = &conversation.to_channel;
    let mut update = Update::default();
    let answer = update.name(format!("answer_{}", give.event.hex()));
    update.require(format!("attribute_not_exists({answer})"));
    if give.count > 0 {
        require_number(&mut update, name.attribute("head"), give.head);
        update.set(
            name.attribute("head"),
            write::number(give.head.saturating_add(give.count as u64)),
        );
        let bytes = lane
            .queue
            .iter()
            .take(give.count)
            .map(crate::mailbox::Entry::bytes)
            .sum();
        update.subtract(name.attribute("bytes"), bytes);
        update.remove_front(name.attribute("queue"), give.count);
        // Numbers alone would also fit a lane that holds fewer than are to be taken.
        let (queue, count) = (
            update.name(name.attribute("queue")),
            update.value(write::number(give.count as u64)),
        );
        update.require(format!("size({queue}) >= {count}"));
        if give.count == lane.queue.len() {
            // Only an empty lane may lose the mark that keeps the time-to-live from swallowing what waits.
            update.require(format!("size({queue}) = {count}"));
            update.remove(name.attribute("waiting"));
        }
        forget(&mut update, name, lane, give.now);
    }
    if give.count == 0 && lane.queue.is_empty() {
        // A reply that came since the look must not be left behind an answer that says there is none.
        let queue = update.name(name.attribute("queue"));
        let none = update.value(write::number(0));
        update.require(format!(
            "(attribute_not_exists({queue}) OR size({queue}) = {none})"
        ));
    }
    update.set(
        format!("answer_{}", give.event.hex()),
        write_kept(&give.body, give.now),
    );
    for event in answers_to_forget(conversation, give) {
        update.remove(format!("answer_{}", event.hex()));
    }
    forget_buttons(&mut update, conversation);
    if give.hands_over {
        update.set("mode", write::text(Mode::Operator.as_str()));
        update.set("told", AttributeValue::Bool(true));
    }
    update
}

/// The most replies that one [`Give`] takes.
pub const MAX_GIVEN: usize = MAX_REMOVED;

fn owned(lane: LaneName, owner: Owner) -> Update {
    let mut update = Update::default();
    let lease = update.name(lane.attribute("lease"));
    let o = update.name("o");
    let me = update.value(write::number(owner.0));
    update.require(format!("{lease}.{o} = {me}"));
    update
}

/// Requires the attribute to be `number`; zero is written by leaving it out.
fn require_number(update: &mut Update, attribute: String, number: u64) {
    let name = update.name(attribute);
    if number == 0 {
        update.require(format!("attribute_not_exists({name})"));
    } else {
        let number = update.value(write::number(number));
        update.require(format!("{name} = {number}"));
    }
}

fn reset_head(update: &mut Update, lane: LaneName) {
    for field in ["part", "attempts", "hold", "sending"] {
        update.remove(lane.attribute(field));
    }
}

fn forget(update: &mut Update, name: LaneName, lane: &Lane, now: Millis) {
    for (bucket, surplus) in lane.forgettable(now) {
        let attribute = name.attribute(&format!("seen_{bucket}"));
        match surplus {
            None => update.remove(attribute),
            Some(surplus) => update.remove_front(attribute, surplus),
        }
    }
}

/// How many shortened buttons a conversation remembers.
const MAX_BUTTONS: usize = 64;

/// Forgets those that were shown longest ago.
fn forget_buttons(update: &mut Update, conversation: &Conversation) {
    let buttons = &conversation.buttons;
    let surplus = buttons.len().saturating_sub(MAX_BUTTONS).min(MAX_REMOVED);
    let mut shown: Vec<_> = buttons
        .iter()
        .map(|(short, button)| (button.at, short))
        .collect();
    shown.sort_unstable();
    for (_, short) in shown.into_iter().take(surplus) {
        update.remove(format!("button_{short}"));
    }
}
