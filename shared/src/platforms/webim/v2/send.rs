//! Messages into calls of Webim's REST API, one after the other.

use serde::Serialize;

use super::{CAPABILITIES, Settings};
use crate::delivery::failure::Failure;
use crate::delivery::outside::{Outside, Target};
use crate::fit;
use crate::model::{Content, File, FileSource};
use crate::platforms::bot_api::call::{judge, post};
use crate::platforms::bot_api::wire::{Chat, Data, Kind, Message};
use crate::platforms::bot_api::write::{file_name, is_fetchable, messages, texts};
use crate::platforms::{Delivered, Progress};

/// One call of a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// `send_message`.
    Say(Box<Message>),
    /// `redirect_chat`.
    HandOver,
    /// `close_chat`.
    Close,
}

/// A part of a message: a call, and what to call if Webim refuses the file in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The call.
    pub call: Call,
    /// In its place; empty if there is nothing else to try.
    pub otherwise: Vec<Call>,
}

impl From<Call> for Part {
    fn from(call: Call) -> Self {
        Self {
            call,
            otherwise: Vec::new(),
        }
    }
}

/// The body of a call.
#[derive(Debug, Serialize)]
pub struct Body<'a> {
    chat_id: Chat,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a Message>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dep_key: Option<&'a str>,
}

impl Call {
    /// The method's name.
    pub fn method(&self) -> &'static str {
        match self {
            Self::Say(_) => "send_message",
            Self::HandOver => "redirect_chat",
            Self::Close => "close_chat",
        }
    }

    /// The body, for a chat.
    pub fn body<'a>(&'a self, chat: &str, settings: &'a Settings) -> Body<'a> {
        let hands_over = *self == Self::HandOver;
        Body {
            chat_id: Chat(chat.to_owned()),
            message: match self {
                Self::Say(message) => Some(message),
                Self::HandOver | Self::Close => None,
            },
            operator_id: settings.operator_id.filter(|_| hands_over),
            dep_key: settings.department.as_deref().filter(|_| hands_over),
        }
    }

    /// What it says, which some errors repeat.
    fn text(&self) -> &str {
        match self {
            Self::Say(message) => message.text.as_deref().unwrap_or_default(),
            Self::HandOver | Self::Close => "",
        }
    }
}

/// The calls that a message becomes.
pub fn parts(message: &crate::model::Message) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for content in &message.contents {
        match content {
            Content::HandedOver => parts.push(Call::HandOver.into()),
            Content::Closed => parts.push(Call::Close.into()),
            Content::File(file) => parts.extend(file_parts(file)),
            other => parts.extend(say(messages(other, CAPABILITIES.text)).map(Part::from)),
        }
    }
    parts
}

fn say(messages: impl IntoIterator<Item = Message>) -> impl Iterator<Item = Call> {
    messages
        .into_iter()
        .map(|message| Call::Say(Box::new(message)))
}

/// A file by its URL, which Webim fetches; a text that describes it, where it has none or Webim refuses it.
fn file_parts(file: &File) -> Vec<Part> {
    let described = fit::content_to_text(&Content::File(file.clone()));
    let described = say(texts(&described, CAPABILITIES.text));
    let FileSource::Url(url) = &file.source else {
        return described.map(Part::from).collect();
    };
    if !is_fetchable(url) {
        return described.map(Part::from).collect();
    }
    let data = Data {
        url: Some(url.clone()),
        name: file_name(file.name.as_deref(), url).map(str::to_owned),
        media_type: file.media_type.clone().filter(|media| !media.is_empty()),
        ..Data::default()
    };
    vec![Part {
        call: Call::Say(Box::new(Message::data(Kind::FileOperator, data))),
        otherwise: described.collect(),
    }]
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
    let Part { call, otherwise } = parts.swap_remove(part);
    match make(outside, target, settings, &call).await {
        Err(Failure::Never { .. } | Failure::Unauthorized { never: true, .. })
            if !otherwise.is_empty() =>
        {
            for call in otherwise {
                make(outside, target, settings, &call).await?;
            }
        }
        made => made?,
    }
    Ok(Progress::after(part, of).into())
}

async fn make(
    outside: &Outside<'_>,
    target: &Target<'_>,
    settings: &Settings,
    call: &Call,
) -> Result<(), Failure> {
    let token = outside.secrets.get(&settings.token).await;
    let token = token.map_err(Failure::misconfigured)?;
    let url = format!(
        "{}/api/bot/v2/{}",
        settings.url.trim_end_matches('/'),
        call.method()
    );
    let body = call.body(target.conversation.key.chat.as_str(), settings);
    let answer = post(outside, &url, Some(&token), &body, target.timeout()?).await?;
    judge(&answer).map_err(|failure| failure.without(call.text()))
}
