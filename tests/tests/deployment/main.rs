//! It deploys: `template.yaml` as it is, with the release programs, on an emulated AWS, [ministack](https://pypi.org/project/ministack/),
//! which starts the programs as processes, serves the API, brings the table's stream to `redeliver`, keeps secrets and files,
//! and lets each function do what its role may. One emulator and one deployment for all tests; those that break something have a
//! deployment of their own.
//!
//! * `cloud.py` is the emulator's process, `bridge.py` what it differs in from AWS; [`python`] is where they run, [`cloud`] this
//!   side of them;
//! * [`programs`] are what is deployed, [`stack`] a deployment, with the command line as its user has it, [`pair`] a channel and an
//!   agent on it; the adapters of all ends are those of the system's tests;
//! * [`conversations`] and [`files`]: every platform; [`catching_up`]: an agent that was down, a process that was killed;
//!   [`dead`]: a dead letter sent again; [`refused`]: nobody gets in; [`permissions`]: each role against its program;
//!   [`options`]: the template's parameters; [`wrong`]: programs, permissions and secrets that are not as they should be.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what is wrong by panicking"
)]

mod catching_up;
mod cloud;
mod conversations;
mod dead;
mod files;
mod matrix;
mod options;
mod pair;
mod permissions;
mod process;
mod programs;
mod python;
mod refused;
mod stack;
mod wrong;

/// What the adapters of the ends want of the world they are in.
mod world {
    pub(crate) use crate::pair::PATIENCE;

    pub(crate) const TASK: &str = "1721129985149x478019552540622850";
}
