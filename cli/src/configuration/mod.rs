//! `switchboard.toml`: read, checked, and made into connections.
//!
//! * [`read`] goes through the file; [`section`] makes one section of it into settings; [`error`] says what is wrong, where,
//!   and what would be right; [`similar`] finds what was meant.
//! * [`secrets`] checks what the connections refer to.
//! * [`difference`] compares the connections with those of a table, [`write`](mod@write) makes the table's what they should be,
//!   and [`export`](mod@export) makes a file of them. [`keys`] is a connection as the keys that a person writes.

mod difference;
mod error;
mod export;
mod keys;
mod read;
mod secrets;
mod section;
mod similar;
mod write;

#[cfg(test)]
mod tests;

use std::path::Path;

use shared::connections::Connection;
use shared::model::ConnectionId;

pub use difference::{Change, Difference, KeyChange, Stranded};
pub use error::Error;
pub use export::export;
pub use keys::Literal;
pub use write::{NotWritten, write};

/// The name that the file has unless another is given.
pub const FILE: &str = "switchboard.toml";

/// The connections of one `switchboard.toml`, channels with their routes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The connections: first the channels, then the agents, each in the order of their ids.
    pub connections: Vec<Connection>,
}

impl Configuration {
    /// One of the connections; errors call the configuration `file_name`.
    ///
    /// # Errors
    /// If there is none with this id: which there are.
    pub fn find(&self, id: &ConnectionId, file_name: &str) -> Result<&Connection, Error> {
        let found = self
            .connections
            .iter()
            .find(|connection| connection.id == *id);
        found.ok_or_else(|| {
            let ids = self.connections.iter();
            let ids: Vec<_> = ids.map(|connection| connection.id.as_str()).collect();
            Error::whole(file_name, similar::unknown("connection", id.as_str(), &ids))
        })
    }
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
