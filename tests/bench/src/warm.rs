//! What a message costs a warm function, above what its calls cost on their own.
//!
//! The floor is measured in the same run, in turns with the messages: a warm `hello`, and what the calls add to a function
//! that does nothing else. The calls to DynamoDB are those of a recorded message, with the same expressions and items; a
//! small `UpdateItem` is measured beside them. All functions get a body of the same size.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use simulators::telegram::Chat;

use crate::Error;
use crate::counter::{Counts, number};
use crate::cpu::{median, ms};
use crate::programs::Programs;
use crate::replay::Replays;
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
    telegram_calls: Vec<Duration>,
    selarti_calls: Vec<Duration>,
}

pub(crate) async fn measure(programs: &Programs, table: &mut Table) -> Result<(), Error> {
    let world = World::start(programs).await?;
    let chats = chats(&world);
    // The first rounds open the connections and make the conversations.
    messages(&world, &chats, &mut Figures::default()).await?;
    messages(&world, &chats, &mut Figures::default()).await?;
    let first = chats.first().ok_or("there are chats")?;
    let replays = Replays::start(programs, &world, first, chats.len()).await?;
    probes(&world, &replays, &mut Figures::default()).await?;
    let (mut figures, mut calls) = (Figures::default(), Counts::new());
    for _ in 0..ROUNDS {
        world.dynamodb.counts();
        messages(&world, &chats, &mut figures).await?;
        for (operation, count) in world.dynamodb.counts() {
            calls.entry(operation).or_default().add(count);
        }
        probes(&world, &replays, &mut figures).await?;
    }

    let hello = median(figures.hello);
    let nothing = median(figures.nothing);
    let added = |figures| median(figures).saturating_sub(nothing);
    let (update, call) = (added(figures.update), added(figures.call));
    table.note(
        "warm `hello`, CPU an invocation",
        &format!("{:.3} ms", ms(hello)),
    );
    table.note(
        "one small `UpdateItem`, CPU",
        &format!("{:.3} ms", ms(update)),
    );
    table.note("one call out, CPU", &format!("{:.3} ms", ms(call)));
    for (what, used, calls) in [
        (
            "`telegram`, visitor to agent",
            median(figures.telegram),
            added(figures.telegram_calls),
        ),
        (
            "`selarti`, agent to visitor",
            median(figures.selarti),
            added(figures.selarti_calls),
        ),
    ] {
        let floor = hello + calls + call;
        let above = used.saturating_sub(floor);
        table.row(
            &format!("{what}, CPU a message"),
            &format!(
                "{:.3} ms: {:.3} ms above the floor of {:.3} ms (its two writes: {:.3} ms)",
                ms(used),
                ms(above),
                ms(floor),
                ms(calls)
            ),
            "floor + 0.1 ms",
            Verdict::of(above <= MOST),
        );
    }
    counted(&calls, chats.len() * ROUNDS, table);
    Ok(())
}

/// Of each exchange, two messages: one there, one back.
fn counted(calls: &Counts, exchanges: usize, table: &mut Table) {
    let messages = u64::try_from(exchanges)
        .unwrap_or(u64::MAX)
        .saturating_mul(2);
    let all = number(calls);
    // Each connection is read again once a minute; a message must not have a read of its own.
    let kept = all < messages * 2 + messages / 10;
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let each = |count: u64| count as f64 / messages as f64;
    let parts: Vec<String> = calls
        .iter()
        .map(|(operation, calls)| {
            let (count, sent, received) =
                (each(calls.count), each(calls.sent), each(calls.received));
            format!("{operation} {count:.3}, {sent:.0} bytes there, {received:.0} back")
        })
        .collect();
    table.row(
        "calls to DynamoDB, a message",
        &format!("{:.3} ({})", each(all), parts.join("; ")),
        "2 writes, 2 round trips",
        Verdict::of(kept),
    );
}

/// The chats that write.
pub(crate) fn chats(world: &World) -> Vec<Chat> {
    (1..=CHATS).map(|id| world.telegram.chat(id)).collect()
}

/// Every chat writes once; then each is answered. So each function has the CPU's caches for itself, as the probes have.
pub(crate) async fn messages(
    world: &World,
    chats: &[Chat],
    figures: &mut Figures,
) -> Result<(), Error> {
    let stretch = Stretch::begin(&world.functions.telegram)?;
    let mut threads = Vec::new();
    for chat in chats {
        threads.push(world.ask(chat).await?);
    }
    figures.telegram.push(stretch.end(chats.len())?);
    let stretch = Stretch::begin(&world.functions.selarti)?;
    for thread in &threads {
        world.answer(thread).await?;
    }
    figures.selarti.push(stretch.end(chats.len())?);
    world.forget();
    Ok(())
}

async fn probes(world: &World, replays: &Replays, figures: &mut Figures) -> Result<(), Error> {
    let functions = &world.functions;
    let (base, replayed) = (world.api.base_url(), replays.api.base_url());
    for (url, measured, into) in [
        (
            format!("{base}/hello"),
            &functions.hello,
            &mut figures.hello,
        ),
        (
            format!("{base}/probe/nothing"),
            &functions.nothing,
            &mut figures.nothing,
        ),
        (
            format!("{base}/probe/update"),
            &functions.update,
            &mut figures.update,
        ),
        (
            format!("{base}/probe/call"),
            &functions.call,
            &mut figures.call,
        ),
        (
            format!("{replayed}/telegram/replay-{CHAT}"),
            &replays.telegram,
            &mut figures.telegram_calls,
        ),
        (
            format!("{replayed}/selarti/replay-{CHAT}"),
            &replays.selarti,
            &mut figures.selarti_calls,
        ),
    ] {
        let times = usize::try_from(CHATS)?;
        let stretch = Stretch::begin(measured)?;
        for chat in 0..times {
            invoke(world, &url.replace(CHAT, &chat.to_string())).await?;
        }
        into.push(stretch.end(times)?);
    }
    world.forget();
    Ok(())
}

/// Stands for the number of a chat.
const CHAT: &str = "{chat}";

async fn invoke(world: &World, url: &str) -> Result<(), Error> {
    let json = HeaderValue::from_static("application/json");
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, json)]);
    let answer = world
        .http
        .call(Method::POST, url, headers, UPDATE, PATIENCE)
        .await?;
    if answer.status == StatusCode::OK {
        Ok(())
    } else {
        Err(format!("{url} answered {}: {:?}", answer.status, answer.body).into())
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
