//! How a simulator calls the bridge: plain HTTP with JSON, as the platforms' servers do.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

/// What a webhook answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, as text.
    pub body: String,
}

impl Answer {
    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON, if it is.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }
}

/// There was no answer: the connection failed, was closed before the answer's end, or the time ran out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable {
    /// What happened, for a person.
    pub reason: String,
    /// Whether it was the time that ran out.
    pub timed_out: bool,
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Unreachable {}

/// A client with a pool of connections of its own.
#[derive(Clone, Debug)]
pub(crate) struct Client(reqwest::Client);

impl Client {
    /// A client that gives up on a request after `timeout`. Like the platforms it follows no redirects.
    pub(crate) fn new(timeout: Duration) -> Result<Self, Unreachable> {
        // Only `http` is ever called here. Saying so with an explicit configuration that trusts nobody keeps reqwest from
        // looking for a process-wide cryptography provider, and from panicking where none is installed.
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(
            rustls::crypto::ring::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .map_err(|error| Unreachable {
            reason: error.to_string(),
            timed_out: false,
        })?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
        reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(timeout)
            .build()
            .map(Self)
            .map_err(|error| unreachable(&error))
    }

    /// The client itself, for tests that do what a platform never does.
    #[cfg(test)]
    pub(crate) fn raw(&self) -> &reqwest::Client {
        &self.0
    }

    /// Posts `body` as JSON and reads the whole answer.
    pub(crate) async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: &Value,
    ) -> Result<Answer, Unreachable> {
        let mut map = header_map(headers)?;
        map.insert(
            reqwest::header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        answer(self.0.post(url).headers(map).body(body.to_string())).await
    }

    /// Asks with a GET and reads the whole answer.
    pub(crate) async fn get(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
    ) -> Result<Answer, Unreachable> {
        answer(self.0.get(url).headers(header_map(headers)?)).await
    }
}

fn header_map(headers: &[(&'static str, String)]) -> Result<HeaderMap, Unreachable> {
    let mut map = HeaderMap::with_capacity(headers.len() + 1);
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).map_err(|error| Unreachable {
            reason: format!("header {name}: {error}"),
            timed_out: false,
        })?;
        map.insert(HeaderName::from_static(name), value);
    }
    Ok(map)
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Answer, Unreachable> {
    let response = request.send().await.map_err(|error| unreachable(&error))?;
    let status = response.status().as_u16();
    let body = response
        .bytes()
        .await
        .map_err(|error| unreachable(&error))?;
    Ok(Answer {
        status,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

/// The whole chain of causes: reqwest shows only the outermost one.
fn unreachable(error: &reqwest::Error) -> Unreachable {
    let mut reason = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        reason.push_str(": ");
        reason.push_str(&error.to_string());
        cause = error.source();
    }
    Unreachable {
        reason,
        timed_out: error.is_timeout(),
    }
}
