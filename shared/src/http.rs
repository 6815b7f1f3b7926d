//! The one HTTP client of a function: DynamoDB and every platform are called through it, so that there is one pool, one
//! TLS stack and one place that decides what may be followed, waited for and repeated.
//!
//! Roots are compiled in, because reading the system's costs more than all the rest of a cold start. Nothing is
//! redirected, no proxy is taken from the environment, nothing is sent twice here.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, StatusCode};
use rustls::{ClientConfig, RootCertStore};

use crate::trace::Call;

/// Lambda freezes a sandbox for minutes; a pooled connection that others closed meanwhile costs a failed call.
const IDLE: Duration = Duration::from_secs(15);
/// To connect, TLS included.
const CONNECT: Duration = Duration::from_secs(3);
/// Nothing that a platform answers to a message is longer; what is beyond is not read.
const MAX_ANSWER: usize = 64 * 1024;

/// The client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Http {
    client: reqwest::Client,
}

/// What the other side answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body's first 64 KB.
    pub body: Bytes,
}

impl Answer {
    /// `Retry-After`, if it is a number of seconds. The other form, a date, is not used by any platform we speak to.
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = self.headers.get(http::header::RETRY_AFTER)?.to_str().ok()?;
        seconds.trim().parse().ok().map(Duration::from_secs)
    }
}

/// Why there is no answer. Never holds the URL: it may hold a secret.
#[derive(Debug)]
pub enum NoAnswer {
    /// The request surely did not reach the other side.
    NotSent(String),
    /// It may have reached the other side and had its effect.
    InDoubt(String),
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(why) => write!(f, "not reached: {why}"),
            Self::InDoubt(why) => write!(f, "no answer: {why}"),
        }
    }
}

impl std::error::Error for NoAnswer {}

impl NoAnswer {
    fn from(error: reqwest::Error) -> Self {
        let not_sent = error.is_connect() || error.is_builder();
        let why = chain(&error.without_url());
        if not_sent {
            Self::NotSent(why)
        } else {
            Self::InDoubt(why)
        }
    }
}

/// Why a file was not fetched. Never holds the URL.
#[derive(Debug)]
pub enum NotFetched {
    /// There is no answer.
    NoAnswer(NoAnswer),
    /// It is longer than so many bytes.
    TooLong(usize),
}

impl fmt::Display for NotFetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer(error) => error.fmt(f),
            Self::TooLong(limit) => write!(f, "longer than {limit} bytes"),
        }
    }
}

impl std::error::Error for NotFetched {}

impl From<NoAnswer> for NotFetched {
    fn from(error: NoAnswer) -> Self {
        Self::NoAnswer(error)
    }
}

/// An error with its causes, on one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl Http {
    /// Makes the client.
    ///
    /// # Errors
    /// If the TLS stack cannot be set up, which is a mistake of the build.
    pub fn new() -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        let tls =
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()?
                .with_root_certificates(roots)
                .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .build()?;
        Ok(Self { client })
    }

    /// One request, whole answer within `timeout`.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn call(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: impl Into<Bytes>,
        timeout: Duration,
    ) -> Result<Answer, NoAnswer> {
        let response = self
            .send(method, url, headers, body.into(), timeout)
            .await?;
        read(response, MAX_ANSWER).await
    }

    /// One request whose answer may be long, such as a file: the whole of it within `timeout`, and at most `limit` bytes. A longer one
    /// is an error, because half a file is none. An answer that is no success is read as [`Http::call`] reads it.
    ///
    /// # Errors
    /// [`NotFetched`].
    pub async fn fetch(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: impl Into<Bytes>,
        timeout: Duration,
        limit: usize,
    ) -> Result<Answer, NotFetched> {
        let response = self
            .send(method, url, headers, body.into(), timeout)
            .await?;
        if response.status().is_success() {
            read_whole(response, limit).await
        } else {
            Ok(read(response, MAX_ANSWER).await?)
        }
    }

    async fn send(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
        timeout: Duration,
    ) -> Result<reqwest::Response, NoAnswer> {
        let call = Call::request(&method);
        let sending = self
            .client
            .request(method, url)
            .headers(headers)
            .body(body)
            .timeout(timeout)
            .send();
        call.around(sending).await.map_err(NoAnswer::from)
    }

    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.client
    }
}

async fn read(mut response: reqwest::Response, limit: usize) -> Result<Answer, NoAnswer> {
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(NoAnswer::from)? {
        let room = limit.saturating_sub(body.len());
        body.extend_from_slice(chunk.get(..room.min(chunk.len())).unwrap_or_default());
        if body.len() >= limit {
            break;
        }
    }
    Ok(Answer {
        status,
        headers,
        body: body.freeze(),
    })
}

async fn read_whole(mut response: reqwest::Response, limit: usize) -> Result<Answer, NotFetched> {
    // What is not announced is counted as it comes, below.
    let announced = response.content_length().unwrap_or_default();
    if announced > u64::try_from(limit).unwrap_or(u64::MAX) {
        return Err(NotFetched::TooLong(limit));
    }
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let mut body = BytesMut::with_capacity(usize::try_from(announced).unwrap_or_default());
    while let Some(chunk) = response.chunk().await.map_err(NoAnswer::from)? {
        if chunk.len() > limit.saturating_sub(body.len()) {
            return Err(NotFetched::TooLong(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status,
        headers,
        body: body.freeze(),
    })
}
