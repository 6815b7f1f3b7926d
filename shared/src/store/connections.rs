//! Connections' items: the settings as JSON, secrets only as references.
//!
//! The functions read them, one at a time. Who changes the configuration writes over what they have read, and over nothing
//! else: a connection that somebody else has changed meanwhile stays as it is.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use super::{ALONE, Item, Store, StoreError, read, write};
use crate::connections::Connection;
use crate::model::ConnectionId;

/// What the keys of connections begin with.
pub(super) const PREFIX: &str = "connection#";

/// The attribute that holds a connection.
pub(super) const SETTINGS: &str = "settings";

/// A connection's item as it was read.
#[derive(Debug)]
pub struct Kept {
    /// Its id.
    pub id: ConnectionId,
    /// What it holds, or why this version cannot read it.
    pub connection: Result<Connection, StoreError>,
    /// The attribute itself, by which a later write knows whether it is still the same.
    settings: Option<AttributeValue>,
}

/// What became of a write over what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// It is written.
    Done,
    /// Somebody else has changed the connection since it was read. It is as they left it.
    ChangedMeanwhile,
}

impl Kept {
    /// A connection as it is read once it has been written.
    ///
    /// # Errors
    /// If it cannot be written as JSON, which is a mistake in its type.
    pub fn holding(connection: Connection) -> Result<Self, StoreError> {
        Ok(Self {
            id: connection.id.clone(),
            settings: item(&connection)?.remove(SETTINGS),
            connection: Ok(connection),
        })
    }

    /// What an item of the listing says; `None` if it is no connection's.
    pub(super) fn of(mut item: Item) -> Option<Self> {
        let pk = read::text(&item, "pk").ok().flatten()?;
        let id: ConnectionId = pk.strip_prefix(PREFIX)?.parse().ok()?;
        Some(Self {
            connection: parse(&id, &item),
            settings: item.remove(SETTINGS),
            id,
        })
    }

    /// Holds as long as the item is what was read.
    fn condition(&self) -> (&'static str, Option<AttributeValue>) {
        match &self.settings {
            Some(settings) => ("settings = :was", Some(settings.clone())),
            None => (
                "attribute_exists(pk) AND attribute_not_exists(settings)",
                None,
            ),
        }
    }
}

impl Store {
    /// A connection's settings; `None` if there is no such connection.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked, or the settings are of a version that this one cannot read.
    pub async fn connection(&self, id: &ConnectionId) -> Result<Option<Connection>, StoreError> {
        match self.item(pk(id), false).await? {
            Some(item) => parse(id, &item).map(Some),
            None => Ok(None),
        }
    }

    /// Writes a connection's settings, whatever stands there.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn put_connection(&self, connection: &Connection) -> Result<(), StoreError> {
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item(connection)?))
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::sdk("PutItem", &error))
    }

    /// Writes a connection's settings in place of what was read, or where nothing was.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn replace_connection(
        &self,
        was: Option<&Kept>,
        connection: &Connection,
    ) -> Result<Replaced, StoreError> {
        let item = item(connection)?;
        let settings = item.get(SETTINGS).cloned();
        let (condition, value) =
            was.map_or(("attribute_not_exists(pk)", None), |was| was.condition());
        let result = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(condition)
            .set_expression_attribute_values(value.map(|value| [(":was".to_owned(), value)].into()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match result {
            Ok(_) => Ok(Replaced::Done),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(refused)) => {
                    // The client asks again when an answer was lost, and then finds its own write.
                    Ok(done_if(found(refused) == settings.as_ref()))
                }
                _ => Err(StoreError::sdk("PutItem", &error)),
            },
        }
    }

    /// Removes a connection that is as it was read. What waits for it stays, until it comes back or the messages are too old.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn remove_connection(&self, was: &Kept) -> Result<Replaced, StoreError> {
        let (condition, value) = was.condition();
        let result = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", write::text(pk(&was.id)))
            .key("sk", write::text(ALONE))
            .condition_expression(condition)
            .set_expression_attribute_values(value.map(|value| [(":was".to_owned(), value)].into()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match result {
            Ok(_) => Ok(Replaced::Done),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(refused)) => {
                    // Gone is gone, whoever did it.
                    Ok(done_if(refused.item().is_none_or(|item| item.is_empty())))
                }
                _ => Err(StoreError::sdk("DeleteItem", &error)),
            },
        }
    }
}

fn done_if(done: bool) -> Replaced {
    if done {
        Replaced::Done
    } else {
        Replaced::ChangedMeanwhile
    }
}

fn found(refused: &ConditionalCheckFailedException) -> Option<&AttributeValue> {
    refused.item().and_then(|item| item.get(SETTINGS))
}

fn item(connection: &Connection) -> Result<Item, StoreError> {
    let settings = serde_json::to_string(connection).map_err(StoreError::corrupt)?;
    Ok(Item::from([
        ("pk".to_owned(), write::text(pk(&connection.id))),
        ("sk".to_owned(), write::text(ALONE)),
        (SETTINGS.to_owned(), write::text(settings)),
    ]))
}

fn parse(id: &ConnectionId, item: &Item) -> Result<Connection, StoreError> {
    let settings = read::text(item, SETTINGS)?.ok_or_else(|| StoreError::corrupt("no settings"))?;
    serde_json::from_str(settings).map_err(|error| {
        StoreError::corrupt(format!(
            "the settings of connection `{id}`: {}",
            crate::webhook::json_error(&error)
        ))
    })
}

fn pk(id: &ConnectionId) -> String {
    format!("{PREFIX}{id}")
}
