//! An agent is down, in each of the ways in which agents are: the route says who sees to the visitor's messages meanwhile, and
//! it ends by itself when the agent is back.
//!
//! Every channel meets every agent and every way to be down, though not every two of these together.
//!
//! * [`second_agent`]: another agent answers;
//! * [`waiting`]: the channel's operators get the message, or it waits, and the visitor is told so or not;
//! * [`counted`]: how often it was counted.

mod counted;
mod second_agent;
mod waiting;

use std::time::Duration;

use futures_util::FutureExt;
use shared::delivery::retry::Retry;
use shared::platforms::{End, Role};
use simulators::faults::Fault;
use tokio::time::Instant;

use super::door::{Door, Open};
use super::matrix::agents::echo;
use super::matrix::pair::{AGENTS, Pair, Setup};
use super::matrix::words::{Seen, texts};
use super::matrix::{Play, Played, ends};
use super::world::{self, PATIENCE};

/// How an agent is down.
#[derive(Clone, Copy, Debug)]
enum Down {
    /// Connections are refused.
    Refuses,
    /// Nothing is answered.
    Hangs,
    /// Everything is answered 500.
    Fails,
}

const WAYS: [Down; 3] = [Down::Refuses, Down::Hangs, Down::Fails];

/// A pair whose first agent is down.
struct Outage {
    pair: Pair,
    door: Option<Door>,
    open: Option<Open>,
}

impl Outage {
    async fn start(channel: End, agents: [End; 2], down: Down, mut setup: Setup) -> Self {
        let door = matches!(down, Down::Refuses).then(Door::new);
        setup.reached_at = door.as_ref().map(Door::url);
        let pair = Pair::start(channel, &agents, &setup).await;
        for agent in &pair.agents {
            agent.answers_all();
        }
        let (faults, endpoint) = pair.agent().faults();
        match down {
            Down::Refuses => {}
            Down::Hangs => faults.every(endpoint, 1, Fault::Hang),
            Down::Fails => faults.every(endpoint, 1, Fault::Status(500, "{}".to_owned())),
        }
        Self {
            pair,
            door,
            open: None,
        }
    }

    /// The agent is back, and the gateway no longer leaves it alone.
    async fn is_over(&mut self) {
        let agent = self.pair.agent();
        agent.faults().0.clear();
        if let Some(door) = self.door.take() {
            self.open = Some(door.open(agent.base_url()));
        }
        let app = self.pair.gateway.app();
        let id = AGENTS[0].parse().unwrap();
        let deadline = Instant::now() + PATIENCE;
        // Time alone ends it, so there is nothing to wait for but time.
        while app.outages.is_down(&id, app.retry.down_for) {
            assert!(Instant::now() < deadline, "it is left alone for ever");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Now everything is answered 500.
    fn begins_again(&self) {
        let (faults, endpoint) = self.pair.agent().faults();
        faults.every(endpoint, 1, Fault::Status(500, "{}".to_owned()));
    }

    /// The texts that an agent got, in order.
    fn heard(&self, agent: usize) -> Vec<String> {
        let heard = self.pair.agents[agent].heard().into_iter();
        heard.map(|heard| heard.text).collect()
    }

    /// The visitor writes, and sees an answer.
    async fn exchange(&self, text: &str) -> Vec<Seen> {
        self.pair.channel.write(text);
        self.until_answered(text).await
    }

    /// Waits until the answer to something that was said before is on the channel, or waits for it. What waits goes with the
    /// answer to the next question; what comes only then would be taken for that answer.
    async fn until_answer_is_kept(&self, text: &str) {
        if self.pair.channel_can.push {
            self.until_answered(text).await;
        } else {
            self.pair.until_waiting(1).await;
        }
    }

    async fn until_answered(&self, text: &str) -> Vec<Seen> {
        let answer = echo(text);
        let answered = |seen: &[Seen]| texts(seen).contains(&answer.as_str());
        self.pair.until_seen(&answer, answered).await
    }
}

/// A scenario for every channel with every agent, each down in one of the ways; the agents stand in for each other.
fn plays<F>(
    setup: &Setup,
    wanted: impl Fn(End) -> bool,
    play: impl Fn(Outage) -> F + Copy + Send + Sync + 'static,
) -> Vec<Play>
where
    F: Future<Output = Played> + Send,
{
    let agents: Vec<End> = ends(Role::Agent).collect();
    let mut plays = Vec::new();
    for (number, channel) in ends(Role::Channel).filter(|end| wanted(*end)).enumerate() {
        for (index, agent) in agents.iter().enumerate() {
            let down = WAYS[(number + index) % WAYS.len()];
            let both = [*agent, agents[(index + 1) % agents.len()]];
            let name = format!("{} x {}, {down:?}", channel.name(), agent.name());
            let setup = setup.clone();
            let playing =
                async move { play(Outage::start(channel, both, down, setup).await).await };
            plays.push((name, playing.boxed()));
        }
    }
    plays
}

fn setup(route: &str) -> Setup {
    Setup {
        route: route.to_owned(),
        retry: Retry {
            at_once: Duration::from_millis(500),
            ..world::Setup::default().retry
        },
        // The shortest that there is: nobody waits for what hangs longer than that.
        invocation: Duration::from_secs(5),
        ..Setup::default()
    }
}
