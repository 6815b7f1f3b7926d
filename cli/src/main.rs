//! The command `switchboard`.

use std::process::ExitCode;

fn main() -> ExitCode {
    switchboard::commands::main()
}
