//! What the first message costs a process, above what it costs a warm one: the connections to DynamoDB, to AWS Secrets Manager and
//! to the other side, the connection and the secrets that are read, and code that runs for the first time.
//!
//! All of that goes over plain HTTP here. With TLS each of the three connections costs a handshake more.

use std::time::Duration;

use crate::Error;
use crate::cpu::{median, ms};
use crate::programs::Programs;
use crate::table::{Table, Verdict};
use crate::world::World;

/// Processes of each function.
const RUNS: usize = 30;
/// Messages after the first one, each of a chat of its own, as the first is.
const WARM: i64 = 20;
/// At most so much above a warm one.
const MOST: Duration = Duration::from_millis(3);

/// What messages cost a function: the first of each process, and one of the others.
#[derive(Default)]
struct Figures {
    first: Vec<Duration>,
    warm: Vec<Duration>,
}

impl Figures {
    fn note(&mut self, first: Duration, others: Duration) -> Result<(), Error> {
        self.first.push(first);
        self.warm.push(others / u32::try_from(WARM)?);
        Ok(())
    }
}

pub(crate) async fn measure(programs: &Programs, table: &mut Table) -> Result<(), Error> {
    let (mut telegram, mut selarti) = (Figures::default(), Figures::default());
    // The first round brings the programs into the memory and is not counted.
    for round in 0..=RUNS {
        let world = World::start(programs).await?;
        let functions = &world.functions;
        let (begin, other) = (functions.telegram.used()?, functions.selarti.used()?);
        let mut threads = vec![world.ask(&world.telegram.chat(1)).await?];
        let first = functions.telegram.used()?;
        for chat in 2..2 + WARM {
            threads.push(world.ask(&world.telegram.chat(chat)).await?);
        }
        let all = functions.telegram.used()?;
        if round > 0 {
            telegram.note(first.saturating_sub(begin), all.saturating_sub(first))?;
        }
        let mut threads = threads.iter();
        let thread = threads.next().ok_or("there is a chat")?;
        world.answer(thread).await?;
        let first = functions.selarti.used()?;
        for thread in threads {
            world.answer(thread).await?;
        }
        let all = functions.selarti.used()?;
        if round > 0 {
            selarti.note(first.saturating_sub(other), all.saturating_sub(first))?;
        }
    }
    for (program, Figures { first, warm }) in [("telegram", telegram), ("selarti", selarti)] {
        let (first, warm) = (median(first), median(warm));
        let above = first.saturating_sub(warm);
        table.row(
            &format!("first message of a process of `{program}`, CPU"),
            &format!(
                "{:.2} ms: {:.2} ms above a warm one of {:.2} ms",
                ms(first),
                ms(above),
                ms(warm)
            ),
            "warm + 3 ms",
            Verdict::of(above <= MOST),
        );
    }
    Ok(())
}
