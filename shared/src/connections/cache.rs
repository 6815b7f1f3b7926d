//! What the table says of connections, kept for a minute, so that a message costs no read for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Connection;
use crate::model::ConnectionId;
use crate::store::{Store, StoreError};

/// How long a connection's settings are used before they are read again.
pub const FRESH: Duration = Duration::from_secs(60);

/// How long it is believed that there is no such connection: short, because one that was just written must work, and not
/// zero, because whoever guesses ids would make us read for each guess.
pub const ABSENT: Duration = Duration::from_secs(2);

/// How many are kept. One process serves the connections that write to it; beyond this many it starts anew.
const MOST: usize = 4096;

/// What was read, and when.
type Known = (Instant, Option<Arc<Connection>>);

/// The cache.
#[derive(Debug)]
pub struct Connections {
    store: Store,
    known: Mutex<HashMap<ConnectionId, Known>>,
}

impl Connections {
    /// An empty one.
    pub fn new(store: Store) -> Self {
        Self {
            store,
            known: Mutex::default(),
        }
    }

    /// A connection; `None` if there is no such.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn get(&self, id: &ConnectionId) -> Result<Option<Arc<Connection>>, StoreError> {
        if let Some(known) = self.fresh(id) {
            return Ok(known);
        }
        let connection = self.store.connection(id).await?.map(Arc::new);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(id.clone(), (Instant::now(), connection.clone()));
        Ok(connection)
    }

    fn fresh(&self, id: &ConnectionId) -> Option<Option<Arc<Connection>>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (read, connection) = known.get(id)?;
        let fresh = if connection.is_some() { FRESH } else { ABSENT };
        (read.elapsed() < fresh).then(|| connection.clone())
    }
}
