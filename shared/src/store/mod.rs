//! The table. One implementation, the AWS SDK for DynamoDB; on a laptop and in tests it talks to an embedded DynamoDB.
//!
//! * [`client`] builds the SDK's client.
//! * [`conversation`] reads a conversation's item; [`mailbox`] writes it: each function there is one transition of
//!   [`crate::mailbox::lane`] as one conditional `UpdateItem`.
//! * [`connections`], [`dead`] and [`threads`] are the other kinds of items.
//! * [`listing`] goes over the whole table, which the functions may not.
//! * [`update`] puts update expressions together, [`table`] says what the table looks like.

pub mod client;
pub mod connections;
pub mod conversation;
pub mod dead;
pub mod listing;
pub mod mailbox;
pub mod table;
pub mod threads;
mod update;

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::AttributeValue;

/// An item as the SDK has it.
pub type Item = HashMap<String, AttributeValue>;

/// The sort key of items that stand alone.
pub(crate) const ALONE: &str = "-";

/// The table and a client for it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    table: String,
}

/// DynamoDB could not be asked, or what it holds cannot be read. Nothing was changed, or the write's effect is unknown
/// and the write is safe to make again.
#[derive(Debug)]
pub struct StoreError {
    reason: String,
    kind: Kind,
}

/// What is behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// An item that this version does not write.
    Unreadable,
    /// DynamoDB said no, in a word of its own.
    Refused(String),
    /// It was not reached, or did not answer.
    Unanswered,
    /// Something of ours.
    Other,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for StoreError {}

impl StoreError {
    /// What the table holds is not what this version writes: asking again changes nothing.
    pub fn is_unreadable(&self) -> bool {
        self.kind == Kind::Unreadable
    }

    /// For a person: what can be done about it, too.
    pub fn with_remedy(&self) -> String {
        let remedy = match &self.kind {
            Kind::Refused(code) => remedy(code),
            Kind::Unanswered => Some("look at AWS_REGION, or at --endpoint if that is given"),
            Kind::Unreadable | Kind::Other => None,
        };
        match remedy {
            Some(remedy) => format!("{}; {remedy}", self.reason),
            None => self.reason.clone(),
        }
    }

    pub(crate) fn failed(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            kind: Kind::Other,
        }
    }

    pub(crate) fn corrupt(what: impl fmt::Display) -> Self {
        Self {
            reason: format!("an item of the table cannot be read: {what}"),
            kind: Kind::Unreadable,
        }
    }

    pub(crate) fn sdk<E, R>(operation: &str, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: fmt::Debug,
    {
        let refused = error.as_service_error().and_then(|error| {
            let (code, message) = (error.code()?, error.message().unwrap_or("no reason given"));
            Some((code, format!("{operation}: {code}: {message}")))
        });
        match refused {
            Some((code, reason)) => Self {
                reason,
                kind: Kind::Refused(code.to_owned()),
            },
            None => Self {
                reason: format!("{operation}: {}", crate::http::chain(error)),
                kind: Kind::Unanswered,
            },
        }
    }
}

/// What to do when DynamoDB says this:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>.
fn remedy(code: &str) -> Option<&'static str> {
    Some(match code {
        "AccessDeniedException" => "these credentials need that permission on the table",
        "ResourceNotFoundException" => {
            "there is no such table in this region; the stack's output TableName is its name"
        }
        "ThrottlingException"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded" => "the table is busy; try again in a minute",
        "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "IncompleteSignatureException"
        | "MissingAuthenticationTokenException"
        | "ExpiredTokenException" => {
            "the credentials are none, or none any more; `aws configure export-credentials --format env` prints new ones"
        }
        _ => return None,
    })
}

impl Store {
    /// The table named `table`.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }

    /// The SDK's client, for the commands that need more of the table than the functions may.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The table's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// One item, as it is now. `consistent` costs twice as much and sees every write that was answered.
    pub(crate) async fn item(
        &self,
        pk: String,
        consistent: bool,
    ) -> Result<Option<Item>, StoreError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(pk))
            .key("sk", AttributeValue::S(ALONE.to_owned()))
            .consistent_read(consistent)
            .send()
            .await
            .map_err(|error| StoreError::sdk("GetItem", &error))?;
        Ok(output.item)
    }
}

/// Readers of attributes. A missing one is `None`; one of another type is an error.
pub(crate) mod read {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::{Item, StoreError};

    pub(crate) fn text<'a>(item: &'a Item, name: &str) -> Result<Option<&'a str>, StoreError> {
        item.get(name)
            .map(|value| value.as_s().map(String::as_str).map_err(|_| wrong(name)))
            .transpose()
    }

    pub(crate) fn number(item: &Item, name: &str) -> Result<Option<u64>, StoreError> {
        item.get(name).map(|value| parse(value, name)).transpose()
    }

    pub(crate) fn parse(value: &AttributeValue, name: &str) -> Result<u64, StoreError> {
        value
            .as_n()
            .ok()
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| wrong(name))
    }

    pub(crate) fn flag(item: &Item, name: &str) -> Result<bool, StoreError> {
        item.get(name).map_or(Ok(false), |value| {
            value.as_bool().copied().map_err(|_| wrong(name))
        })
    }

    pub(crate) fn wrong(name: &str) -> StoreError {
        StoreError::corrupt(format!("attribute `{name}` has another type"))
    }
}

/// Writers of attributes.
pub(crate) mod write {
    use aws_sdk_dynamodb::primitives::Blob;
    use aws_sdk_dynamodb::types::AttributeValue;

    pub(crate) fn text(text: impl Into<String>) -> AttributeValue {
        AttributeValue::S(text.into())
    }

    pub(crate) fn number(number: u64) -> AttributeValue {
        AttributeValue::N(number.to_string())
    }

    pub(crate) fn bytes(bytes: &[u8]) -> AttributeValue {
        AttributeValue::B(Blob::new(bytes))
    }
}
