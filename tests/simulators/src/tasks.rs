//! The tasks of one simulator: they end with it.

use std::sync::{Mutex, PoisonError};

use tokio::task::JoinSet;

/// Tasks that are aborted when their owner stops or is dropped.
#[derive(Debug, Default)]
pub(crate) struct Tasks(Mutex<JoinSet<()>>);

impl Tasks {
    /// Runs `task` until it ends or the simulator does.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The ended ones would otherwise stay in the set for as long as the simulator lives.
        while let Some(ended) = tasks.try_join_next() {
            if let Err(error) = ended {
                tracing::error!(%error, "a simulator's task failed");
            }
        }
        tasks.spawn(task);
    }

    /// Ends all of them at their next await.
    pub(crate) fn abort(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .abort_all();
    }
}

/// Runs all of `calls` at once and returns their results in the order of the calls.
///
/// They run as tasks of their own, so that on a runtime with several threads they really meet. Dropping the returned
/// future aborts them.
pub(crate) async fn at_once<T: Send + 'static>(
    calls: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let mut set = JoinSet::new();
    for (place, call) in calls.into_iter().enumerate() {
        set.spawn(async move { (place, call.await) });
    }
    let mut results = Vec::with_capacity(set.len());
    while let Some(ended) = set.join_next().await {
        match ended {
            Ok(result) => results.push(result),
            Err(error) => tracing::error!(%error, "one of several calls at once failed"),
        }
    }
    results.sort_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}
