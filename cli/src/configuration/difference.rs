//! What a table's connections have to become, compared with what they are.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use serde::Serialize;
use shared::connections::{Connection, Route};
use shared::model::ConnectionId;
use shared::platforms::Role;
use shared::store::connections::Kept;

use super::keys::{self, Literal};

/// What has to be written so that a table's connections are those of a configuration.
#[derive(Debug, Default)]
pub struct Difference {
    /// What is to be written, in the order of the file; then what is to be removed.
    pub changes: Vec<Change>,
    /// How many are as they should be.
    pub unchanged: usize,
    /// The table's connections that are not configured, and stay.
    pub left: Vec<ConnectionId>,
}

/// One connection that is not as it should be.
#[derive(Debug)]
pub enum Change {
    /// It is not in the table.
    Add(Connection),
    /// It is another one there.
    Replace {
        /// As it is.
        was: Box<Kept>,
        /// As it should be.
        connection: Connection,
    },
    /// It is in the table and should not be.
    Remove(Kept),
}

/// A key that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyChange {
    /// Its name; a route's keys are `route.agent` and so on.
    pub key: String,
    /// Its value as it is, without what in a URL may be a key; `None` if it is not there.
    pub from: Option<Literal>,
    /// Its value as it should be.
    pub to: Option<Literal>,
}

/// A channel that is not configured and would be left without its agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranded {
    channel: ConnectionId,
    agent: ConnectionId,
}

impl fmt::Display for Stranded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { channel, agent } = self;
        write!(
            f,
            "the table's channel `{channel}`, which is not in the file, is answered by the agent `{agent}`, which the file makes a \
             channel: give that another id, or remove `{channel}` with --prune"
        )
    }
}

impl std::error::Error for Stranded {}

/// When a change is written, with regard to the others: what leads to an agent is there only while the agent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// Agents, before the channels that they are to answer.
    Agents,
    /// Channels. From now on they lead where they should.
    Channels,
    /// Channels that go.
    ChannelsGone,
    /// Channels whose id was an agent's: nothing leads there any more.
    AgentsTurned,
    /// Agents that go.
    AgentsGone,
}

impl Turn {
    fn takes_agents(self) -> bool {
        matches!(self, Self::AgentsTurned | Self::AgentsGone)
    }
}

/// Changes that may be written at once.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// Agents are not there afterwards.
    pub(super) takes_agents: bool,
    /// The changes.
    pub(super) changes: Vec<&'a Change>,
}

impl Change {
    /// The connection's id.
    pub fn id(&self) -> &ConnectionId {
        match self {
            Self::Add(connection) | Self::Replace { connection, .. } => &connection.id,
            Self::Remove(was) => &was.id,
        }
    }

    /// The keys that a replaced connection changes, by name.
    ///
    /// # Errors
    /// If a connection cannot be written as JSON, which is a mistake in its type.
    pub fn keys(&self) -> serde_json::Result<Vec<KeyChange>> {
        let Self::Replace { was, connection } = self else {
            return Ok(Vec::new());
        };
        let Ok(was) = &was.connection else {
            return Ok(Vec::new());
        };
        let (from, to) = (keys::all(was)?, keys::all(connection)?);
        let names: BTreeSet<&String> = from.keys().chain(to.keys()).collect();
        let differs = |name: &&String| from.get(*name) != to.get(*name);
        Ok(names
            .into_iter()
            .filter(differs)
            .map(|name| KeyChange {
                key: name.clone(),
                from: from.get(name).map(Literal::shown),
                to: to.get(name).map(Literal::shown),
            })
            .collect())
    }

    fn turn(&self) -> Turn {
        match self {
            Self::Add(connection) => match connection.end().role() {
                Role::Agent => Turn::Agents,
                Role::Channel => Turn::Channels,
            },
            Self::Replace { was, connection } => match (connection.end().role(), role(was)) {
                (Role::Agent, _) => Turn::Agents,
                (Role::Channel, Role::Channel) => Turn::Channels,
                (Role::Channel, Role::Agent) => Turn::AgentsTurned,
            },
            Self::Remove(was) => match role(was) {
                Role::Channel => Turn::ChannelsGone,
                Role::Agent => Turn::AgentsGone,
            },
        }
    }
}

/// What a connection of the table may be. One that this version cannot read may be an agent.
fn role(kept: &Kept) -> Role {
    match &kept.connection {
        Ok(connection) => connection.end().role(),
        Err(_) => Role::Agent,
    }
}

impl Difference {
    /// What has to be written into a table with the connections `table`, so that they are those of `configured`. Others are
    /// removed from it if `prune` says so.
    ///
    /// # Errors
    /// [`Stranded`].
    pub fn between(
        configured: &[Connection],
        table: Vec<Kept>,
        prune: bool,
    ) -> Result<Self, Stranded> {
        let mut table: BTreeMap<ConnectionId, Kept> = table
            .into_iter()
            .map(|kept| (kept.id.clone(), kept))
            .collect();
        let mut difference = Self::default();
        for connection in configured {
            let change = match table.remove(&connection.id) {
                None => Change::Add(connection.clone()),
                Some(was) if matches!(&was.connection, Ok(now) if now == connection) => {
                    difference.unchanged += 1;
                    continue;
                }
                Some(was) => Change::Replace {
                    was: Box::new(was),
                    connection: connection.clone(),
                },
            };
            difference.changes.push(change);
        }
        if prune {
            difference
                .changes
                .extend(table.into_values().map(Change::Remove));
        } else {
            difference.strands_nobody(&table)?;
            difference.left = table.into_keys().collect();
        }
        Ok(difference)
    }

    /// Whether nothing has to be written.
    pub fn is_none(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether agents are no longer there afterwards.
    pub fn takes_agents(&self) -> bool {
        self.changes
            .iter()
            .any(|change| change.turn().takes_agents())
    }

    /// The changes in an order in which no message meets half a configuration: each group is written when all of those
    /// before it are.
    pub(super) fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: BTreeMap<Turn, Vec<&Change>> = BTreeMap::new();
        for change in &self.changes {
            groups.entry(change.turn()).or_default().push(change);
        }
        let group = |(turn, changes): (Turn, _)| Group {
            takes_agents: turn.takes_agents(),
            changes,
        };
        groups.into_iter().map(group).collect()
    }

    /// Whether no channel that stays as it is loses its agent.
    fn strands_nobody(&self, left: &BTreeMap<ConnectionId, Kept>) -> Result<(), Stranded> {
        let turned: HashSet<&ConnectionId> = self
            .changes
            .iter()
            .filter(|change| change.turn() == Turn::AgentsTurned)
            .map(Change::id)
            .collect();
        let channels = left
            .values()
            .filter_map(|kept| kept.connection.as_ref().ok());
        for channel in channels {
            let agents = channel.route.iter().flat_map(Route::agents);
            if let Some(agent) = agents.into_iter().find(|agent| turned.contains(agent)) {
                return Err(Stranded {
                    channel: channel.id.clone(),
                    agent: agent.clone(),
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
