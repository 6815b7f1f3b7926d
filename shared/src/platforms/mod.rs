//! The platforms. Everything that knows a vendor's JSON is in that platform's folder. A platform can be at either end of a
//! conversation, and each of its ends is a folder with the same files:
//!
//! * `mod.rs`: what it can do ([`Capabilities`]);
//! * `settings.rs`: what a connection to it needs;
//! * `receive.rs`: a webhook's body into events of the model;
//! * `send.rs`: messages of the model into what it takes, and what its answer means;
//! * `answer.rs`: what its webhook is answered;
//! * `connect.rs`: what it can be told or asked when a connection is set up.
//!
//! The vendor's JSON as types is in `wire.rs` beside them. [`bot_api`] is what two vendors have in common.
//!
//! [`end`] is the list; nothing outside `platforms/` names a platform, but for each platform's own function.

pub mod api_medium;
pub mod bot_api;
pub mod capabilities;
pub mod connect;
pub mod end;
mod json;
pub mod omnichannel;
pub mod selarti;
pub mod settings;
pub mod telegram;
pub mod webim;

pub use capabilities::{Brings, ButtonIds, Buttons, Capabilities, Handover, Role, Threads};
pub use end::{End, Platform};
pub(crate) use json::{optional_text, text_or_integer};
pub use settings::{ConnectionSettings, Settings};

use std::time::Instant;

use bytes::Bytes;

use crate::connections::Renewal;
use crate::delivery::failure::Failure;
use crate::delivery::outside::{Outside, Target};
use crate::files::NoFile;
use crate::model::Message;
use crate::time::Millis;

/// Sends part number `part` of a message to a platform that can be spoken to. A message is the same parts every time. Once more if
/// the secrets were refused and are others by now.
///
/// # Errors
/// [`Failure`]; not [`Failure::Unauthorized`].
pub async fn send(
    outside: &Outside<'_>,
    target: &Target<'_>,
    message: &Message,
    part: usize,
) -> Result<Delivered, Failure> {
    let since = Instant::now();
    match send_once(outside, target, message, part).await {
        Err(refused @ Failure::Unauthorized { .. }) => {
            match renewed(outside, target, since).await {
                Renewal::Changed => {
                    let sent = send_once(outside, target, message, part).await;
                    sent.map_err(Failure::with_these_secrets)
                }
                Renewal::Same => Err(refused.with_these_secrets()),
                Renewal::Unknown => Err(refused.until_secrets_are_known()),
            }
        }
        sent => sent,
    }
}

/// Whether there are other secrets for `target` now than at `since`, as far as that is known in time.
async fn renewed(outside: &Outside<'_>, target: &Target<'_>, since: Instant) -> Renewal {
    let secrets = target.connection.settings.secrets();
    let renewing = outside.secrets.renew(secrets, since, target.accepted);
    tokio::time::timeout(Millis::now().until(target.until), renewing)
        .await
        .unwrap_or(Renewal::Unknown)
}

async fn send_once(
    outside: &Outside<'_>,
    target: &Target<'_>,
    message: &Message,
    part: usize,
) -> Result<Delivered, Failure> {
    match &target.connection.settings {
        Settings::ApiMediumAgent(settings) => {
            api_medium::agent::send::send(outside, target, settings, message, part).await
        }
        Settings::ApiMediumChannel(settings) => {
            api_medium::channel::send::send(outside, target, settings, message, part).await
        }
        Settings::OmnichannelAgent(settings) => {
            omnichannel::agent::send::send(outside, target, settings, message, part).await
        }
        Settings::OmnichannelChannel(settings) => {
            omnichannel::channel::send::send(outside, target, settings, message, part).await
        }
        Settings::SelartiAgent(settings) => {
            selarti::agent::send::send(outside, target, settings, message, part).await
        }
        Settings::SelartiChannel(settings) => {
            selarti::channel::send::send(outside, target, settings, message, part).await
        }
        Settings::TelegramChannel(settings) => {
            telegram::channel::send::send(outside, target, settings, message, part).await
        }
        Settings::WebimV1Channel(_) => {
            Err(Failure::never("this platform cannot be spoken to first"))
        }
        Settings::WebimV2Channel(settings) => {
            webim::v2::send::send(outside, target, settings, message, part).await
        }
    }
}

/// The bytes of a file that a channel holds under `id` ([`crate::model::FileSource::Held`]). Once more if the secrets were refused and
/// are others by now.
///
/// # Errors
/// [`NoFile`]; not [`NoFile::Unauthorized`].
pub async fn fetch(outside: &Outside<'_>, from: &Target<'_>, id: &str) -> Result<Bytes, NoFile> {
    let since = Instant::now();
    let mut fetched = fetch_once(outside, from, id).await;
    if matches!(fetched, Err(NoFile::Unauthorized { .. }))
        && renewed(outside, from, since).await == Renewal::Changed
    {
        fetched = fetch_once(outside, from, id).await;
    }
    fetched.map_err(|error| match error {
        NoFile::Unauthorized { reason } => NoFile::Later {
            after: None,
            reason,
        },
        other => other,
    })
}

async fn fetch_once(outside: &Outside<'_>, from: &Target<'_>, id: &str) -> Result<Bytes, NoFile> {
    match &from.connection.settings {
        Settings::TelegramChannel(settings) => {
            telegram::channel::fetch::fetch(outside, from, settings, id).await
        }
        _ => Err(NoFile::Never {
            reason: "this platform holds no files".to_owned(),
        }),
    }
}

/// Registers the webhook where the platform has a call for it, else checks what can be checked.
///
/// # Errors
/// [`connect::NotConnected`]. Holds no secret, and no URL that could.
pub async fn connect(
    outside: &Outside<'_>,
    registration: connect::Registration<'_>,
) -> Result<connect::Connected, connect::NotConnected> {
    match &registration.connection.settings {
        Settings::ApiMediumAgent(settings) => {
            api_medium::agent::connect::connect(outside, registration, settings).await
        }
        Settings::ApiMediumChannel(settings) => {
            api_medium::channel::connect::connect(outside, registration, settings).await
        }
        Settings::OmnichannelAgent(settings) => {
            omnichannel::agent::connect::connect(outside, registration, settings).await
        }
        Settings::OmnichannelChannel(settings) => {
            omnichannel::channel::connect::connect(outside, registration, settings).await
        }
        Settings::SelartiAgent(settings) => {
            selarti::agent::connect::connect(outside, registration, settings).await
        }
        Settings::SelartiChannel(settings) => {
            selarti::channel::connect::connect(outside, registration, settings).await
        }
        Settings::TelegramChannel(settings) => {
            telegram::channel::connect::connect(outside, registration, settings).await
        }
        Settings::WebimV1Channel(settings) => {
            webim::v1::connect::connect(outside, registration, settings).await
        }
        Settings::WebimV2Channel(settings) => {
            webim::v2::connect::connect(outside, registration, settings).await
        }
    }
}

/// What one call of [`send`] came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// How far the message has come.
    pub progress: Progress,
    /// The agent's own id of the conversation, where its answer told it ([`Threads::Assigned`]). It is kept before anything
    /// else is sent.
    pub thread: Option<String>,
}

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Nothing of the message was sent yet, only what has to go before it: the same part is asked for again.
    Before,
    /// More parts follow.
    More,
    /// That was the last part.
    Complete,
}

impl Progress {
    /// After part number `part` of `of` parts.
    pub fn after(part: usize, of: usize) -> Self {
        if part.saturating_add(1) < of {
            Self::More
        } else {
            Self::Complete
        }
    }
}

impl From<Progress> for Delivered {
    fn from(progress: Progress) -> Self {
        Self {
            progress,
            thread: None,
        }
    }
}

/// A base URL must be `https`, but on this very machine, and have no query that a path could fall into.
///
/// # Errors
/// The key, and what is wrong with its value.
pub(crate) fn check_url(key: &'static str, url: &str) -> Result<(), (&'static str, String)> {
    let parsed: http::Uri = url
        .parse()
        .map_err(|error| (key, format!("is no URL: {error}")))?;
    let host = parsed.host().unwrap_or_default();
    let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    match parsed.scheme_str() {
        Some("https") => {}
        Some("http") if local => {}
        _ => {
            return Err((
                key,
                "must begin with https:// (http:// only for localhost and 127.0.0.1)".to_owned(),
            ));
        }
    }
    if host.is_empty() || parsed.query().is_some() {
        return Err((key, "must be a base URL without a query".to_owned()));
    }
    Ok(())
}
