//! The protocol with bugs put in. Each is one that somebody could make, and a model that does not find it is of no use.

use shared::mailbox::lane::ENTRY_OVERHEAD;
use shared::mailbox::{Append, Entry, Lane, Lease, NotAppended, NotWritten, Owner, Step};
use shared::time::Millis;

use crate::protocol::{Faithful, NOW, Protocol, Write};

/// Writes, but answers with `result` as if it was what came of it.
fn answer(result: Result<(), NotWritten>, lane: &Lane) -> (Result<(), NotWritten>, Lane) {
    (result, lane.clone())
}

/// An append that does not look whether the event is known.
pub(crate) struct AcceptsCopies;
impl Protocol for AcceptsCopies {
    fn append(&self, lane: &mut Lane, append: &Append) -> Result<(), NotAppended> {
        lane.seen.clear();
        lane.append(append)
    }
}

/// An append that takes the lease away from its holder.
pub(crate) struct AppendTakesHeldLease;
impl Protocol for AppendTakesHeldLease {
    fn append(&self, lane: &mut Lane, append: &Append) -> Result<(), NotAppended> {
        lane.append(append)?;
        lane.lease = append.lease;
        Ok(())
    }
}

/// An append that does not show what is pending.
pub(crate) struct AppendHides;
impl Protocol for AppendHides {
    fn append(&self, lane: &mut Lane, append: &Append) -> Result<(), NotAppended> {
        let due = lane.due;
        lane.append(append)?;
        lane.due = due;
        Ok(())
    }
}

/// An append that does not count.
pub(crate) struct AppendDoesNotCount;
impl Protocol for AppendDoesNotCount {
    fn append(&self, lane: &mut Lane, append: &Append) -> Result<(), NotAppended> {
        lane.append(append)?;
        lane.bytes = lane.bytes.saturating_sub(ENTRY_OVERHEAD);
        Ok(())
    }
}

/// A claim that does not ask who holds the lease.
pub(crate) struct ClaimTakesHeldLease;
impl Protocol for ClaimTakesHeldLease {
    fn claim(&self, lane: &mut Lane, lease: Lease, _now: Millis) -> bool {
        lane.lease = Some(lease);
        lane.due.is_some()
    }
}

/// A claim that believes that all clocks are the same.
pub(crate) struct ClaimTrustsClocks;
impl Protocol for ClaimTrustsClocks {
    fn claim(&self, lane: &mut Lane, lease: Lease, now: Millis) -> bool {
        if lane.lease.is_some_and(|held| held.until < now) {
            lane.lease = None;
        }
        lane.claim(lease, now)
    }
}

/// A claim that never takes a lease over.
pub(crate) struct ClaimNeedsFreeLease;
impl Protocol for ClaimNeedsFreeLease {
    fn claim(&self, lane: &mut Lane, lease: Lease, now: Millis) -> bool {
        lane.lease.is_none() && lane.claim(lease, now)
    }
}

/// A holder that starts calls after its lease has ended.
pub(crate) struct CallsPastLease;
impl Protocol for CallsPastLease {
    fn may_call(&self, _until: Millis, _now: Millis) -> bool {
        true
    }
}

/// A holder that removes an entry before it sends it.
pub(crate) struct RemovesBeforeCall;
impl Protocol for RemovesBeforeCall {
    fn before_call(&self, lane: &mut Lane, owner: Owner) {
        let head = lane.head;
        if lane.advance(owner, head, NOW).is_ok() {
            lane.due = lane.due.filter(|_| !lane.queue.is_empty());
        }
    }
}

/// A holder that removes an entry and writes its dead letter then.
pub(crate) struct DeadLetterLast;
impl Protocol for DeadLetterLast {
    fn dead_letter_first(&self) -> bool {
        false
    }
}

/// Parts that are noted in the holder's memory alone.
pub(crate) struct NotesInMemory;
impl Protocol for NotesInMemory {
    fn write(
        &self,
        lane: &mut Lane,
        write: &Write,
        known: &Lane,
    ) -> (Result<(), NotWritten>, Lane) {
        let Step::NotePart(part) = write.step else {
            return Faithful.write(lane, write, known);
        };
        let mut imagined = known.clone();
        imagined.part = part;
        answer(Ok(()), &imagined)
    }
}

/// Writes that do not prove that the lease is the writer's.
pub(crate) struct WritesWithoutProof;
impl Protocol for WritesWithoutProof {
    fn write(
        &self,
        lane: &mut Lane,
        write: &Write,
        known: &Lane,
    ) -> (Result<(), NotWritten>, Lane) {
        let held = lane.lease;
        lane.lease = Some(Lease {
            owner: write.owner,
            until: NOW,
        });
        let (result, _) = Faithful.write(lane, write, known);
        if matches!(write.step, Step::NotePart(_) | Step::Advance) {
            lane.lease = held;
        }
        answer(result, lane)
    }
}

/// An advance that does not look which entry it removes.
pub(crate) struct AdvanceRemovesAny;
impl Protocol for AdvanceRemovesAny {
    fn write(
        &self,
        lane: &mut Lane,
        write: &Write,
        known: &Lane,
    ) -> (Result<(), NotWritten>, Lane) {
        let head = lane.head;
        let blind = Write {
            head,
            ..write.clone()
        };
        let is_advance = write.step == Step::Advance;
        Faithful.write(lane, if is_advance { &blind } else { write }, known)
    }
}

/// A note that does not look which entry's part it notes.
pub(crate) struct NotesAnyPart;
impl Protocol for NotesAnyPart {
    fn write(
        &self,
        lane: &mut Lane,
        write: &Write,
        known: &Lane,
    ) -> (Result<(), NotWritten>, Lane) {
        let Step::NotePart(part) = write.step else {
            return Faithful.write(lane, write, known);
        };
        if !lane.is_held_by(write.owner) {
            return answer(Err(NotWritten::Lost), lane);
        }
        lane.part = part;
        lane.sending = false;
        answer(Ok(()), lane)
    }
}

/// An advance that leaves the next entry the parts of the one before.
pub(crate) struct AdvanceKeepsPart;
impl Protocol for AdvanceKeepsPart {
    fn write(
        &self,
        lane: &mut Lane,
        write: &Write,
        known: &Lane,
    ) -> (Result<(), NotWritten>, Lane) {
        let part = lane.part;
        let (result, _) = Faithful.write(lane, write, known);
        if write.step == Step::Advance {
            lane.part = part;
        }
        answer(result, lane)
    }
}

/// A finish that lets go although the lane has grown.
pub(crate) struct FinishLeavesGrown;
impl Protocol for FinishLeavesGrown {
    fn write(
        &self,
        lane: &mut Lane,
        write: &Write,
        known: &Lane,
    ) -> (Result<(), NotWritten>, Lane) {
        let (result, _) = Faithful.write(lane, write, known);
        if result != Err(NotWritten::Grown) {
            return answer(result, lane);
        }
        let advanced = lane.advance(write.owner, write.head, NOW);
        lane.lease = None;
        lane.due = None;
        answer(advanced, lane)
    }
}

/// A holder that takes a lane that has grown for one that it has lost.
pub(crate) struct StopsWhenGrown;
impl Protocol for StopsWhenGrown {
    fn write(
        &self,
        lane: &mut Lane,
        write: &Write,
        known: &Lane,
    ) -> (Result<(), NotWritten>, Lane) {
        let (result, _) = Faithful.write(lane, write, known);
        answer(result.map_err(|_why| NotWritten::Lost), lane)
    }
}

/// Putting off without letting go.
pub(crate) struct PutOffKeepsLease;
impl Protocol for PutOffKeepsLease {
    fn write(
        &self,
        lane: &mut Lane,
        write: &Write,
        known: &Lane,
    ) -> (Result<(), NotWritten>, Lane) {
        let held = lane.lease;
        let (result, _) = Faithful.write(lane, write, known);
        if matches!(write.step, Step::PutOff { .. }) {
            lane.lease = held;
        }
        answer(result, lane)
    }
}

/// Putting off so that redelivery does not see it.
pub(crate) struct PutOffHides;
impl Protocol for PutOffHides {
    fn write(
        &self,
        lane: &mut Lane,
        write: &Write,
        known: &Lane,
    ) -> (Result<(), NotWritten>, Lane) {
        let (result, _) = Faithful.write(lane, write, known);
        if matches!(write.step, Step::PutOff { .. }) {
            lane.due = None;
        }
        answer(result, lane)
    }
}

/// Putting off without keeping that the other side named the time.
pub(crate) struct PutOffForgetsHold;
impl Protocol for PutOffForgetsHold {
    fn write(
        &self,
        lane: &mut Lane,
        write: &Write,
        known: &Lane,
    ) -> (Result<(), NotWritten>, Lane) {
        let (result, _) = Faithful.write(lane, write, known);
        lane.hold = false;
        answer(result, lane)
    }
}

/// A careful holder that does not mark what it sends.
pub(crate) struct MarksInMemory;
impl Protocol for MarksInMemory {
    fn write(
        &self,
        lane: &mut Lane,
        write: &Write,
        known: &Lane,
    ) -> (Result<(), NotWritten>, Lane) {
        let (result, written) = Faithful.write(lane, write, known);
        lane.sending = false;
        (result, written)
    }
}

/// A take that does not look whether what it takes is what was read.
pub(crate) struct TakesAny;
impl Protocol for TakesAny {
    fn take(&self, lane: &mut Lane, _head: u64, count: usize) -> Result<Vec<Entry>, NotWritten> {
        let head = lane.head;
        lane.take(head, count.min(lane.queue.len()), NOW)
    }
}
