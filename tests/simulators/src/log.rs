//! Append-only lists that can be awaited.
//!
//! A simulator notes what happened in a [`Log`]; a test waits until the log holds what it expects. Waiting wakes on the
//! note itself: there is no polling and no sleep, and the timeout only bounds a test that is going to fail.

use std::fmt;
use std::time::Duration;

use tokio::sync::watch;

/// A list that only grows, or is cleared, and whose growth can be awaited.
#[derive(Debug)]
pub struct Log<T> {
    entries: watch::Sender<Vec<T>>,
}

impl<T> Default for Log<T> {
    fn default() -> Self {
        Self {
            entries: watch::Sender::new(Vec::new()),
        }
    }
}

impl<T: Clone> Log<T> {
    /// Adds an entry at the end and wakes those who wait.
    pub(crate) fn push(&self, entry: T) {
        self.entries.send_modify(|entries| entries.push(entry));
    }

    /// Everything noted so far, oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<T> {
        self.entries.borrow().clone()
    }

    /// The entries that `wanted` chooses, oldest first.
    #[must_use]
    pub fn matching(&self, wanted: impl Fn(&T) -> bool) -> Vec<T> {
        self.entries
            .borrow()
            .iter()
            .filter(|entry| wanted(entry))
            .cloned()
            .collect()
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    /// Whether nothing was noted yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.borrow().is_empty()
    }

    /// Forgets everything, for a test that begins a new chapter.
    pub fn clear(&self) {
        self.entries.send_modify(Vec::clear);
    }

    /// Waits until there are at least `count` entries and returns all of them.
    ///
    /// # Errors
    /// [`TimedOut`], with what there was, when `timeout` passes first.
    pub async fn wait_for(&self, count: usize, timeout: Duration) -> Result<Vec<T>, TimedOut<T>> {
        self.wait_for_matching(count, timeout, |_| true).await
    }

    /// Waits until at least `count` entries are chosen by `wanted`, and returns those.
    ///
    /// # Errors
    /// [`TimedOut`], with all that there was, chosen or not, when `timeout` passes first.
    pub async fn wait_for_matching(
        &self,
        count: usize,
        timeout: Duration,
        wanted: impl Fn(&T) -> bool,
    ) -> Result<Vec<T>, TimedOut<T>> {
        let mut watch = self.entries.subscribe();
        let enough =
            watch.wait_for(|entries| entries.iter().filter(|entry| wanted(entry)).count() >= count);
        // The sender lives in `self`, so that the only failure is the time.
        match tokio::time::timeout(timeout, enough).await {
            Ok(Ok(entries)) => Ok(entries
                .iter()
                .filter(|entry| wanted(entry))
                .cloned()
                .collect()),
            Ok(Err(_)) | Err(_) => Err(TimedOut {
                count,
                timeout,
                entries: self.all(),
            }),
        }
    }
}

/// What was waited for did not happen in time. Its `Debug` and `Display` show what did.
#[derive(Clone, Debug)]
pub struct TimedOut<T> {
    /// How many entries were wanted.
    pub count: usize,
    /// How long it was waited.
    pub timeout: Duration,
    /// Everything in the log at that time.
    pub entries: Vec<T>,
}

impl<T: fmt::Debug> fmt::Display for TimedOut<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            count,
            timeout,
            entries,
        } = self;
        write!(
            f,
            "{count} wanted within {timeout:?}, but there was only {entries:#?}"
        )
    }
}

impl<T: fmt::Debug> std::error::Error for TimedOut<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn waiting_ends_with_the_entry_and_not_with_the_time() {
        let log = Log::default();
        let before = tokio::time::Instant::now();
        let (found, ()) = tokio::join!(
            log.wait_for_matching(1, Duration::from_secs(60), |n| *n > 1),
            async {
                log.push(1);
                tokio::task::yield_now().await;
                log.push(2);
            }
        );
        assert_eq!(found.unwrap(), [2]);
        assert_eq!(before.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_come_is_an_error_that_shows_what_did() {
        let log = Log::default();
        log.push("only this");
        let error = log.wait_for(2, Duration::from_secs(1)).await.unwrap_err();
        assert_eq!(error.entries, ["only this"]);
        assert!(error.to_string().contains("only this"));
    }
}
