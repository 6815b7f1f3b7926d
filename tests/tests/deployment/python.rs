//! A Python with the emulator in it, in a virtual environment in cargo's target directory: made once for each list of
//! requirements, also where several test runs begin at once.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ring::digest::{SHA256, digest};

const REQUIREMENTS: &str = include_str!("requirements.txt");

/// Written last, so that an environment whose making was interrupted is made again.
const COMPLETE: &str = "complete";

/// The target directory.
pub(crate) fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

/// A folder with this test's sources.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/deployment")
}

/// The Python.
pub(crate) fn python() -> PathBuf {
    let version = run(
        Command::new("python3").args(["-c", "import ensurepip, sys, venv; print(sys.version)"]),
        "Python 3.10 or later with its modules venv and ensurepip (on Debian: apt install python3-venv)",
    );
    let of = digest(&SHA256, format!("{version}{REQUIREMENTS}").as_bytes());
    let of: String = of.as_ref()[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let environments = target().join("deployment");
    fs::create_dir_all(&environments).unwrap();
    let lock = File::create(environments.join(format!("{of}.lock"))).unwrap();
    lock.lock().unwrap();
    let environment = environments.join(&of);
    let python = environment.join("bin/python");
    if environment.join(COMPLETE).exists() {
        return python;
    }
    run(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&environment),
        "a virtual environment",
    );
    // All of them are in the list, each with its version: there is nothing to resolve.
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--requirement",
    ];
    run(
        Command::new(&python)
            .args(install)
            .arg(folder().join("requirements.txt")),
        "a package index of Python: pip's own settings, such as PIP_INDEX_URL, say which",
    );
    File::create(environment.join(COMPLETE)).unwrap();
    python
}

/// What a program prints. `wants` is what is missing if it fails.
fn run(command: &mut Command, wants: &str) -> String {
    let output = command.stdin(Stdio::null()).output();
    let output =
        output.unwrap_or_else(|error| panic!("{command:?}: {error}. This test wants {wants}"));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {printed}{errors}\nThis test wants {wants}"
    );
    printed
}
