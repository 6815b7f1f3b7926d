//! Files that have no URL of their own: one that came as base64 inside a message, one whose URL would hold a bot's token.
//! They are kept in object storage and handed on as signed URLs that expire.
//!
//! * [`key`] is what a kept file is called.
//! * [`s3`] keeps them on AWS, [`folder`] on a laptop.
//! * [`media`] decides what a file is, whatever it says it is, and how it may be shown; [`sniff`] looks at its bytes,
//!   [`name`] cleans its name.
//! * [`data_url`] reads the files that come inside a message.
//! * [`public`] judges URLs that others gave and that are handed on as they are.
//!
//! A key is made of the file's bytes, so keeping the same file again changes nothing, and a message that is delivered twice has one
//! file. The URL is made anew for each delivery; the mailbox holds the key.

pub mod data_url;
pub mod folder;
pub mod key;
pub mod media;
pub mod name;
pub(crate) mod percent;
pub mod public;
pub mod s3;
pub mod sniff;

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;

pub use key::FileKey;
pub use media::{MAX_BASE64, MAX_FILE, MediaType, Shown, Upload};

use crate::time::Millis;

/// What a store of files answers with, later.
pub type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<T, NoFile>> + Send + 'a>>;

/// Where files are kept.
pub trait Files: fmt::Debug + Send + Sync {
    /// Keeps a file, within `within`. Again under the same key is fine: the last one stays.
    ///
    /// # Errors
    /// [`NoFile::Later`] or [`NoFile::Never`]; then it may be there or not.
    fn put<'a>(
        &'a self,
        key: &'a FileKey,
        upload: &'a Upload,
        within: Duration,
    ) -> Answering<'a, ()>;

    /// A kept file of at most `limit` bytes, within `within`.
    ///
    /// # Errors
    /// [`NoFile`]; [`NoFile::Never`] if it is longer.
    fn get<'a>(&'a self, key: &'a FileKey, limit: usize, within: Duration) -> Answering<'a, Kept>;

    /// A URL that whoever has it may open from `now` on for `valid_for`; a file that is not there is found out by who opens it.
    /// It is served with the media type that it was kept with, and shown as `shown` says.
    ///
    /// # Errors
    /// [`NoFile::Never`], if it cannot be signed.
    fn url(
        &self,
        key: &FileKey,
        shown: &Shown,
        valid_for: Duration,
        now: Millis,
    ) -> Result<String, NoFile>;
}

/// A kept file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its bytes.
    pub bytes: Bytes,
    /// What it was found to be when it was kept.
    pub media_type: MediaType,
}

/// Why there is no file, as what to do about it. Holds no URL and no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoFile {
    /// It is not there: never kept, or no longer.
    NotThere,
    /// Time or a person mends it: try again.
    Later {
        /// Not before this has passed, because the storage says so.
        after: Option<Duration>,
        /// For a person.
        reason: String,
    },
    /// Who we are was refused. The secrets may be others by now: [`crate::platforms::fetch`] looks.
    Unauthorized {
        /// For a person.
        reason: String,
    },
    /// It will be the same tomorrow.
    Never {
        /// For a person.
        reason: String,
    },
}

impl NoFile {
    fn later(reason: impl fmt::Display) -> Self {
        Self::Later {
            after: None,
            reason: reason.to_string(),
        }
    }

    fn never(reason: impl fmt::Display) -> Self {
        Self::Never {
            reason: reason.to_string(),
        }
    }
}

impl fmt::Display for NoFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotThere => f.write_str("the file is not there"),
            Self::Later { reason, .. } | Self::Unauthorized { reason } => {
                write!(f, "the file storage does not answer: {reason}")
            }
            Self::Never { reason } => write!(f, "the file cannot be kept or handed on: {reason}"),
        }
    }
}

impl std::error::Error for NoFile {}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(nibble.into(), 16));
        }
    }
    text
}
