//! When a failed message is tried again.

use std::time::Duration;

use crate::time::Millis;

/// The times of retrying. One set for a whole deployment; tests and the local gateway shorten it.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    /// How long an invocation goes on trying by itself, at most. Beyond, waiting would be paid for.
    pub at_once: Duration,
    /// The pause before the second try; doubles with each.
    pub first_pause: Duration,
    /// After an invocation has given up: how long until the next one tries; doubles with each.
    pub first_put_off: Duration,
    /// The longest that a message is put off.
    pub longest_put_off: Duration,
    /// How long an agent that is down is left alone where somebody stands in for it.
    pub down_for: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            at_once: Duration::from_secs(6),
            first_pause: Duration::from_millis(250),
            first_put_off: Duration::from_secs(20),
            longest_put_off: Duration::from_secs(3600),
            down_for: Duration::from_secs(30),
        }
    }
}

impl Retry {
    /// The pause before try number `tries + 1` within an invocation.
    pub fn pause(&self, tries: u32) -> Duration {
        jitter(doubled(self.first_pause, tries.saturating_sub(1)))
    }

    /// When a message that was put off `attempts` times before is looked at again.
    pub fn due(&self, attempts: u32, now: Millis) -> Millis {
        now.after(jitter(
            doubled(self.first_put_off, attempts).min(self.longest_put_off),
        ))
    }
}

fn doubled(duration: Duration, times: u32) -> Duration {
    duration.saturating_mul(2_u32.saturating_pow(times.min(20)))
}

/// Between half and all of it, so that what failed together does not come back together.
fn jitter(duration: Duration) -> Duration {
    duration.mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit() {
        let retry = Retry::default();
        for attempts in 0..40 {
            let whole = doubled(retry.first_put_off, attempts).min(retry.longest_put_off);
            let due = Millis(0).until(retry.due(attempts, Millis(0)));
            assert!(
                due <= whole && due + Duration::from_millis(1) >= whole / 2,
                "{attempts}: {due:?}"
            );
        }
    }
}
