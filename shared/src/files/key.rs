//! What a kept file is called.

use std::fmt;
use std::str::FromStr;

use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use super::hex;
use crate::model::ConnectionId;

/// 128 bits of a SHA-256.
const HASH_BYTES: usize = 16;

/// `{connection}/{32 hexadecimal digits}`, such as `shop-bot/0f343b0931126a20f133d67c2b018a3b`: the connection that the file came
/// through, and the beginning of the SHA-256 of both. It has nothing that would need an escape in a path or a URL, and no dot.
///
/// Not a secret: what protects a file is that its URL is signed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileKey(String);

impl FileKey {
    /// The key of a file that came through `connection`.
    pub fn of(connection: &ConnectionId, bytes: &[u8]) -> Self {
        let mut hash = Context::new(&SHA256);
        hash.update(connection.as_str().as_bytes());
        // Where the id ends: it cannot hold this.
        hash.update(&[0]);
        hash.update(bytes);
        let hash = hash.finish();
        // A SHA-256 has twice as many bytes, so there is never nothing.
        let hash = hash.as_ref().get(..HASH_BYTES).unwrap_or_default();
        Self(format!("{connection}/{}", hex(hash)))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The connection that the file came through, and the hash.
    pub fn parts(&self) -> (&str, &str) {
        // A key is only ever made with its slash.
        self.0.split_once('/').unwrap_or_default()
    }
}

/// A text that is no key of a file. Does not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidFileKey;

impl fmt::Display for InvalidFileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key of a file is {connection}/{32 lower-case hexadecimal digits}")
    }
}

impl std::error::Error for InvalidFileKey {}

impl FromStr for FileKey {
    type Err = InvalidFileKey;

    fn from_str(key: &str) -> Result<Self, InvalidFileKey> {
        let (connection, hash) = key.split_once('/').ok_or(InvalidFileKey)?;
        let valid = connection.parse::<ConnectionId>().is_ok()
            && hash.len() == HASH_BYTES * 2
            && hash
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
        if valid {
            Ok(Self(key.to_owned()))
        } else {
            Err(InvalidFileKey)
        }
    }
}

impl TryFrom<String> for FileKey {
    type Error = InvalidFileKey;

    fn try_from(key: String) -> Result<Self, InvalidFileKey> {
        key.parse()
    }
}

impl From<FileKey> for String {
    fn from(key: FileKey) -> Self {
        key.0
    }
}

impl fmt::Display for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn connection(id: &str) -> ConnectionId {
        id.parse().unwrap()
    }

    #[test]
    fn a_key_is_the_connection_and_the_hash_of_both() {
        // printf 'shop\0abc' | sha256sum | cut -c 1-32
        let key = FileKey::of(&connection("shop"), b"abc");
        assert_eq!(key.as_str(), "shop/994f14bbc67b683adae13cc7720b9f36");
        assert_eq!(key, FileKey::of(&connection("shop"), b"abc"));
        assert_ne!(
            FileKey::of(&connection("a"), b"bc").parts().1,
            FileKey::of(&connection("ab"), b"c").parts().1
        );
    }

    #[test]
    fn nothing_else_is_a_key() {
        let hash = "0f343b0931126a20f133d67c2b018a3b";
        for wrong in [
            String::new(),
            hash.to_owned(),
            format!("/{hash}"),
            format!("../{hash}"),
            format!("a/../{hash}"),
            format!("a//{hash}"),
            format!("a\\{hash}"),
            format!("A/{hash}"),
            format!("a/{hash}0"),
            format!("a/{}", hash.to_uppercase()),
            format!("a/{hash}\n"),
            format!("a%2f{hash}"),
            "a/..".to_owned(),
        ] {
            assert!(wrong.parse::<FileKey>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_key_leads_back(id in "[a-z0-9][a-z0-9-]{0,63}", bytes: Vec<u8>) {
            let key = FileKey::of(&connection(&id), &bytes);
            prop_assert_eq!(key.parts().0, id.as_str());
            prop_assert_eq!(key.as_str().parse::<FileKey>(), Ok(key));
        }

        #[test]
        fn whatever_is_a_key_is_two_plain_names(text in "\\PC{0,80}|[a-z]{1,3}[/.]{1,2}[0-9a-f]{31,33}") {
            if let Ok(key) = text.parse::<FileKey>() {
                let (connection, hash) = key.parts();
                prop_assert!(!connection.is_empty() && hash.len() == 32);
                prop_assert!(key.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'/'));
                prop_assert_eq!(key.as_str().matches('/').count(), 1);
            }
        }
    }
}
