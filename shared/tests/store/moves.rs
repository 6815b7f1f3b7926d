//! Random moves: what several processes, some of them late or wrong, may ask of a lane.

use proptest::prelude::*;
use shared::store::conversation::LaneName;

/// Whose name a move is made in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Who {
    /// Whoever holds the lane's lease.
    Holder,
    /// One of a few.
    Owner(u64),
}

/// How a number differs from the right one.
pub(crate) type Off = i64;

/// What is asked.
#[derive(Debug, Clone)]
pub(crate) enum Move {
    /// An event.
    Append {
        /// Which of a few events, and which others make it known.
        event: u8,
        also: [Option<u8>; 2],
        /// The lengths of its messages.
        bodies: Vec<usize>,
        /// The lease that it wants: whose, and for how many milliseconds.
        owner: u64,
        lasts: u64,
    },
    Claim {
        owner: u64,
        lasts: u64,
    },
    Mark {
        who: Who,
        head: Off,
        part: Off,
    },
    NotePart {
        who: Who,
        head: Off,
        part: Off,
    },
    Advance {
        who: Who,
        head: Off,
    },
    Finish {
        who: Who,
        head: Off,
    },
    PutOff {
        who: Who,
        after: u64,
        hold: bool,
        attempts: u32,
    },
    Give {
        event: u8,
        head: Off,
        /// Of what is in the lane; one less than this share is left.
        all: bool,
        count: usize,
    },
}

/// One step of a sequence.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// By how much the clock moves first.
    pub(crate) clock: Clock,
    pub(crate) lane: LaneName,
    pub(crate) what: Move,
    /// The answer to the write is lost, and the SDK makes it again.
    pub(crate) lost: bool,
    /// The caller knows the lane as it was when it took the lease or last wrote, not as it is.
    pub(crate) stale: bool,
}

/// How the clock moves.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Clock {
    Forward(u64),
    /// Another machine's clock is behind.
    Back(u64),
    /// To the end of the current bucket of event ids, and this much further.
    NextBucket(u64),
}

/// A sequence.
#[derive(Debug, Clone)]
pub(crate) struct Sequence {
    /// The channel cannot be spoken to first, so that its lane is taken from, not sent.
    pub(crate) takes: bool,
    pub(crate) steps: Vec<Step>,
}

pub(crate) fn sequence() -> impl Strategy<Value = Sequence> {
    (any::<bool>(), prop::collection::vec(step(), 1..40))
        .prop_map(|(takes, steps)| Sequence { takes, steps })
}

fn step() -> impl Strategy<Value = Step> {
    let lane = prop_oneof![Just(LaneName::ToAgent), Just(LaneName::ToChannel)];
    (
        clock(),
        lane,
        what(),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.3),
    )
        .prop_map(|(clock, lane, what, lost, stale)| Step {
            clock,
            lane,
            what,
            lost,
            stale,
        })
}

fn clock() -> impl Strategy<Value = Clock> {
    prop_oneof![
        4 => Just(Clock::Forward(0)),
        8 => prop::sample::select(vec![1, 500, 999, 1000, 1001, 5_000, 31_000]).prop_map(Clock::Forward),
        3 => prop::sample::select(vec![1, 999, 3_000]).prop_map(Clock::Back),
        2 => prop::sample::select(vec![0, 1, 999]).prop_map(Clock::NextBucket),
    ]
}

fn what() -> impl Strategy<Value = Move> {
    prop_oneof![
        10 => append(),
        3 => (owner(), lasts()).prop_map(|(owner, lasts)| Move::Claim { owner, lasts }),
        3 => (who(), off(), off()).prop_map(|(who, head, part)| Move::Mark { who, head, part }),
        3 => (who(), off(), off()).prop_map(|(who, head, part)| Move::NotePart { who, head, part }),
        5 => (who(), off()).prop_map(|(who, head)| Move::Advance { who, head }),
        4 => (who(), off()).prop_map(|(who, head)| Move::Finish { who, head }),
        3 => (who(), prop::sample::select(vec![0, 500, 60_000]), any::<bool>(), 0..5_u32)
            .prop_map(|(who, after, hold, attempts)| Move::PutOff { who, after, hold, attempts }),
        5 => (event(), off(), any::<bool>(), 0..4_usize)
            .prop_map(|(event, head, all, count)| Move::Give { event, head, all, count }),
    ]
}

fn append() -> impl Strategy<Value = Move> {
    let also = || prop::option::weighted(0.2, event());
    (
        event(),
        [also(), also()],
        prop::collection::vec(body(), 0..4),
        owner(),
        lasts(),
    )
        .prop_map(|(event, also, bodies, owner, lasts)| Move::Append {
            event,
            also,
            bodies,
            owner,
            lasts,
        })
}

/// Small ones, and such as fill a lane: two of 65,472 bytes or one of 131,008 are all that fits, one byte more is too large
/// by itself.
fn body() -> impl Strategy<Value = usize> {
    prop_oneof![
        6 => 2..200_usize,
        1 => Just(40_000),
        2 => Just(40_896),
        1 => Just(81_856),
        1 => Just(81_857),
    ]
}

fn event() -> impl Strategy<Value = u8> {
    0..12_u8
}

fn owner() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0..4_u64, 1 => Just(u64::MAX)]
}

fn lasts() -> impl Strategy<Value = u64> {
    prop::sample::select(vec![0, 500, 1_000, 30_000, 600_000])
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![4 => Just(Who::Holder), 1 => owner().prop_map(Who::Owner)]
}

fn off() -> impl Strategy<Value = Off> {
    prop_oneof![8 => Just(0), 1 => Just(1), 1 => Just(-1)]
}
