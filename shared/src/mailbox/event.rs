//! Event ids: how the mailbox knows a webhook that a platform sends again.

use ring::digest::{Context, SHA256};

/// How long an event id is kept at the least. Telegram sends an update again for up to 24 hours.
pub const REMEMBERED_HOURS: u64 = 36;

/// The first eight bytes of the SHA-256 of an event's identity. Short, because every one of them is in every write of
/// the conversation; long enough that two events of one conversation never share one by chance.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventHash(pub [u8; 8]);

impl EventHash {
    /// Hashes `parts`, each with its length in front, so that `("ab","c")` and `("a","bc")` differ.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut context = Context::new(&SHA256);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let digest = context.finish();
        let mut short = [0; 8];
        for (to, from) in short.iter_mut().zip(digest.as_ref()) {
            *to = *from;
        }
        Self(short)
    }

    /// Sixteen hexadecimal digits, for logs and keys.
    pub fn hex(self) -> String {
        format!("{:016x}", u64::from_be_bytes(self.0))
    }
}

impl std::fmt::Debug for EventHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.hex())
    }
}

/// What identifies one event of a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventId {
    /// What is remembered of this event.
    pub hash: EventHash,
    /// Other hashes that mark the event as known. A platform without message ids needs them: there the id holds the
    /// window of time that the event fell into. A copy may fall into the next one, or, on a clock that is behind, into
    /// the one before.
    pub also: [Option<EventHash>; 2],
}

impl From<EventHash> for EventId {
    fn from(hash: EventHash) -> Self {
        Self {
            hash,
            also: [None; 2],
        }
    }
}

impl EventId {
    /// An event that its platform names, such as Telegram's `update_id`.
    pub fn named(id: &str) -> Self {
        Self {
            hash: EventHash::of(&[b"id", id.as_bytes()]),
            also: [None; 2],
        }
    }

    /// The same event, told apart from one of the same name that another agent brings into the conversation.
    #[must_use]
    pub fn of(self, whose: &str) -> Self {
        let scoped = |hash: EventHash| EventHash::of(&[b"of", whose.as_bytes(), &hash.0]);
        Self {
            hash: scoped(self.hash),
            also: self.also.map(|also| also.map(scoped)),
        }
    }

    /// An event without a name: the same bytes within `window_ms` to twice that are the same event.
    /// With a window of zero every event is new.
    pub fn within(content: &[u8], now_ms: u64, window_ms: u64) -> Self {
        let Some(window) = now_ms.checked_div(window_ms) else {
            return Self {
                hash: EventHash(crate::random::number().to_be_bytes()),
                also: [None; 2],
            };
        };
        let at = |window: u64| EventHash::of(&[b"window", &window.to_be_bytes(), content]);
        Self {
            hash: at(window),
            also: [window.checked_sub(1).map(at), window.checked_add(1).map(at)],
        }
    }
}

/// The bucket that an event at `seconds` since the epoch is remembered in. The current and the previous bucket are
/// consulted and older ones are dropped whole, so an id is known for one to two times [`REMEMBERED_HOURS`] without a
/// time kept beside each.
pub fn bucket(seconds: u64) -> u64 {
    seconds / (REMEMBERED_HOURS * 3600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_delimited() {
        assert_ne!(EventHash::of(&[b"ab", b"c"]), EventHash::of(&[b"a", b"bc"]));
    }

    #[test]
    fn a_copy_in_the_next_window_is_known() {
        let first = EventId::within(b"hi", 9_999, 5_000);
        let copy = EventId::within(b"hi", 10_001, 5_000);
        let later = EventId::within(b"hi", 20_001, 5_000);
        assert_eq!(copy.also[0], Some(first.hash));
        assert_eq!(first.also[1], Some(copy.hash));
        assert!(!later.also.contains(&Some(first.hash)));
        assert_ne!(later.hash, first.hash);
    }

    #[test]
    fn without_a_window_every_event_is_new() {
        assert_ne!(
            EventId::within(b"hi", 1, 0).hash,
            EventId::within(b"hi", 1, 0).hash
        );
    }
}
