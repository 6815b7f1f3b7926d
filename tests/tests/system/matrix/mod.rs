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

use shared::platforms::{End, Role};
use tokio::task::JoinSet;

use pair::{Pair, Setup};

/// The ends of one side.
fn ends(role: Role) -> impl Iterator<Item = End> {
    End::ALL.into_iter().filter(move |end| end.role() == role)
}

/// Plays a scenario with every pair, all at once.
async fn everywhere<F>(setup: Setup, play: impl Fn(Pair) -> F + Copy + Send + Sync + 'static)
where
    F: Future<Output = ()> + Send,
{
    let mut playing = JoinSet::new();
    let mut names = HashMap::new();
    for channel in ends(Role::Channel) {
        for agent in ends(Role::Agent) {
            let setup = setup.clone();
            let task = playing.spawn(async move {
                play(Pair::start(channel, &[agent], &setup).await).await;
            });
            names.insert(task.id(), format!("{} x {}", channel.name(), agent.name()));
        }
    }
    let of = names.len();
    assert!(of > 0, "there are no ends");
    let mut failed = Vec::new();
    while let Some(played) = playing.join_next_with_id().await {
        let Err(error) = played else { continue };
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
}

fn said_by(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it panicked without a word").to_owned()
}
