//! What a deployment costs: what a message asks of AWS, times what AWS asks for that.
//!
//! * [`counts`]: how often a message calls what. A test of the whole system compares them with what the functions do.
//! * [`prices`]: AWS's list.
//! * [`bill`]: the one times the other.
//! * [`page`]: the table of `docs/operations.md`.

pub mod bill;
pub mod counts;
#[cfg(test)]
mod page;
pub mod prices;

pub use bill::{Bill, Traffic};
pub use counts::Counts;
