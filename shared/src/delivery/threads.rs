//! An agent's own name for the conversation, where it takes none of ours: known before a message is sent, or kept before
//! anything else is sent.

use super::Delivery;
use crate::connections::Connection;
use crate::platforms::{Role, Threads};
use crate::store::StoreError;
use crate::store::conversation::KeptThread;
use crate::store::threads::is_old;
use crate::time::Millis;

impl Delivery<'_> {
    /// Sees to it that an agent that takes no id of ours has one of its own for the conversation.
    pub(super) async fn know_thread(&mut self, to: &Connection) -> Result<(), StoreError> {
        let capabilities = to.capabilities();
        if capabilities.role != Role::Agent {
            return Ok(());
        }
        let now = Millis::now();
        let kept = self.conversation.threads.get(&to.id);
        let is_fresh = kept.is_some_and(|kept| !is_old(kept.at, now));
        match (capabilities.threads, kept) {
            (Threads::Ours, _) => Ok(()),
            _ if is_fresh => Ok(()),
            (Threads::Allocated, _) => {
                let key = &self.conversation.key;
                let id = self.app.store.allocate_thread(&to.id, key, now).await?;
                self.remember_thread(to, id, now);
                Ok(())
            }
            (Threads::Assigned, Some(kept)) => {
                let id = kept.id.clone();
                self.keep_thread(to, id).await.map(drop)
            }
            (Threads::Assigned, None) => Ok(()),
        }
    }

    /// The agent said what it calls the conversation; `false` if it calls another so.
    pub(super) async fn keep_thread(
        &mut self,
        to: &Connection,
        id: String,
    ) -> Result<bool, StoreError> {
        let now = Millis::now();
        let key = &self.conversation.key;
        let is_ours = self.app.store.assign_thread(&to.id, &id, key, now).await?;
        if is_ours {
            self.remember_thread(to, id, now);
        }
        Ok(is_ours)
    }

    fn remember_thread(&mut self, to: &Connection, id: String, at: Millis) {
        let threads = &mut self.conversation.threads;
        threads.insert(to.id.clone(), KeptThread { at, id });
    }
}
