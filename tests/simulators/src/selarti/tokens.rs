//! Who may send: fixed bearer tokens, and those that an API key was exchanged for.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::id;

/// The names of the fields of `auth`, which the vendor does not publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthNames {
    /// Where the request has the API key.
    pub request: String,
    /// Where the `response` object of the answer has the bearer token.
    pub response: String,
}

impl Default for AuthNames {
    fn default() -> Self {
        Self {
            request: "api_key".to_owned(),
            response: "token".to_owned(),
        }
    }
}

/// The tokens of one simulator.
#[derive(Debug)]
pub(crate) struct Tokens {
    names: AuthNames,
    keys: Vec<String>,
    life: Option<Duration>,
    /// Until when each token is good; `None`: for ever.
    valid: Mutex<HashMap<String, Option<Instant>>>,
}

impl Tokens {
    pub(crate) fn new(
        fixed: Vec<String>,
        keys: Vec<String>,
        life: Option<Duration>,
        names: AuthNames,
    ) -> Self {
        let valid = fixed.into_iter().map(|token| (token, None)).collect();
        Self {
            names,
            keys,
            life,
            valid: Mutex::new(valid),
        }
    }

    pub(crate) fn names(&self) -> &AuthNames {
        &self.names
    }

    pub(crate) fn is_valid(&self, token: &str) -> bool {
        self.with(|valid| {
            valid
                .get(token)
                .is_some_and(|until| until.is_none_or(|until| Instant::now() < until))
        })
    }

    /// A new token for an API key; `None` when the key is wrong.
    pub(crate) fn exchange(&self, key: &str) -> Option<String> {
        if !self.keys.iter().any(|known| known == key) {
            return None;
        }
        let token = format!("bus|{}", id::unique());
        let until = self.life.map(|life| Instant::now() + life);
        self.with(|valid| valid.insert(token.clone(), until));
        Some(token)
    }

    pub(crate) fn allow(&self, token: &str) {
        self.with(|valid| valid.insert(token.to_owned(), None));
    }

    pub(crate) fn revoke_all(&self) {
        self.with(HashMap::clear);
    }

    fn with<R>(&self, change: impl FnOnce(&mut HashMap<String, Option<Instant>>) -> R) -> R {
        change(&mut self.valid.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
