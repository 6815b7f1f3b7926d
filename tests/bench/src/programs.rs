//! The programs that are measured.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;
use crate::table::{Table, Verdict};

/// The bootstraps that are deployed.
pub(crate) const FUNCTIONS: [&str; 6] = [
    "api-medium",
    "omnichannel",
    "redeliver",
    "selarti",
    "telegram",
    "webim",
];
/// What else is needed.
const OTHERS: [&str; 3] = ["hello", "probe", "switchboard"];

/// The design's limit for a bootstrap, in bytes.
const LARGEST: u64 = 5_000_000;

/// Builds them, one command each: built together, each would get the features that any of them asks for.
pub(crate) fn build(profile: &str) -> Result<(), Error> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    for program in FUNCTIONS.iter().chain(&OTHERS) {
        crate::say(&format!("building {program} ({profile}) ..."));
        let status = Command::new(&cargo)
            .args(["build", "--quiet", "--profile", profile, "-p", program])
            .status()?;
        if !status.success() {
            return Err(format!("{program} could not be built: {status}").into());
        }
    }
    Ok(())
}

/// Where they are.
#[derive(Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Those of a profile, in the target directory that this program is in.
    pub(crate) fn of(profile: &str) -> Result<Self, Error> {
        let own = std::env::current_exe()?;
        let target = own
            .parent()
            .and_then(Path::parent)
            .ok_or("this program is not in a target directory")?;
        let folder = target.join(if profile == "dev" { "debug" } else { profile });
        Ok(Self { folder })
    }

    /// One of them.
    pub(crate) fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }

    /// Their sizes.
    pub(crate) fn sizes(&self, table: &mut Table) -> Result<(), Error> {
        for program in ["hello"].iter().chain(&FUNCTIONS) {
            let size = std::fs::metadata(self.path(program))?.len();
            let verdict = if *program == "hello" {
                Verdict::Reference
            } else {
                Verdict::of(size <= LARGEST)
            };
            #[expect(
                clippy::cast_precision_loss,
                reason = "a program is smaller than 2^53 bytes"
            )]
            let megabytes = size as f64 / 1e6;
            table.row(
                &format!("bootstrap `{program}`"),
                &format!("{megabytes:.2} MB"),
                "5 MB (5,000,000 bytes)",
                verdict,
            );
        }
        Ok(())
    }
}
