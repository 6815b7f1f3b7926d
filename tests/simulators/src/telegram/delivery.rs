//! How updates reach the webhook.
//!
//! As the Bot API documents it: one `POST` of JSON for each update, with the secret in a header; anything but a 2xx is
//! sent again, later and later; the answer's body may be a method call, which is then executed. Updates of one chat
//! wait for each other, chats do not.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::chats::unix_time;
use super::params::Params;
use super::{Inner, Webhook};
use crate::client::{Answer, Unreachable};

/// How an update is sent again. Telegram takes a day over it; a test has less time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The first wait. Each further one is twice as long.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
    /// After how many attempts the update is given up.
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

/// One attempt to bring an update to the webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Which update.
    pub update_id: i64,
    /// The how manieth attempt it was, from 1.
    pub attempt: u32,
    /// What came back.
    pub outcome: Result<Answer, Unreachable>,
    /// Whether it was the last one, in vain.
    pub gave_up: bool,
}

impl Delivery {
    /// Whether the webhook took the update: a 2xx.
    #[must_use]
    pub fn taken(&self) -> bool {
        self.outcome.as_ref().is_ok_and(Answer::is_success)
    }

    /// The HTTP status, if there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.outcome.as_ref().ok().map(|answer| answer.status)
    }
}

/// Numbers an update of a chat and queues it. It waits for the chat's earlier ones, and for a webhook if there is none
/// yet. Returns its id.
pub(crate) fn queue(inner: &Arc<Inner>, chat_id: i64, kind: &str, content: Value) -> i64 {
    // Numbered and queued under one lock: the ids of a chat rise in the order in which they are sent.
    inner.state(|state| {
        let update_id = state.next_update();
        let mut update = Map::new();
        update.insert("update_id".to_owned(), json!(update_id));
        update.insert(kind.to_owned(), content);
        let update = Value::Object(update);
        inner.updates.push(update.clone());
        if inner
            .webhook
            .borrow()
            .as_ref()
            .is_none_or(|webhook| webhook.wants(kind))
        {
            state.pending += 1;
            let this = Arc::clone(inner);
            inner.lanes.run(
                chat_id,
                async move { deliver(&this, update_id, &update).await },
            );
        }
        update_id
    })
}

async fn deliver(inner: &Arc<Inner>, update_id: i64, update: &Value) {
    let Retry {
        first,
        longest,
        attempts,
    } = inner.retry;
    let mut pause = first;
    let mut attempt = 0;
    loop {
        let Some(webhook) = webhook(inner).await else {
            return;
        };
        let dropped = inner.state(|state| {
            let dropped = update_id <= state.dropped;
            state.pending -= usize::from(dropped);
            dropped
        });
        if dropped {
            return;
        }
        attempt += 1;
        let outcome = post(inner, &webhook, update).await;
        let failure = match &outcome {
            Ok(answer) if answer.is_success() => None,
            Ok(answer) => Some(format!(
                "Wrong response from the webhook: {}",
                answer.status
            )),
            Err(error) => Some(error.to_string()),
        };
        let taken = failure.is_none();
        let gave_up = !taken && attempt >= attempts;
        inner.state(|state| {
            state.last_error = failure
                .map(|failure| (unix_time(), failure))
                .or(state.last_error.take());
            state.pending -= usize::from(taken || gave_up);
        });
        // Noted last: who waits for it finds everything else done.
        inner.deliveries.push(Delivery {
            update_id,
            attempt,
            outcome,
            gave_up,
        });
        if taken || gave_up {
            return;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(longest);
    }
}

/// The webhook, as soon as there is one. `None` when there never will be: the simulator is gone.
async fn webhook(inner: &Inner) -> Option<Webhook> {
    let mut webhooks = inner.webhook.subscribe();
    webhooks
        .wait_for(Option::is_some)
        .await
        .ok()
        .and_then(|webhook| webhook.clone())
}

/// Posts an update once, and executes the method call that the answer may carry.
pub(crate) async fn post(
    inner: &Arc<Inner>,
    webhook: &Webhook,
    update: &Value,
) -> Result<Answer, Unreachable> {
    let secret = webhook
        .secret
        .iter()
        .map(|secret| ("x-telegram-bot-api-secret-token", secret.clone()));
    let answer = inner
        .client
        .post(&webhook.url, &secret.collect::<Vec<_>>(), update)
        .await?;
    if answer.is_success()
        && let Some(Value::Object(mut fields)) = answer.json()
        && let Some(Value::String(method)) = fields.remove("method")
        && let Err(refusal) = inner.call(&method, Params(fields), true)
    {
        // "It's not possible to know that such a request was successful": only `calls()` shows it.
        tracing::debug!(
            method,
            ?refusal,
            "the call in the webhook's answer was refused"
        );
    }
    Ok(answer)
}
