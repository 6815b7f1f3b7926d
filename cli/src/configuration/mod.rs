//! `switchboard.toml`: read, checked, and made into connections.
//!
//! * [`read`] goes through the file; [`section`] makes one section of it into settings; [`error`] says what is wrong, where,
//!   and what would be right; [`similar`] finds what was meant.
//! * [`secrets`] checks what the connections refer to.

mod error;
mod read;
mod secrets;
mod section;
mod similar;

#[cfg(test)]
mod tests;

use std::path::Path;

use shared::connections::Connection;

pub use error::Error;

/// The name that the file has unless another is given.
pub const FILE: &str = "switchboard.toml";

/// The connections of one `switchboard.toml`, channels with their routes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The connections: first the channels, then the agents, each in the order of their ids.
    pub connections: Vec<Connection>,
}

/// Reads a file.
///
/// # Errors
/// [`Error`], also if there is no such file.
pub fn load(path: &Path) -> Result<Configuration, Error> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::whole(
            &name,
            "there is no such file; `switchboard run` without --config is a demonstration that needs none, \
             and switchboard.example.toml shows what to write",
        ),
        _ => Error::whole(&name, format!("cannot be read: {error}")),
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = 1 + error
            .as_bytes()
            .iter()
            .take(error.utf8_error().valid_up_to())
            .filter(|byte| **byte == b'\n')
            .count();
        Error::at(&name, line, "is not UTF-8")
    })?;
    parse(&text, &name)
}

/// Reads a text; errors call it `file_name`.
///
/// # Errors
/// [`Error`].
pub fn parse(text: &str, file_name: &str) -> Result<Configuration, Error> {
    read::read(text, file_name).map(|connections| Configuration { connections })
}
