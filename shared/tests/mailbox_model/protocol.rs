//! What the model checks: the mailbox as it is, behind hooks through which [`crate::mutants`] puts bugs in.

use shared::mailbox::{Append, Drain, Entry, Lane, Lease, NotAppended, NotWritten, Owner, Step};
use shared::time::Millis;

/// The clock. Only differences of times matter to the protocol, so the clock stands still and what runs out moves into
/// the past instead; that keeps the states few. It stands on the border of two buckets of event ids, the worst place.
pub(crate) const NOW: Millis = Millis(10 * 36 * 3600 * 1000);

/// A conditional write of a lease holder, as it travels to the table.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Write {
    /// Who writes.
    pub(crate) owner: Owner,
    /// The number of the first entry, as the writer knows it.
    pub(crate) head: u64,
    /// How many of its parts were accepted, as the writer knows it.
    pub(crate) part: u32,
    /// What.
    pub(crate) step: Step,
}

impl Write {
    /// What `drain` has to write now; `None` while it has nothing to write.
    pub(crate) fn of(owner: Owner, drain: &Drain) -> Option<Self> {
        let step = drain.step();
        let (head, part) = (drain.lane().head, drain.lane().part);
        (!matches!(step, Step::Send | Step::Doubt | Step::Stop)).then_some(Self {
            owner,
            head,
            part,
            step,
        })
    }

    /// The write arrives.
    pub(crate) fn apply(&self, lane: &mut Lane) -> Result<(), NotWritten> {
        match self.step {
            Step::Mark => lane.mark(self.owner, self.head, self.part),
            Step::NotePart(part) => lane.note_part(self.owner, self.head, part),
            Step::Advance => lane.advance(self.owner, self.head, NOW),
            Step::Finish => lane.finish(self.owner, self.head, NOW),
            Step::PutOff {
                due,
                hold,
                attempts,
            } => lane.put_off(self.owner, due, hold, attempts),
            Step::Send | Step::Doubt | Step::Stop => Ok(()),
        }
    }
}

/// The protocol: the transitions of [`Lane`], and what is asked of those who carry them out.
pub(crate) trait Protocol: Send + Sync {
    /// Accepts an event.
    fn append(&self, lane: &mut Lane, append: &Append) -> Result<(), NotAppended> {
        lane.append(append)
    }

    /// Takes the lease of what is pending.
    fn claim(&self, lane: &mut Lane, lease: Lease, now: Millis) -> bool {
        lane.claim(lease, now)
    }

    /// Writes, and answers with the lane as it is then. `known` is the lane as the writer knew it.
    fn write(
        &self,
        lane: &mut Lane,
        write: &Write,
        _known: &Lane,
    ) -> (Result<(), NotWritten>, Lane) {
        let result = write.apply(lane);
        (result, lane.clone())
    }

    /// Takes entries out of a lane that nobody sends.
    fn take(&self, lane: &mut Lane, head: u64, count: usize) -> Result<Vec<Entry>, NotWritten> {
        lane.take(head, count, NOW)
    }

    /// Whether a holder whose lease ends at `until` may start a call when its own clock shows `now`.
    fn may_call(&self, until: Millis, now: Millis) -> bool {
        now <= until
    }

    /// What a holder writes before it starts a call: nothing.
    fn before_call(&self, _lane: &mut Lane, _owner: Owner) {}

    /// Whether a dead letter is written before its entry is removed.
    fn dead_letter_first(&self) -> bool {
        true
    }
}

/// The protocol without any bug put in.
pub(crate) struct Faithful;

impl Protocol for Faithful {}
