//! From the name that an agent has for a conversation to the conversation.

use std::time::Duration;

use super::{Refusal, Thread};
use crate::app::App;
use crate::connections::Connection;
use crate::model::ConversationKey;
use crate::platforms::Threads;
use crate::store::threads::is_old;
use crate::time::Millis;

/// How long a reply waits for its conversation to learn the id. An agent that gives ids may answer before the call that
/// brought it the first message has ended, and that may take ten seconds.
const PATIENCE: Duration = Duration::from_secs(11);
/// The first pause between two looks, and the longest.
const LOOK: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(200));

/// The conversation that `agent` means; `None` if there is none.
///
/// # Errors
/// If DynamoDB cannot be asked, or if the id may still become known.
pub(super) async fn conversation(
    app: &App,
    agent: &Connection,
    thread: &Thread,
) -> Result<Option<ConversationKey>, Refusal> {
    let id = match thread {
        Thread::Ours(key) => return Ok(Some(key.clone())),
        Thread::Kept(id) => id,
    };
    let begun = Millis::now();
    let mut pause = LOOK.0;
    loop {
        let now = Millis::now();
        if let Some(thread) = app.store.thread(&agent.id, id, now).await? {
            if is_old(thread.at, now) {
                // So that an agent which goes on speaking can go on for ever.
                app.store
                    .assign_thread(&agent.id, id, &thread.key, now)
                    .await?;
            }
            return Ok(Some(thread.key));
        }
        if agent.capabilities().threads != Threads::Assigned {
            return Ok(None);
        }
        if begun.until(now) >= PATIENCE {
            return Err(Refusal::unavailable(
                "the agent names a conversation that nobody has begun",
            ));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(LOOK.1);
    }
}
