//! The state that is explored: the lane, what its surroundings have seen of it, and everybody at work on it.

use std::collections::{BTreeMap, BTreeSet};

use shared::mailbox::{Drain, Entry, Lane, Owner};
use shared::time::Millis;

use crate::protocol::{NOW, Write};

/// Which message: the character that its body consists of.
pub(crate) type Name = char;

/// Something that a holder has brought about and that the lane does not show yet. A crash here is the one hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Effect {
    /// The other side has accepted this part.
    Accepted(Name, u32),
    /// The dead letter is written.
    Buried(Name),
}

/// An invocation that holds, or once held, the lane's lease.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Process {
    /// Its number.
    pub(crate) owner: Owner,
    /// Until when it holds the lease.
    pub(crate) until: Millis,
    /// What its clock shows.
    pub(crate) clock: Millis,
    /// What it does next.
    pub(crate) drain: Drain,
    /// It waits for the other side's answer.
    pub(crate) calling: bool,
    /// What it has brought about and not noted.
    pub(crate) unnoted: Option<Effect>,
    /// A dead letter that it has still to write.
    pub(crate) owes: Option<Name>,
}

/// How much of each misfortune is left to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Misfortunes {
    /// Processes that disappear.
    pub(crate) crashes: u8,
    /// Processes that are paused until their lease has run out, and wake then.
    pub(crate) pauses: u8,
    /// Calls that the other side refuses for now, or accepts without us hearing of it.
    pub(crate) refusals: u8,
    /// Messages that cannot be delivered.
    pub(crate) undeliverable: u8,
    /// Writes whose answer is lost, so that they are written again; the first one arrives at any time.
    pub(crate) lost_answers: u8,
}

/// One state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct World {
    /// The item.
    pub(crate) lane: Lane,
    /// What was accepted, in that order.
    pub(crate) accepted: Vec<Name>,
    /// What the other side has accepted.
    pub(crate) log: Vec<(Name, u32)>,
    /// The dead letters. Their keys come from the entries, so that writing one again changes nothing.
    pub(crate) dead: BTreeSet<Name>,
    /// How often a holder was stopped between an effect and its note.
    pub(crate) excuses: BTreeMap<Effect, u8>,
    /// Who is at work.
    pub(crate) processes: Vec<Process>,
    /// Writes that have been given up by their writer and may still arrive.
    pub(crate) late: Vec<Write>,
    /// How often the platform will still send each event.
    pub(crate) deliveries: Vec<u8>,
    /// What may still go wrong.
    pub(crate) left: Misfortunes,
    /// The other side has named a time to come back, it is noted, and it has not come.
    pub(crate) waiting: bool,
    /// Somebody has stopped of his own accord and kept the lease.
    pub(crate) kept: bool,
}

impl World {
    /// Before anything has happened: two webhooks may be the first contact at once.
    pub(crate) fn new(deliveries: Vec<u8>, left: Misfortunes) -> Self {
        Self {
            lane: Lane::default(),
            accepted: Vec::new(),
            log: Vec::new(),
            dead: BTreeSet::new(),
            excuses: BTreeMap::new(),
            processes: Vec::new(),
            late: Vec::new(),
            deliveries,
            left,
            waiting: false,
            kept: false,
        }
    }

    /// A number that nobody has. One that nobody has any more is as good as one that nobody ever had.
    pub(crate) fn new_owner(&self) -> Owner {
        let used: BTreeSet<Owner> = (self.processes.iter().map(|process| process.owner))
            .chain(self.lane.lease.map(|lease| lease.owner))
            .chain(self.late.iter().map(|write| write.owner))
            .collect();
        let free = (0..).map(Owner).find(|owner| !used.contains(owner));
        free.unwrap_or(Owner(u64::MAX))
    }

    /// The living process that holds the lease.
    pub(crate) fn holder(&self) -> Option<&Process> {
        let lease = self.lane.lease?;
        self.processes
            .iter()
            .find(|process| process.owner == lease.owner)
    }

    /// Whether redelivery looks at the lane.
    pub(crate) fn is_due(&self) -> bool {
        self.lane.due.is_some_and(|due| due <= NOW)
    }

    /// A holder was stopped before it could note `effect`.
    pub(crate) fn excuse(&mut self, effect: Option<Effect>) {
        if let Some(effect) = effect {
            *self.excuses.entry(effect).or_default() += 1;
        }
    }
}

/// Which message an entry is.
pub(crate) fn name(entry: &Entry) -> Name {
    entry.body.chars().next().unwrap_or_default()
}
