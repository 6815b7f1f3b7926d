//! What an agent's platform sends to the bridge: where to, in which order, in how many copies, how often again.
//!
//! The simulators of agents differ in what they say; how it leaves is the same, and is here.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::client::{Answer, Client, Unreachable};
use crate::log::Log;
use crate::selarti::{Delivering, Order};
use crate::tasks::at_once;

/// One call to the bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The body that was sent.
    pub body: Value,
    /// Which try it was: 1 is the first.
    pub attempt: usize,
    /// What came back.
    pub outcome: Result<Answer, Unreachable>,
    taken: bool,
}

impl Delivery {
    /// The HTTP status, if there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.outcome.as_ref().ok().map(|answer| answer.status)
    }

    /// Whether the platform holds it for delivered: the answer had a status that its document calls a success.
    #[must_use]
    pub fn taken(&self) -> bool {
        self.taken
    }
}

/// How often the platform tries again what was not taken. By default never: no vendor publishes that it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retry {
    /// How many times after the first.
    pub times: usize,
    /// How long it waits before each.
    pub pause: Duration,
}

/// Where calls go, and the headers that they have.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// A message, and when it leaves.
#[derive(Clone, Debug)]
pub(crate) struct Bubble<M> {
    pub(crate) due: Instant,
    pub(crate) message: M,
}

/// The calls of one simulator.
#[derive(Debug)]
pub(crate) struct Outbox {
    client: Client,
    /// Which statuses the platform calls a success.
    success: fn(u16) -> bool,
    way: Mutex<(Option<Destination>, Retry)>,
    deliveries: Log<Delivery>,
}

impl Outbox {
    pub(crate) fn new(
        client: Client,
        success: fn(u16) -> bool,
        destination: Option<Destination>,
        retry: Retry,
    ) -> Self {
        Self {
            client,
            success,
            way: Mutex::new((destination, retry)),
            deliveries: Log::default(),
        }
    }

    pub(crate) fn deliveries(&self) -> &Log<Delivery> {
        &self.deliveries
    }

    pub(crate) fn set_destination(&self, destination: Destination) {
        self.way(|(now, _)| *now = Some(destination));
    }

    pub(crate) fn set_retry(&self, retry: Retry) {
        self.way(|(_, now)| *now = retry);
    }

    fn way<R>(&self, change: impl FnOnce(&mut (Option<Destination>, Retry)) -> R) -> R {
        change(&mut self.way.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends `body`, again if the policy says so, notes each try, and returns the last.
    pub(crate) async fn send(&self, body: &Value) -> Delivery {
        let mut attempt = 1;
        loop {
            let (destination, retry) = self.way(|way| way.clone());
            let outcome = match destination {
                Some(Destination { url, headers }) => self.client.post(&url, &headers, body).await,
                None => Err(Unreachable {
                    reason: "no address of the bridge is configured".to_owned(),
                    timed_out: false,
                }),
            };
            let taken = outcome
                .as_ref()
                .is_ok_and(|answer| (self.success)(answer.status));
            let delivery = Delivery {
                body: body.clone(),
                attempt,
                outcome,
                taken,
            };
            self.deliveries.push(delivery.clone());
            if taken || attempt > retry.times {
                return delivery;
            }
            tokio::time::sleep(retry.pause).await;
            attempt += 1;
        }
    }

    /// Sends all of them at once; the answers come in the order of the bodies.
    pub(crate) async fn send_at_once(
        self: &Arc<Self>,
        bodies: impl IntoIterator<Item = Value>,
    ) -> Vec<Delivery> {
        at_once(bodies.into_iter().map(|body| {
            let outbox = Arc::clone(self);
            async move { outbox.send(&body).await }
        }))
        .await
    }

    /// Sends the bubbles of one answer, each when it is due, in the order and in the copies that are wanted. `body` is asked
    /// for each when it leaves, and once: copies are the same to the last byte.
    pub(crate) async fn speak<M>(
        self: &Arc<Self>,
        mut bubbles: Vec<Bubble<M>>,
        delivering: Delivering,
        body: impl Fn(M) -> Value,
    ) {
        if delivering.order == Order::Reversed {
            bubbles.reverse();
        }
        let copies = delivering.copies.max(1);
        let mut together = Vec::new();
        for Bubble { due, message } in bubbles {
            tokio::time::sleep_until(due).await;
            let copies = std::iter::repeat_n(body(message), copies);
            if delivering.order == Order::AtOnce {
                together.extend(copies);
            } else {
                self.send_at_once(copies).await;
            }
        }
        self.send_at_once(together).await;
    }
}
