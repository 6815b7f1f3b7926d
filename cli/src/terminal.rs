//! What a person reads: the one place that writes to the terminal. The log is something else ([`crate::logging`]).

use std::fmt::Display;
use std::io::{self, Write};

/// Writes a line to stdout. That nobody reads it any more (`switchboard urls | head -1`) is no error of ours.
///
/// # Errors
/// What else the terminal says.
pub(crate) fn line(text: impl Display) -> io::Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Writes an error to stderr, on one line.
pub(crate) fn error(text: impl Display) {
    let text = text.to_string().replace('\n', " ");
    if writeln!(io::stderr().lock(), "error: {text}").is_err() {
        // There is nobody left to tell; the exit code says it.
        tracing::debug!("stderr is closed");
    }
}
