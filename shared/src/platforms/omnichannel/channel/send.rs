//! Messages into calls of the client server's `send_message`. A file is a text with its URL: the API has no other way.

use super::{CAPABILITIES, Settings};
use crate::delivery::failure::Failure;
use crate::delivery::outside::{Outside, Target};
use crate::platforms::bot_api::call::{judge, post, secret_url};
use crate::platforms::bot_api::wire::{Chat, Message, SendMessage};
use crate::platforms::bot_api::write::messages;
use crate::platforms::{Delivered, Progress};

/// The messages that a message becomes.
pub fn parts(message: &crate::model::Message) -> Vec<Message> {
    let contents = message.contents.iter();
    contents
        .flat_map(|content| messages(content, CAPABILITIES.text))
        .collect()
}

/// Sends part number `part`.
///
/// # Errors
/// [`Failure`].
pub async fn send(
    outside: &Outside<'_>,
    target: &Target<'_>,
    settings: &Settings,
    message: &crate::model::Message,
    part: usize,
) -> Result<Delivered, Failure> {
    let mut parts = parts(message);
    let of = parts.len();
    if part >= of {
        return Ok(Progress::Complete.into());
    }
    let body = SendMessage {
        chat_id: Chat(target.conversation.key.chat.as_str().to_owned()),
        message: parts.swap_remove(part),
    };
    let token = match &settings.token {
        Some(token) => Some(
            outside
                .secrets
                .get(token)
                .await
                .map_err(Failure::misconfigured)?,
        ),
        None => None,
    };
    let url = format!(
        "{}/send_message",
        base(outside, settings).await?.trim_end_matches('/')
    );
    let answer = post(outside, &url, token.as_ref(), &body, target.timeout()?).await?;
    let said = body.message.text.as_deref().unwrap_or_default();
    judge(&answer).map_err(|failure| failure.without(said))?;
    Ok(Progress::after(part, of).into())
}

async fn base(outside: &Outside<'_>, settings: &Settings) -> Result<String, Failure> {
    match (&settings.url, &settings.secret_url) {
        (Some(url), _) => Ok(url.clone()),
        (None, Some(reference)) => secret_url(outside, reference).await,
        (None, None) => Err(Failure::misconfigured(
            "neither `url` nor `secret_url` is configured",
        )),
    }
}
