//! What is explored: who sends what, what may go wrong, and every order in which it can happen.

use shared::mailbox::{Owner, Step};
use shared::time::Millis;
use stateright::{Model, Property};

use crate::promises;
use crate::protocol::{Faithful, NOW, Protocol, Write};
use crate::world::{Misfortunes, Name, Process, World};

/// A clock that is behind [`NOW`] by just less than [`shared::mailbox::SKEW`].
const BEHIND: Millis = Millis(NOW.0 - 999);

/// An event of the platform: its messages, each with the number of parts that it goes in.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// The messages.
    pub(crate) messages: Vec<(Name, u32)>,
    /// How often the platform sends it.
    pub(crate) deliveries: u8,
}

/// An event with one message for each `parts`, named by the characters from `first` on.
pub(crate) fn event(first: Name, parts: &[u32], deliveries: u8) -> Event {
    Event {
        messages: (first..).zip(parts.iter().copied()).collect(),
        deliveries,
    }
}

/// A few processes around a lane.
pub(crate) struct Scenario {
    /// The protocol.
    pub(crate) protocol: Box<dyn Protocol>,
    /// What the platform sends.
    pub(crate) events: Vec<Event>,
    /// What may go wrong.
    pub(crate) misfortunes: Misfortunes,
    /// How long each body is.
    pub(crate) body: usize,
    /// Rather lose a message than repeat it.
    pub(crate) careful: bool,
    /// A webhook's clock may be behind everybody else's, by just less than is allowed for.
    pub(crate) clocks_differ: bool,
}

impl Scenario {
    /// The protocol as it is, with short bodies.
    pub(crate) fn new(events: Vec<Event>, misfortunes: Misfortunes) -> Self {
        Self {
            protocol: Box::new(Faithful),
            events,
            misfortunes,
            body: 1,
            careful: false,
            clocks_differ: false,
        }
    }

    /// The same with a bug in it.
    pub(crate) fn with(self, protocol: Box<dyn Protocol>) -> Self {
        Self { protocol, ..self }
    }

    /// How many parts `message` goes in.
    pub(crate) fn parts(&self, message: Name) -> u32 {
        let mut messages = self.events.iter().flat_map(|event| &event.messages);
        messages
            .find(|(name, _)| *name == message)
            .map_or(0, |(_, parts)| *parts)
    }

    /// Whether nobody has anything to do any more.
    pub(crate) fn is_quiet(&self, world: &World) -> bool {
        world.processes.is_empty() && self.next_states(world).is_empty()
    }
}

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// A webhook arrives, and appends. Before that it touches nothing, so arriving is no step of its own. With `again`,
    /// the answer to the append is lost and it appends again.
    Deliver {
        event: usize,
        clock: Millis,
        again: bool,
    },
    /// The lease ends; clocks differ too much for others to be sure of that.
    LeaseEnds,
    /// The lease has run out for everybody.
    LeaseRunsOut,
    /// The time to look again comes.
    ComeDue,
    /// Redelivery takes the lease.
    Claim,
    /// A write arrives that its writer has given up.
    ArriveLate(usize),
    /// A process disappears.
    Crash(Owner),
    /// It starts a call.
    Call(Owner),
    /// It has no time left for one.
    Abandon(Owner),
    /// The other side accepts.
    Accept(Owner),
    /// The other side accepts, but the call fails or times out.
    AcceptUnheard(Owner),
    /// The other side refuses for now, and may name a time (`hold`).
    Refuse { owner: Owner, hold: bool },
    /// The other side refuses for good, and the dead letter is written.
    Bury(Owner),
    /// A process writes, and gets the answer.
    Write(Owner),
    /// A process writes, gets no answer, and will write again.
    LoseAnswer(Owner),
}

impl Model for Scenario {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        let deliveries = self.events.iter().map(|event| event.deliveries).collect();
        vec![World::new(deliveries, self.misfortunes)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        for (event, left) in world.deliveries.iter().enumerate() {
            if *left > 0 {
                let clocks = [NOW, BEHIND]
                    .into_iter()
                    .take(if self.clocks_differ { 2 } else { 1 });
                for clock in clocks {
                    let again = (world.left.lost_answers > 0).then_some(true);
                    let deliver = |again| Action::Deliver {
                        event,
                        clock,
                        again,
                    };
                    actions.extend([false].into_iter().chain(again).map(deliver));
                }
            }
        }
        for process in &world.processes {
            self.actions_of(world, process, actions);
        }
        actions.extend((0..world.late.len()).map(Action::ArriveLate));
        if world.lane.due.is_some_and(|due| NOW < due) {
            actions.push(Action::ComeDue);
        }
        if world.is_due() {
            actions.push(Action::Claim);
        }
        if world.lane.lease.is_some() {
            actions.extend([Action::LeaseEnds, Action::LeaseRunsOut]);
        }
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut next = world.clone();
        self.step(&mut next, action)?;
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        promises::properties(self)
    }
}

impl Scenario {
    fn actions_of(&self, world: &World, process: &Process, actions: &mut Vec<Action>) {
        let owner = process.owner;
        if world.left.crashes > 0 {
            actions.push(Action::Crash(owner));
        }
        if process.calling {
            actions.push(Action::Accept(owner));
            if world.left.refusals > 0 {
                actions.push(Action::AcceptUnheard(owner));
                actions.extend([false, true].map(|hold| Action::Refuse { owner, hold }));
            }
            if world.left.undeliverable > 0 {
                actions.push(Action::Bury(owner));
            }
        } else if Write::of(owner, &process.drain).is_some() {
            actions.push(Action::Write(owner));
            if world.left.lost_answers > 0 {
                actions.push(Action::LoseAnswer(owner));
            }
        } else if process.owes.is_some() || process.drain.step() == Step::Doubt {
            actions.push(Action::Bury(owner));
        } else if self.protocol.may_call(process.until, process.clock) {
            actions.push(Action::Call(owner));
        } else {
            actions.push(Action::Abandon(owner));
        }
    }
}
