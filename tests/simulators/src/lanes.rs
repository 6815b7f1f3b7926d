//! Work that keeps its order within a chat, and does not wait for other chats.

use std::collections::HashMap;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use crate::tasks::Tasks;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One queue of work for each key, each with a task of its own.
#[derive(Debug)]
pub(crate) struct Lanes<K> {
    queues: Mutex<HashMap<K, mpsc::UnboundedSender<Work>>>,
    tasks: Arc<Tasks>,
}

impl<K: Hash + Eq> Lanes<K> {
    pub(crate) fn new(tasks: Arc<Tasks>) -> Self {
        Self {
            queues: Mutex::default(),
            tasks,
        }
    }

    /// Runs `work` after all that was given for `key` before.
    pub(crate) fn run(&self, key: K, work: impl Future<Output = ()> + Send + 'static) {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = queues.entry(key).or_insert_with(|| {
            let (sender, mut queue) = mpsc::unbounded_channel::<Work>();
            self.tasks.spawn(async move {
                while let Some(work) = queue.recv().await {
                    work.await;
                }
            });
            sender
        });
        if queue.send(Box::pin(work)).is_err() {
            tracing::debug!("the simulator has stopped: nothing more is sent");
        }
    }
}
