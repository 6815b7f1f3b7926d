//! Ids as Selarti's host, Bubble, makes them: `1731336491876x582725124419040400`.

use std::time::{SystemTime, UNIX_EPOCH};

/// A new id: the time in milliseconds, an `x`, and 18 random digits.
pub(crate) fn unique() -> String {
    let millis = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis();
    let random = fastrand::u64(100_000_000_000_000_000..1_000_000_000_000_000_000);
    format!("{millis}x{random}")
}
