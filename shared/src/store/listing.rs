//! What goes over the whole table: for the command line and the local gateway. The functions may not list.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::retry::ReconnectMode;
use tokio::task::JoinSet;

use super::connections::{Kept, PREFIX};
use super::conversation::{Conversation, LaneName};
use super::{Item, Store, StoreError, write};
use crate::model::ConversationKey;

/// A table is read in so many parts at once. It holds the conversations too, so it may be long.
const SEGMENTS: i32 = 4;

/// How long a person's line may take for a page of a megabyte.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a table that is busy is asked, and how long after the first time: some seconds in all.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// What is read, and of which items.
struct Scan {
    filter: String,
    value: Option<(&'static str, AttributeValue)>,
    attributes: &'static str,
}

impl Store {
    /// The same table for somebody who is in no hurry: a person far away, who reads and writes a lot.
    #[must_use]
    pub fn patient(&self) -> Self {
        let config = self
            .client
            .config()
            .to_builder()
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(ATTEMPTS)
                    .with_initial_backoff(PAUSE)
                    .with_reconnect_mode(ReconnectMode::ReuseAllConnections),
            )
            .timeout_config(
                TimeoutConfig::builder()
                    .operation_attempt_timeout(PATIENCE)
                    .build(),
            );
        Self {
            client: Client::from_conf(config.build()),
            table: self.table.clone(),
        }
    }

    /// All connections, in the order of their ids, as they are now.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked. One that cannot be read is among them.
    pub async fn connections(&self) -> Result<Vec<Kept>, StoreError> {
        let scan = Scan {
            filter: "begins_with(pk, :prefix)".to_owned(),
            value: Some((":prefix", write::text(PREFIX))),
            attributes: "pk, settings",
        };
        let items = self.scan(scan).await?;
        let mut found: Vec<Kept> = items.into_iter().filter_map(Kept::of).collect();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(found)
    }

    /// The conversations in which something waits to be sent.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn pending(&self) -> Result<Vec<ConversationKey>, StoreError> {
        let [agent, channel] =
            [LaneName::ToAgent, LaneName::ToChannel].map(|lane| lane.attribute("pending"));
        let scan = Scan {
            filter: format!("attribute_exists({agent}) OR attribute_exists({channel})"),
            value: None,
            attributes: "pk",
        };
        let items = self.scan(scan).await?;
        let pks = items.iter().filter_map(|item| item.get("pk")?.as_s().ok());
        Ok(pks.filter_map(|pk| Conversation::key_of(pk)).collect())
    }

    /// All items that the filter lets through, in no order. What was written before this began is among them.
    async fn scan(&self, scan: Scan) -> Result<Vec<Item>, StoreError> {
        let mut segments = JoinSet::new();
        for segment in 0..SEGMENTS {
            let items = self
                .client
                .scan()
                .table_name(&self.table)
                .consistent_read(true)
                .segment(segment)
                .total_segments(SEGMENTS)
                .filter_expression(&scan.filter)
                .projection_expression(scan.attributes)
                .set_expression_attribute_values(
                    scan.value
                        .clone()
                        .map(|(name, value)| [(name.to_owned(), value)].into()),
                )
                .into_paginator()
                .items()
                .send();
            segments.spawn(items.collect::<Result<Vec<Item>, _>>());
        }
        let mut found = Vec::new();
        while let Some(segment) = segments.join_next().await {
            let items = segment
                .map_err(|error| StoreError::failed(format!("Scan: {error}")))?
                .map_err(|error| StoreError::sdk("Scan", &error))?;
            found.extend(items);
        }
        Ok(found)
    }
}
