//! What cannot be delivered becomes a dead letter, and is counted.

use crate::app::App;
use crate::connections::Connection;
use crate::counted::{Arrived, Line, Outcome};
use crate::mailbox::Entry;
use crate::model::ConversationKey;
use crate::platforms::Platform;
use crate::store::StoreError;
use crate::store::conversation::{Conversation, LaneName};
use crate::store::dead::DeadLetter;
use crate::time::Millis;

use super::source;

/// A lane whose entries are buried.
#[derive(Debug, Clone, Copy)]
pub struct Burial<'a> {
    /// Whose lane.
    pub key: &'a ConversationKey,
    /// Which.
    pub lane: LaneName,
    /// The platform that its messages come from, if that is known.
    pub from: Option<Platform>,
    /// Where they were to go, if that is known.
    pub to: Option<&'a Connection>,
}

/// An entry to be buried.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    /// The entry.
    pub entry: &'a Entry,
    /// Its number in the lane.
    pub number: u64,
    /// How often it was put off.
    pub put_off: u32,
    /// How often it was tried, as far as that is known.
    pub attempts: u32,
    /// Whether it is told for the first time that it came in.
    pub arrived: Arrived,
}

impl<'a> Body<'a> {
    /// The entry with this number, of which nothing else is to be said.
    pub fn new(entry: &'a Entry, number: u64) -> Self {
        Self {
            entry,
            number,
            put_off: 0,
            attempts: 0,
            arrived: Arrived::default(),
        }
    }
}

impl Burial<'_> {
    /// Makes the entry a dead letter.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn bury(&self, app: &App, body: Body<'_>, reason: &str) -> Result<(), StoreError> {
        let letter = DeadLetter {
            key: self.key.clone(),
            lane: self.lane,
            event: body.entry.event,
            number: body.number,
            accepted: body.entry.accepted,
            died: Millis::now(),
            reason: reason.to_owned(),
            attempts: body.put_off,
            message: body.entry.body.clone(),
        };
        app.store.bury(&letter).await?;
        let line = Line::of(Outcome::Dead, self.key, self.lane)
            .platform(self.from)
            .attempts(body.attempts)
            .reason(reason)
            .arrived(body.arrived);
        match self.to {
            Some(to) => line.to(to).write(),
            None => line.write(),
        }
        Ok(())
    }
}

/// Buries everything that a conversation still holds.
///
/// # Errors
/// If DynamoDB cannot be asked.
pub async fn bury_all(
    app: &App,
    conversation: &Conversation,
    reason: &str,
) -> Result<(), StoreError> {
    for name in [LaneName::ToAgent, LaneName::ToChannel] {
        let lane = conversation.lane(name);
        if lane.queue.is_empty() {
            continue;
        }
        let burial = Burial {
            key: &conversation.key,
            lane: name,
            from: source(app, conversation, name).await,
            to: None,
        };
        for (number, entry) in (lane.head..).zip(&lane.queue) {
            let body = Body {
                put_off: lane.attempts,
                attempts: lane.attempts,
                ..Body::new(entry, number)
            };
            burial.bury(app, body, reason).await?;
        }
    }
    Ok(())
}
