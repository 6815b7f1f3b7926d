//! Messages to Selarti: one text each, whatever they hold.

use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::{CAPABILITIES, Settings};
use crate::connections::Secret;
use crate::delivery::failure::Failure;
use crate::delivery::outside::{Outside, Target};
use crate::fit;
use crate::http::Answer;
use crate::model::Message;
use crate::platforms::selarti::wire::{Failed, SendMessageExternal};
use crate::platforms::{Delivered, Progress};
use crate::text::split;

/// The texts that a message becomes.
pub fn parts(message: &Message) -> Vec<String> {
    split(&fit::to_text(message), CAPABILITIES.text)
}

/// Sends part number `part`.
///
/// # Errors
/// [`Failure`].
pub async fn send(
    outside: &Outside<'_>,
    target: &Target<'_>,
    settings: &Settings,
    message: &Message,
    part: usize,
) -> Result<Delivered, Failure> {
    let parts = parts(message);
    let Some(text) = parts.get(part) else {
        return Ok(Progress::Complete.into());
    };
    let thread = target.conversation.key.thread();
    let body = SendMessageExternal {
        task_id: &settings.task_id,
        chat_id: &thread,
        message: text,
    };
    let body = serde_json::to_vec(&body).map_err(|error| Failure::never(error.to_string()))?;
    let url = endpoint(settings, "send_message_external");

    let mut token = bearer(outside, target, settings, false).await?;
    let mut answer = post(outside, &url, &token, &body, target.timeout()?).await?;
    if answer.status == StatusCode::UNAUTHORIZED && settings.api_key.is_some() {
        token = bearer(outside, target, settings, true).await?;
        answer = post(outside, &url, &token, &body, target.timeout()?).await?;
    }
    judge(&answer).map_err(|failure| failure.without(text))?;
    Ok(Progress::after(part, parts.len()).into())
}

fn endpoint(settings: &Settings, workflow: &str) -> String {
    format!(
        "{}/api/1.1/wf/{workflow}",
        settings.url.trim_end_matches('/')
    )
}

async fn post(
    outside: &Outside<'_>,
    url: &str,
    token: &Secret,
    body: &[u8],
    timeout: Duration,
) -> Result<Answer, Failure> {
    let mut authorization =
        HeaderValue::try_from(format!("Bearer {}", token.expose())).map_err(|_| {
            Failure::misconfigured("the bearer token holds characters that no header may")
        })?;
    authorization.set_sensitive(true);
    let headers = HeaderMap::from_iter([
        (AUTHORIZATION, authorization),
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
    ]);
    let answer = outside
        .http
        .call(Method::POST, url, headers, body.to_vec(), timeout)
        .await;
    answer.map_err(Failure::from)
}

/// The bearer token: from the configuration, or exchanged for the API key once and kept until it is refused.
async fn bearer(
    outside: &Outside<'_>,
    target: &Target<'_>,
    settings: &Settings,
    refused: bool,
) -> Result<Secret, Failure> {
    let secret = async |reference| {
        let secret = outside.secrets.get(reference).await;
        secret.map_err(Failure::misconfigured)
    };
    let api_key = match (&settings.token, &settings.api_key) {
        (Some(token), _) => return secret(token).await,
        (None, Some(api_key)) => secret(api_key).await?,
        (None, None) => {
            return Err(Failure::misconfigured(
                "neither `token` nor `api_key` is configured",
            ));
        }
    };
    let id = &target.connection.id;
    if !refused && let Some(token) = outside.tokens.get(id, &settings.url) {
        return Ok(token);
    }
    let token = exchange(outside, settings, &api_key, target.timeout()?).await?;
    outside.tokens.put(id, &settings.url, token.clone());
    Ok(token)
}

/// A bearer token for the API key.
pub(super) async fn exchange(
    outside: &Outside<'_>,
    settings: &Settings,
    api_key: &Secret,
    timeout: Duration,
) -> Result<Secret, Failure> {
    let body = serde_json::json!({ &settings.api_key_field: api_key.expose() }).to_string();
    let headers =
        HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let answer = outside
        .http
        .call(
            Method::POST,
            &endpoint(settings, "auth"),
            headers,
            body,
            timeout,
        )
        .await
        // Whether the exchange was done does not matter: the message was not sent.
        .map_err(|error| Failure::later(format!("the API key could not be exchanged: {error}")))?;
    if !answer.status.is_success() {
        let reason = format!(
            "the API key could not be exchanged: status {}",
            answer.status.as_u16()
        );
        // Which status says that the key is wrong is not published.
        return Err(if answer.status.is_client_error() {
            Failure::unauthorized(reason)
        } else {
            Failure::later(reason)
        });
    }
    exchanged(&answer.body, &settings.token_field).ok_or_else(|| {
        Failure::misconfigured(format!(
            "the answer to the exchange of the API key has no field `{}`; set `token_field`",
            settings.token_field
        ))
    })
}

fn exchanged(body: &[u8], field: &str) -> Option<Secret> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let token = body
        .get(field)
        .or_else(|| body.get("response")?.get(field))?;
    Secret::new(token.as_str()?)
}

/// What an answer means. The vendor publishes no error bodies, so the status alone decides; the body's message is for
/// people.
pub fn judge(answer: &Answer) -> Result<(), Failure> {
    if answer.status.is_success() {
        return Ok(());
    }
    let failed: Failed = serde_json::from_slice(&answer.body).unwrap_or_default();
    Err(Failure::from_status(answer, failed.message()))
}
