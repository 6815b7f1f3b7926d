//! The mailbox in every interleaving of a few processes: webhooks, some of them copies, and redelivery, which crash, are
//! paused until their lease has run out, are refused, and get no answer to what they write.
//!
//! * [`protocol`] is what is checked, with hooks; [`mutants`] puts bugs in through them.
//! * [`world`] is a state, [`scenario`] says what can happen in it, and [`steps`] does it.
//! * [`promises`] are the properties that every state must have.
//! * [`taking`] is a second, smaller model: a lane that is taken from instead of sent.
//!
//! What is not in it: events that fall out of memory by age or number, and the store, which a test of its own compares
//! with these transitions.

mod bugs_are_found;
mod mutants;
mod promises;
mod protocol;
mod scenario;
mod steps;
mod taking;
mod world;

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use protocol::Faithful;
use scenario::{Scenario, event};
use stateright::{Checker, HasDiscoveries, Model};
use taking::Taking;
use world::{Misfortunes, World};

fn check<M>(model: M)
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + std::fmt::Debug + std::hash::Hash + PartialEq + Send + Sync,
    M::Action: Clone + std::fmt::Debug + PartialEq,
{
    let failed_or_done = HasDiscoveries::AnyFailures;
    let checker = model
        .checker()
        .finish_when(failed_or_done)
        .spawn_bfs()
        .join();
    checker.assert_properties();
}

#[test]
fn crashes() {
    check(Scenario::new(
        vec![event('a', &[1], 2), event('b', &[2], 2)],
        Misfortunes {
            crashes: 3,
            undeliverable: 1,
            ..Misfortunes::default()
        },
    ));
}

#[test]
fn three_events_with_several_messages_or_none() {
    check(Scenario::new(
        vec![
            event('a', &[1, 2], 2),
            event('c', &[1], 1),
            event('d', &[], 2),
        ],
        Misfortunes {
            crashes: 1,
            pauses: 1,
            ..Misfortunes::default()
        },
    ));
}

#[test]
fn holders_that_wake_after_their_lease() {
    check(Scenario::new(
        vec![event('a', &[1], 1), event('b', &[2], 2)],
        Misfortunes {
            crashes: 1,
            pauses: 2,
            ..Misfortunes::default()
        },
    ));
}

#[test]
fn refusals() {
    check(Scenario::new(
        vec![event('a', &[2], 1), event('b', &[1], 1)],
        Misfortunes {
            crashes: 1,
            pauses: 1,
            refusals: 2,
            undeliverable: 1,
            ..Misfortunes::default()
        },
    ));
}

#[test]
fn writes_that_arrive_late() {
    check(Scenario::new(
        vec![event('a', &[2], 1), event('b', &[1], 1)],
        Misfortunes {
            crashes: 1,
            refusals: 1,
            lost_answers: 2,
            ..Misfortunes::default()
        },
    ));
}

#[test]
fn writes_that_arrive_late_from_a_paused_holder() {
    check(Scenario::new(
        vec![event('a', &[1], 1), event('b', &[2], 1)],
        Misfortunes {
            crashes: 1,
            pauses: 1,
            lost_answers: 1,
            ..Misfortunes::default()
        },
    ));
}

#[test]
fn rather_lose_than_repeat() {
    check(Scenario {
        careful: true,
        ..Scenario::new(
            vec![event('a', &[1], 1), event('b', &[2], 1)],
            Misfortunes {
                crashes: 1,
                pauses: 1,
                refusals: 1,
                ..Misfortunes::default()
            },
        )
    });
}

#[test]
fn rather_lose_than_repeat_with_writes_that_arrive_late() {
    check(Scenario {
        careful: true,
        ..Scenario::new(
            vec![event('a', &[2], 1), event('b', &[1], 1)],
            Misfortunes {
                crashes: 1,
                refusals: 1,
                lost_answers: 1,
                ..Misfortunes::default()
            },
        )
    });
}

#[test]
fn clocks_that_differ() {
    check(Scenario {
        clocks_differ: true,
        ..Scenario::new(
            vec![event('a', &[1], 2), event('b', &[1], 1)],
            Misfortunes {
                crashes: 1,
                pauses: 1,
                ..Misfortunes::default()
            },
        )
    });
}

/// Two of the bodies do not fit at once: the platform has to come again.
#[test]
fn a_full_lane_refuses_until_there_is_room() {
    check(Scenario {
        body: 70_000,
        ..Scenario::new(
            vec![event('a', &[1], 1), event('b', &[1], 1)],
            Misfortunes {
                crashes: 1,
                undeliverable: 1,
                ..Misfortunes::default()
            },
        )
    });
}

#[test]
fn two_that_take_at_once() {
    check(Taking {
        protocol: Box::new(Faithful),
        events: vec![vec!['a'], vec!['b', 'c'], vec!['d']],
        takers: 2,
        lost_answers: 1,
    });
}

/// "When nobody has anything to do, all is done" is worth nothing if there is always something to do.
#[test]
fn every_path_ends() {
    let scenario = Scenario::new(
        vec![event('a', &[1], 2), event('b', &[2], 1)],
        Misfortunes {
            crashes: 1,
            pauses: 1,
            refusals: 1,
            undeliverable: 1,
            lost_answers: 0,
        },
    );
    let mut ends = HashMap::new();
    for world in scenario.init_states() {
        assert!(all_paths_end(&scenario, &world, &mut ends));
    }
}

/// Whether no path from `world` comes back to where it was. `ends` has `false` for the states of the present path. It knows them
/// by 64 bits of their hash, as the checker does.
fn all_paths_end(scenario: &Scenario, world: &World, ends: &mut HashMap<u64, bool>) -> bool {
    let known = BuildHasherDefault::<DefaultHasher>::default().hash_one(world);
    if let Some(end) = ends.get(&known) {
        return *end;
    }
    ends.insert(known, false);
    let mut next = scenario.next_states(world).into_iter();
    let end = next.all(|world| all_paths_end(scenario, &world, ends));
    ends.insert(known, end);
    end
}
