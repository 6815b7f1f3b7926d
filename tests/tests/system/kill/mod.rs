//! The real bootstraps are killed (`SIGKILL`) at every call that they make, before it has its effect and after. Nothing
//! is lost, and nothing is doubled beyond the documented hole: a crash between the other side's acceptance and our note
//! of it.
//!
//! * [`messages`]: what is said between an agent that takes our ids and a channel, both ways, and redelivery itself;
//! * [`threads`]: the same with agents that have ids of their own;
//! * [`handover`]: people take over, give back, and a conversation is closed;
//! * [`relief`]: another agent stands in;
//! * [`files`]: a file goes through [`bucket`], object storage's stand-in.
//!
//! [`programs`] are the functions' processes and the API before them, [`stage`] a deployment of those alone, [`cast`] who is
//! on it. A [`Tap`](super::tap::Tap) stands before everything that they call.

pub(crate) mod bucket;
mod cast;
mod files;
mod handover;
mod messages;
pub(crate) mod programs;
mod relief;
mod stage;
mod threads;

use std::time::Duration;

use tokio::task::JoinSet;

use super::tap::When;

/// How long an invocation may take. Its lease ends with it, so redelivery begins soon after a kill.
const INVOCATION: Duration = Duration::from_secs(3);

/// Where a function's calls are noted, redelivery's are not to be among them, however slow the machine is.
const NEVER: Duration = Duration::from_secs(3600);

/// A point in a function's life: with regard to its call with that number, counted from zero.
type Point = (usize, When);

/// Runs `case` for every call, before and after, at once, each with a world of its own. A case says whether the process was killed:
/// on a busy machine a lease may be too short for the last calls, which are redelivery's then.
async fn at_every_point<F, Case>(calls: &[impl AsRef<str>], case: Case)
where
    Case: Fn(usize, When, String) -> F,
    F: Future<Output = bool> + Send + 'static,
{
    let mut running = JoinSet::new();
    for (at, call) in calls.iter().enumerate() {
        for when in [When::Before, When::After] {
            running.spawn(case(at, when, call.as_ref().to_owned()));
        }
    }
    // All of them, because which ones fail says more than the first that does. Each has said why.
    let cases = running.len();
    let (mut failed, mut killed) = (0, 0);
    while let Some(case) = running.join_next().await {
        failed += usize::from(case.is_err());
        killed += usize::from(case.is_ok_and(|killed| killed));
    }
    assert_eq!(failed, 0, "of {cases} cases");
    assert!(killed * 2 > cases, "only {killed} of {cases} were killed");
}

/// The points of the documented hole: from when the other side took what the last call of `taking` brought, until the last call
/// has noted it.
fn hole(calls: &[impl AsRef<str>], taking: &str) -> std::ops::RangeInclusive<Point> {
    let taken = calls.iter().rposition(|call| call.as_ref() == taking);
    (taken.unwrap(), When::After)..=(calls.len() - 1, When::Before)
}
