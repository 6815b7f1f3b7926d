//! A call of the other side, and what its answer means.

use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::connections::{Secret, SecretRef};
use crate::delivery::failure::Failure;
use crate::delivery::outside::Outside;
use crate::http::Answer;
use crate::platforms::{check_url, optional_text};

/// Posts `body` to `url`, with `Authorization: Token …` if there is a token.
///
/// # Errors
/// [`Failure`], if there is no answer.
pub(crate) async fn post(
    outside: &Outside<'_>,
    url: &str,
    token: Option<&Secret>,
    body: &impl Serialize,
    timeout: Duration,
) -> Result<Answer, Failure> {
    let mut headers =
        HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    if let Some(token) = token {
        let authorization = HeaderValue::try_from(format!("Token {}", token.expose()));
        let mut authorization = authorization
            .map_err(|_| Failure::misconfigured("the token holds characters that no header may"))?;
        authorization.set_sensitive(true);
        headers.insert(AUTHORIZATION, authorization);
    }
    let body = serde_json::to_vec(body).map_err(Failure::never)?;
    let answer = outside
        .http
        .call(Method::POST, url, headers, body, timeout)
        .await;
    answer.map_err(Failure::from)
}

/// Why the other side did not do what it was asked, in its words.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refused {
    error: Value,
    #[serde(deserialize_with = "optional_text")]
    desc: Option<String>,
}

impl Refused {
    fn of(answer: &Answer) -> Self {
        // Not everything that answers, such as a proxy, speaks JSON.
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// The error's code; `None` if there is no error.
    fn code(&self) -> Option<&str> {
        match &self.error {
            Value::Null | Value::Bool(false) => None,
            Value::String(code) if code.is_empty() => None,
            Value::String(code) => Some(code),
            _ => Some("error"),
        }
    }

    fn words(&self) -> Option<String> {
        let words: Vec<&str> = self
            .code()
            .into_iter()
            .chain(self.desc.as_deref())
            .collect();
        (!words.is_empty()).then(|| words.join(": "))
    }
}

/// What an answer means: by its status, and by the `error` that stands in a 200 of some. The codes of errors are not
/// published, so one of a 200 is for good unless it says of itself that it passes: what is refused most is a word in a chat that
/// was taken away or closed, and trying that again would hold up what comes after it.
///
/// # Errors
/// [`Failure`].
pub fn judge(answer: &Answer) -> Result<(), Failure> {
    let refused = Refused::of(answer);
    if !answer.status.is_success() {
        return Err(Failure::from_status(answer, refused.words().as_deref()));
    }
    let Some(code) = refused.code() else {
        return Ok(());
    };
    let words = refused.words().unwrap_or_default();
    let mut reason = format!("status {} with an error: ", answer.status.as_u16());
    reason.extend(words.chars().filter(|c| !c.is_control()).take(200));
    let code = code.to_ascii_lowercase().replace(['_', ' '], "-");
    let says = |words: &[&str]| words.iter().any(|word| code.contains(word));
    Err(if says(&TOKEN) {
        Failure::unauthorized(reason)
    } else if says(&INTERNAL) {
        Failure::Later {
            after: answer.retry_after(),
            in_doubt: true,
            reason,
        }
    } else if says(&PASSING) {
        Failure::Later {
            after: answer.retry_after(),
            in_doubt: false,
            reason,
        }
    } else {
        Failure::never(reason)
    })
}

/// Their own side failed, perhaps when all was done.
const INTERNAL: [&str; 3] = ["internal", "server-error", "timeout"];

/// Not done, because of the token.
const TOKEN: [&str; 2] = ["unauthorized", "token"];

/// Not done; time mends it.
const PASSING: [&str; 6] = [
    "not-ready",
    "unavailable",
    "too-many",
    "rate-limit",
    "busy",
    "try-again",
];

/// What the other side wrote, as far as it explains a status.
pub(crate) fn explanation(answer: &Answer) -> Option<String> {
    Refused::of(answer).words()
}

/// A URL that is a secret because it holds a token.
///
/// # Errors
/// [`Failure`], without the URL, if it is missing or would send the token in the clear.
pub(crate) async fn secret_url(
    outside: &Outside<'_>,
    reference: &SecretRef,
) -> Result<String, Failure> {
    let url = outside.secrets.get(reference).await;
    let url = url.map_err(Failure::misconfigured)?;
    check_url("url", url.expose())
        .map_err(|(_, why)| Failure::misconfigured(format!("the URL in `{reference}` {why}")))?;
    Ok(url.expose().to_owned())
}
