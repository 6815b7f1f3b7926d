//! What the table looks like. `template.yaml` says the same for AWS; a test compares the two. [`Store::lacks`] compares a table
//! that is there.

use std::fmt;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    StreamSpecification, StreamViewType, TableDescription, TableStatus, TimeToLiveDescription,
    TimeToLiveSpecification, TimeToLiveStatus,
};

use super::{Store, StoreError};

/// The attribute that holds an item's time-to-live.
pub const TTL: &str = "expires";

/// The partition key and the sort key, both strings.
pub const KEYS: [(&str, KeyType); 2] = [("pk", KeyType::Hash), ("sk", KeyType::Range)];

/// What the stream holds: old images too, so that what the time-to-live removes can still be buried.
pub const STREAM: StreamViewType = StreamViewType::NewAndOldImages;

/// What a table is without, and what becomes of it then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// It is being made, or removed.
    Readiness(TableStatus),
    /// Its keys are others: it is another program's.
    Keys,
    /// It has no stream, or one without the images.
    Stream(Option<StreamViewType>),
    /// Its items do not end by [`TTL`].
    TimeToLive,
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Readiness(status) => write!(f, "it is {}, not ACTIVE", status.as_str()),
            Self::Keys => f.write_str(
                "its keys are not the strings `pk` and `sk`, so it is not Switchboard's; the stack's output TableName is the name of the right one",
            ),
            Self::Stream(view) => {
                match view {
                    None => f.write_str("it has no stream")?,
                    Some(view) => write!(f, "its stream holds {}", view.as_str())?,
                }
                write!(
                    f,
                    ", so that nothing that fails would be sent again; it needs one with {STREAM}, which the function `redeliver` reads: \
                     take the table that the template makes"
                )
            }
            Self::TimeToLive => write!(
                f,
                "its time-to-live is not on `{TTL}`, so that no conversation would ever be forgotten; switch it on with \
                 `aws dynamodb update-time-to-live --time-to-live-specification Enabled=true,AttributeName={TTL} --table-name` and its name"
            ),
        }
    }
}

impl Store {
    /// What the table is without, of what the functions count on. Needs `dynamodb:DescribeTable` and
    /// `dynamodb:DescribeTimeToLive`.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked, or has no such table.
    pub async fn lacks(&self) -> Result<Vec<Lack>, StoreError> {
        let table = self
            .client
            .describe_table()
            .table_name(&self.table)
            .send()
            .await
            .map_err(|error| StoreError::sdk("DescribeTable", &error))?
            .table
            .ok_or_else(|| StoreError::failed("DescribeTable: the answer describes no table"))?;
        let life = self
            .client
            .describe_time_to_live()
            .table_name(&self.table)
            .send()
            .await
            .map_err(|error| StoreError::sdk("DescribeTimeToLive", &error))?
            .time_to_live_description;
        Ok(lacks(&table, life.as_ref()))
    }

    /// Creates the table in an emulator, if it is not there. On AWS the template does.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn create_table(&self) -> Result<(), StoreError> {
        let definition = |name: &str| {
            AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build()
                .map_err(StoreError::corrupt)
        };
        let key = |name: &str, key_type: KeyType| {
            KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(key_type)
                .build()
                .map_err(StoreError::corrupt)
        };
        let mut create = self
            .client
            .create_table()
            .table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .stream_specification(
                StreamSpecification::builder()
                    .stream_enabled(true)
                    .stream_view_type(STREAM)
                    .build()
                    .map_err(StoreError::corrupt)?,
            );
        for (name, key_type) in KEYS {
            create = create
                .attribute_definitions(definition(name)?)
                .key_schema(key(name, key_type)?);
        }
        match create.send().await {
            Ok(_) => {}
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_resource_in_use_exception()) =>
            {
                return Ok(());
            }
            Err(error) => return Err(StoreError::sdk("CreateTable", &error)),
        }
        self.client
            .update_time_to_live()
            .table_name(&self.table)
            .time_to_live_specification(
                TimeToLiveSpecification::builder()
                    .attribute_name(TTL)
                    .enabled(true)
                    .build()
                    .map_err(StoreError::corrupt)?,
            )
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::sdk("UpdateTimeToLive", &error))
    }
}

fn lacks(table: &TableDescription, life: Option<&TimeToLiveDescription>) -> Vec<Lack> {
    let mut lacks = Vec::new();
    if let Some(status @ (TableStatus::Creating | TableStatus::Deleting)) = table.table_status() {
        lacks.push(Lack::Readiness(status.clone()));
    }
    let keys = table.key_schema();
    let right = keys.len() == KEYS.len()
        && KEYS.iter().all(|(name, key_type)| {
            let is_key = |key: &KeySchemaElement| {
                key.attribute_name() == *name && key.key_type() == key_type
            };
            let is_string = |definition: &AttributeDefinition| {
                definition.attribute_name() == *name
                    && *definition.attribute_type() == ScalarAttributeType::S
            };
            keys.iter().any(is_key) && table.attribute_definitions().iter().any(is_string)
        });
    if !right {
        lacks.push(Lack::Keys);
    }
    let view = table
        .stream_specification()
        .filter(|stream| stream.stream_enabled())
        .and_then(|stream| stream.stream_view_type());
    if view != Some(&STREAM) {
        lacks.push(Lack::Stream(view.cloned()));
    }
    let lives = life.is_some_and(|life| {
        let on = [TimeToLiveStatus::Enabled, TimeToLiveStatus::Enabling];
        life.attribute_name() == Some(TTL)
            && life
                .time_to_live_status()
                .is_some_and(|status| on.contains(status))
    });
    if !lives {
        lacks.push(Lack::TimeToLive);
    }
    lacks
}
