//! Every write of the store is the pure transition that it stands for: random sequences of moves are made on two plain
//! lanes and on a conversation's item, and after each the result, both lanes and the answers must be the same.
//!
//! Where the two are meant to differ, this file says so:
//! * A write whose answer was lost is made again with the same arguments, so the store says what the *second* transition
//!   says. That the second changes nothing is checked of the pure lane too.
//! * Whoever holds the lease already is told that accepting or claiming succeeded, because it may be its own write that
//!   was made again; the transition says `Duplicate` or `false`.
//! * A message larger than a whole lane is `Full` for the lane and an error of the store. Nobody asks for it.
//! * A lane that is taken from is not claimed: nobody sends it. The pure lane knows no such kinds of lanes.
//! * A lane that was read more than a bucket of event ids ago makes the store forget less; moves are not that stale.
//! * Nobody advances a lane that they know to be empty: [`shared::mailbox::Drain`] stops there.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::test_runner::{Config, TestRunner};
use shared::mailbox::event::REMEMBERED_HOURS;
use shared::mailbox::lane::MAX_BYTES;
use shared::mailbox::{
    Append, Entry, EventHash, EventId, Lane, Lease, NotAppended, NotWritten, Owner,
};
use shared::model::ConversationKey;
use shared::store::Store;
use shared::store::conversation::{Conversation, KeptAnswer, LaneName};
use shared::store::mailbox::{Accept, Give, Given, NotAccepted, Outcome};
use shared::time::Millis;

use crate::emulator::{fresh_key, store};
use crate::make::{START, empty};
use crate::moves::{Clock, Move, Sequence, Step, Who, sequence};
use crate::wire::Wire;

const CASES: u32 = 64;
/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(120);

/// What a move came to, in the words of both sides.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Done,
    Duplicate,
    Full,
    Lost,
    Grown,
    Before(String),
    Changed,
}

impl From<Result<(), NotWritten>> for Said {
    fn from(result: Result<(), NotWritten>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(NotWritten::Lost) => Self::Lost,
            Err(NotWritten::Grown) => Self::Grown,
        }
    }
}

/// The same conversation twice: as plain values here, and as an item under `key`.
struct Play {
    store: Store,
    wire: Wire,
    key: ConversationKey,
    takes: bool,
    now: Millis,
    to_agent: Lane,
    to_channel: Lane,
    answers: BTreeMap<EventHash, KeptAnswer>,
    /// Each lane as its last writer left it.
    written: [Lane; 2],
}

/// A move with everything in it decided.
enum Ask {
    Accept(Box<Accept>),
    Claim(Lease),
    /// The lane as the caller knows it.
    Mark(Owner, Lane),
    NotePart(Owner, Lane),
    Advance(Owner, Lane),
    Finish(Owner, Lane),
    PutOff(Owner, (Millis, bool, u32)),
    Give(Give),
}

#[test]
fn the_store_does_what_the_lane_does() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (store, wire) = runtime.block_on(store());
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    };
    let result = TestRunner::new(config).run(&sequence(), |sequence| {
        let play = Play::new(&store, &wire, sequence.takes);
        runtime.block_on(play.all(sequence));
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

/// An event in the agent's lane that comes after the clock has moved.
fn append(clock: Clock, event: u8, bodies: &[usize]) -> Step {
    Step {
        clock,
        lane: LaneName::ToAgent,
        what: Move::Append {
            event,
            also: [None; 2],
            bodies: bodies.to_vec(),
            owner: 1,
            lasts: 600_000,
        },
        lost: false,
        stale: false,
    }
}

async fn play(steps: Vec<Step>) -> Lane {
    let (store, wire) = store().await;
    let sequence = Sequence {
        takes: false,
        steps,
    };
    let play = Play::new(&store, &wire, sequence.takes);
    play.all(sequence).await.to_agent
}

#[tokio::test]
async fn an_event_is_known_in_its_own_and_both_neighbouring_buckets() {
    let mut steps = vec![
        append(Clock::NextBucket(0), 1, &[10]),
        append(Clock::Back(1), 1, &[10]),
        append(Clock::NextBucket(0), 1, &[10]),
        append(Clock::NextBucket(0), 1, &[10]),
    ];
    assert_eq!(play(steps.clone()).await.queue.len(), 1);
    steps.push(append(Clock::NextBucket(0), 1, &[10]));
    assert_eq!(play(steps).await.queue.len(), 2, "it is forgotten");
}

#[tokio::test]
async fn a_lane_is_full_to_the_byte() {
    let emptied = Step {
        what: Move::Advance {
            who: Who::Holder,
            head: 0,
        },
        ..append(Clock::Forward(1), 0, &[])
    };
    let lane = play(vec![
        append(Clock::Forward(0), 1, &[40_896]),
        append(Clock::Forward(0), 2, &[40_897]),
        append(Clock::Forward(0), 3, &[40_896]),
        append(Clock::Forward(0), 4, &[2]),
        append(Clock::Forward(0), 5, &[]),
        emptied.clone(),
        emptied,
        append(Clock::Forward(0), 6, &[81_857]),
        append(Clock::Forward(0), 7, &[81_856]),
    ])
    .await;
    assert_eq!(lane.bytes, MAX_BYTES);
    assert_eq!(lane.queue[0].event, named(7).hash);
}

impl Play {
    fn new(store: &Store, wire: &Wire, takes: bool) -> Self {
        Self {
            store: store.clone(),
            wire: wire.clone(),
            key: fresh_key(),
            takes,
            now: START,
            to_agent: Lane::default(),
            to_channel: Lane::default(),
            answers: BTreeMap::new(),
            written: [Lane::default(), Lane::default()],
        }
    }

    /// Makes all moves of a sequence, and compares after each.
    async fn all(mut self, sequence: Sequence) -> Self {
        for step in sequence.steps {
            self.now = moved(self.now, step.clock);
            let Some(ask) = self.ask(&step) else { continue };
            let before = self.read().await;
            let mut expected = self.purely(step.lane, &ask);
            if step.lost {
                let once = (self.lane(step.lane).clone(), self.answers.clone());
                expected = self.purely(step.lane, &ask);
                let twice = (self.lane(step.lane).clone(), self.answers.clone());
                assert_eq!(once, twice, "made again, it had an effect: {step:?}");
                self.wire.lose_next_answer();
            }
            let (said, returned) = self.stored(step.lane, &before, &ask).await;
            assert_eq!(said, expected, "{step:?}");
            if let Some(returned) = returned {
                self.compare(&returned, &step);
            }
            self.compare(&self.read().await, &step);
            if said == Said::Done {
                self.written[step.lane as usize] = self.lane(step.lane).clone();
            }
        }
        self
    }

    fn compare(&self, read: &Conversation, step: &Step) {
        assert_eq!(read.to_agent, self.to_agent, "to the agent, after {step:?}");
        assert_eq!(
            read.to_channel, self.to_channel,
            "to the channel, after {step:?}"
        );
        assert_eq!(read.answers, self.answers, "answers, after {step:?}");
    }

    fn lane(&self, name: LaneName) -> &Lane {
        match name {
            LaneName::ToAgent => &self.to_agent,
            LaneName::ToChannel => &self.to_channel,
        }
    }

    fn lane_mut(&mut self, name: LaneName) -> &mut Lane {
        match name {
            LaneName::ToAgent => &mut self.to_agent,
            LaneName::ToChannel => &mut self.to_channel,
        }
    }

    fn is_taken_from(&self, name: LaneName) -> bool {
        self.takes && name == LaneName::ToChannel
    }

    /// The conversation as it is; an empty one before it has begun.
    async fn read(&self) -> Conversation {
        let read = self.store.conversation(&self.key).await.unwrap();
        read.unwrap_or_else(|| empty(self.key.clone()))
    }

    /// Decides a move; `None` if nobody would make it.
    fn ask(&self, step: &Step) -> Option<Ask> {
        let lane = self.lane(step.lane);
        let owner = |who| match who {
            Who::Owner(owner) => Owner(owner),
            Who::Holder => lane.lease.map_or(Owner(0), |lease| lease.owner),
        };
        let known = |head: i64, part: i64| {
            let written = &self.written[step.lane as usize];
            if step.stale && written.forgettable(self.now) == lane.forgettable(self.now) {
                return written.clone();
            }
            Lane {
                head: lane.head.saturating_add_signed(head),
                part: lane
                    .part
                    .saturating_add_signed(i32::try_from(part).unwrap()),
                ..lane.clone()
            }
        };
        Some(match step.what.clone() {
            Move::Append {
                event,
                also,
                bodies,
                owner,
                lasts,
            } => Ask::Accept(Box::new(self.accept(
                step.lane,
                (event, also),
                &bodies,
                (owner, lasts),
            ))),
            Move::Claim { owner, lasts } => Ask::Claim(self.lease(owner, lasts)),
            Move::Mark { who, head, part } => Ask::Mark(owner(who), known(head, part)),
            Move::NotePart { who, head, part } => Ask::NotePart(owner(who), known(head, part)),
            Move::Advance { who, head } => {
                let known = known(head, 0);
                if known.queue.is_empty() {
                    return None;
                }
                Ask::Advance(owner(who), known)
            }
            Move::Finish { who, head } => Ask::Finish(owner(who), known(head, 0)),
            Move::PutOff {
                who,
                after,
                hold,
                attempts,
            } => {
                let due = self.now.after(Duration::from_millis(after));
                Ask::PutOff(owner(who), (due, hold, attempts))
            }
            Move::Give { .. } if !self.is_taken_from(step.lane) => return None,
            Move::Give {
                event,
                head,
                all,
                count,
            } => {
                let there = lane.queue.len();
                Ask::Give(Give {
                    event: named(event).hash,
                    head: lane.head.saturating_add_signed(head),
                    count: if all { there } else { count.min(there) },
                    body: format!("to {event} at {}", self.now.0),
                    hands_over: false,
                    now: self.now,
                })
            }
        })
    }

    fn lease(&self, owner: u64, lasts: u64) -> Lease {
        Lease {
            owner: Owner(owner),
            until: self.now.after(Duration::from_millis(lasts)),
        }
    }

    fn accept(
        &self,
        lane: LaneName,
        (event, also): (u8, [Option<u8>; 2]),
        bodies: &[usize],
        (owner, lasts): (u64, u64),
    ) -> Accept {
        let event = EventId {
            also: also.map(|also| also.map(|also| named(also).hash)),
            ..named(event)
        };
        let entry = |length: &usize| Entry {
            event: event.hash,
            accepted: self.now,
            body: "x".repeat(*length),
        };
        let append = Append {
            event,
            entries: bodies.iter().map(entry).collect(),
            lease: (!self.is_taken_from(lane)).then(|| self.lease(owner, lasts)),
            now: self.now,
        };
        Accept::new(lane, append)
    }

    fn purely(&mut self, name: LaneName, ask: &Ask) -> Said {
        let now = self.now;
        let taken_from = self.is_taken_from(name);
        let lane = self.lane_mut(name);
        match ask {
            Ask::Accept(accept) => match lane.append(&accept.append) {
                Ok(()) => Said::Done,
                Err(NotAppended::Duplicate) => {
                    let lease = accept.append.lease;
                    if lease.is_some_and(|lease| lane.is_held_by(lease.owner)) {
                        Said::Done
                    } else {
                        Said::Duplicate
                    }
                }
                Err(NotAppended::Full) => Said::Full,
            },
            Ask::Claim(_) if taken_from => Said::Lost,
            Ask::Claim(lease) => {
                if lane.claim(*lease, now) || lane.is_held_by(lease.owner) {
                    Said::Done
                } else {
                    Said::Lost
                }
            }
            Ask::Mark(owner, known) => lane.mark(*owner, known.head, known.part).into(),
            Ask::NotePart(owner, known) => {
                lane.note_part(*owner, known.head, known.part + 1).into()
            }
            Ask::Advance(owner, known) => lane.advance(*owner, known.head, now).into(),
            Ask::Finish(owner, known) => lane.finish(*owner, known.head, now).into(),
            Ask::PutOff(owner, (due, hold, attempts)) => {
                lane.put_off(*owner, *due, *hold, *attempts).into()
            }
            Ask::Give(give) => self.give(give),
        }
    }

    /// [`Lane::take`], and the answer kept.
    fn give(&mut self, give: &Give) -> Said {
        if let Some(answer) = self.answers.get(&give.event) {
            return Said::Before(answer.body.clone());
        }
        if give.count > 0
            && self
                .to_channel
                .take(give.head, give.count, give.now)
                .is_err()
        {
            return Said::Changed;
        }
        self.answers
            .retain(|_, answer| give.now <= answer.at.after(KEPT));
        self.answers.insert(
            give.event,
            KeptAnswer {
                at: give.now,
                body: give.body.clone(),
            },
        );
        Said::Done
    }

    /// Makes the write; with what it returned of the conversation.
    async fn stored(
        &self,
        name: LaneName,
        before: &Conversation,
        ask: &Ask,
    ) -> (Said, Option<Conversation>) {
        let (store, key, now) = (&self.store, &self.key, self.now);
        let outcome: Outcome = match ask {
            Ask::Accept(accept) => return self.accepted(accept).await,
            Ask::Claim(lease) => {
                let claimed = store.claim(key, name, *lease, now).await.unwrap();
                let said = claimed.as_ref().map_or(Said::Lost, |_| Said::Done);
                return (said, claimed);
            }
            Ask::Give(give) => {
                return match store.give(before, give).await.unwrap() {
                    Given::Taken => (Said::Done, None),
                    Given::Before(body) => (Said::Before(body), None),
                    Given::Changed(conversation) => (Said::Changed, Some(*conversation)),
                };
            }
            Ask::Mark(owner, known) => store.mark(key, name, known, *owner).await,
            Ask::NotePart(owner, known) => store.note_part(key, name, known, *owner).await,
            Ask::Advance(owner, known) => store.advance(key, name, known, *owner, now).await,
            Ask::Finish(owner, known) => {
                let mut conversation = before.clone();
                match name {
                    LaneName::ToAgent => conversation.to_agent = known.clone(),
                    LaneName::ToChannel => conversation.to_channel = known.clone(),
                }
                store.finish(&conversation, name, *owner, now).await
            }
            Ask::PutOff(owner, how) => store.put_off(key, name, *owner, *how).await,
        }
        .unwrap();
        (outcome.0.into(), Some(outcome.1))
    }

    async fn accepted(&self, accept: &Accept) -> (Said, Option<Conversation>) {
        match self.store.accept(&self.key, accept).await {
            Ok(conversation) => (Said::Done, Some(conversation)),
            Err(NotAccepted::Duplicate(conversation)) => (Said::Duplicate, Some(*conversation)),
            Err(NotAccepted::Full) => (Said::Full, None),
            Err(NotAccepted::Store(_)) if accept.append.bytes() > MAX_BYTES => {
                // Which of the two it is does not matter, if the event is known besides.
                let known = self.lane(accept.lane).knows(&accept.append.event, self.now);
                let lease = accept.append.lease;
                let held =
                    lease.is_some_and(|lease| self.lane(accept.lane).is_held_by(lease.owner));
                let said = match (known, held) {
                    (true, true) => Said::Done,
                    (true, false) => Said::Duplicate,
                    (false, _) => Said::Full,
                };
                (said, None)
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

fn named(event: u8) -> EventId {
    EventId::named(&event.to_string())
}

fn moved(now: Millis, clock: Clock) -> Millis {
    match clock {
        Clock::Forward(by) => now.after(Duration::from_millis(by)),
        Clock::Back(by) => now.before(Duration::from_millis(by)),
        Clock::NextBucket(further) => {
            let bucket = REMEMBERED_HOURS * 3_600_000;
            Millis((now.0 / bucket + 1) * bucket + further)
        }
    }
}
