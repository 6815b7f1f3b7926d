//! Every bug of [`crate::mutants`] is found, and by the promise that it breaks.

use stateright::{Checker, HasDiscoveries, Model};

use crate::mutants::{
    AcceptsCopies, AdvanceKeepsPart, AdvanceRemovesAny, AppendDoesNotCount, AppendHides,
    AppendTakesHeldLease, CallsPastLease, ClaimNeedsFreeLease, ClaimTakesHeldLease,
    ClaimTrustsClocks, DeadLetterLast, FinishLeavesGrown, MarksInMemory, NotesAnyPart,
    NotesInMemory, PutOffForgetsHold, PutOffHides, PutOffKeepsLease, RemovesBeforeCall,
    StopsWhenGrown, TakesAny, WritesWithoutProof,
};
use crate::promises::{
    BYTES_COUNTED, ENDS_COMPLETE, IN_ORDER, LEASE_HAS_WORK, LETS_GO, NOTHING_LOST, ONE_CALL,
    ONE_EFFECT, PENDING_SHOWS, REPEATS_EXCUSED, TIME_KEPT,
};
use crate::protocol::Protocol;
use crate::scenario::{Scenario, event};
use crate::taking::{TAKEN_ONCE, Taking};
use crate::world::Misfortunes;

/// Enough to find any of the bugs, and little enough to fail soon if one is not found.
const STATES: usize = 100_000;

fn found<M>(model: M, promise: &'static str) -> bool
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + std::hash::Hash + PartialEq + Send + Sync,
    M::Action: Clone + PartialEq,
{
    let checker = (model.checker())
        .finish_when(HasDiscoveries::AnyOf([promise].into()))
        .target_state_count(STATES)
        .spawn_bfs()
        .join();
    checker.discovery(promise).is_some()
}

fn scenario(bug: impl Protocol + 'static, misfortunes: Misfortunes) -> Scenario {
    let events = vec![event('a', &[2], 1), event('b', &[1], 2)];
    Scenario::new(events, misfortunes).with(Box::new(bug))
}

const NONE: Misfortunes = Misfortunes {
    crashes: 0,
    pauses: 0,
    refusals: 0,
    undeliverable: 0,
    lost_answers: 0,
};
const CRASH: Misfortunes = Misfortunes { crashes: 1, ..NONE };
const PAUSE: Misfortunes = Misfortunes { pauses: 1, ..NONE };
const REFUSAL: Misfortunes = Misfortunes {
    refusals: 1,
    ..NONE
};
const UNDELIVERABLE: Misfortunes = Misfortunes {
    undeliverable: 1,
    ..NONE
};
const LOST_ANSWER: Misfortunes = Misfortunes {
    lost_answers: 1,
    ..NONE
};

#[test]
fn in_append() {
    assert!(found(scenario(AcceptsCopies, NONE), ONE_EFFECT));
    assert!(found(scenario(AppendTakesHeldLease, NONE), ONE_CALL));
    assert!(found(scenario(AppendTakesHeldLease, NONE), REPEATS_EXCUSED));
    assert!(found(scenario(AppendHides, NONE), PENDING_SHOWS));
    assert!(found(scenario(AppendHides, CRASH), ENDS_COMPLETE));
    assert!(found(scenario(AppendDoesNotCount, NONE), BYTES_COUNTED));
}

#[test]
fn in_claim() {
    assert!(found(scenario(ClaimTakesHeldLease, NONE), ONE_CALL));
    assert!(found(scenario(ClaimTakesHeldLease, NONE), REPEATS_EXCUSED));
    assert!(found(scenario(ClaimNeedsFreeLease, CRASH), ENDS_COMPLETE));
    let clocks_differ = Scenario {
        clocks_differ: true,
        ..scenario(ClaimTrustsClocks, PAUSE)
    };
    assert!(found(clocks_differ, ONE_CALL));
}

#[test]
fn in_what_holders_do() {
    assert!(found(scenario(CallsPastLease, PAUSE), ONE_CALL));
    assert!(found(scenario(RemovesBeforeCall, NONE), NOTHING_LOST));
    assert!(found(scenario(DeadLetterLast, UNDELIVERABLE), NOTHING_LOST));
    assert!(found(scenario(NotesInMemory, CRASH), REPEATS_EXCUSED));
    assert!(found(scenario(StopsWhenGrown, NONE), LETS_GO));
    let careful = Scenario {
        careful: true,
        ..scenario(MarksInMemory, CRASH)
    };
    assert!(found(careful, REPEATS_EXCUSED));
}

#[test]
fn in_the_writes_of_holders() {
    assert!(found(scenario(WritesWithoutProof, PAUSE), LEASE_HAS_WORK));
    assert!(found(
        scenario(AdvanceRemovesAny, LOST_ANSWER),
        NOTHING_LOST
    ));
    assert!(found(scenario(NotesAnyPart, LOST_ANSWER), NOTHING_LOST));
    assert!(found(scenario(AdvanceKeepsPart, NONE), NOTHING_LOST));
    assert!(found(scenario(AdvanceKeepsPart, NONE), IN_ORDER));
    assert!(found(scenario(FinishLeavesGrown, NONE), PENDING_SHOWS));
    assert!(found(scenario(FinishLeavesGrown, NONE), ENDS_COMPLETE));
    assert!(found(scenario(PutOffKeepsLease, REFUSAL), LETS_GO));
    assert!(found(scenario(PutOffHides, REFUSAL), ENDS_COMPLETE));
    assert!(found(scenario(PutOffForgetsHold, REFUSAL), TIME_KEPT));
}

#[test]
fn in_take() {
    let taking = Taking {
        protocol: Box::new(TakesAny),
        events: vec![vec!['a'], vec!['b', 'c']],
        takers: 2,
        lost_answers: 0,
    };
    assert!(found(taking, TAKEN_ONCE));
}
