//! What is not accepted, on the webhook of every end of `End::ALL`: what its vendor's document or its page in
//! `docs/platforms` says is answered, nothing is kept, nothing of it is in the log, and a good webhook still works after.
//!
//! * [`gate`]: one end behind a gateway, and what can be posted to it;
//! * [`answers`]: how each end says what is wrong;
//! * [`list`]: the list of bad input, the same for every end;
//! * [`vendors`]: the rows of the vendors' own tables of answers, one by one.

pub(crate) mod answers;
pub(crate) mod gate;
mod list;
mod vendors;
