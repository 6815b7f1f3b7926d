//! Which `userID` belongs to which visitor.

use std::collections::{BTreeMap, HashMap};

use tokio::sync::watch;

/// What the application was told, and whether it is about to be told more.
#[derive(Debug, Default)]
pub(crate) struct Users(watch::Sender<Known>);

#[derive(Debug, Default)]
struct Known {
    /// The visitors by `userID`.
    visitors: BTreeMap<u64, String>,
    /// The first `userID` of each visitor: the one that is sent.
    ids: HashMap<String, u64>,
    /// How many messages without a `userID` wait for their answer.
    first_under_way: usize,
}

/// A message is under way; if it is a visitor's first, others can wait for its answer. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct UnderWay<'a> {
    users: &'a Users,
    first: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if self.first {
            self.users.0.send_modify(|known| known.first_under_way -= 1);
        }
    }
}

impl Users {
    /// A message of this visitor is about to be sent.
    pub(crate) fn begin(&self, visitor: &str) -> UnderWay<'_> {
        let first = self.id(visitor).is_none();
        if first {
            self.0.send_modify(|known| known.first_under_way += 1);
        }
        UnderWay { users: self, first }
    }

    /// An answer says that the visitor is this user. Several answers can say different ones: only the first is sent from
    /// then on, and replies to any of them are the visitor's.
    ///
    /// # Errors
    /// The user is another visitor.
    pub(crate) fn learn(&self, visitor: &str, user_id: u64) -> Result<(), String> {
        let mut taken = false;
        self.0.send_modify(|known| {
            let owner = known
                .visitors
                .entry(user_id)
                .or_insert_with(|| visitor.to_owned());
            taken = owner.as_str() != visitor;
            if !taken {
                known.ids.entry(visitor.to_owned()).or_insert(user_id);
            }
        });
        if taken {
            return Err(format!("the `userID` {user_id} is another visitor's"));
        }
        Ok(())
    }

    /// The `userID` that is sent for a visitor.
    pub(crate) fn id(&self, visitor: &str) -> Option<u64> {
        self.0.borrow().ids.get(visitor).copied()
    }

    /// Every `userID` that answers gave the visitor, in rising order.
    pub(crate) fn ids(&self, visitor: &str) -> Vec<u64> {
        let known = self.0.borrow();
        let own = known.visitors.iter().filter(|(_, name)| *name == visitor);
        own.map(|(id, _)| *id).collect()
    }

    /// Whose it is.
    ///
    /// # Errors
    /// Nobody's, as far as the application knows now.
    pub(crate) fn visitor(&self, user_id: u64) -> Result<String, String> {
        let known = self.0.borrow();
        if let Some(visitor) = known.visitors.get(&user_id) {
            return Ok(visitor.clone());
        }
        let overtaken = if known.first_under_way > 0 {
            ", while a first message waits for its answer: this may be a reply that overtook it"
        } else {
            ""
        };
        Err(format!("the `userID` {user_id} is unknown{overtaken}"))
    }

    /// Waits until it is known whose it is, or no answer can say so any more.
    pub(crate) async fn settled(&self, user_id: u64) {
        let mut changes = self.0.subscribe();
        let settled = changes
            .wait_for(|known| known.visitors.contains_key(&user_id) || known.first_under_way == 0);
        // The sender lives in `self`.
        if settled.await.is_err() {
            tracing::trace!("the simulator was dropped");
        }
    }
}
