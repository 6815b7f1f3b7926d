//! How events reach the bot: one `POST` of JSON each, in order within a chat, and again if the platform does so.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;

use crate::client::{Answer, Client, Unreachable};
use crate::lanes::Lanes;
use crate::log::{Log, TimedOut};
use crate::tasks::{Tasks, at_once};

/// How an event that was not taken is sent again. Neither document says anything of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The first wait. Each further one is twice as long.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
    /// After how many attempts the event is given up; with 1 (or 0) there is no second one.
    pub attempts: u32,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(100),
            longest: Duration::from_secs(2),
            attempts: 20,
        }
    }
}

impl Retry {
    /// Each event once.
    #[must_use]
    pub fn never() -> Self {
        Self {
            attempts: 1,
            ..Self::default()
        }
    }
}

/// An event for the bot.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its number within the simulator, from 1. It is not sent.
    pub number: u64,
    /// Its chat.
    pub chat_id: i64,
    /// What is posted.
    pub body: Value,
}

/// One attempt to bring an event to the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Which event.
    pub number: u64,
    /// Its chat.
    pub chat_id: i64,
    /// The how manieth attempt it was, from 1.
    pub attempt: u32,
    /// What came back.
    pub outcome: Result<Answer, Unreachable>,
    /// Whether the bot took it, as this platform sees it.
    pub taken: bool,
    /// Whether it was not taken and is not sent again.
    pub gave_up: bool,
}

impl Delivery {
    /// The HTTP status, if there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.outcome.as_ref().ok().map(|answer| answer.status)
    }
}

/// What a platform makes of an answer to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Taken,
    /// It is sent again, if the policy still allows it. So is one without an answer.
    Again,
    Refused,
}

/// How a platform posts.
#[derive(Debug)]
pub(crate) struct Manner {
    pub(crate) url: Option<String>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) patience: Duration,
    pub(crate) retry: Retry,
    pub(crate) judge: fn(&Answer) -> Verdict,
}

/// The way to the bot.
#[derive(Debug)]
pub(crate) struct Post {
    url: watch::Sender<Option<String>>,
    headers: Vec<(&'static str, String)>,
    retry: Retry,
    judge: fn(&Answer) -> Verdict,
    client: Client,
    last: Mutex<u64>,
    lanes: Lanes<i64>,
    running: Arc<Tasks>,
    pub(crate) events: Log<Event>,
    pub(crate) deliveries: Log<Delivery>,
}

impl Post {
    pub(crate) fn new(manner: Manner) -> io::Result<Arc<Self>> {
        let running = Arc::new(Tasks::default());
        Ok(Arc::new(Self {
            url: watch::Sender::new(manner.url),
            headers: manner.headers,
            retry: manner.retry,
            judge: manner.judge,
            client: Client::new(manner.patience).map_err(io::Error::other)?,
            last: Mutex::default(),
            lanes: Lanes::new(Arc::clone(&running)),
            running,
            events: Log::default(),
            deliveries: Log::default(),
        }))
    }

    /// Where events go from now on, also those that wait.
    pub(crate) fn set_url(&self, url: &str) {
        self.url.send_replace(Some(url.to_owned()));
    }

    /// Sends nothing more.
    pub(crate) fn abort(&self) {
        self.running.abort();
    }

    /// Numbers an event and queues it after the earlier ones of its chat. It waits for a URL if there is none yet.
    pub(crate) fn queue(self: &Arc<Self>, chat_id: i64, body: Value) -> Event {
        // Numbered and queued under one lock: the numbers of a chat rise in the order in which they are sent.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last += 1;
        let event = Event {
            number: *last,
            chat_id,
            body,
        };
        self.events.push(event.clone());
        let (this, queued) = (Arc::clone(self), event.clone());
        self.lanes
            .run(chat_id, async move { this.deliver(&queued).await });
        event
    }

    async fn deliver(&self, event: &Event) {
        let mut pause = self.retry.first;
        let mut attempt = 0;
        loop {
            let mut urls = self.url.subscribe();
            let Ok(url) = urls.wait_for(Option::is_some).await.map(|url| url.clone()) else {
                return;
            };
            attempt += 1;
            let outcome = self.post_to(url.as_deref(), &event.body).await;
            let verdict = outcome.as_ref().map_or(Verdict::Again, self.judge);
            let taken = verdict == Verdict::Taken;
            let again = verdict == Verdict::Again && attempt < self.retry.attempts;
            self.deliveries.push(Delivery {
                number: event.number,
                chat_id: event.chat_id,
                attempt,
                outcome,
                taken,
                gave_up: !taken && !again,
            });
            if !again {
                return;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(self.retry.longest);
        }
    }

    /// Posts any JSON once, now, beside all order.
    pub(crate) async fn once(&self, body: &Value) -> Result<Answer, Unreachable> {
        let url = self.url.borrow().clone();
        self.post_to(url.as_deref(), body).await
    }

    /// Posts `copies` of an event at once, and returns what came back in the order of the calls.
    pub(crate) async fn copies(
        self: &Arc<Self>,
        body: &Value,
        copies: usize,
    ) -> Vec<Result<Answer, Unreachable>> {
        let calls = (0..copies).map(|_| {
            let (this, body) = (Arc::clone(self), body.clone());
            async move { this.once(&body).await }
        });
        at_once(calls).await
    }

    /// Waits until an event was taken or given up, and returns that last attempt.
    pub(crate) async fn delivered(
        &self,
        event: &Event,
        timeout: Duration,
    ) -> Result<Delivery, TimedOut<Delivery>> {
        let ended = |delivery: &Delivery| {
            delivery.number == event.number && (delivery.taken || delivery.gave_up)
        };
        let mut found = self.deliveries.wait_for_matching(1, timeout, ended).await?;
        Ok(found.swap_remove(0))
    }

    async fn post_to(&self, url: Option<&str>, body: &Value) -> Result<Answer, Unreachable> {
        let Some(url) = url else {
            return Err(Unreachable {
                reason: "no URL of the bot is set".to_owned(),
                timed_out: false,
            });
        };
        self.client.post(url, &self.headers, body).await
    }
}
