//! What the store is given.

use std::time::Duration;

use shared::mailbox::{Append, Entry, EventId, Lease, Owner};
use shared::model::ConversationKey;
use shared::store::Item;
use shared::store::conversation::{Conversation, LaneName};
use shared::store::mailbox::Accept;
use shared::time::Millis;

/// A moment to begin with, ten seconds before a bucket of event ids ends.
pub(crate) const START: Millis = Millis(13_140 * 36 * 3_600_000 - 10_000);

/// The lease of `owner`, long enough for everything.
pub(crate) fn lease(owner: u64) -> Option<Lease> {
    Some(Lease {
        owner: Owner(owner),
        until: START.after(Duration::from_secs(3600)),
    })
}

/// The entries of an event with these bodies.
pub(crate) fn entries(event: EventId, bodies: &[&str], now: Millis) -> Vec<Entry> {
    bodies
        .iter()
        .map(|body| Entry {
            event: event.hash,
            accepted: now,
            body: (*body).to_owned(),
        })
        .collect()
}

/// The event named `event`, which brings `bodies` and nothing else, at [`START`].
pub(crate) fn accept(lane: LaneName, event: &str, bodies: &[&str], lease: Option<Lease>) -> Accept {
    let event = EventId::named(event);
    let append = Append {
        event,
        entries: entries(event, bodies, START),
        lease,
        now: START,
    };
    Accept::new(lane, append)
}

/// A conversation that has not begun.
pub(crate) fn empty(key: ConversationKey) -> Conversation {
    Conversation::read(key, &Item::new()).unwrap()
}

/// The channel's operators give a conversation back.
pub(crate) fn gives_back(event: &str) -> Accept {
    Accept {
        takes_back: true,
        ..accept(LaneName::ToAgent, event, &[], None)
    }
}
