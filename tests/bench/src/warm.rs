//! What a message costs a warm function, above what its calls cost on their own.
//!
//! The floor is measured in the same run, in turns with the messages: a warm `hello`, and what one `UpdateItem` and one
//! call out add to a function that does nothing else. All get a body of the same size.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use simulators::telegram::Chat;

use crate::Error;
use crate::counter::Counts;
use crate::cpu::{median, ms};
use crate::programs::Programs;
use crate::table::{Table, Verdict};
use crate::world::{Measured, PATIENCE, World};

/// Chats that write in turns.
const CHATS: i64 = 50;
/// Rounds that are counted; in each, every chat writes once.
const ROUNDS: usize = 10;
/// At most so much above the floor.
const MOST: Duration = Duration::from_micros(100);

/// What invocations took, one figure a round.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) telegram: Vec<Duration>,
    pub(crate) selarti: Vec<Duration>,
    hello: Vec<Duration>,
    nothing: Vec<Duration>,
    update: Vec<Duration>,
    call: Vec<Duration>,
}

pub(crate) async fn measure(programs: &Programs, table: &mut Table) -> Result<(), Error> {
    let world = World::start(programs).await?;
    let chats = chats(&world);
    let mut figures = Figures::default();
    // The first rounds open the connections and make the conversations.
    messages(&world, &chats, &mut Figures::default()).await?;
    messages(&world, &chats, &mut Figures::default()).await?;
    probes(&world, &mut Figures::default()).await?;
    let mut calls = Counts::new();
    for _ in 0..ROUNDS {
        world.dynamodb.counts();
        messages(&world, &chats, &mut figures).await?;
        for (operation, count) in world.dynamodb.counts() {
            *calls.entry(operation).or_default() += count;
        }
        probes(&world, &mut figures).await?;
    }

    let hello = median(figures.hello);
    let nothing = median(figures.nothing);
    let update = median(figures.update).saturating_sub(nothing);
    let call = median(figures.call).saturating_sub(nothing);
    table.note(
        "warm `hello`, CPU an invocation",
        &format!("{:.3} ms", ms(hello)),
    );
    table.note("one `UpdateItem`, CPU", &format!("{:.3} ms", ms(update)));
    table.note("one call out, CPU", &format!("{:.3} ms", ms(call)));
    let floor = hello + update * 2 + call;
    for (what, used) in [
        ("`telegram`, visitor to agent", median(figures.telegram)),
        ("`selarti`, agent to visitor", median(figures.selarti)),
    ] {
        let above = used.saturating_sub(floor);
        table.row(
            &format!("{what}, CPU a message"),
            &format!(
                "{:.3} ms: {:.3} ms above the floor of {:.3} ms",
                ms(used),
                ms(above),
                ms(floor)
            ),
            "floor + 0.1 ms",
            Verdict::of(above <= MOST),
        );
    }
    counted(&calls, chats.len() * ROUNDS, table);
    Ok(())
}

/// An exchange is two messages: one there, one back.
fn counted(calls: &Counts, exchanges: usize, table: &mut Table) {
    let messages = u64::try_from(exchanges)
        .unwrap_or(u64::MAX)
        .saturating_mul(2);
    let all: u64 = calls.values().sum();
    // Each connection is read again once a minute; a message must not have a read of its own.
    let kept = all < messages * 2 + messages / 10;
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let each = |count: u64| count as f64 / messages as f64;
    let parts: Vec<String> = calls
        .iter()
        .map(|(operation, count)| format!("{operation} {:.3}", each(*count)))
        .collect();
    table.row(
        "calls to DynamoDB, a message",
        &format!("{:.3} ({})", each(all), parts.join(", ")),
        "2 writes, 2 round trips",
        Verdict::of(kept),
    );
}

/// The chats that write.
pub(crate) fn chats(world: &World) -> Vec<Chat> {
    (1..=CHATS).map(|id| world.telegram.chat(id)).collect()
}

/// Every chat writes once and is answered.
pub(crate) async fn messages(
    world: &World,
    chats: &[Chat],
    figures: &mut Figures,
) -> Result<(), Error> {
    let telegram = Stretch::begin(&world.functions.telegram)?;
    let selarti = Stretch::begin(&world.functions.selarti)?;
    for chat in chats {
        world.exchange(chat).await?;
    }
    figures.telegram.push(telegram.end(chats.len())?);
    figures.selarti.push(selarti.end(chats.len())?);
    world.forget();
    Ok(())
}

async fn probes(world: &World, figures: &mut Figures) -> Result<(), Error> {
    let Figures {
        hello,
        nothing,
        update,
        call,
        ..
    } = figures;
    let functions = &world.functions;
    for (path, measured, into) in [
        ("/hello", &functions.hello, hello),
        ("/probe/nothing", &functions.nothing, nothing),
        ("/probe/update", &functions.update, update),
        ("/probe/call", &functions.call, call),
    ] {
        let times = usize::try_from(CHATS)?;
        let stretch = Stretch::begin(measured)?;
        for _ in 0..times {
            invoke(world, path).await?;
        }
        into.push(stretch.end(times)?);
    }
    world.forget();
    Ok(())
}

async fn invoke(world: &World, path: &str) -> Result<(), Error> {
    let url = format!("{}{path}", world.api.base_url());
    let json = HeaderValue::from_static("application/json");
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, json)]);
    let answer = world
        .http
        .call(Method::POST, &url, headers, UPDATE, PATIENCE)
        .await?;
    if answer.status == StatusCode::OK {
        Ok(())
    } else {
        Err(format!("{path} answered {}: {:?}", answer.status, answer.body).into())
    }
}

/// As long as what Telegram sends.
const UPDATE: &str = r#"{"update_id":100000001,"message":{"message_id":11,"from":{"id":1,"is_bot":false,"first_name":"Ada","language_code":"en"},"chat":{"id":1,"first_name":"Ada","type":"private"},"date":1790000000,"text":"How much is the delivery to Porto, and how long does it take?"}}"#;

/// A stretch of invocations of one function.
struct Stretch<'a> {
    measured: &'a Measured,
    before: Duration,
}

impl<'a> Stretch<'a> {
    fn begin(measured: &'a Measured) -> Result<Self, Error> {
        Ok(Self {
            measured,
            before: measured.used()?,
        })
    }

    /// The CPU time of one of its `invocations`.
    fn end(self, invocations: usize) -> Result<Duration, Error> {
        let used = self.measured.used()?.saturating_sub(self.before);
        Ok(used / u32::try_from(invocations)?)
    }
}
