//! The table's connections made to be the configuration's, and no others.

use shared::connections::Connection;
use shared::store::{Store, StoreError};

/// Writes `connections` and removes those that are no longer configured.
pub(crate) async fn replace(store: &Store, connections: &[Connection]) -> Result<(), StoreError> {
    for connection in connections {
        store.put_connection(connection).await?;
    }
    for id in store.connection_ids().await? {
        if !connections.iter().any(|connection| connection.id == id) {
            store.remove_connection(&id).await?;
        }
    }
    Ok(())
}
