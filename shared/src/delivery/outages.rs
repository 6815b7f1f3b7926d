//! Which agents are down. Each process finds out for itself, from the messages that it could not send: a shared note would cost
//! every message a read, and what it saves is one failed try a process and outage.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::model::ConnectionId;

/// Agents that failed, and since when they are left alone.
#[derive(Debug, Default)]
pub struct Outages {
    known: Mutex<HashMap<ConnectionId, Instant>>,
}

impl Outages {
    /// The agent failed.
    pub fn begin(&self, agent: &ConnectionId) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(agent.clone(), Instant::now());
    }

    /// The agent took a message; whether it was down.
    pub fn end(&self, agent: &ConnectionId) -> bool {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(agent).is_some()
    }

    /// Whether the agent failed less than `left_alone` ago. After that the next message tries it again.
    pub fn is_down(&self, agent: &ConnectionId, left_alone: Duration) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(agent)
            .is_some_and(|since| since.elapsed() < left_alone)
    }
}
