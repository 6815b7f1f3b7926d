//! A lane that nobody sends: webhooks append without wanting the lease, and whoever has to answer a synchronous channel
//! takes what there is. The write that takes also keeps what it takes as the answer to its event, so from then on it counts
//! as answered: a copy of the event, or the same write again, is given that answer.

use shared::mailbox::{Append, Entry, EventId, Lane};
use stateright::{Model, Property};

use crate::protocol::{NOW, Protocol};
use crate::world::{Name, name};

pub(crate) const TAKEN_ONCE: &str =
    "what is accepted is answered once and in order, or waits in the lane";
pub(crate) const WAITING_SHOWS: &str = "the lane shows that something waits, and how much";
pub(crate) const ENDS_EMPTY: &str = "when nobody has anything to do, everything is answered";

/// The messages of the events, each of which is delivered twice, and those who take them.
pub(crate) struct Taking {
    /// The protocol.
    pub(crate) protocol: Box<dyn Protocol>,
    /// The messages that each event brings.
    pub(crate) events: Vec<Vec<Name>>,
    /// How many take at the same time.
    pub(crate) takers: usize,
    /// How many takes get no answer, so that they are sent again.
    pub(crate) lost_answers: u8,
}

/// One state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Counter {
    lane: Lane,
    accepted: Vec<Name>,
    answered: Vec<Name>,
    deliveries: Vec<u8>,
    /// What each taker has read: the number of the first entry, and the entries.
    read: Vec<Option<(u64, Vec<Name>)>>,
    lost_answers: u8,
}

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// A webhook appends.
    Deliver(usize),
    /// A taker reads the lane.
    Read(usize),
    /// It takes what it has read, and answers with it; or finds it gone.
    Take(usize),
    /// It takes, but does not hear so, and will try again.
    TakeUnheard(usize),
}

impl Model for Taking {
    type State = Counter;
    type Action = Action;

    fn init_states(&self) -> Vec<Counter> {
        vec![Counter {
            lane: Lane::default(),
            accepted: Vec::new(),
            answered: Vec::new(),
            deliveries: self.events.iter().map(|_| 2).collect(),
            read: vec![None; self.takers],
            lost_answers: self.lost_answers,
        }]
    }

    fn actions(&self, counter: &Counter, actions: &mut Vec<Action>) {
        let deliveries = counter.deliveries.iter().enumerate();
        actions.extend(
            deliveries.filter_map(|(event, left)| (*left > 0).then_some(Action::Deliver(event))),
        );
        for (taker, read) in counter.read.iter().enumerate() {
            if read.is_some() {
                actions.push(Action::Take(taker));
                if counter.lost_answers > 0 {
                    actions.push(Action::TakeUnheard(taker));
                }
            } else if !counter.lane.queue.is_empty() {
                actions.push(Action::Read(taker));
            }
        }
    }

    fn next_state(&self, counter: &Counter, action: Action) -> Option<Counter> {
        let mut next = counter.clone();
        match action {
            Action::Deliver(event) => self.deliver(&mut next, event)?,
            Action::Read(taker) => {
                let queue = next.lane.queue.iter().map(name).collect();
                *next.read.get_mut(taker)? = Some((next.lane.head, queue));
            }
            Action::Take(taker) => {
                self.take(&mut next, taker)?;
                *next.read.get_mut(taker)? = None;
            }
            Action::TakeUnheard(taker) => {
                self.take(&mut next, taker)?;
                next.lost_answers -= 1;
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(TAKEN_ONCE, |_, counter: &Counter| {
                let waiting = counter.lane.queue.iter().map(name);
                let found = counter.answered.iter().copied().chain(waiting);
                found.eq(counter.accepted.iter().copied())
            }),
            Property::always(WAITING_SHOWS, |_, counter: &Counter| {
                let lane = &counter.lane;
                let sum: u64 = lane.queue.iter().map(Entry::bytes).sum();
                lane.due.is_some() != lane.queue.is_empty()
                    && lane.bytes == sum
                    && lane.lease.is_none()
            }),
            Property::always(ENDS_EMPTY, |model: &Self, counter: &Counter| {
                let all: usize = model.events.iter().map(Vec::len).sum();
                counter.answered.len() == all || !model.next_states(counter).is_empty()
            }),
            Property::sometimes(
                "a taker finds that what it has read is gone",
                |_, counter: &Counter| {
                    let mut reads = counter.read.iter().flatten();
                    reads.any(|(head, _)| *head < counter.lane.head)
                },
            ),
        ]
    }
}

impl Taking {
    /// Takes what was read, or finds it gone.
    fn take(&self, counter: &mut Counter, taker: usize) -> Option<()> {
        let (head, read) = counter.read.get(taker)?.as_ref()?;
        if self
            .protocol
            .take(&mut counter.lane, *head, read.len())
            .is_ok()
        {
            counter.answered.extend(read);
        }
        Some(())
    }

    fn deliver(&self, counter: &mut Counter, index: usize) -> Option<()> {
        let messages = self.events.get(index)?;
        let event = EventId::named(&index.to_string());
        let entries = messages.iter().map(|name| Entry {
            event: event.hash,
            accepted: NOW,
            body: name.to_string(),
        });
        let append = Append {
            event,
            entries: entries.collect(),
            lease: None,
            now: NOW,
        };
        *counter.deliveries.get_mut(index)? -= 1;
        if self.protocol.append(&mut counter.lane, &append).is_ok() {
            counter.accepted.extend(messages);
        }
        Some(())
    }
}
