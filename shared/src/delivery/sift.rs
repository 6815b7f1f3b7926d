//! Going through a lane without sending anything.

use super::burial::{Body, Burial};
use super::carry_out;
use crate::app::App;
use crate::counted::{Arrival, Line, Outcome};
use crate::mailbox::{Drain, Entry, Owner, Sent, Step};
use crate::platforms::Platform;
use crate::store::StoreError;
use crate::store::conversation::{Conversation, LaneName};
use crate::time::Millis;

/// What becomes of an entry that is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The channel's operators see to it: it leaves the lane.
    LeftToPeople,
    /// It becomes a dead letter, with this reason.
    Buried(&'static str),
    /// It stays, and everything behind it, to be looked at again then.
    Stays(Millis),
}

/// A lane that somebody holds.
#[derive(Debug)]
pub struct Sift<'a> {
    /// What all share.
    pub app: &'a App,
    /// Which lane.
    pub lane: LaneName,
    /// Who holds it.
    pub owner: Owner,
    /// The platform that its messages come from, if that is known.
    pub from: Option<Platform>,
    /// What brought this invocation to it.
    pub arrival: Option<Arrival>,
}

impl Sift<'_> {
    /// Does to each entry what its fate is, and lets go of the lane.
    ///
    /// # Errors
    /// If DynamoDB cannot be asked.
    pub async fn through(
        mut self,
        mut conversation: Conversation,
        fate: impl Fn(&Entry) -> Fate,
    ) -> Result<(), StoreError> {
        let name = self.lane;
        let lane = conversation.lane(name).clone();
        let mut drain = Drain::start(self.owner, lane, false, Millis::now());
        loop {
            let step = drain.step();
            let outcome = match (step, drain.lane().queue.front()) {
                (Step::Send | Step::Doubt, Some(entry)) => {
                    let fate = fate(entry);
                    let sent = self.meet(&conversation, &drain, entry, fate).await?;
                    drain.sent(sent);
                    continue;
                }
                _ => carry_out(self.app, &conversation, name, self.owner.into(), step).await?,
            };
            let Some((result, now)) = outcome else {
                return Ok(());
            };
            drain.wrote(result, now.lane(name).clone());
            conversation = now;
        }
    }

    async fn meet(
        &mut self,
        conversation: &Conversation,
        drain: &Drain,
        entry: &Entry,
        fate: Fate,
    ) -> Result<Sent, StoreError> {
        let (number, put_off) = (drain.lane().head, drain.lane().attempts);
        if let Fate::Stays(due) = fate {
            return Ok(Sent::Later { due, hold: false });
        }
        let arrival = self.arrival.as_mut();
        let arrived = arrival.map(|arrival| arrival.tell(entry.event, number));
        // Redelivery's entries have arrived long ago: nothing is counted for them.
        let arrived = arrived.unwrap_or_default();
        let key = &conversation.key;
        if let Fate::Buried(reason) = fate {
            let burial = Burial {
                key,
                lane: self.lane,
                from: self.from,
                to: None,
            };
            let body = Body {
                put_off,
                attempts: put_off,
                arrived,
                ..Body::new(entry, number)
            };
            burial.bury(self.app, body, reason).await?;
        } else {
            Line::of(Outcome::LeftToPeople, key, self.lane)
                .platform(self.from)
                .arrived(arrived)
                .write();
        }
        Ok(Sent::Done)
    }
}
