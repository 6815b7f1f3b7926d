//! A difference written into a table. Whoever is interrupted in the middle runs it again: what was written is then as it
//! should be, and the rest follows.

use std::fmt;

use futures_util::stream::{FuturesUnordered, StreamExt};
use shared::model::ConnectionId;
use shared::store::connections::Replaced;
use shared::store::{Store, StoreError};

use super::difference::{Change, Difference};

/// So many writes are under way at once: thousands of connections are written in seconds, and a table that has just been made
/// takes them all.
const AT_ONCE: usize = 16;

/// Why not everything is written.
#[derive(Debug)]
pub struct NotWritten {
    /// How many changes are written.
    pub written: usize,
    /// Of how many.
    pub of: usize,
    /// The connection that is not.
    pub id: ConnectionId,
    /// Why it is not; `None` if somebody else has changed it since it was read.
    pub why: Option<StoreError>,
}

impl fmt::Display for NotWritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            written, of, id, ..
        } = self;
        match &self.why {
            None => write!(
                f,
                "`{id}` was changed by somebody else while this was looked at, and is as they left it"
            )?,
            Some(why) => write!(f, "`{id}` could not be written: {}", why.with_remedy())?,
        }
        match written {
            0 => f.write_str("; nothing was written. ")?,
            _ => write!(f, "; {written} of {of} changes were written. ")?,
        }
        f.write_str(match self.why {
            None => "Run it again to see the difference as it is now",
            Some(_) => "Run it again to write the rest",
        })
    }
}

impl std::error::Error for NotWritten {}

/// Writes all changes, in their order, each only over what was read. Before the first agent is taken away it awaits `forgotten`:
/// nobody who remembers connections may go by a route to it any more then.
///
/// # Errors
/// [`NotWritten`]: the first that could not be written. Nothing that comes after it in the order is written then.
pub async fn write<F, Forgotten>(
    store: &Store,
    difference: &Difference,
    forgotten: F,
) -> Result<(), NotWritten>
where
    F: FnOnce() -> Forgotten,
    Forgotten: Future<Output = ()>,
{
    let mut written = 0;
    let mut forgotten = Some(forgotten);
    for group in difference.groups() {
        if group.takes_agents
            && let Some(forgotten) = forgotten.take()
        {
            forgotten().await;
        }
        let mut group = group.changes.into_iter();
        let mut under_way = FuturesUnordered::new();
        let mut failed = None;
        loop {
            while failed.is_none() && under_way.len() < AT_ONCE {
                let Some(change) = group.next() else { break };
                under_way.push(apply(store, change));
            }
            // What is under way when one fails is awaited, so that the count is right.
            let Some((change, result)) = under_way.next().await else {
                break;
            };
            let why = match result {
                Ok(Replaced::Done) => {
                    written += 1;
                    continue;
                }
                Ok(Replaced::ChangedMeanwhile) => None,
                Err(error) => Some(error),
            };
            failed.get_or_insert((change.id(), why));
        }
        if let Some((id, why)) = failed {
            return Err(NotWritten {
                written,
                of: difference.changes.len(),
                id: id.clone(),
                why,
            });
        }
    }
    Ok(())
}

async fn apply<'a>(
    store: &Store,
    change: &'a Change,
) -> (&'a Change, Result<Replaced, StoreError>) {
    let result = match change {
        Change::Add(connection) => store.replace_connection(None, connection).await,
        Change::Replace { was, connection } => {
            store.replace_connection(Some(was), connection).await
        }
        Change::Remove(was) => store.remove_connection(was).await,
    };
    (change, result)
}
