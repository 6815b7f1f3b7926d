//! From an agent's own id of a conversation back to the conversation, for agents that do not take ours.
//!
//! A thread's item is written before the conversation knows the id, so that no reply can name an id that leads nowhere. It
//! lives longer than a conversation that nobody writes in, and is renewed by whoever finds it old.

use ring::digest::{SHA256, digest};

use super::conversation::{Conversation, write_kept};
use super::update::{Update, Updated};
use super::{Store, StoreError, mailbox, read, write};
use crate::model::{ConnectionId, ConversationKey};
use crate::time::Millis;

/// How long a thread's item is kept after it was last renewed, in seconds: twice a conversation's life, so that one that is
/// renewed at half of that outlives every conversation it leads to.
const KEPT: u64 = 2 * mailbox::KEPT;

/// An id that is older than this is renewed, in milliseconds.
const RENEWED_AFTER_MS: u64 = mailbox::KEPT * 1000 * 2 / 3;

/// The longest id that an agent may have for a conversation, in bytes; what is longer cannot stand in a key.
const LONGEST: usize = 256;

/// More ids than this that are all taken are no accident: each is one of 2^52.
const ATTEMPTS: u32 = 4;

/// Whether an id that was kept at `at` has to be renewed.
pub fn is_old(at: Millis, now: Millis) -> bool {
    at.0.saturating_add(RENEWED_AFTER_MS) < now.0
}

/// A thread as the table has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// The conversation that it leads to.
    pub key: ConversationKey,
    /// When it was last renewed.
    pub at: Millis,
}

impl Store {
    /// The conversation that `agent` calls `id`.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn thread(
        &self,
        agent: &ConnectionId,
        id: &str,
        now: Millis,
    ) -> Result<Option<Thread>, StoreError> {
        if id.len() > LONGEST {
            return Ok(None);
        }
        let Some(item) = self.item(pk(agent, id), true).await? else {
            return Ok(None);
        };
        if read::number(&item, "expires")?.is_some_and(|expires| expires <= now.seconds()) {
            return Ok(None);
        }
        let key = read::text(&item, "conversation")?
            .and_then(Conversation::key_of)
            .ok_or_else(|| read::wrong("conversation"))?;
        let at = Millis(read::number(&item, "at")?.unwrap_or_default());
        Ok(Some(Thread { key, at }))
    }

    /// Allocates an integer by which `agent` knows the conversation; asked again, it is the same. Of 52 bits, so that no
    /// reader of JSON rounds it.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn allocate_thread(
        &self,
        agent: &ConnectionId,
        key: &ConversationKey,
        now: Millis,
    ) -> Result<String, StoreError> {
        for attempt in 0..ATTEMPTS {
            let id = integer(agent, key, attempt).to_string();
            if self.assign_thread(agent, &id, key, now).await? {
                return Ok(id);
            }
        }
        Err(StoreError::failed(
            "no integer was free for the conversation",
        ))
    }

    /// Notes that `agent` calls the conversation `id`. `false`, and nothing is changed, if that is another conversation: what the
    /// agent says to one person must never reach another.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn assign_thread(
        &self,
        agent: &ConnectionId,
        id: &str,
        key: &ConversationKey,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let mut update = leading_to(key, now);
        let (conversation, expires) = (update.name("conversation"), update.name("expires"));
        let ours = update.value(write::text(Conversation::pk(key)));
        let past = update.value(write::number(now.seconds()));
        update.require(format!(
            "(attribute_not_exists({conversation}) OR {conversation} = {ours} OR {expires} <= {past})"
        ));
        match update.write(self, pk(agent, id)).await? {
            Updated::Refused(_) => Ok(false),
            Updated::Done(_) => {
                self.keep_thread(key, agent, id, now).await?;
                Ok(true)
            }
        }
    }

    async fn keep_thread(
        &self,
        key: &ConversationKey,
        agent: &ConnectionId,
        id: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        let mut update = Update::default();
        update.set(format!("thread_{agent}"), write_kept(id, now));
        update.write(self, Conversation::pk(key)).await.map(drop)
    }
}

fn pk(agent: &ConnectionId, id: &str) -> String {
    format!("thread#{agent}#{id}")
}

fn leading_to(key: &ConversationKey, now: Millis) -> Update {
    let mut update = Update::default();
    update.set("conversation", write::text(Conversation::pk(key)));
    update.set("at", write::number(now.0));
    update.set("expires", write::number(now.seconds() + KEPT));
    update
}

/// Derived, not drawn: an invocation that dies before the conversation knows its id leaves no item that nobody needs.
fn integer(agent: &ConnectionId, key: &ConversationKey, attempt: u32) -> u64 {
    let named = format!("{agent}\n{}\n{}\n{attempt}", key.channel, key.chat);
    let digest = digest(&SHA256, named.as_bytes());
    let bytes = digest.as_ref().iter().take(8);
    let number = bytes.fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    // Never zero, which some take for no id.
    (number >> 12).max(1)
}
