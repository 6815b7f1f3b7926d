//! The users of a channel: who was given which id, and for whom the bot runs.

use std::collections::BTreeMap;

/// The users of one channel.
#[derive(Debug)]
pub(crate) struct Users {
    next: u64,
    /// Whether the bot runs for each.
    started: BTreeMap<u64, bool>,
}

impl Users {
    /// The first user gets the id `first`.
    pub(crate) fn new(first: u64) -> Self {
        Self {
            next: first,
            started: BTreeMap::new(),
        }
    }

    pub(crate) fn knows(&self, user: u64) -> bool {
        self.started.contains_key(&user)
    }

    /// A new user.
    pub(crate) fn create(&mut self) -> u64 {
        let user = self.next;
        self.next += 1;
        self.started.insert(user, false);
        user
    }

    /// Whether the bot runs for `user` now that they have written `message`.
    pub(crate) fn hear(&mut self, user: u64, message: &str, keyword: Option<&str>) -> bool {
        let started = self.started.entry(user).or_default();
        *started |= keyword.is_none_or(|keyword| keyword == message);
        *started
    }
}
