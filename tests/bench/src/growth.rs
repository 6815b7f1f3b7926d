//! Whether a message costs more when the table holds more conversations, and more customers' connections.

use std::time::Duration;

use simulators::telegram::Chat;

use crate::Error;
use crate::counter::number;
use crate::cpu::{median, ms};
use crate::programs::Programs;
use crate::table::{Table, Verdict};
use crate::warm::{Figures, chats, messages};
use crate::world::{self, World};

/// The conversations in the two tables, and the connections beside the two that are used.
const FEW: (usize, usize) = (1_000, 0);
const MANY: (usize, usize) = (100_000, 10_000);
/// Rounds that are counted with each.
const ROUNDS: usize = 8;
/// A hundred times the conversations may cost so much more; it is the noise of the measurement.
const MOST: f64 = 1.1;

/// One table of a size, and what messages cost with it.
struct Sized {
    world: World,
    chats: Vec<Chat>,
    figures: Figures,
    calls: u64,
}

pub(crate) async fn measure(programs: &Programs, table: &mut Table) -> Result<(), Error> {
    let mut few = Sized::start(programs, FEW).await?;
    let mut many = Sized::start(programs, MANY).await?;
    // In turns, so that what else the machine does meets both.
    for _ in 0..ROUNDS {
        few.round().await?;
        many.round().await?;
    }
    let ([before, after], [calls_before, calls_after]) = (
        [&few, &many].map(Sized::used),
        [&few, &many].map(|sized| sized.calls),
    );
    let ratio = ms(after) / ms(before);
    // Each connection is read again once a minute, which need not meet both alike.
    let same = calls_after.abs_diff(calls_before) <= calls_before / 50;
    table.row(
        &format!(
            "a message there and back with {} conversations and {} connections, to one with {} and {}",
            MANY.0,
            MANY.1 + 2,
            FEW.0,
            FEW.1 + 2,
        ),
        &format!(
            "{:.3} to {:.3} ms CPU of the functions: {ratio:.2} times; {calls_after} to {calls_before} calls",
            ms(after),
            ms(before),
        ),
        "no growth",
        Verdict::of(ratio <= MOST && same),
    );
    Ok(())
}

impl Sized {
    async fn start(
        programs: &Programs,
        (conversations, connections): (usize, usize),
    ) -> Result<Self, Error> {
        let world = World::start(programs).await?;
        let chats = chats(&world);
        // Makes the conversations of which the others are copies, and opens the connections.
        for _ in 0..2 {
            messages(&world, &chats, &mut Figures::default()).await?;
        }
        let more = chats.len()..conversations;
        let copies = more.map(|number| format!("9{number:09}"));
        world::copy_conversation(&world.dynamodb.database, copies)?;
        let others = (0..connections).map(|number| format!("customer-{number}"));
        world::copy_connection(&world.dynamodb.database, others)?;
        messages(&world, &chats, &mut Figures::default()).await?;
        world.dynamodb.counts();
        Ok(Self {
            world,
            chats,
            figures: Figures::default(),
            calls: 0,
        })
    }

    async fn round(&mut self) -> Result<(), Error> {
        messages(&self.world, &self.chats, &mut self.figures).await?;
        self.calls += number(&self.world.dynamodb.counts());
        Ok(())
    }

    /// The functions' CPU time of an exchange.
    fn used(&self) -> Duration {
        let Figures {
            telegram, selarti, ..
        } = &self.figures;
        median(telegram.clone()) + median(selarti.clone())
    }
}
