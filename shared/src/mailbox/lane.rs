//! One lane of a conversation and its transitions, as plain functions.
//!
//! Each transition is exactly one conditional write of [`crate::store`]: what it checks here is that write's condition,
//! what it changes is its update. The store is compared with these functions by a property test, and the functions are
//! explored in every interleaving by a model checker (`shared/tests/`), so this file is the protocol.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::event::{EventHash, EventId, bucket};
use crate::time::Millis;

/// How much later than its end a lease counts as run out for others: more than clocks differ.
pub const SKEW: Duration = Duration::from_secs(1);

/// What one lane may hold, so that both lanes, the event ids and the rest stay under DynamoDB's 400 KB an item.
pub const MAX_BYTES: u64 = 80 * 1024;

/// What an entry costs beside its body: its event, times and DynamoDB's own overhead.
pub const ENTRY_OVERHEAD: u64 = 64;

/// How many event ids one bucket keeps. A lane with more events than this in [`super::event::REMEMBERED_HOURS`] forgets
/// the oldest of them.
pub const MAX_SEEN: usize = 1000;

/// Who holds a lease: a random number for each invocation and lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Owner(pub u64);

impl Owner {
    /// A new one, from the system's randomness: two sandboxes that start alike must not draw the same.
    pub fn random() -> Self {
        Self(crate::random::number())
    }
}

/// The right to send a lane's messages, until a point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease {
    /// Who may send.
    pub owner: Owner,
    /// Until when; the holder starts no call that could end later.
    pub until: Millis,
}

impl Lease {
    /// Whether others may take it.
    pub fn has_run_out(&self, now: Millis) -> bool {
        self.until.after(SKEW) < now
    }
}

/// A message in a lane.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The event that brought it.
    pub event: EventHash,
    /// When it was accepted.
    pub accepted: Millis,
    /// The message as JSON ([`crate::model::Message`]). The mailbox does not look inside.
    pub body: String,
}

impl Entry {
    /// What the entry counts against [`MAX_BYTES`].
    pub fn bytes(&self) -> u64 {
        (self.body.len() as u64).saturating_add(ENTRY_OVERHEAD)
    }
}

/// The messages of one conversation in one direction, and who is sending them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Lane {
    /// What is accepted and not yet delivered, oldest first.
    pub queue: VecDeque<Entry>,
    /// The sum of [`Entry::bytes`] over the queue.
    pub bytes: u64,
    /// How many entries have left the lane, so the number of the first one in the queue.
    pub head: u64,
    /// How many parts of the first entry the other side has already accepted (a long text goes as several).
    pub part: u32,
    /// How often sending the first entry was put off.
    pub attempts: u32,
    /// Event ids by bucket, oldest first within each.
    pub seen: BTreeMap<u64, Vec<EventHash>>,
    /// Who is sending.
    pub lease: Option<Lease>,
    /// Present while something is pending: when it is to be looked at again.
    pub due: Option<Millis>,
    /// The other side said when to come back, so nobody tries before `due`.
    pub hold: bool,
    /// The next part of the first entry may have been sent: written before a send by connections that would rather lose
    /// a message than repeat it ([`Lane::mark`]).
    pub sending: bool,
}

/// Why an append changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotAppended {
    /// The event is known.
    Duplicate,
    /// The lane is full; the platform has to send again later.
    Full,
}

/// Why a write of a lease holder changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotWritten {
    /// The lease belongs to somebody else, or to nobody. Whoever finds this stops at once.
    Lost,
    /// The lane has grown since it was read, so the lease must not be let go.
    Grown,
}

/// What an append brings.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Append {
    /// The event; refused if it is known.
    pub event: EventId,
    /// Its messages; may be none (an event that only changes the conversation).
    pub entries: Vec<Entry>,
    /// Wanted by whoever will send the lane's messages; `None` where nobody sends (a channel that cannot be spoken to
    /// first), so that the lane only waits.
    pub lease: Option<Lease>,
    /// Now.
    pub now: Millis,
}

impl Append {
    /// What its entries count against [`MAX_BYTES`].
    pub fn bytes(&self) -> u64 {
        self.entries.iter().map(Entry::bytes).sum()
    }
}

impl Lane {
    /// Whether `event` is remembered at `now`. The next bucket counts too: a clock that is ahead of this one may have put
    /// the event there.
    pub fn knows(&self, event: &EventId, now: Millis) -> bool {
        let current = bucket(now.seconds());
        [
            current.checked_add(1),
            Some(current),
            current.checked_sub(1),
        ]
        .into_iter()
        .flatten()
        .filter_map(|bucket| self.seen.get(&bucket))
        .any(|seen| {
            seen.contains(&event.hash)
                || event.also.iter().flatten().any(|also| seen.contains(also))
        })
    }

    /// Accepts an event: refuses a known one, appends its messages and takes the lease if nobody has it.
    ///
    /// # Errors
    /// [`NotAppended`], and nothing is changed.
    pub fn append(&mut self, append: &Append) -> Result<(), NotAppended> {
        if self.knows(&append.event, append.now) {
            return Err(NotAppended::Duplicate);
        }
        if !append.entries.is_empty() && self.bytes.saturating_add(append.bytes()) > MAX_BYTES {
            return Err(NotAppended::Full);
        }
        self.seen
            .entry(bucket(append.now.seconds()))
            .or_default()
            .push(append.event.hash);
        if append.entries.is_empty() {
            return Ok(());
        }
        self.bytes = self.bytes.saturating_add(append.bytes());
        self.queue.extend(append.entries.iter().cloned());
        if let Some(lease) = append.lease {
            self.lease.get_or_insert(lease);
        }
        self.due.get_or_insert(append.now);
        Ok(())
    }

    /// Takes the lease of a lane that has something pending, if nobody holds it or its holder's time has run out.
    pub fn claim(&mut self, lease: Lease, now: Millis) -> bool {
        if self.due.is_none() || self.lease.is_some_and(|held| !held.has_run_out(now)) {
            return false;
        }
        self.lease = Some(lease);
        true
    }

    /// Notes, before it is sent, that part number `part` of entry number `head` may have been sent. Whoever finds the mark after a crash knows that
    /// sending again could repeat it.
    ///
    /// # Errors
    /// [`NotWritten::Lost`].
    pub fn mark(&mut self, owner: Owner, head: u64, part: u32) -> Result<(), NotWritten> {
        self.prove(owner)?;
        if (self.head, self.part) != (head, part) {
            return Err(NotWritten::Lost);
        }
        self.sending = true;
        Ok(())
    }

    /// Notes that the other side has accepted the first `part` parts of the first entry, number `head`. Both numbers
    /// make it safe to send the write again when its answer was lost: one that arrives late notes no part of the next
    /// entry and takes away no later mark.
    ///
    /// # Errors
    /// [`NotWritten::Lost`].
    pub fn note_part(&mut self, owner: Owner, head: u64, part: u32) -> Result<(), NotWritten> {
        self.prove(owner)?;
        if (self.head, self.part) == (head, part) {
            return Ok(());
        }
        if self.head != head || self.part.saturating_add(1) != part {
            return Err(NotWritten::Lost);
        }
        self.part = part;
        self.sending = false;
        Ok(())
    }

    /// Removes the first entry, number `head`, which is delivered or a dead letter, and keeps the lease for the next one.
    /// The number makes it safe to send the write again when its answer was lost: it never removes two.
    ///
    /// # Errors
    /// [`NotWritten::Lost`].
    pub fn advance(&mut self, owner: Owner, head: u64, now: Millis) -> Result<(), NotWritten> {
        self.prove(owner)?;
        if self.head == head.saturating_add(1) {
            return Ok(());
        }
        if self.head != head || self.queue.is_empty() {
            return Err(NotWritten::Lost);
        }
        if let Some(entry) = self.queue.pop_front() {
            self.bytes = self.bytes.saturating_sub(entry.bytes());
            self.head = self.head.saturating_add(1);
        }
        self.reset_head();
        self.forget(now);
        Ok(())
    }

    /// Removes the first entry, number `head`, which is delivered or a dead letter, and lets go of the lease, if that was
    /// the last one.
    ///
    /// # Errors
    /// [`NotWritten::Lost`], or [`NotWritten::Grown`] if something was appended meanwhile.
    pub fn finish(&mut self, owner: Owner, head: u64, now: Millis) -> Result<(), NotWritten> {
        self.prove(owner)?;
        if self.head != head || self.queue.len() != 1 {
            return Err(NotWritten::Grown);
        }
        self.advance(owner, head, now)?;
        self.lease = None;
        self.due = None;
        Ok(())
    }

    /// Lets go of the lease with the queue as it is, to be looked at again at `due`.
    ///
    /// # Errors
    /// [`NotWritten::Lost`].
    pub fn put_off(
        &mut self,
        owner: Owner,
        due: Millis,
        hold: bool,
        attempts: u32,
    ) -> Result<(), NotWritten> {
        self.prove(owner)?;
        self.lease = None;
        self.due = Some(due);
        self.hold = hold;
        self.attempts = attempts;
        self.sending = false;
        Ok(())
    }

    /// Takes the first `count` entries out of a lane that nobody sends: they are the answer to a synchronous channel.
    /// The number of the first entry is the fence: of two that take the same entries one finds that they are gone.
    ///
    /// # Errors
    /// [`NotWritten::Lost`].
    pub fn take(&mut self, head: u64, count: usize, now: Millis) -> Result<Vec<Entry>, NotWritten> {
        if self.head != head || self.queue.len() < count {
            return Err(NotWritten::Lost);
        }
        let taken: Vec<Entry> = self.queue.drain(..count).collect();
        self.bytes = self
            .bytes
            .saturating_sub(taken.iter().map(Entry::bytes).sum());
        self.head = self.head.saturating_add(count as u64);
        if self.queue.is_empty() {
            self.due = None;
        }
        self.forget(now);
        Ok(taken)
    }

    /// Whether `owner` holds the lease.
    pub fn is_held_by(&self, owner: Owner) -> bool {
        self.lease.is_some_and(|lease| lease.owner == owner)
    }

    fn prove(&self, owner: Owner) -> Result<(), NotWritten> {
        if self.is_held_by(owner) {
            Ok(())
        } else {
            Err(NotWritten::Lost)
        }
    }

    fn reset_head(&mut self) {
        self.part = 0;
        self.attempts = 0;
        self.hold = false;
        self.sending = false;
    }

    /// Drops event ids that are too old or too many. Only whoever may remove entries does this, so that two never remove
    /// each other's place in the list.
    fn forget(&mut self, now: Millis) {
        for (stale, surplus) in self.forgettable(now) {
            match surplus {
                None => {
                    self.seen.remove(&stale);
                }
                Some(surplus) => {
                    if let Some(seen) = self.seen.get_mut(&stale) {
                        seen.drain(..surplus.min(seen.len()));
                    }
                }
            }
        }
    }

    /// What [`Lane::forget`] would drop: buckets (`None`), and how many from the front of the current one.
    pub fn forgettable(&self, now: Millis) -> Vec<(u64, Option<usize>)> {
        let current = bucket(now.seconds());
        self.seen
            .iter()
            .filter_map(|(bucket, seen)| {
                if bucket.saturating_add(1) < current {
                    return Some((*bucket, None));
                }
                let surplus = seen.len().saturating_sub(MAX_SEEN).min(16);
                (surplus > 0).then_some((*bucket, Some(surplus)))
            })
            .collect()
    }
}
