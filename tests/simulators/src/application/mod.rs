//! What the simulated applications have in common that speak a vendor's API already, and are pointed at the bridge in the
//! vendor's place: the people who write in them, and how they are called and call.
//!
//! Files: `people` what they say and see, `sending` a message's way out, `webhook` the way in, `control` the visitor's side
//! for a person with `curl`.

pub(crate) mod control;
pub(crate) mod people;
pub(crate) mod sending;
pub(crate) mod webhook;

pub use people::{Line, NoSuchButton};
pub use sending::{Delivery, Refused, Sending};
