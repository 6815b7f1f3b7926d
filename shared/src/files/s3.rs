//! Files in a bucket of S3, over the one HTTP client: `PutObject`, `GetObject`, and URLs that S3 itself answers.
//!
//! The function's role wants `s3:PutObject` and `s3:GetObject` on `{bucket}/*`. Without `s3:ListBucket` S3 answers 403 and not 404 for
//! what is not there (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>); that is then taken for a refusal that
//! a person mends. How long files stay is the bucket's lifecycle rule.
//!
//! A URL is good for as long as it was made for, and no longer than the credentials that signed it: on Lambda these are the
//! function's own, and temporary, so that a URL can end hours before its time.

use std::time::{Duration, Instant};

use aws_sigv4::http_request::SignableBody;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode, Uri};
use ring::digest::{SHA256, digest};

use super::key::FileKey;
use super::media::{MediaType, Shown, Upload};
use super::{Answering, Files, Kept, NoFile, hex, percent};
use crate::aws::sign::{self, Signer};
use crate::aws::{self, Account};
use crate::http::{Answer, Http, NotFetched};
use crate::time::Millis;

/// The longest that a signature of version 4 is good for.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);
/// `PutObject` answers with nothing but headers. Bytes.
const MAX_PUT_ANSWER: usize = 64 * 1024;
/// A second attempt that has less time than this is not made.
const LEAST: Duration = Duration::from_millis(250);

/// Where the bucket is and who calls it.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Its region, and who calls it.
    pub account: Account,
    /// Another endpoint than the region's own, such as `http://127.0.0.1:9000`, for an emulator. The bucket is then named in
    /// the path.
    pub endpoint: Option<String>,
}

impl Bucket {
    /// As Lambda sets it: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, and
    /// `AWS_ENDPOINT_URL_S3` for an emulator.
    ///
    /// # Errors
    /// The name of the variable that is missing.
    pub fn from_environment(name: impl Into<String>) -> Result<Self, String> {
        Ok(Self {
            name: name.into(),
            account: Account::from_environment()?,
            endpoint: aws::endpoint("S3"),
        })
    }

    /// Where its objects are: what a key is put behind.
    fn base(&self) -> Result<String, String> {
        let name = &self.name;
        let region = &self.account.region;
        if !is_bucket_name(name) {
            return Err(
                "the name of a bucket is 3 to 63 lower-case letters, digits, dots and hyphens"
                    .to_owned(),
            );
        }
        if region.is_empty()
            || !region
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        {
            return Err("the region of a bucket is letters, digits and hyphens".to_owned());
        }
        if let Some(endpoint) = &self.endpoint {
            let endpoint = checked_endpoint(endpoint)
                .ok_or("the endpoint of S3 is http:// or https:// and a host, and nothing else")?;
            return Ok(format!("{endpoint}/{name}/"));
        }
        let domain = self.account.domain();
        // The certificate does not cover a name with dots in front of it.
        Ok(if name.contains('.') {
            format!("https://s3.{region}.{domain}/{name}/")
        } else {
            format!("https://{name}.s3.{region}.{domain}/")
        })
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>, as far as it matters to a URL.
fn is_bucket_name(name: &str) -> bool {
    (3..=63).contains(&name.len())
        && !name.contains("..")
        && !name.starts_with(['.', '-'])
        && !name.ends_with(['.', '-'])
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-'))
}

fn checked_endpoint(endpoint: &str) -> Option<&str> {
    let endpoint = endpoint.strip_suffix('/').unwrap_or(endpoint);
    let uri: Uri = endpoint.parse().ok()?;
    let authority = uri.authority()?.as_str();
    let scheme = uri.scheme_str()?;
    let plain = matches!(scheme, "http" | "https")
        && !authority.contains('@')
        && endpoint.len() == scheme.len() + "://".len() + authority.len();
    plain.then_some(endpoint)
}

/// Files in a bucket.
#[derive(Debug)]
pub struct S3 {
    http: Http,
    signer: Signer,
    base: String,
}

impl S3 {
    /// Files in `bucket`, over `http`.
    ///
    /// # Errors
    /// What is wrong with the bucket's name, region or endpoint.
    pub fn new(http: Http, bucket: Bucket) -> Result<Self, String> {
        Ok(Self {
            http,
            base: bucket.base()?,
            signer: Signer {
                service: sign::S3,
                account: bucket.account,
            },
        })
    }

    fn object(&self, key: &FileKey) -> String {
        format!("{}{key}", self.base)
    }

    /// One call, judged. Once more at once, if there was no answer or S3 says that it broke, and time is left: a pooled connection may
    /// have been closed while the sandbox was frozen, and both calls may be repeated without a thought.
    async fn call(&self, call: Call<'_>, within: Duration) -> Result<Answer, NoFile> {
        let url = self.object(call.key);
        let hash = hex(digest(&SHA256, &call.body).as_ref());
        let begun = Instant::now();
        let mut left = within;
        let mut again = true;
        loop {
            let headers = self
                .signer
                .headers(
                    call.method.as_str(),
                    &url,
                    call.headers,
                    SignableBody::Precomputed(hash.clone()),
                    Millis::now(),
                )
                .map_err(NoFile::never)?;
            let answer = self
                .http
                .fetch(
                    call.method.clone(),
                    &url,
                    headers,
                    call.body.clone(),
                    left,
                    call.limit,
                )
                .await;
            left = within.saturating_sub(begun.elapsed());
            if again && left >= LEAST && is_passing(&answer) {
                again = false;
                continue;
            }
            return judge(answer?);
        }
    }
}

/// A call of S3.
struct Call<'a> {
    method: Method,
    key: &'a FileKey,
    headers: &'a [(&'static str, &'a str)],
    body: Bytes,
    /// The longest answer, in bytes.
    limit: usize,
}

impl Files for S3 {
    fn put<'a>(
        &'a self,
        key: &'a FileKey,
        upload: &'a Upload,
        within: Duration,
    ) -> Answering<'a, ()> {
        Box::pin(async move {
            let disposition = upload.shown().disposition();
            let call = Call {
                method: Method::PUT,
                key,
                headers: &[
                    (CONTENT_TYPE.as_str(), upload.media_type().as_str()),
                    // For whoever opens it without one of our URLs, such as the console.
                    ("content-disposition", &disposition),
                ],
                body: upload.bytes().clone(),
                limit: MAX_PUT_ANSWER,
            };
            self.call(call, within).await.map(|_| ())
        })
    }

    fn get<'a>(&'a self, key: &'a FileKey, limit: usize, within: Duration) -> Answering<'a, Kept> {
        Box::pin(async move {
            let call = Call {
                method: Method::GET,
                key,
                headers: &[],
                body: Bytes::new(),
                limit,
            };
            let answer = self.call(call, within).await?;
            let media_type = answer
                .headers
                .get(CONTENT_TYPE)
                .and_then(|value| value.to_str().ok())
                .and_then(|value| value.parse().ok());
            Ok(Kept {
                bytes: answer.body,
                // Another one put it there.
                media_type: media_type.unwrap_or_else(MediaType::anything),
            })
        })
    }

    fn url(
        &self,
        key: &FileKey,
        shown: &Shown,
        valid_for: Duration,
        now: Millis,
    ) -> Result<String, NoFile> {
        let url = format!(
            "{}?response-content-disposition={}",
            self.object(key),
            percent::encode(&shown.disposition())
        );
        self.signer
            .presigned(url, valid_for.clamp(Duration::from_secs(1), LONGEST), now)
            .map_err(NoFile::never)
    }
}

/// Whether it may well be over at once.
fn is_passing(answer: &Result<Answer, NotFetched>) -> bool {
    match answer {
        Ok(answer) => matches!(
            answer.status,
            StatusCode::INTERNAL_SERVER_ERROR
                | StatusCode::BAD_GATEWAY
                | StatusCode::GATEWAY_TIMEOUT
        ),
        Err(error) => matches!(error, NotFetched::NoAnswer(_)),
    }
}

/// What an answer means: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>. Only the error's code is quoted,
/// because its message may hold the access key.
fn judge(answer: Answer) -> Result<Answer, NoFile> {
    let status = answer.status;
    if status.is_success() {
        return Ok(answer);
    }
    let code = code(&answer.body);
    let reason = match code {
        Some(code) => format!("S3 answered {} {code}", status.as_u16()),
        None => format!("S3 answered {}", status.as_u16()),
    };
    let never = matches!(
        status,
        StatusCode::BAD_REQUEST | StatusCode::LENGTH_REQUIRED | StatusCode::PAYLOAD_TOO_LARGE
    );
    match code {
        // The bucket, not the file: a person mends it.
        Some("NoSuchBucket" | "ExpiredToken" | "InvalidToken" | "RequestTimeout") => {
            Err(NoFile::later(reason))
        }
        _ if status == StatusCode::NOT_FOUND => Err(NoFile::NotThere),
        _ if never => Err(NoFile::never(reason)),
        // Refused, the wrong region, too many, or broken.
        _ => Err(NoFile::Later {
            after: answer.retry_after(),
            reason,
        }),
    }
}

/// `<Code>` of an error, if it is a plain word.
fn code(body: &[u8]) -> Option<&str> {
    let body = std::str::from_utf8(body).ok()?;
    let (_, rest) = body.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    let plain = code.len() <= 64 && code.bytes().all(|b| b.is_ascii_alphanumeric());
    plain.then_some(code)
}

impl From<NotFetched> for NoFile {
    fn from(error: NotFetched) -> Self {
        match error {
            NotFetched::NoAnswer(error) => Self::later(error),
            NotFetched::TooLong(limit) => {
                Self::never(format!("the file is longer than {limit} bytes"))
            }
        }
    }
}

#[cfg(test)]
mod tests;
