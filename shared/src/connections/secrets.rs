//! Secrets. The configuration and the table hold references; what they refer to never leaves this process but in the
//! one header or URL that needs it.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// A secret. Prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret that is not empty.
    pub fn new(secret: impl Into<String>) -> Option<Self> {
        let secret = secret.into();
        (!secret.is_empty()).then_some(Self(secret))
    }

    /// A secret that nobody knows.
    pub fn random() -> Self {
        let (left, right) = (crate::random::number(), crate::random::number());
        Self(format!("{left:016x}{right:016x}"))
    }

    /// The secret itself, for the header or URL that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `given` is the secret. Takes the same time whatever is given: both are hashed first, so that neither
    /// content nor length shows.
    pub fn is(&self, given: &str) -> bool {
        let ours = digest(&SHA256, self.0.as_bytes());
        let theirs = digest(&SHA256, given.as_bytes());
        ours.as_ref().ct_eq(theirs.as_ref()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Where a secret is: `env:NAME`, the environment variable `NAME` of the process.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecretRef {
    name: String,
}

impl SecretRef {
    /// The name of the environment variable.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Why a text is not a reference to a secret. Does not repeat the text: it may be the secret itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidSecretRef;

impl fmt::Display for InvalidSecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a secret is given by reference, as `env:NAME` (letters, digits and underscores), never by its value",
        )
    }
}

impl std::error::Error for InvalidSecretRef {}

impl FromStr for SecretRef {
    type Err = InvalidSecretRef;

    fn from_str(reference: &str) -> Result<Self, InvalidSecretRef> {
        let name = reference.strip_prefix("env:").ok_or(InvalidSecretRef)?;
        let valid = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if valid {
            Ok(Self {
                name: name.to_owned(),
            })
        } else {
            Err(InvalidSecretRef)
        }
    }
}

impl TryFrom<String> for SecretRef {
    type Error = InvalidSecretRef;

    fn try_from(reference: String) -> Result<Self, InvalidSecretRef> {
        reference.parse()
    }
}

impl From<SecretRef> for String {
    fn from(reference: SecretRef) -> Self {
        reference.to_string()
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "env:{}", self.name)
    }
}

/// A secret that is referred to and is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingSecret(SecretRef);

impl fmt::Display for MissingSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the secret `{}` is missing or empty: set the environment variable {}",
            self.0, self.0.name
        )
    }
}

impl std::error::Error for MissingSecret {}

/// Where references lead. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    given: Arc<HashMap<String, Secret>>,
}

impl Secrets {
    /// The process's environment alone.
    pub fn from_environment() -> Self {
        Self::default()
    }

    /// `given` first, the environment for the rest.
    pub fn with(given: HashMap<String, Secret>) -> Self {
        Self {
            given: Arc::new(given),
        }
    }

    /// What `reference` leads to.
    ///
    /// # Errors
    /// [`MissingSecret`], also if the secret is empty: an empty secret would mean no check.
    pub fn get(&self, reference: &SecretRef) -> Result<Secret, MissingSecret> {
        if let Some(secret) = self.given.get(&reference.name) {
            return Ok(secret.clone());
        }
        std::env::var(&reference.name)
            .ok()
            .and_then(Secret::new)
            .ok_or_else(|| MissingSecret(reference.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        let secret = Secret::new("hunter2").unwrap();
        assert_eq!(format!("{secret:?}"), "***");
    }

    #[test]
    fn only_the_secret_is_the_secret() {
        let secret = Secret::new("hunter2").unwrap();
        assert!(secret.is("hunter2"));
        for wrong in ["", "hunter", "hunter22", "Hunter2"] {
            assert!(!secret.is(wrong), "{wrong}");
        }
        assert!(Secret::new("").is_none());
    }

    #[test]
    fn a_value_in_place_of_a_reference_is_refused_and_not_repeated() {
        for value in ["hunter2", "env:", "env:a b", "ENV:A", "env:1A"] {
            let error = value.parse::<SecretRef>().unwrap_err().to_string();
            assert!(!error.contains("hunter2"));
        }
        assert_eq!(
            "env:A_1".parse::<SecretRef>().unwrap().to_string(),
            "env:A_1"
        );
    }
}
