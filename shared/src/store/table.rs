//! What the table looks like. `template.yaml` says the same for AWS; a test compares the two.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    StreamSpecification, StreamViewType, TimeToLiveSpecification,
};

use super::{Store, StoreError};

/// The attribute that holds an item's time-to-live.
pub const TTL: &str = "expires";

/// The partition key and the sort key, both strings.
pub const KEYS: [(&str, KeyType); 2] = [("pk", KeyType::Hash), ("sk", KeyType::Range)];

/// What the stream holds: old images too, so that what the time-to-live removes can still be buried.
pub const STREAM: StreamViewType = StreamViewType::NewAndOldImages;

impl Store {
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
