//! What the real bootstraps print: one JSON line a message, metrics in it, and nothing that is nobody else's business.
//!
//! * [`deployed`]: a channel with an agent on nothing but the programs;
//! * [`line`]: what a line may hold;
//! * [`ordinary`]: how many lines a message has;
//! * [`cost`]: what a message costs, lines included, by [`meter`];
//! * [`leaks`]: what is never in one, on any path, with the words and secrets of [`canaries`] and the webhooks of [`webhooks`];
//! * [`start`]: programs that cannot start, and levels;
//! * `traces`, with the feature `opentelemetry`: what is sent to a collector.

mod canaries;
mod cost;
mod deployed;
mod leaks;
mod line;
mod meter;
mod ordinary;
mod start;
#[cfg(feature = "opentelemetry")]
mod traces;
mod webhooks;

use std::sync::Arc;

use futures_util::FutureExt;
use shared::platforms::{End, Role};
use tokio::sync::Semaphore;

use crate::matrix::{Played, ends, play_all};

/// How many deployments run at once: each is some processes.
const AT_ONCE: usize = 6;

/// Every channel and every agent, each at least once.
fn every_end() -> Vec<(End, End)> {
    let agents: Vec<End> = ends(Role::Agent).collect();
    let pairs = ends(Role::Channel).zip(agents.into_iter().cycle());
    pairs.collect()
}

/// Plays it for every channel with every agent.
async fn play_everywhere<F>(play: impl Fn(End, End) -> F + Copy + Send + Sync + 'static)
where
    F: Future<Output = Played> + Send,
{
    let channels = ends(Role::Channel);
    let pairs = channels.flat_map(|channel| ends(Role::Agent).map(move |agent| (channel, agent)));
    play_with(pairs.collect(), play).await;
}

/// Plays it for every channel and every agent, each at least once.
async fn play_at_every_end<F>(play: impl Fn(End, End) -> F + Copy + Send + Sync + 'static)
where
    F: Future<Output = Played> + Send,
{
    play_with(every_end(), play).await;
}

async fn play_with<F>(
    pairs: Vec<(End, End)>,
    play: impl Fn(End, End) -> F + Copy + Send + Sync + 'static,
) where
    F: Future<Output = Played> + Send,
{
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let plays = pairs.into_iter().map(|(channel, agent)| {
        let room = Arc::clone(&room);
        let playing = async move {
            let _room = room.acquire().await.unwrap();
            play(channel, agent).await
        };
        let name = format!("{} x {}", channel.name(), agent.name());
        (name, playing.boxed())
    });
    play_all(plays).await;
}

#[test]
fn every_end_is_there() {
    let pairs = every_end();
    for end in End::ALL {
        assert!(
            pairs
                .iter()
                .any(|(channel, agent)| [channel, agent].contains(&&end)),
            "{end:?}"
        );
    }
}
