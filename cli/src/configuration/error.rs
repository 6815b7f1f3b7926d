//! What is wrong with a configuration: one line that names the file, the line, the section, the key, and the choices. Never a
//! secret, and never a value that could be one.

use std::fmt;

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    file: String,
    line: Option<usize>,
    section: Option<String>,
    what: String,
}

impl Error {
    /// Something about the whole file.
    pub(super) fn whole(file: &str, what: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            section: None,
            what: what.into(),
        }
    }

    /// Something in a line.
    pub(super) fn at(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            ..Self::whole(file, what)
        }
    }

    /// The same, in a section such as `[channels.site]`.
    pub(super) fn of(self, section: impl Into<String>) -> Self {
        Self {
            section: Some(section.into()),
            ..self
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(section) = &self.section {
            write!(f, ": {section}")?;
        }
        write!(f, ": {}", self.what)
    }
}

impl std::error::Error for Error {}
