//! A file that a visitor sent: its URL holds the bot's token, so its bytes are fetched here and the URL goes nowhere.
//!
//! Source: <https://core.telegram.org/bots/api#getfile>. A bot may fetch up to 20 MB.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use serde_json::json;

use super::Settings;
use crate::connections::Secret;
use crate::delivery::failure::Failure;
use crate::delivery::outside::{Outside, Target};
use crate::files::{MAX_FILE, NoFile};
use crate::http::{Answer, NotFetched};
use crate::platforms::telegram::wire::FilePath;

/// The bytes of the file `id`.
///
/// # Errors
/// [`NoFile::Never`] if Telegram will not give it, such as one that is too large.
pub async fn fetch(
    outside: &Outside<'_>,
    target: &Target<'_>,
    settings: &Settings,
    id: &str,
) -> Result<Bytes, NoFile> {
    let token = outside
        .secrets
        .get(&settings.bot_token)
        .await
        .map_err(later)?;
    let path = path(outside, target, settings, &token, id).await?;
    let base = settings.api_url.trim_end_matches('/');
    let url = format!("{base}/file/bot{}/{path}", token.expose());
    let timeout = target.timeout().map_err(no_file)?;
    let answer = outside
        .http
        .fetch(Method::GET, &url, HeaderMap::new(), "", timeout, MAX_FILE)
        .await
        .map_err(|error| match error {
            NotFetched::NoAnswer(error) => later(error),
            NotFetched::TooLong(_) => never(error),
        })?;
    success(&answer)?;
    Ok(answer.body)
}

async fn path(
    outside: &Outside<'_>,
    target: &Target<'_>,
    settings: &Settings,
    token: &Secret,
    id: &str,
) -> Result<String, NoFile> {
    let base = settings.api_url.trim_end_matches('/');
    let url = format!("{base}/bot{}/getFile", token.expose());
    let headers =
        HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let body = json!({ "file_id": id }).to_string();
    let timeout = target.timeout().map_err(no_file)?;
    let answer = outside
        .http
        .call(Method::POST, &url, headers, body, timeout)
        .await
        .map_err(later)?;
    if answer.status == StatusCode::OK {
        let told: Option<FilePath> = serde_json::from_slice(&answer.body).ok();
        return told
            .and_then(|told| told.result.file_path)
            .filter(|path| is_plain(path))
            .ok_or_else(|| never("the answer to getFile names no file"));
    }
    // "Bad Request: file is too big" and the like.
    super::send::judge(&answer).map_err(|refused| no_file(refused.into()))?;
    Err(never("the answer to getFile is none"))
}

/// Whether it stays below the URL that it is put behind.
fn is_plain(path: &str) -> bool {
    !path.is_empty()
        && !path.split('/').any(|segment| segment == "..")
        && path
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
}

fn success(answer: &Answer) -> Result<(), NoFile> {
    if answer.status.is_success() {
        Ok(())
    } else {
        Err(no_file(Failure::from_status(answer, None)))
    }
}

fn no_file(failure: Failure) -> NoFile {
    match failure {
        Failure::Later { after, reason, .. } => NoFile::Later { after, reason },
        Failure::Unauthorized {
            reason,
            never: false,
        } => NoFile::Unauthorized { reason },
        Failure::Never { reason }
        | Failure::Unauthorized {
            reason,
            never: true,
        } => NoFile::Never { reason },
        Failure::Moved(_) => never("the answer is about a chat"),
    }
}

fn later(why: impl std::fmt::Display) -> NoFile {
    NoFile::Later {
        after: None,
        reason: why.to_string(),
    }
}

fn never(why: impl std::fmt::Display) -> NoFile {
    NoFile::Never {
        reason: why.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_below_its_bot() {
        for path in ["photos/file_0.jpg", "documents/a-b_c.tar.gz"] {
            assert!(is_plain(path), "{path}");
        }
        for path in [
            "",
            "../bot2/getMe",
            "a/../../b",
            "a?b",
            "a#b",
            "a b",
            "a%2e",
            "http://x",
        ] {
            assert!(!is_plain(path), "{path}");
        }
    }
}
