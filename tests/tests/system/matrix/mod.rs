//! Every channel with every agent: what a person does on one side, and what the other side makes of it.
//!
//! The ends are those of `End::ALL`, by their role; each channel's conversation with each agent has simulators of its own and a
//! gateway of its own, over HTTP. A scenario is written once. It names no platform: what it expects follows from
//! `End::capabilities()` and from what an adapter says that its vendor's API has.
//!
//! * [`channels`] and [`agents`]: an adapter for each end, thin around its simulator, in the words of [`words`];
//! * [`pair`]: a gateway between two of them, and what has to be so when a scenario is over;
//! * [`scenarios`]: one test each, over all pairs at once. A failure says which pairs failed, and why.

pub(crate) mod agents;
pub(crate) mod channels;
pub(crate) mod pair;
mod scenarios;
pub(crate) mod words;

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use shared::platforms::{Capabilities, End, Role};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use pair::{Pair, Setup};

/// How many pairs of a scenario play at once: each has a machine's work to do in the seconds that a channel may wait.
const AT_ONCE: usize = 6;

/// The ends of one side.
pub(crate) fn ends(role: Role) -> impl Iterator<Item = End> {
    End::ALL.into_iter().filter(move |end| end.role() == role)
}

/// Whether a scenario was played with a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Played {
    /// To its end.
    Whole,
    /// No, because one of the two has not what it is about.
    NotHere,
}

/// A scenario that is played with a pair, and what that is called.
pub(crate) type Play = (String, BoxFuture<'static, Played>);

/// Plays a scenario with every pair.
async fn everywhere<F>(setup: Setup, play: impl Fn(Pair) -> F + Copy + Send + Sync + 'static)
where
    F: Future<Output = Played> + Send,
{
    wherever(|_, _| true, setup, play).await;
}

/// Plays a scenario with every pair of a channel and an agent that can do so.
async fn wherever<F>(
    can: impl Fn(&Capabilities, &Capabilities) -> bool,
    setup: Setup,
    play: impl Fn(Pair) -> F + Copy + Send + Sync + 'static,
) where
    F: Future<Output = Played> + Send,
{
    let pairs = ends(Role::Channel)
        .flat_map(|channel| ends(Role::Agent).map(move |agent| (channel, agent)))
        .filter(|(channel, agent)| can(channel.capabilities(), agent.capabilities()));
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let plays = pairs.map(|(channel, agent)| {
        let setup = setup.clone();
        let name = format!("{} x {}", channel.name(), agent.name());
        let room = Arc::clone(&room);
        let playing = async move {
            let _room = room.acquire().await.unwrap();
            play(Pair::start(channel, &[agent], &setup).await).await
        };
        (name, playing.boxed())
    });
    play_all(plays).await;
}

/// Plays them all at once. Each fails for itself; that none was played is a failure too.
pub(crate) async fn play_all(plays: impl IntoIterator<Item = Play>) {
    let mut playing = JoinSet::new();
    let mut names = HashMap::new();
    for (name, play) in plays {
        names.insert(playing.spawn(play).id(), name);
    }
    let of = names.len();
    assert!(of > 0, "there is nothing to play");
    let (mut failed, mut whole) = (Vec::new(), 0);
    while let Some(played) = playing.join_next_with_id().await {
        let error = match played {
            Ok((_, Played::Whole)) => {
                whole += 1;
                continue;
            }
            Ok((_, Played::NotHere)) => continue,
            Err(error) => error,
        };
        let name = &names[&error.id()];
        let reason = match error.try_into_panic() {
            Ok(panic) => said_by(panic.as_ref()),
            Err(error) => error.to_string(),
        };
        failed.push(format!("* {name}: {reason}"));
    }
    failed.sort();
    let count = failed.len();
    assert!(
        failed.is_empty(),
        "{count} of {of} pairs:\n{}",
        failed.join("\n")
    );
    assert!(whole > 0, "no pair has what this is about");
}

fn said_by(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it panicked without a word").to_owned()
}
