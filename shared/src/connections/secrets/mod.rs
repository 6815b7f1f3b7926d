//! Secrets. The configuration and the table hold references; what they refer to never leaves this process but in the
//! one header or URL that needs it.
//!
//! * [`reference`] is what stands in place of a secret, [`secret`] the secret itself.
//! * [`secrets_manager`] fetches them from AWS.

mod reference;
mod secret;
pub mod secrets_manager;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

pub use reference::{InvalidSecretRef, SecretRef};
pub use secret::Secret;
pub use secrets_manager::SecretsManager;

use crate::aws::{self, Account};
use crate::http::Http;
use crate::time::Millis;

/// A secret that is referred to and is not to be had, and what to do about it. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSecret {
    reference: SecretRef,
    why: String,
}

impl NoSecret {
    /// Without the reference: why, and what to do.
    pub fn why(&self) -> &str {
        &self.why
    }
}

impl fmt::Display for NoSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the secret `{}` is not to be had: {}",
            self.reference, self.why
        )
    }
}

impl std::error::Error for NoSecret {}

/// What secrets that were refused are now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Renewal {
    /// What they were.
    Same,
    /// Nobody knows: it is too soon to ask again, or there was no answer.
    Unknown,
    /// Others.
    Changed,
}

/// Where references lead. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    given: Arc<HashMap<String, Secret>>,
    manager: Option<Arc<SecretsManager>>,
}

impl Secrets {
    /// As the environment says: `env:` is the process's own variables, `secret:` the secret in AWS Secrets Manager that `SECRET_NAME`
    /// names, if it is set; `AWS_ENDPOINT_URL_SECRETS_MANAGER` for an emulator.
    ///
    /// # Errors
    /// What is missing to ask AWS.
    pub fn from_environment(http: &Http) -> Result<Self, String> {
        let manager = match aws::variable("SECRET_NAME") {
            Some(name) => {
                let account = Account::from_environment()?;
                let endpoint = aws::endpoint("SECRETS_MANAGER");
                Some(Arc::new(SecretsManager::new(
                    http.clone(),
                    account,
                    endpoint,
                    name,
                )))
            }
            None => None,
        };
        Ok(Self {
            given: Arc::default(),
            manager,
        })
    }

    /// `env:` is `given` first, the process's variables for the rest.
    pub fn with(given: HashMap<String, Secret>) -> Self {
        Self {
            given: Arc::new(given),
            manager: None,
        }
    }

    /// `secret:` is what `manager` says.
    #[must_use]
    pub fn and_stored(mut self, manager: SecretsManager) -> Self {
        self.manager = Some(Arc::new(manager));
        self
    }

    /// What `reference` leads to.
    ///
    /// # Errors
    /// [`NoSecret`], also if the secret is empty: an empty secret would mean no check.
    pub async fn get(&self, reference: &SecretRef) -> Result<Secret, NoSecret> {
        let found = match (reference, &self.manager) {
            (SecretRef::Environment(name), _) => self.variable(name),
            (SecretRef::Stored { bundle, name }, Some(manager)) => {
                manager.get(bundle.as_deref(), name).await
            }
            (SecretRef::Stored { .. }, None) => Err(
                "this process has none of AWS Secrets Manager; the environment variable SECRET_NAME says which"
                    .to_owned(),
            ),
        };
        found.map_err(|why| NoSecret {
            reference: reference.clone(),
            why,
        })
    }

    fn variable(&self, name: &str) -> Result<Secret, String> {
        let given = self.given.get(name).cloned();
        given
            .or_else(|| aws::variable(name).and_then(Secret::new))
            .ok_or_else(|| format!("set the environment variable {name}"))
    }

    /// Fetches what most references lead to, if nothing was fetched yet: for whoever has something else to wait for meanwhile.
    pub async fn prefetch(&self) {
        if let Some(manager) = &self.manager {
            manager.prefetch().await;
        }
    }

    /// What `reference` leads to, if that is in memory.
    pub fn known(&self, reference: &SecretRef) -> Option<Secret> {
        match (reference, &self.manager) {
            (SecretRef::Environment(name), _) => self.variable(name).ok(),
            (SecretRef::Stored { bundle, name }, Some(manager)) => {
                manager.known(bundle.as_deref(), name)
            }
            (SecretRef::Stored { .. }, None) => None,
        }
    }

    /// One of `references` was refused, by us or by the other side: whether one is another now than it was at `since`. They are
    /// fetched again for that, but not often, because anybody can be refused. Those that were fetched after `before` count as what
    /// they are now: it is when the message began that was refused.
    pub async fn renew<'a>(
        &self,
        references: impl IntoIterator<Item = &'a SecretRef>,
        since: Instant,
        before: Millis,
    ) -> Renewal {
        let Some(manager) = &self.manager else {
            return Renewal::Same;
        };
        let mut renewal = Renewal::Same;
        for reference in references {
            if let SecretRef::Stored { bundle, .. } = reference {
                renewal = renewal.max(manager.renew(bundle.as_deref(), since, before).await);
            }
        }
        renewal
    }
}
