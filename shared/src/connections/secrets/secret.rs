//! One secret, held.

use std::fmt;

use ring::digest::{SHA256, digest};
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
}
