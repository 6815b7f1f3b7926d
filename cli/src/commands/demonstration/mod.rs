//! `switchboard run` without a configuration: the whole of it with every channel and every agent, simulated, and lines to paste
//! into another terminal. Every one of them works as it stands.
//!
//! * [`cast`] is who is in it, [`world`] the simulated platforms, [`configuration`] what connects them.
//! * [`printed`] is what a person reads.

mod cast;
mod configuration;
mod printed;
mod world;

use std::time::Duration;

use shared::delivery::retry::Retry;
use tokio::net::TcpListener;

pub(super) use cast::Agent;

use super::run::{program, until_a_second};
use super::signals::Signals;
use super::{Failure, line};
use crate::configuration::parse;
use crate::gateway::{Data, Gateway, Options};
use crate::terminal;
use cast::Channel;
use printed::Places;
use world::World;

/// What errors call the configuration.
const NAME: &str = "the demonstration";

/// What a person can choose.
#[derive(Debug)]
pub(super) struct Choices {
    /// Who answers every channel; without it each has an agent of its own.
    pub(super) agent: Option<Agent>,
    /// How long an agent takes for an answer.
    pub(super) delay: Duration,
    /// Where the table is kept.
    pub(super) data: Data,
    /// The address by which others reach this one.
    pub(super) base_url: Option<String>,
}

/// Runs until the first of `signals`.
pub(super) async fn run(
    listener: TcpListener,
    choices: Choices,
    mut signals: Signals,
) -> Result<(), Failure> {
    let Choices {
        agent,
        delay,
        data,
        base_url,
    } = choices;
    let world = World::start(delay).await.map_err(line)?;
    let configuration = parse(&configuration::text(&world, agent), NAME).map_err(line)?;
    let secrets = configuration::secrets(&world);
    let checked = configuration.check_secrets(&secrets, NAME).await;
    checked.map_err(line)?;
    let connections = configuration.connections.clone();
    let gateway = Gateway::start(Options {
        data,
        public_url: base_url.clone(),
        retry: Retry {
            // A person is watching.
            first_put_off: Duration::from_secs(2),
            ..Retry::default()
        },
        ..Options::new(configuration, secrets.clone(), listener)
    })
    .await
    .map_err(line)?;
    let here = gateway.base_url();
    world.connect(&here, &connections, &secrets).await?;

    let site = format!(
        "{}/connector/webim/webim_message/{}.{}/bot_api_webhook",
        base_url.as_deref().unwrap_or(&here),
        Channel::Site.id(),
        configuration::SITE_TOKEN,
    );
    let places = Places {
        here: &here,
        site: &site,
        telegram: &world.telegram.base_url(),
        webim: &world.webim.base_url(),
        own_chat: &world.own_chat.control_url(),
        app: &world.app.base_url(),
        portal: &world.portal.base_url(),
        dynamodb: gateway.dynamodb_url(),
        program: &program(),
    };
    terminal::line(printed::text(&places, agent)).map_err(line)?;

    signals.next().await;
    let stop = async {
        // The gateway first: what it finishes, it finishes with these.
        gateway.stop().await;
        world.stop().await;
    };
    until_a_second(signals, stop).await
}
