//! The promises of the design, as properties of every state that can be reached.

use std::collections::BTreeSet;

use shared::mailbox::Entry;
use shared::mailbox::lane::MAX_BYTES;
use stateright::Property;

use crate::scenario::Scenario;
use crate::world::{Effect, Name, World, name};

pub(crate) const NOTHING_LOST: &str =
    "what is accepted is in the lane, with the other side or a dead letter";
pub(crate) const ENDS_COMPLETE: &str =
    "when nobody has anything to do, everything is delivered and the lane is at rest";
pub(crate) const ONE_EFFECT: &str = "an event that comes again has no effect";
pub(crate) const REPEATS_EXCUSED: &str =
    "a part repeats only where a holder was stopped between acceptance and note";
pub(crate) const IN_ORDER: &str = "the other side gets the parts in the order of acceptance";
pub(crate) const ONE_CALL: &str = "there is one call at a time";
pub(crate) const PENDING_SHOWS: &str = "redelivery sees a lane if and only if something is pending";
pub(crate) const LEASE_HAS_WORK: &str = "nobody holds the lease of an empty lane";
pub(crate) const LETS_GO: &str = "nobody stops of his own accord and keeps the lease";
pub(crate) const TIME_KEPT: &str = "nobody calls before the time that the other side named";
pub(crate) const BYTES_COUNTED: &str = "the bytes are the sum of the entries', within the bound";

/// The promises, and that what they are about does happen.
pub(crate) fn properties(scenario: &Scenario) -> Vec<Property<Scenario>> {
    let mut properties = vec![
        Property::always(NOTHING_LOST, nothing_lost),
        Property::always(ENDS_COMPLETE, |scenario: &Scenario, world: &World| {
            is_complete(scenario, world) || !scenario.is_quiet(world)
        }),
        Property::always(ONE_EFFECT, |_, world: &World| {
            let once: BTreeSet<Name> = world.accepted.iter().copied().collect();
            once.len() == world.accepted.len()
        }),
        Property::always(REPEATS_EXCUSED, repeats_are_excused),
        Property::always(IN_ORDER, in_order),
        Property::always(ONE_CALL, |_, world: &World| {
            world
                .processes
                .iter()
                .filter(|process| process.calling)
                .count()
                <= 1
        }),
        Property::always(PENDING_SHOWS, |_, world: &World| {
            world.lane.queue.is_empty() == world.lane.due.is_none()
        }),
        Property::always(LEASE_HAS_WORK, |_, world: &World| {
            world.lane.lease.is_none() || !world.lane.queue.is_empty()
        }),
        Property::always(LETS_GO, |_, world: &World| !world.kept),
        Property::always(TIME_KEPT, |_, world: &World| {
            !world.waiting || world.processes.iter().all(|process| !process.calling)
        }),
        Property::always(BYTES_COUNTED, |_, world: &World| {
            let sum: u64 = world.lane.queue.iter().map(Entry::bytes).sum();
            world.lane.bytes == sum && sum <= MAX_BYTES
        }),
        Property::sometimes(
            "everything is delivered",
            |scenario: &Scenario, world: &World| {
                is_complete(scenario, world) && world.deliveries.iter().all(|left| *left == 0)
            },
        ),
    ];
    if !scenario.careful && scenario.misfortunes.crashes + scenario.misfortunes.pauses > 0 {
        properties.push(Property::sometimes("a part repeats", |_, world: &World| {
            world.log.iter().any(|part| count(world, *part) > 1)
        }));
    }
    if scenario.misfortunes.pauses > 0 {
        properties.push(Property::sometimes(
            "a holder is overtaken",
            |_, world: &World| {
                world
                    .processes
                    .iter()
                    .any(|process| !world.lane.is_held_by(process.owner))
            },
        ));
    }
    if scenario.misfortunes.undeliverable > 0 {
        properties.push(Property::sometimes(
            "a dead letter is all there is of a message",
            |_, world: &World| {
                world
                    .dead
                    .iter()
                    .any(|message| world.log.iter().all(|(name, _)| name != message))
            },
        ));
    }
    properties
}

fn count(world: &World, part: (Name, u32)) -> usize {
    world.log.iter().filter(|logged| **logged == part).count()
}

fn is_delivered(scenario: &Scenario, world: &World, message: Name) -> bool {
    (0..scenario.parts(message)).all(|part| world.log.contains(&(message, part)))
}

fn nothing_lost(scenario: &Scenario, world: &World) -> bool {
    let waits = |message| world.lane.queue.iter().any(|entry| name(entry) == message);
    let is_kept = |message| {
        waits(message) || world.dead.contains(&message) || is_delivered(scenario, world, message)
    };
    let first_parts_are_sent = world.lane.queue.front().is_none_or(|first| {
        let mut noted = 0..world.lane.part;
        noted.all(|part| world.log.contains(&(name(first), part)))
    });
    first_parts_are_sent && world.accepted.iter().all(|message| is_kept(*message))
}

fn is_complete(scenario: &Scenario, world: &World) -> bool {
    let lane = &world.lane;
    let mut messages = scenario.events.iter().flat_map(|event| &event.messages);
    messages.all(|(name, _)| world.dead.contains(name) || is_delivered(scenario, world, *name))
        && lane.queue.is_empty()
        && lane.lease.is_none()
        && lane.due.is_none()
        && (lane.part, lane.attempts, lane.hold) == (0, 0, false)
}

fn repeats_are_excused(scenario: &Scenario, world: &World) -> bool {
    let excuses = |effect| usize::from(world.excuses.get(&effect).copied().unwrap_or_default());
    let sent_again_by_us = |part: &(Name, u32)| {
        let may_repeat = if scenario.careful {
            0
        } else {
            excuses(Effect::Accepted(part.0, part.1))
        };
        count(world, *part) - 1 <= may_repeat
    };
    // A person may send a dead letter again, so a message that is both is one that may repeat.
    let sent_again_by_hand = |message: &Name| {
        !is_delivered(scenario, world, *message) || {
            let last = scenario.parts(*message).saturating_sub(1);
            excuses(Effect::Buried(*message)) + excuses(Effect::Accepted(*message, last)) > 0
        }
    };
    world.log.iter().all(sent_again_by_us) && world.dead.iter().all(sent_again_by_hand)
}

/// Each part that arrives is the one before once more, or the next one; only the rest of a dead letter is passed over.
fn in_order(scenario: &Scenario, world: &World) -> bool {
    let parts = |message: &Name| {
        (0..scenario.parts(*message))
            .map(|part| (*message, part))
            .collect::<Vec<_>>()
    };
    let mut due = world.accepted.iter().flat_map(parts);
    let mut last = None;
    world.log.iter().all(|arrived| {
        if last == Some(*arrived) {
            return true;
        }
        last = Some(*arrived);
        due.by_ref()
            .find(|part| part == arrived || !world.dead.contains(&part.0))
            == last
    })
}
