//! What a platform's sender is given: the way out, and whom to reach.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::failure::Failure;
use crate::connections::{Connection, Secret, Secrets};
use crate::http::Http;
use crate::mailbox::EventHash;
use crate::model::ConnectionId;
use crate::store::conversation::Conversation;
use crate::time::Millis;

/// A call that has less time than this is not begun.
const LEAST: Duration = Duration::from_millis(250);
/// The longest that one call may take.
const MOST: Duration = Duration::from_secs(10);

/// The way out of the process.
#[derive(Debug, Clone, Copy)]
pub struct Outside<'a> {
    /// The HTTP client.
    pub http: &'a Http,
    /// The secrets.
    pub secrets: &'a Secrets,
    /// Tokens that were exchanged for secrets.
    pub tokens: &'a Tokens,
}

/// Whom to reach.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The connection to send through.
    pub connection: &'a Connection,
    /// The conversation that the message belongs to.
    pub conversation: &'a Conversation,
    /// The event that brought the message.
    pub event: EventHash,
    /// The message's number in its lane.
    pub number: u64,
    /// When the message was accepted.
    pub accepted: Millis,
    /// When the last call has to be over, because then the lease is.
    pub until: Millis,
}

impl Target<'_> {
    /// The agent's own id of the conversation, where it has one that is not ours.
    pub fn thread(&self) -> Option<&str> {
        let kept = self.conversation.threads.get(&self.connection.id)?;
        Some(&kept.id)
    }

    /// An id for a part of the message, for platforms that want one: the same each time it is tried.
    pub fn message_id(&self, part: usize) -> String {
        format!("{}-{}-{part}", self.event.hex(), self.number)
    }

    /// How long a call that begins now may take. Asked before each call, so that none outlasts the lease.
    ///
    /// # Errors
    /// [`Failure::Later`] if there is no time left for one.
    pub fn timeout(&self) -> Result<Duration, Failure> {
        let left = Millis::now().until(self.until);
        if left < LEAST {
            Err(Failure::later("no time was left to send it"))
        } else {
            Ok(left.min(MOST))
        }
    }
}

/// Tokens that were exchanged for secrets, by connection and URL, as long as the process lives. The URL, so that none goes to
/// another host than the one that gave it.
#[derive(Debug, Default)]
pub struct Tokens {
    known: Mutex<HashMap<(ConnectionId, String), Secret>>,
}

impl Tokens {
    /// The token of a connection.
    pub fn get(&self, id: &ConnectionId, url: &str) -> Option<Secret> {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&(id.clone(), url.to_owned()))
            .cloned()
    }

    /// All tokens of a connection.
    pub(super) fn of(&self, id: &ConnectionId) -> Vec<Secret> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = known.iter().filter(|((of, _), _)| of == id);
        mine.map(|(_, token)| token.clone()).collect()
    }

    /// Keeps a connection's token in place of the one before.
    pub fn put(&self, id: &ConnectionId, url: &str, token: Secret) {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert((id.clone(), url.to_owned()), token);
    }
}
