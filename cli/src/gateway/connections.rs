//! The table's connections made to be the configuration's, and no others.

use std::fmt;
use std::future::ready;

use shared::connections::Connection;
use shared::store::Store;

use crate::configuration::{self, Difference};

/// Writes what differs from `connections` and removes those that are no longer configured.
///
/// # Errors
/// Why it cannot be done, for a person.
pub(crate) async fn replace(store: &Store, connections: &[Connection]) -> Result<(), String> {
    fn text(error: impl fmt::Display) -> String {
        error.to_string()
    }
    let table = store.connections().await.map_err(text)?;
    let difference = Difference::between(connections, table, true).map_err(text)?;
    // Nobody remembers anything yet.
    let written = configuration::write(store, &difference, || ready(())).await;
    written.map_err(text)
}
