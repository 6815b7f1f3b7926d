//! Files in a folder, for a laptop: what S3 is on AWS. The local gateway serves them ([`Folder::open`]) at URLs that it signed.
//!
//! `{folder}/{connection}/{hash}` is a line with the media type, then the bytes: in one file, so that both are there or neither is.
//! A file is written beside its place, synced and renamed. The key of the signatures is in the folder too, so that URLs outlive
//! the process. Nothing outside the folder can be reached: a path is made of a [`FileKey`] alone, which has no dots.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, Response};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use super::key::FileKey;
use super::media::{MAX_FILE, MediaType, Shown, Upload};
use super::{Answering, Files, Kept, NoFile, hex, percent};
use crate::time::Millis;

/// Where the gateway serves them.
pub const PATH: &str = "/files/";

/// The signatures' key; no [`FileKey`] begins with a dot.
const KEY_FILE: &str = ".key";
const KEY_BYTES: usize = 32;
/// So that what is signed here is signed for nothing else.
const PURPOSE: &[u8] = b"switchboard file url 1\n";
/// The longest path and query that is looked at. Ours are shorter: a name has at most 255 bytes, and is escaped twice.
const MAX_URL: usize = 8192;

/// Files in a folder.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
    base: String,
    key: hmac::Key,
}

/// A file as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its bytes and media type.
    pub kept: Kept,
    /// The header `Content-Disposition`.
    pub disposition: String,
}

impl Stored {
    /// The response, with what keeps a browser from taking the file for more than it is.
    pub fn into_response(self) -> Response<Bytes> {
        let value = |text: &str, otherwise: &'static str| {
            HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(otherwise))
        };
        let content_type = value(self.kept.media_type.as_str(), "application/octet-stream");
        let disposition = value(&self.disposition, "attachment");
        let mut response = Response::new(self.kept.bytes);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, content_type);
        headers.insert(CONTENT_DISPOSITION, disposition);
        for (name, value) in [
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
            (REFERRER_POLICY, "no-referrer"),
            (CACHE_CONTROL, "private, no-store"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

impl Folder {
    /// Files in the folder `root`, which is made if it is not there; `base` is where the gateway is reached, such as
    /// `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// If the folder cannot be made, or its key not be read or written.
    pub fn new(root: impl Into<PathBuf>, base: &str) -> io::Result<Self> {
        let root = root.into();
        make_folder(&root)?;
        Ok(Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &key_of(&root)?),
            root,
            base: base.trim_end_matches('/').to_owned(),
        })
    }

    /// What a URL of [`Files::url`] leads to, if it is one and has not expired; `path_and_query` is what the gateway was asked for.
    ///
    /// # Errors
    /// [`NoFile::NotThere`] for whatever is wrong: answer 404. [`NoFile::Later`] if the disk does not do its part: answer 503.
    pub async fn open(&self, path_and_query: &str, now: Millis) -> Result<Stored, NoFile> {
        let (key, disposition) = self.verified(path_and_query, now).ok_or(NoFile::NotThere)?;
        let kept = self.get(&key, MAX_FILE, Duration::MAX).await?;
        let disposition = if kept.media_type.may_be_shown() {
            disposition
        } else {
            // Whatever was signed: the file may have been kept anew since, as something else.
            disposition.replacen("inline", "attachment", 1)
        };
        Ok(Stored { kept, disposition })
    }

    /// The key and the disposition of a URL that was signed here and has not expired.
    fn verified(&self, path_and_query: &str, now: Millis) -> Option<(FileKey, String)> {
        if path_and_query.len() > MAX_URL {
            return None;
        }
        let (signed, signature) = path_and_query.rsplit_once("&signature=")?;
        hmac::verify(&self.key, &to_sign(signed), &unhex(signature)?).ok()?;
        let (key, query) = signed.strip_prefix(PATH)?.split_once('?')?;
        let (expires, disposition) = query
            .strip_prefix("expires=")?
            .split_once("&disposition=")?;
        let expires: u64 = expires.parse().ok()?;
        if now.seconds() >= expires {
            return None;
        }
        Some((key.parse().ok()?, percent::decode(disposition)?))
    }

    fn path(&self, key: &FileKey) -> (PathBuf, PathBuf) {
        let (connection, hash) = key.parts();
        let folder = self.root.join(connection);
        let file = folder.join(hash);
        (folder, file)
    }
}

impl Files for Folder {
    fn put<'a>(
        &'a self,
        key: &'a FileKey,
        upload: &'a Upload,
        within: Duration,
    ) -> Answering<'a, ()> {
        let (folder, file) = self.path(key);
        let (bytes, media_type) = (upload.bytes().clone(), upload.media_type().clone());
        Box::pin(apart(within, move || {
            write(&folder, &file, &media_type, &bytes).map_err(NoFile::from)
        }))
    }

    fn get<'a>(&'a self, key: &'a FileKey, limit: usize, within: Duration) -> Answering<'a, Kept> {
        let (_, file) = self.path(key);
        Box::pin(apart(within, move || read(&file, limit)))
    }

    fn url(
        &self,
        key: &FileKey,
        shown: &Shown,
        valid_for: Duration,
        now: Millis,
    ) -> Result<String, NoFile> {
        let mut url = format!(
            "{PATH}{key}?expires={}&disposition={}",
            now.after(valid_for).seconds(),
            percent::encode(&shown.disposition())
        );
        let signature = hmac::sign(&self.key, &to_sign(&url));
        url.push_str("&signature=");
        url.push_str(&hex(signature.as_ref()));
        Ok(format!("{}{url}", self.base))
    }
}

impl From<io::Error> for NoFile {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound {
            Self::NotThere
        } else {
            Self::later(error.kind())
        }
    }
}

/// The disk's part, on a thread where it may block.
async fn apart<T: Send + 'static>(
    within: Duration,
    work: impl FnOnce() -> Result<T, NoFile> + Send + 'static,
) -> Result<T, NoFile> {
    match tokio::time::timeout(within, tokio::task::spawn_blocking(work)).await {
        Ok(Ok(done)) => done,
        Ok(Err(_)) => Err(NoFile::later("the work on the disk was cut off")),
        Err(_) => Err(NoFile::later("the disk takes too long")),
    }
}

fn to_sign(path_and_query: &str) -> Vec<u8> {
    [PURPOSE, path_and_query.as_bytes()].concat()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |b: &u8| char::from(*b).to_digit(16);
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    pairs
        .iter()
        .map(|[high, low]| u8::try_from(digit(high)? * 16 + digit(low)?).ok())
        .collect()
}

fn write(folder: &Path, file: &Path, media_type: &MediaType, bytes: &[u8]) -> io::Result<()> {
    make_folder(folder)?;
    let aside = Aside::create(folder)?;
    let mut to = &aside.file;
    to.write_all(media_type.as_str().as_bytes())?;
    to.write_all(b"\n")?;
    to.write_all(bytes)?;
    aside.file.sync_all()?;
    fs::rename(&aside.path, file)?;
    // The name is on the disk only when the folder is.
    File::open(folder)?.sync_all()
}

fn read(file: &Path, limit: usize) -> Result<Kept, NoFile> {
    let broken = || NoFile::never("what is kept under this key was not kept by this program");
    // The line is at most so long.
    let most = limit.saturating_add(MediaType::MAX + 1);
    let mut content = Vec::new();
    File::open(file)?
        .take(u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1))
        .read_to_end(&mut content)?;
    let line = content
        .iter()
        .take(MediaType::MAX + 1)
        .position(|b| *b == b'\n')
        .ok_or_else(broken)?;
    let bytes = Bytes::from(content);
    let media_type = std::str::from_utf8(&bytes.slice(..line))
        .ok()
        .and_then(|media_type| media_type.parse().ok())
        .ok_or_else(broken)?;
    let bytes = bytes.slice(line + 1..);
    if bytes.len() > limit {
        return Err(NoFile::never(format!(
            "the file is longer than {limit} bytes"
        )));
    }
    Ok(Kept { bytes, media_type })
}

/// A file beside its place, that is removed unless it was renamed.
struct Aside {
    path: PathBuf,
    file: File,
}

impl Aside {
    fn create(folder: &Path) -> io::Result<Self> {
        let path = folder.join(format!(".{:032x}", fastrand::u128(..)));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        Ok(Self { path, file })
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // As a rule it was renamed and is not there; what cannot be removed is litter that nobody reads.
        drop(fs::remove_file(&self.path));
    }
}

/// Only its owner may look: the files are visitors'.
fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The folder's key, made if it has none. Two processes that begin at once get the same one.
fn key_of(root: &Path) -> io::Result<Vec<u8>> {
    let path = root.join(KEY_FILE);
    if !path.try_exists()? {
        let mut key = [0; KEY_BYTES];
        SystemRandom::new()
            .fill(&mut key)
            .map_err(|_| io::Error::other("the system has no random numbers"))?;
        let aside = Aside::create(root)?;
        (&aside.file).write_all(&key)?;
        aside.file.sync_all()?;
        // A link, unlike a renaming, leaves alone what another has put there.
        match fs::hard_link(&aside.path, &path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            done => done?,
        }
    }
    let key = fs::read(&path)?;
    if key.len() != KEY_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!(
                "{} is not a key of {KEY_BYTES} bytes; remove it, and a new one is made",
                path.display()
            ),
        ));
    }
    Ok(key)
}

#[cfg(test)]
mod tests;
