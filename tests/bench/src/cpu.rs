//! What a process has used of the CPU, and on which CPU it may run.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::Error;

/// Set in the process that keeps to one CPU.
const PINNED: &str = "SWITCHBOARD_BENCH_PINNED";

/// Whether this process has been through [`again_pinned`].
pub(crate) fn is_pinned() -> bool {
    std::env::var_os(PINNED).is_some()
}

/// Becomes this program again, on the first CPU alone if there is a `taskset` that can say so.
pub(crate) fn again_pinned(arguments: &[String]) -> Result<(), Error> {
    let own = std::env::current_exe()?;
    let mut again = if has_taskset() {
        let mut taskset = Command::new("taskset");
        taskset.args(["-c", "0"]).arg(own);
        taskset
    } else {
        crate::say("there is no taskset: the figures vary more");
        Command::new(own)
    };
    Err(again.args(arguments).env(PINNED, "1").exec().into())
}

fn has_taskset() -> bool {
    let mut taskset = Command::new("taskset");
    taskset
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    taskset.status().is_ok_and(|status| status.success())
}

/// Moves all threads of a process to the second CPU, if there are one and `taskset`.
pub(crate) fn apart(process: u32) -> Result<(), Error> {
    // Counted without regard to this process's own affinity.
    let second = std::path::Path::new("/sys/devices/system/cpu/cpu1").exists();
    if !second || !has_taskset() {
        return Ok(());
    }
    let status = Command::new("taskset")
        .args(["-a", "-c", "-p", "1", &process.to_string()])
        .stdout(Stdio::null())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("taskset: {status}").into())
    }
}

/// The CPU time, user and system, that the threads of a process have used so far.
///
/// The first field of `schedstat`: nanoseconds on the CPU. Exact once the threads are blocked. Threads that have ended
/// are missing, so a measured stretch must not be one in which threads end.
pub(crate) fn used(process: u32) -> Result<Duration, Error> {
    let mut nanoseconds = 0;
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let schedstat = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        let used: u64 = schedstat
            .split(' ')
            .next()
            .ok_or("schedstat is empty")?
            .parse()?;
        nanoseconds += used;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// The CPU time, user and system, that a process has used so far, with its threads that have ended; in steps of 10 ms.
///
/// Fields 14 and 15 of `stat`, in ticks of a hundredth of a second on every Linux.
pub(crate) fn used_by_all(process: u32) -> Result<Duration, Error> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second field, the name, may hold blanks; it ends with the last parenthesis.
    let (_, fields) = stat.rsplit_once(") ").ok_or("stat has no name")?;
    let ticks = fields
        .split(' ')
        .skip(11)
        .take(2)
        .map(str::parse::<u64>)
        .sum::<Result<u64, _>>()?;
    Ok(Duration::from_millis(ticks * 10))
}

/// The one in the middle.
pub(crate) fn median(mut values: Vec<Duration>) -> Duration {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Milliseconds, for a person.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
