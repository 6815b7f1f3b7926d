//! What the configuration and the table hold in place of a secret.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum SecretRef {
    /// `env:NAME`: in the environment variable `NAME` of the process.
    Environment(String),
    /// `secret:NAME`: in the field `NAME` of the deployment's secret in AWS Secrets Manager. `secret:BUNDLE/NAME`: in that of a
    /// secret beside it, because one holds 64 KB.
    Stored {
        /// Which secret beside the deployment's own.
        bundle: Option<String>,
        /// The field.
        name: String,
    },
}

impl SecretRef {
    /// Whether it is what [`super::Secrets::prefetch`] fetches.
    pub fn is_fetched_ahead(&self) -> bool {
        matches!(self, Self::Stored { bundle: None, .. })
    }

    /// The name of the variable or field.
    pub fn name(&self) -> &str {
        match self {
            Self::Environment(name) | Self::Stored { name, .. } => name,
        }
    }
}

/// Why a text is not a reference to a secret. Does not repeat the text: it may be the secret itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidSecretRef;

impl fmt::Display for InvalidSecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a secret is given by reference, never by its value: `env:NAME`, or on AWS `secret:NAME` or `secret:BUNDLE/NAME` \
             (a name is letters, digits and underscores; a bundle letters, digits, `.`, `_` and `-`)",
        )
    }
}

impl std::error::Error for InvalidSecretRef {}

impl FromStr for SecretRef {
    type Err = InvalidSecretRef;

    fn from_str(reference: &str) -> Result<Self, InvalidSecretRef> {
        let (place, name) = reference.split_once(':').ok_or(InvalidSecretRef)?;
        let (bundle, name) = match (place, name.split_once('/')) {
            ("secret", Some((bundle, name))) => (Some(bundle), name),
            _ => (None, name),
        };
        if !is_name(name) || bundle.is_some_and(|bundle| !is_bundle(bundle)) {
            return Err(InvalidSecretRef);
        }
        match place {
            "env" => Ok(Self::Environment(name.to_owned())),
            "secret" => Ok(Self::Stored {
                bundle: bundle.map(str::to_owned),
                name: name.to_owned(),
            }),
            _ => Err(InvalidSecretRef),
        }
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Of what Secrets Manager allows in a name
/// (<https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>), what cannot be taken for anything else.
fn is_bundle(bundle: &str) -> bool {
    (1..=128).contains(&bundle.len())
        && bundle
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
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
        match self {
            Self::Environment(name) => write!(f, "env:{name}"),
            Self::Stored { bundle: None, name } => write!(f, "secret:{name}"),
            Self::Stored {
                bundle: Some(bundle),
                name,
            } => write!(f, "secret:{bundle}/{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_in_place_of_a_reference_is_refused_and_not_repeated() {
        for value in [
            "hunter2",
            "hunter2:",
            "env:",
            "env:a b",
            "ENV:A",
            "env:1A",
            "env:shop/A",
            "secret:",
            "secret:/A",
            "secret:a/b/A",
            "secret:shop/",
            "secret:..//A",
            "arn:aws:secretsmanager:eu-central-1:1:secret:A",
        ] {
            let error = value.parse::<SecretRef>().unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{value}");
        }
    }

    #[test]
    fn a_reference_is_written_as_it_is_read() {
        for text in ["env:A_1", "secret:A_1", "secret:acme.de/A_1"] {
            let reference: SecretRef = text.parse().unwrap();
            assert_eq!(reference.to_string(), text);
            assert_eq!(reference.name(), "A_1");
        }
    }
}
