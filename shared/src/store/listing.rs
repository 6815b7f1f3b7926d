//! What goes over the whole table: for the command line and the local gateway. The functions may not list.

use aws_sdk_dynamodb::types::AttributeValue;

use super::connections::pk;
use super::conversation::{Conversation, LaneName};
use super::{ALONE, Item, Store, StoreError, write};
use crate::model::{ConnectionId, ConversationKey};

impl Store {
    /// The ids of all connections.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn connection_ids(&self) -> Result<Vec<ConnectionId>, StoreError> {
        let prefix = "connection#";
        let found = self
            .scan(
                "begins_with(pk, :prefix)",
                Some((":prefix", write::text(prefix))),
            )
            .await?;
        Ok(found
            .iter()
            .filter_map(|pk| pk.strip_prefix(prefix)?.parse().ok())
            .collect())
    }

    /// Removes a connection. What waits for it stays, until it comes back or the messages are too old.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn remove_connection(&self, id: &ConnectionId) -> Result<(), StoreError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .key("pk", write::text(pk(id)))
            .key("sk", write::text(ALONE))
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::sdk("DeleteItem", &error))
    }

    /// The conversations in which something waits to be sent.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn pending(&self) -> Result<Vec<ConversationKey>, StoreError> {
        let [agent, channel] =
            [LaneName::ToAgent, LaneName::ToChannel].map(|lane| lane.attribute("pending"));
        let filter = format!("attribute_exists({agent}) OR attribute_exists({channel})");
        let found = self.scan(&filter, None).await?;
        Ok(found
            .iter()
            .filter_map(|pk| Conversation::key_of(pk))
            .collect())
    }

    /// The partition keys of all items that `filter` lets through.
    async fn scan(
        &self,
        filter: &str,
        value: Option<(&str, AttributeValue)>,
    ) -> Result<Vec<String>, StoreError> {
        let mut scan = self
            .client
            .scan()
            .table_name(&self.table)
            .filter_expression(filter)
            .projection_expression("pk");
        if let Some((name, value)) = value {
            scan = scan.expression_attribute_values(name, value);
        }
        let mut items = scan.into_paginator().items().send();
        let mut found = Vec::new();
        while let Some(item) = items.next().await {
            let mut item: Item = item.map_err(|error| StoreError::sdk("Scan", &error))?;
            if let Some(AttributeValue::S(pk)) = item.remove("pk") {
                found.push(pk);
            }
        }
        Ok(found)
    }
}
