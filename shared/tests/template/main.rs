//! `template.yaml` as data: what a person is told before they deploy, and what has to hold of every function, of what is kept, and of what
//! is seen. What SAM makes of it is `.ci/check_template.py`'s, what it does is `tests/deployment`'s; that its table is the store's, `store`'s.
//!
//! * [`read`] reads it;
//! * [`parameters`]: each says what it costs and is used; the rules explain themselves; [`outputs`]: what to paste where;
//! * [`functions`]: routes, logs, environment, versions; [`permissions`]: what no role may have;
//! * [`kept`]: data outlives the stack; [`tags`];
//! * [`alarms`] and [`dashboard`]: they look at metrics that there are;
//! * [`operations`]: the page that is about all of this names what there is.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what is wrong by panicking"
)]

mod alarms;
mod dashboard;
mod functions;
mod kept;
mod operations;
mod outputs;
mod parameters;
mod permissions;
mod read;
mod tags;
