//! What an event brought, until a line has told of it.

use super::{Line, Outcome};
use crate::mailbox::EventHash;
use crate::model::ConversationKey;
use crate::platforms::Platform;
use crate::store::conversation::LaneName;
use crate::store::mailbox::Accept;

/// An event that was accepted, by the invocation that accepted it. The first line of each of its messages says that the message
/// came in. Dropped, it writes a line of what has none: nothing that was accepted goes uncounted, whatever way its invocation takes
/// to its end.
#[derive(Debug)]
pub struct Arrival {
    platform: Platform,
    key: ConversationKey,
    lane: LaneName,
    event: EventHash,
    /// It brought no message.
    is_empty: bool,
    /// Its messages that have no line yet.
    untold: u64,
    /// The number, in its lane, of its message that has a line.
    told: Option<u64>,
    handed_back: bool,
}

/// What a message's first line says of how it came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Arrived {
    /// How many messages came in.
    pub messages: u64,
    /// The channel gave the conversation back with them.
    pub handed_back: bool,
}

impl Arrived {
    /// One message.
    pub const ONE: Self = Self {
        messages: 1,
        handed_back: false,
    };
}

impl Arrival {
    /// What `accept` put into the conversation's lane, from `platform`.
    pub fn new(platform: Platform, key: &ConversationKey, accept: &Accept) -> Self {
        let untold = u64::try_from(accept.append.entries.len()).unwrap_or(u64::MAX);
        Self {
            platform,
            key: key.clone(),
            lane: accept.lane,
            event: accept.append.event.hash,
            is_empty: untold == 0,
            untold,
            told: None,
            handed_back: accept.takes_back,
        }
    }

    /// What the next line about the lane's entry `number`, which `event` brought, has to say.
    pub fn tell(&mut self, event: EventHash, number: u64) -> Arrived {
        let is_told = self.told.is_some_and(|told| number <= told);
        if event != self.event || is_told || self.untold == 0 {
            return Arrived::default();
        }
        self.told = Some(number);
        self.untold -= 1;
        Arrived {
            messages: 1,
            handed_back: std::mem::take(&mut self.handed_back),
        }
    }

    /// What it brought has its lines already.
    pub fn end(mut self) {
        self.is_empty = false;
        self.untold = 0;
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        let outcome = match (self.is_empty, self.untold) {
            (true, _) => Outcome::Noted,
            (false, 0) => return,
            (false, _) => Outcome::Kept,
        };
        Line::of(outcome, &self.key, self.lane)
            .platform(Some(self.platform))
            .arrived(Arrived {
                messages: self.untold,
                handed_back: self.handed_back,
            })
            .write();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tracing::Level;

    use super::*;
    use crate::log::tests::written;
    use crate::mailbox::{Append, Entry, EventId};
    use crate::time::Millis;

    const EVENT: EventHash = EventHash([1; 8]);

    fn arrival(messages: usize) -> Arrival {
        let entry = Entry {
            event: EVENT,
            accepted: Millis(1),
            body: String::new(),
        };
        let append = Append {
            event: EventId::from(EVENT),
            entries: vec![entry; messages],
            lease: None,
            now: Millis(1),
        };
        let accept = Accept {
            takes_back: true,
            ..Accept::new(LaneName::ToAgent, append)
        };
        let key = ConversationKey {
            channel: "shop-bot".parse().unwrap(),
            chat: "1".parse().unwrap(),
        };
        Arrival::new(Platform::Telegram, &key, &accept)
    }

    fn shown(lines: &[Value]) -> Vec<(&Value, &Value, &Value)> {
        let each = lines.iter();
        each.map(|line| (&line["outcome"], &line["in"], &line["handed_back"]))
            .collect()
    }

    #[test]
    fn what_has_no_line_gets_one() {
        let lines = written(Level::INFO, || drop(arrival(3)));
        assert_eq!(shown(&lines), [(&json!("kept"), &json!(3), &json!(true))]);
        let lines = written(Level::INFO, || drop(arrival(0)));
        assert_eq!(
            shown(&lines),
            [(&json!("noted"), &Value::Null, &json!(true))]
        );
        assert!(written(Level::INFO, || arrival(3).end()).is_empty());
        assert!(written(Level::INFO, || arrival(0).end()).is_empty());
    }

    #[test]
    fn each_message_arrives_once() {
        let mut arrival = arrival(2);
        assert_eq!(arrival.tell(EventHash([2; 8]), 6), Arrived::default());
        let first = Arrived {
            messages: 1,
            handed_back: true,
        };
        assert_eq!(arrival.tell(EVENT, 7), first);
        // Tried again.
        assert_eq!(arrival.tell(EVENT, 7), Arrived::default());
        assert_eq!(arrival.tell(EVENT, 8), Arrived::ONE);
        assert_eq!(arrival.tell(EVENT, 9), Arrived::default());
        assert!(written(Level::INFO, || drop(arrival)).is_empty());
    }

    #[test]
    fn a_panic_loses_no_count() {
        let lines = written(Level::INFO, || {
            let panicked = std::panic::catch_unwind(|| {
                let mut arrival = arrival(2);
                arrival.tell(EVENT, 7);
                panic!("in the middle");
            });
            assert!(panicked.is_err());
        });
        assert_eq!(shown(&lines), [(&json!("kept"), &json!(1), &Value::Null)]);
    }
}
