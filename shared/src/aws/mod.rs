//! AWS where the SDK is not used: who calls, where, and signed by whom. DynamoDB has the SDK's client
//! ([`crate::store::client`]); the few calls of other services are requests of our own, because each client of the SDK would
//! add a megabyte to the functions.

pub(crate) mod sign;

use aws_credential_types::Credentials;

/// Who calls, and in which region.
#[derive(Debug, Clone)]
pub struct Account {
    /// The region, such as `eu-central-1`.
    pub region: String,
    /// The credentials.
    pub credentials: Credentials,
}

impl Account {
    /// As Lambda sets it: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
    ///
    /// # Errors
    /// The name of the variable that is missing.
    pub fn from_environment() -> Result<Self, String> {
        let needed = |name: &str| {
            variable(name).ok_or_else(|| {
                format!("the environment variable {name} is not set; Lambda sets it, and elsewhere `aws configure export-credentials --format env` and AWS_REGION do")
            })
        };
        Ok(Self {
            region: needed("AWS_REGION")?,
            credentials: Credentials::new(
                needed("AWS_ACCESS_KEY_ID")?,
                needed("AWS_SECRET_ACCESS_KEY")?,
                variable("AWS_SESSION_TOKEN"),
                None,
                "environment",
            ),
        })
    }

    /// For an emulator, which takes anybody.
    pub fn emulator() -> Self {
        Self {
            region: "us-east-1".to_owned(),
            credentials: Credentials::new("emulator", "emulator", None, None, "emulator"),
        }
    }

    /// What hosts of the region end with: <https://docs.aws.amazon.com/general/latest/gr/rande.html>.
    pub(crate) fn domain(&self) -> &'static str {
        if self.region.starts_with("cn-") {
            "amazonaws.com.cn"
        } else {
            "amazonaws.com"
        }
    }
}

/// Another endpoint than the region's own, for an emulator: `AWS_ENDPOINT_URL_{service}`, as the SDKs have it.
pub(crate) fn endpoint(service: &str) -> Option<String> {
    variable(&format!("AWS_ENDPOINT_URL_{service}"))
}

/// An environment variable that is set, and not to nothing.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
