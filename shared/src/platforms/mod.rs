//! The platforms. Everything that knows a vendor's JSON is in that platform's folder, in the same files for each:
//!
//! * `mod.rs`: what the platform can do ([`Capabilities`]);
//! * `settings.rs`: what a connection to it needs;
//! * `wire.rs`: the vendor's JSON as types;
//! * `receive.rs`: a webhook's body into events of the model;
//! * `send.rs`: messages of the model into what the platform takes, and what its answer means;
//! * `answer.rs`: what its webhook is answered.
//!
//! This file is the list of platforms; nothing outside `platforms/` names one, but for each platform's own function.

pub mod selarti;
pub mod telegram;
pub mod webim;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::connections::InDoubt;
use crate::delivery::failure::Failure;
use crate::delivery::outside::{Outside, Target};
use crate::model::Message;
use crate::text::Limit;

/// A vendor's protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Platform {
    /// Selarti, an agent.
    Selarti,
    /// Telegram's Bot API, a channel.
    Telegram,
    /// Webim's External Bot API 1.0, a channel.
    Webim,
}

/// Which end of a conversation a platform can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Where people chat.
    Channel,
    /// The AI.
    Agent,
}

/// What a platform can do. What it cannot express becomes the nearest thing that it can ([`crate::fit`]).
#[derive(Debug, Clone, Copy)]
pub struct Capabilities {
    /// Which end it is.
    pub role: Role,
    /// It can be spoken to at any time. If not, messages wait until it asks.
    pub push: bool,
    /// How long its webhook waits for the answer, where the answer is what counts.
    pub deadline: Option<Duration>,
    /// The longest text of one message, in the platform's own unit.
    pub text: Limit,
    /// It shows bold, links and code.
    pub markup: bool,
    /// It takes files by URL.
    pub files: bool,
    /// It shows buttons whose id fits this.
    pub buttons: Option<ButtonIds>,
    /// It takes places as places.
    pub locations: bool,
    /// It takes contacts as contacts.
    pub contacts: bool,
    /// How a conversation gets to people.
    pub handover: Handover,
}

/// Which ids of buttons a platform takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ButtonIds {
    /// The longest, in bytes.
    pub max: usize,
    /// Only `a-z`, `A-Z`, `0-9`, `_` and `-`.
    pub word_characters_only: bool,
}

/// How a platform hands a conversation to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handover {
    /// Its own operators take over when its webhook is answered so.
    InTheAnswer,
    /// It says that its people have taken over, and that they have given back.
    ItSays,
    /// Not at all.
    No,
}

impl Platform {
    /// Every platform.
    pub const ALL: [Self; 3] = [Self::Selarti, Self::Telegram, Self::Webim];

    /// Its name: of its folder, its function, its page, its `platform` in the configuration, and in logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Selarti => "selarti",
            Self::Telegram => "telegram",
            Self::Webim => "webim",
        }
    }

    /// What it can do.
    pub fn capabilities(self) -> &'static Capabilities {
        match self {
            Self::Selarti => &selarti::CAPABILITIES,
            Self::Telegram => &telegram::CAPABILITIES,
            Self::Webim => &webim::CAPABILITIES,
        }
    }
}

/// A connection's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "platform", rename_all = "kebab-case")]
pub enum Settings {
    /// For Selarti.
    Selarti(selarti::Settings),
    /// For Telegram.
    Telegram(telegram::Settings),
    /// For Webim.
    Webim(webim::Settings),
}

impl Settings {
    /// The platform that they are for.
    pub fn platform(&self) -> Platform {
        match self {
            Self::Selarti(_) => Platform::Selarti,
            Self::Telegram(_) => Platform::Telegram,
            Self::Webim(_) => Platform::Webim,
        }
    }

    /// The settings of a connection to `platform`, without the key `platform` itself.
    ///
    /// # Errors
    /// What the deserializer makes of a key that is missing, unknown or of another type.
    pub fn of<'de, D: serde::Deserializer<'de>>(
        platform: Platform,
        settings: D,
    ) -> Result<Self, D::Error> {
        Ok(match platform {
            Platform::Selarti => Self::Selarti(Deserialize::deserialize(settings)?),
            Platform::Telegram => Self::Telegram(Deserialize::deserialize(settings)?),
            Platform::Webim => Self::Webim(Deserialize::deserialize(settings)?),
        })
    }

    /// What is wrong with them, if something is.
    ///
    /// # Errors
    /// The key that is wrong, and why.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        match self {
            Self::Selarti(settings) => settings.check(),
            Self::Telegram(settings) => settings.check(),
            Self::Webim(settings) => settings.check(),
        }
    }

    /// What happens to a message of which it cannot be known whether the platform has it.
    pub fn in_doubt(&self) -> InDoubt {
        match self {
            Self::Selarti(settings) => settings.in_doubt,
            Self::Telegram(settings) => settings.in_doubt,
            // Nothing is sent to it: it fetches.
            Self::Webim(_) => InDoubt::Repeat,
        }
    }

    /// Every secret that they refer to.
    pub fn secrets(&self) -> Vec<&crate::connections::SecretRef> {
        match self {
            Self::Selarti(settings) => settings.secrets(),
            Self::Telegram(settings) => settings.secrets(),
            Self::Webim(settings) => settings.secrets(),
        }
    }

    /// The secret that lets a webhook in, in its URL or in a header.
    pub fn webhook_secret(&self) -> &crate::connections::SecretRef {
        match self {
            Self::Selarti(settings) => &settings.webhook_token,
            Self::Telegram(settings) => &settings.webhook_secret,
            Self::Webim(settings) => &settings.token,
        }
    }

    /// The path of the connection's webhook, as `template.yaml` routes it.
    pub fn webhook_path(&self, id: &str, token: &str) -> String {
        match self {
            Self::Selarti(_) => format!("/selarti/{id}.{token}"),
            Self::Telegram(_) => format!("/telegram/{id}"),
            Self::Webim(_) => {
                format!("/connector/webim/webim_message/{id}.{token}/bot_api_webhook")
            }
        }
    }

    /// What a person does so that the platform knows the webhook's URL, `url`. Shows no secret but what is in the URL.
    pub fn setup(&self, url: &str) -> String {
        match self {
            Self::Selarti(settings) => settings.setup(url),
            Self::Telegram(settings) => settings.setup(url),
            Self::Webim(settings) => settings.setup(url),
        }
    }

    /// The secret that stands in the webhook's URL, if the platform has no other way to prove itself.
    pub fn url_token(&self) -> Option<&crate::connections::SecretRef> {
        match self {
            Self::Selarti(settings) => Some(&settings.webhook_token),
            Self::Telegram(_) => None,
            Self::Webim(settings) => Some(&settings.token),
        }
    }
}

/// Sends part number `part` of a message to a platform that can be spoken to. A message is the same parts every time.
///
/// # Errors
/// [`Failure`].
pub async fn send(
    outside: &Outside<'_>,
    target: &Target<'_>,
    message: &Message,
    part: usize,
) -> Result<Progress, Failure> {
    match &target.connection.settings {
        Settings::Selarti(settings) => {
            selarti::send::send(outside, target, settings, message, part).await
        }
        Settings::Telegram(settings) => {
            telegram::send::send(outside, target, settings, message, part).await
        }
        Settings::Webim(_) => Err(Failure::never("this platform cannot be spoken to first")),
    }
}

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
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

/// Integers and strings alike, as ids come from platforms and their older releases.
pub(crate) fn text_or_integer<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Integer(i64),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Text(text) => text,
        Either::Integer(integer) => integer.to_string(),
    })
}

/// A text that stands beside what matters and may be of any type: what is no text and no number is passed over, and so is
/// an empty text.
pub(crate) fn optional_text<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) if !text.is_empty() => Some(text),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
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
