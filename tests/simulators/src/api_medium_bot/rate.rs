//! The rate limit of a plan.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// How many messages the channel takes within a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many.
    pub messages: usize,
    /// Within which time before each.
    pub per: Duration,
}

/// When the latest messages came.
#[derive(Debug, Default)]
pub(crate) struct Recent(VecDeque<Instant>);

impl Recent {
    /// Counts one more message; a message that is too many does not count.
    ///
    /// # Errors
    /// After how many whole seconds there is room again, at least one.
    pub(crate) fn count(&mut self, limit: RateLimit, now: Instant) -> Result<(), u64> {
        while let Some(oldest) = self.0.front()
            && now.duration_since(*oldest) >= limit.per
        {
            self.0.pop_front();
        }
        if self.0.len() < limit.messages {
            self.0.push_back(now);
            return Ok(());
        }
        let left = self.0.front().map_or(limit.per, |oldest| {
            limit.per.saturating_sub(now.duration_since(*oldest))
        });
        Err(left
            .as_millis()
            .div_ceil(1000)
            .max(1)
            .try_into()
            .unwrap_or(u64::MAX))
    }
}
