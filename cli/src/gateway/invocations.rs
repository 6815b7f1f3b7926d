//! Invocations, as Lambda makes them: one that has begun ends, whether or not its caller still listens; one that panics or
//! takes too long fails alone.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use shared::time::Millis;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// Those that run.
#[derive(Debug, Default)]
pub(crate) struct Invocations {
    running: Mutex<JoinSet<()>>,
}

/// It panicked, or its time ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failed;

impl Invocations {
    /// Runs what `work` makes of the invocation's end (in milliseconds since the epoch), for at most `timeout`.
    pub(crate) async fn run<T, F>(
        &self,
        timeout: Duration,
        work: impl FnOnce(u64) -> F,
    ) -> Result<T, Failed>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let (done, result) = oneshot::channel();
        let work = work(Millis::now().after(timeout).0);
        {
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            // Those that have ended are kept until somebody looks.
            while running.try_join_next().is_some() {}
            running.spawn(async move {
                if let Ok(result) = tokio::time::timeout(timeout, work).await
                    && done.send(result).is_err()
                {
                    tracing::debug!("an invocation's caller did not wait for it");
                }
            });
        }
        // Without a word the sender is gone: it panicked (the panic's own message is on stderr) or was cut off.
        result.await.map_err(|_| Failed)
    }

    /// Waits for those that run.
    pub(crate) async fn finish(&self) {
        let mut running =
            std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner));
        while running.join_next().await.is_some() {}
    }

    /// Ends those that run, wherever they are.
    pub(crate) fn abort(&self) {
        self.running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .abort_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_panic_fails_alone() {
        let invocations = Invocations::default();
        let failed = invocations
            .run(LONG, |_| async { panic!("as the test wants it") })
            .await;
        assert_eq!(failed, Err::<(), _>(Failed));
        assert_eq!(invocations.run(LONG, |_| async { 1 }).await, Ok(1));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_takes_too_long_is_cut_off() {
        let invocations = Invocations::default();
        let failed = invocations
            .run(LONG, |_| std::future::pending::<()>())
            .await;
        assert_eq!(failed, Err(Failed));
    }

    #[tokio::test]
    async fn one_whose_caller_has_gone_ends_all_the_same() {
        let invocations = Invocations::default();
        let (go, gone) = oneshot::channel::<()>();
        let (ended, end) = oneshot::channel();
        let work = |_| async move {
            gone.await.unwrap();
            ended.send(()).unwrap();
        };
        {
            let call = invocations.run(LONG, work);
            tokio::pin!(call);
            // Polled once, so that it has begun, and then dropped.
            assert!(
                tokio::time::timeout(Duration::ZERO, call.as_mut())
                    .await
                    .is_err()
            );
        }
        go.send(()).unwrap();
        invocations.finish().await;
        end.await.unwrap();
    }
}
