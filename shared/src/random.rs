//! The system's randomness, for whatever must not be drawn twice: two sandboxes that start alike would draw alike from a
//! generator that is seeded with the time. Jitter needs no more than such a one.

use ring::rand::{SecureRandom, SystemRandom};

/// Sixty-four bits.
pub fn number() -> u64 {
    let mut bytes = [0; 8];
    if SystemRandom::new().fill(&mut bytes).is_err() {
        // Linux always has randomness once it runs programs.
        bytes = fastrand::u64(..).to_be_bytes();
    }
    u64::from_be_bytes(bytes)
}
