//! What a lease holder does next, as a state machine without input or output: [`crate::delivery`] carries its steps out
//! against DynamoDB and the other side, the model checker against [`Lane`].

use super::lane::{Lane, NotWritten, Owner};
use crate::time::Millis;

/// The next thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Write [`Lane::mark`], then say [`Drain::wrote`].
    Mark,
    /// Make the first entry a dead letter, because somebody may have sent it and died; then say [`Sent::Done`].
    Doubt,
    /// Send the next part of the first entry, then say [`Drain::sent`].
    Send,
    /// Write [`Lane::note_part`], then say [`Drain::wrote`].
    NotePart(u32),
    /// Write [`Lane::advance`], then say [`Drain::wrote`].
    Advance,
    /// Write [`Lane::finish`], then say [`Drain::wrote`].
    Finish,
    /// Write [`Lane::put_off`], then say [`Drain::wrote`].
    PutOff {
        /// When to look again.
        due: Millis,
        /// Nobody may try before.
        hold: bool,
        /// How often it was put off by then.
        attempts: u32,
    },
    /// Nothing: the lane is empty, put off, or somebody else's.
    Stop,
}

/// What became of a part that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sent {
    /// The other side has accepted it, and `more` parts of the entry follow.
    Part,
    /// The other side has accepted the last part, or the entry is a dead letter that is already written.
    Done,
    /// Not now.
    Later {
        /// When to look again.
        due: Millis,
        /// The other side named that time.
        hold: bool,
    },
}

/// A lease holder at work.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Drain {
    owner: Owner,
    lane: Lane,
    careful: bool,
    step: Step,
}

impl Drain {
    /// Begins with the lane as the write that took the lease returned it. `careful`: rather lose a message than repeat
    /// it, so a send is marked before it is done.
    pub fn start(owner: Owner, lane: Lane, careful: bool, now: Millis) -> Self {
        let mut drain = Self {
            owner,
            lane,
            careful,
            step: Step::Stop,
        };
        drain.step = drain.first_step(now);
        drain
    }

    fn first_step(&self, now: Millis) -> Step {
        if !self.lane.is_held_by(self.owner) || self.lane.queue.is_empty() {
            return Step::Stop;
        }
        match self.lane.due {
            _ if self.lane.sending => Step::Doubt,
            Some(due) if self.lane.hold && now < due => Step::PutOff {
                due,
                hold: true,
                attempts: self.lane.attempts,
            },
            _ => self.send(),
        }
    }

    fn send(&self) -> Step {
        if self.careful { Step::Mark } else { Step::Send }
    }

    /// What to do now.
    pub fn step(&self) -> Step {
        self.step
    }

    /// The lane as last read.
    pub fn lane(&self) -> &Lane {
        &self.lane
    }

    /// The answer to [`Step::Send`] and [`Step::Doubt`].
    pub fn sent(&mut self, sent: Sent) {
        self.step = match sent {
            Sent::Part => Step::NotePart(self.lane.part + 1),
            Sent::Done if self.lane.queue.len() == 1 => Step::Finish,
            Sent::Done => Step::Advance,
            Sent::Later { due, hold } => Step::PutOff {
                due,
                hold,
                attempts: self.lane.attempts + 1,
            },
        };
    }

    /// The answer to a write: the lane as it is now, with why nothing was written, if so.
    pub fn wrote(&mut self, result: Result<(), NotWritten>, lane: Lane) {
        self.lane = lane;
        self.step = match (self.step, result) {
            (_, Err(NotWritten::Lost)) => Step::Stop,
            (_, Err(NotWritten::Grown)) => Step::Advance,
            (Step::Mark, Ok(())) => Step::Send,
            (Step::NotePart(_) | Step::Advance, Ok(())) if !self.lane.queue.is_empty() => {
                self.send()
            }
            (_, Ok(())) => Step::Stop,
        };
    }
}
