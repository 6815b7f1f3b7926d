//! What a person reads: the one place that writes to the terminal. The log is something else ([`crate::logging`]).

use std::fmt::Display;
use std::io::{self, BufRead, IsTerminal, Write};

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

/// Asks whether to do something, on stderr so that it is read wherever stdout goes. `None` if nobody is there to answer.
///
/// # Errors
/// What the terminal says.
pub(crate) fn ask(question: &str) -> io::Result<Option<bool>> {
    let input = io::stdin();
    if !input.is_terminal() {
        return Ok(None);
    }
    answered(question, input.lock(), io::stderr().lock()).map(Some)
}

/// Only a yes is one.
fn answered(question: &str, mut input: impl BufRead, mut output: impl Write) -> io::Result<bool> {
    write!(output, "{question} [y/N] ")?;
    output.flush()?;
    let mut answer = String::new();
    input.read_line(&mut answer)?;
    Ok(matches!(
        answer.trim().to_ascii_lowercase().as_str(),
        "y" | "yes"
    ))
}

/// Writes an error to stderr, on one line.
pub(crate) fn error(text: impl Display) {
    let text = text.to_string().replace('\n', " ");
    if writeln!(io::stderr().lock(), "error: {text}").is_err() {
        // There is nobody left to tell; the exit code says it.
        tracing::debug!("stderr is closed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_one() {
        for (answer, expected) in [
            ("y\n", true),
            (" YES \n", true),
            ("n\n", false),
            ("\n", false),
            ("", false),
            ("yes, but\n", false),
        ] {
            let mut asked = Vec::new();
            let said = answered("Write this?", answer.as_bytes(), &mut asked).unwrap();
            assert_eq!(said, expected, "{answer:?}");
            assert_eq!(asked, b"Write this? [y/N] ");
        }
    }
}
