//! What the table says of connections, kept for a minute, so that a message costs no read for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Connection;
use crate::model::ConnectionId;
use crate::store::{Store, StoreError};

/// How long a connection's settings are used before they are read again.
pub const FRESH: Duration = Duration::from_secs(60);

/// How many are kept. One process serves the connections that write to it; beyond this many it starts anew.
const MOST: usize = 4096;

/// The cache.
#[derive(Debug)]
pub struct Connections {
    store: Store,
    known: Mutex<HashMap<ConnectionId, (Instant, Arc<Connection>)>>,
}

impl Connections {
    /// An empty one.
    pub fn new(store: Store) -> Self {
        Self {
            store,
            known: Mutex::default(),
        }
    }

    /// A connection; `None` if there is no such. That there is none is not kept: a connection that was just written must
    /// work at once.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn get(&self, id: &ConnectionId) -> Result<Option<Arc<Connection>>, StoreError> {
        if let Some(connection) = self.fresh(id) {
            return Ok(Some(connection));
        }
        let Some(connection) = self.store.connection(id).await? else {
            return Ok(None);
        };
        let connection = Arc::new(connection);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(id.clone(), (Instant::now(), connection.clone()));
        Ok(Some(connection))
    }

    fn fresh(&self, id: &ConnectionId) -> Option<Arc<Connection>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (read, connection) = known.get(id)?;
        (read.elapsed() < FRESH).then(|| connection.clone())
    }
}
