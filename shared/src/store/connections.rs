//! Connections' items: the settings as JSON, secrets only as references.

use super::{ALONE, Store, StoreError, read, write};
use crate::connections::Connection;
use crate::model::ConnectionId;

impl Store {
    /// A connection's settings; `None` if there is no such connection.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked, or the settings are of a version that this one cannot read.
    pub async fn connection(&self, id: &ConnectionId) -> Result<Option<Connection>, StoreError> {
        let Some(item) = self.item(pk(id), false).await? else {
            return Ok(None);
        };
        let settings =
            read::text(&item, "settings")?.ok_or_else(|| StoreError::corrupt("no settings"))?;
        serde_json::from_str(settings).map(Some).map_err(|error| {
            StoreError::corrupt(format!(
                "the settings of connection `{id}`: {}",
                crate::webhook::json_error(&error)
            ))
        })
    }

    /// Writes a connection's settings.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn put_connection(&self, connection: &Connection) -> Result<(), StoreError> {
        let settings = serde_json::to_string(connection).map_err(StoreError::corrupt)?;
        self.client
            .put_item()
            .table_name(&self.table)
            .item("pk", write::text(pk(&connection.id)))
            .item("sk", write::text(ALONE))
            .item("settings", write::text(settings))
            .send()
            .await
            .map(drop)
            .map_err(|error| StoreError::sdk("PutItem", &error))
    }
}

pub(super) fn pk(id: &ConnectionId) -> String {
    format!("connection#{id}")
}
