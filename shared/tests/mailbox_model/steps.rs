//! What each step does to the world.

use std::time::Duration;

use shared::mailbox::{
    Append, Drain, Entry, EventId, Lane, Lease, NotAppended, NotWritten, Owner, SKEW, Sent, Step,
};
use shared::time::Millis;

use crate::protocol::{NOW, Write};
use crate::scenario::{Action, Scenario};
use crate::world::{Effect, Name, Process, World, name};

const LEASE: Duration = Duration::from_secs(10);
const BACK_OFF: Duration = Duration::from_secs(5);

impl Scenario {
    /// Takes one step; `None` if it cannot be taken or would change nothing.
    pub(crate) fn step(&self, world: &mut World, action: Action) -> Option<()> {
        match action {
            Action::Deliver {
                event,
                clock,
                again,
            } => self.deliver(world, event, clock, again),
            Action::LeaseEnds => lease_ends(world),
            Action::LeaseRunsOut => lease_runs_out(world),
            Action::ComeDue => {
                world.lane.due = Some(NOW);
                world.waiting = false;
                Some(())
            }
            Action::Claim => self.claim(world),
            Action::ArriveLate(index) => {
                let write = world.late.remove(index);
                let known = world.lane.clone();
                // Nobody waits for the answer any more.
                let (Ok(()) | Err(_), _) = self.write(world, &write, &known);
                Some(())
            }
            Action::Crash(owner) => {
                let process = withdraw(world, owner)?;
                world.left.crashes -= 1;
                world.excuse(process.unnoted);
                Some(())
            }
            Action::Abandon(owner) => withdraw(world, owner).map(drop),
            Action::Call(owner) => {
                self.protocol.before_call(&mut world.lane, owner);
                find(world, owner)?.calling = true;
                Some(())
            }
            Action::Accept(owner) => self.accept(world, owner),
            Action::AcceptUnheard(owner) => self.accept_unheard(world, owner),
            Action::Refuse { owner, hold } => {
                find(world, owner)?.calling = false;
                put_off(world, owner, hold)
            }
            Action::Bury(owner) => self.bury(world, owner),
            Action::Write(owner) => self.write_and_hear(world, owner),
            Action::LoseAnswer(owner) => {
                let write = Write::of(owner, &find(world, owner)?.drain)?;
                world.late.push(write);
                world.left.lost_answers -= 1;
                Some(())
            }
        }
    }

    fn deliver(&self, world: &mut World, index: usize, clock: Millis, again: bool) -> Option<()> {
        let event = self.events.get(index)?;
        let lease = Lease {
            owner: world.new_owner(),
            until: clock.after(LEASE),
        };
        let entries = event.messages.iter().map(|(name, _)| Entry {
            event: EventId::named(&index.to_string()).hash,
            accepted: clock,
            body: name.to_string().repeat(self.body),
        });
        let append = Append {
            event: EventId::named(&index.to_string()),
            entries: entries.collect(),
            lease: Some(lease),
            now: clock,
        };
        for _ in 0..=u8::from(again) {
            match self.protocol.append(&mut world.lane, &append) {
                Ok(()) => world
                    .accepted
                    .extend(event.messages.iter().map(|(name, _)| name)),
                Err(NotAppended::Duplicate) => {}
                // The platform gets no success answer and will send it again.
                Err(NotAppended::Full) => return None,
            }
        }
        *world.deliveries.get_mut(index)? -= 1;
        world.left.lost_answers -= u8::from(again);
        // Even after a refusal: if the answer to the append was lost, the copy that was refused holds the lease.
        self.begin(world, lease, clock);
        Some(())
    }

    fn begin(&self, world: &mut World, lease: Lease, clock: Millis) {
        let drain = Drain::start(lease.owner, world.lane.clone(), self.careful, clock);
        if drain.step() == Step::Stop {
            world.kept |= world.lane.is_held_by(lease.owner);
            return;
        }
        world.processes.push(Process {
            owner: lease.owner,
            until: lease.until,
            clock,
            drain,
            calling: false,
            unnoted: None,
            owes: None,
        });
    }

    fn claim(&self, world: &mut World) -> Option<()> {
        let lease = Lease {
            owner: world.new_owner(),
            until: NOW.after(LEASE),
        };
        let had_run_out = world.lane.lease.is_some_and(|held| held.until <= run_out());
        let overtaken = world.holder().and_then(|holder| holder.unnoted);
        if !self.protocol.claim(&mut world.lane, lease, NOW) {
            return None;
        }
        if had_run_out {
            world.excuse(overtaken);
        }
        self.begin(world, lease, NOW);
        Some(())
    }

    fn accept(&self, world: &mut World, owner: Owner) -> Option<()> {
        let (message, part) = reach(world, owner)?;
        let is_last = part + 1 >= self.parts(message);
        let process = find(world, owner)?;
        process.unnoted = Some(Effect::Accepted(message, part));
        process
            .drain
            .sent(if is_last { Sent::Done } else { Sent::Part });
        Some(())
    }

    /// A careful holder makes what may have been accepted a dead letter, any other sends it again later.
    fn accept_unheard(&self, world: &mut World, owner: Owner) -> Option<()> {
        let (message, part) = reach(world, owner)?;
        world.excuse(Some(Effect::Accepted(message, part)));
        if !self.careful {
            return put_off(world, owner, false);
        }
        world.left.refusals -= 1;
        find(world, owner)?.owes = Some(message);
        Some(())
    }

    fn bury(&self, world: &mut World, owner: Owner) -> Option<()> {
        let process = find(world, owner)?;
        if process.drain.step() == Step::Stop {
            let message = withdraw(world, owner)?.owes?;
            world.dead.insert(message);
            return Some(());
        }
        let message = name(process.drain.lane().queue.front()?);
        let is_undeliverable = process.calling;
        process.calling = false;
        process.owes = None;
        process.drain.sent(Sent::Done);
        if self.protocol.dead_letter_first() {
            process.unnoted = Some(Effect::Buried(message));
            world.dead.insert(message);
        } else {
            process.owes = Some(message);
        }
        world.left.undeliverable -= u8::from(is_undeliverable);
        Some(())
    }

    fn write(
        &self,
        world: &mut World,
        write: &Write,
        known: &Lane,
    ) -> (Result<(), NotWritten>, Lane) {
        let (result, lane) = self.protocol.write(&mut world.lane, write, known);
        if let (
            Step::PutOff {
                due, hold: true, ..
            },
            Ok(()),
        ) = (write.step, result)
        {
            world.waiting = NOW < due;
        }
        (result, lane)
    }

    fn write_and_hear(&self, world: &mut World, owner: Owner) -> Option<()> {
        let process = find(world, owner)?;
        let write = Write::of(owner, &process.drain)?;
        let known = process.drain.lane().clone();
        let (result, lane) = self.write(world, &write, &known);
        let process = find(world, owner)?;
        process.drain.wrote(result, lane);
        if process.drain.step() != Step::Advance {
            process.unnoted = None;
        }
        if process.drain.step() == Step::Stop {
            if process.owes.is_none() {
                withdraw(world, owner)?;
            }
            world.kept |= world.lane.is_held_by(owner);
        }
        Some(())
    }
}

/// The other side accepts what `owner` sends.
fn reach(world: &mut World, owner: Owner) -> Option<(Name, u32)> {
    let process = find(world, owner)?;
    process.calling = false;
    let lane = process.drain.lane();
    let sent = (name(lane.queue.front()?), lane.part);
    world.log.push(sent);
    Some(sent)
}

fn put_off(world: &mut World, owner: Owner, hold: bool) -> Option<()> {
    world.left.refusals -= 1;
    let due = NOW.after(BACK_OFF);
    find(world, owner)?.drain.sent(Sent::Later { due, hold });
    Some(())
}

/// The end of a lease that has just run out for everybody.
fn run_out() -> Millis {
    Millis(NOW.before(SKEW).0 - 1)
}

/// Time goes on until just after the lease's end. Nothing happens then unless its holder's clock is behind.
fn lease_ends(world: &mut World) -> Option<()> {
    let holder = world.holder()?;
    if holder.clock == NOW || holder.until < NOW {
        return None;
    }
    world.left.pauses = world.left.pauses.checked_sub(1)?;
    let ended = Millis(NOW.0 - 1);
    end_lease(world, ended)
}

/// Time goes on until others may take the lease. A call ends before the lease does, so no holder is in one then.
fn lease_runs_out(world: &mut World) -> Option<()> {
    if world.lane.lease?.until <= run_out() {
        return None;
    }
    if let Some(holder) = world.holder() {
        if holder.calling {
            return None;
        }
        if holder.until >= NOW {
            world.left.pauses = world.left.pauses.checked_sub(1)?;
        }
    }
    end_lease(world, run_out())
}

fn end_lease(world: &mut World, until: Millis) -> Option<()> {
    let lease = world.lane.lease.as_mut()?;
    lease.until = until;
    let owner = lease.owner;
    if let Some(process) = find(world, owner) {
        process.until = until;
    }
    Some(())
}

fn find(world: &mut World, owner: Owner) -> Option<&mut Process> {
    world
        .processes
        .iter_mut()
        .find(|process| process.owner == owner)
}

fn withdraw(world: &mut World, owner: Owner) -> Option<Process> {
    let index = world
        .processes
        .iter()
        .position(|process| process.owner == owner)?;
    Some(world.processes.remove(index))
}
