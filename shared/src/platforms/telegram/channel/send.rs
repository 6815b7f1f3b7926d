//! Messages into calls of the Bot API, one after the other.

use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use super::{CAPABILITIES, CAPTION, Settings};
use crate::delivery::failure::Failure;
use crate::delivery::outside::{Outside, Target};
use crate::fit;
use crate::http::Answer;
use crate::model::{Button, Contact, Content, File, FileKind, FileSource, Location, Message};
use crate::platforms::telegram::wire::Answered;
use crate::platforms::{Delivered, Progress};
use crate::text::{markdown, split};

/// One call of a method.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The method.
    pub method: &'static str,
    /// Its parameters, but for `chat_id`.
    pub parameters: Value,
}

/// A part of a message: a call, and what to call if Telegram refuses its markup or its file.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The call.
    pub call: Call,
    /// In its place; empty if there is nothing else to try.
    pub otherwise: Vec<Call>,
}

/// The calls that a message becomes.
pub fn parts(message: &Message) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for content in &message.contents {
        match content {
            Content::Markdown(text) => parts.extend(markdown_parts(text)),
            Content::File(file) => parts.extend(file_parts(file)),
            Content::Buttons(rows) => add_keyboard(&mut parts, rows),
            Content::Location(location) if is_place(location) => parts.push(Part {
                call: Call {
                    method: "sendLocation",
                    parameters: json!({"latitude": location.latitude, "longitude": location.longitude}),
                },
                otherwise: texts(&fit::content_to_text(content)),
            }),
            Content::Contact(contact) if is_whole(contact) => parts.push(Part {
                call: Call {
                    method: "sendContact",
                    parameters: json!({"phone_number": contact.phone, "first_name": contact.name}),
                },
                otherwise: texts(&fit::content_to_text(content)),
            }),
            other => parts.extend(plain(&fit::content_to_text(other))),
        }
    }
    parts
}

/// Whether `sendLocation` takes it whole: it has no field for a name.
fn is_place(location: &Location) -> bool {
    location.title.is_none()
        && (-90.0..=90.0).contains(&location.latitude)
        && (-180.0..=180.0).contains(&location.longitude)
}

/// Whether it has all that `sendContact` wants.
fn is_whole(contact: &Contact) -> bool {
    !contact.name.trim().is_empty() && !contact.phone.trim().is_empty()
}

impl From<Call> for Part {
    fn from(call: Call) -> Self {
        Self {
            call,
            otherwise: Vec::new(),
        }
    }
}

fn plain(text: &str) -> impl Iterator<Item = Part> {
    texts(text).into_iter().map(Part::from)
}

fn texts(text: &str) -> Vec<Call> {
    split(text, CAPABILITIES.text)
        .into_iter()
        .map(|text| Call {
            method: "sendMessage",
            parameters: json!({ "text": text }),
        })
        .collect()
}

fn markdown_parts(text: &str) -> Vec<Part> {
    let pieces = markdown::to_telegram_html(text, CAPABILITIES.text);
    if pieces.is_empty() {
        // Nothing but markup, such as an empty code block: shown as it was written rather than not at all.
        return plain(text).collect();
    }
    pieces
        .into_iter()
        .map(|piece| Part {
            call: Call {
                method: "sendMessage",
                parameters: json!({ "text": piece.html, "parse_mode": "HTML" }),
            },
            otherwise: piece.plain.iter().flat_map(|plain| texts(plain)).collect(),
        })
        .collect()
}

fn file_parts(file: &File) -> Vec<Part> {
    let described = texts(&fit::content_to_text(&Content::File(file.clone())));
    let FileSource::Url(url) = &file.source else {
        return described.into_iter().map(Part::from).collect();
    };
    let (method, field) = match file.kind {
        FileKind::Image => ("sendPhoto", "photo"),
        FileKind::Audio => ("sendAudio", "audio"),
        FileKind::Voice => ("sendVoice", "voice"),
        FileKind::Video => ("sendVideo", "video"),
        FileKind::Sticker | FileKind::Document => ("sendDocument", "document"),
    };
    let name = file.name.as_deref().unwrap_or_default();
    let (parameters, too_long) = match split(name, CAPTION).as_slice() {
        [] => (json!({ field: url }), None),
        [caption] => (json!({ field: url, "caption": caption }), None),
        [..] => (json!({ field: url }), Some(name)),
    };
    let part = Part {
        call: Call { method, parameters },
        otherwise: described,
    };
    std::iter::once(part)
        .chain(too_long.into_iter().flat_map(plain))
        .collect()
}

/// A keyboard stands under the text before it, or else under its own labels.
fn add_keyboard(parts: &mut Vec<Part>, rows: &[Vec<Button>]) {
    let keyboard: Vec<Vec<Value>> = rows
        .iter()
        .filter(|row| !row.is_empty())
        .map(|row| row.iter().map(button).collect())
        .collect();
    if keyboard.is_empty() {
        return;
    }
    let takes_one = |part: &Part| {
        part.call.method == "sendMessage" && part.call.parameters.get("reply_markup").is_none()
    };
    if !parts.last().is_some_and(takes_one) {
        parts.extend(plain(&fit::content_to_text(&Content::Buttons(
            rows.to_vec(),
        ))));
    }
    let Some(part) = parts.last_mut() else { return };
    for call in std::iter::once(&mut part.call).chain(part.otherwise.last_mut()) {
        if let Some(parameters) = call.parameters.as_object_mut() {
            parameters.insert(
                "reply_markup".to_owned(),
                json!({ "inline_keyboard": keyboard }),
            );
        }
    }
}

fn button(button: &Button) -> Value {
    json!({ "text": fit::label(button), "callback_data": button.id })
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
    let Some(sending) = parts.get(part) else {
        return Ok(Progress::Complete.into());
    };
    let bot = Bot {
        outside,
        target,
        settings,
    };
    match bot.call(&sending.call).await {
        Err(Refused::Content(_)) if !sending.otherwise.is_empty() => {
            for call in &sending.otherwise {
                bot.call(call).await.map_err(Failure::from)?;
            }
        }
        result => result.map_err(Failure::from)?,
    }
    Ok(Progress::after(part, parts.len()).into())
}

struct Bot<'a> {
    outside: &'a Outside<'a>,
    target: &'a Target<'a>,
    settings: &'a Settings,
}

impl Bot<'_> {
    async fn call(&self, call: &Call) -> Result<(), Refused> {
        let token = self
            .outside
            .secrets
            .get(&self.settings.bot_token)
            .await
            .map_err(|error| Refused::Failed(Failure::misconfigured(error)))?;
        let mut parameters = call.parameters.clone();
        if let Some(parameters) = parameters.as_object_mut() {
            let chat = self.target.conversation.chat().as_str();
            let chat = chat
                .parse::<i64>()
                .map_or_else(|_| Value::from(chat), Value::from);
            parameters.insert("chat_id".to_owned(), chat);
        }
        let base = self.settings.api_url.trim_end_matches('/');
        let url = format!("{base}/bot{}/{}", token.expose(), call.method);
        let headers =
            HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        // Asked last: looking up the token may have taken some of the time.
        let timeout = self.target.timeout().map_err(Refused::Failed)?;
        let answer = self
            .outside
            .http
            .call(Method::POST, &url, headers, parameters.to_string(), timeout)
            .await
            .map_err(|error| Refused::Failed(error.into()))?;
        judge(&answer)
    }
}

/// Why a call was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Its markup or its file is at fault; the same as plain text may go.
    Content(Failure),
    /// Anything else.
    Failed(Failure),
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Content(failure) | Refused::Failed(failure) => failure,
        }
    }
}

/// What an answer means.
///
/// # Errors
/// [`Refused`].
pub fn judge(answer: &Answer) -> Result<(), Refused> {
    let answered: Answered = match serde_json::from_slice(&answer.body) {
        Ok(answered) => answered,
        // Not the Bot API's answer, but one of something on the way.
        Err(_) if answer.status.is_success() => {
            return Err(Refused::Failed(Failure::Later {
                after: None,
                in_doubt: true,
                reason: "the answer is not the Bot API's".to_owned(),
            }));
        }
        Err(_) => Answered::default(),
    };
    if answered.ok {
        return Ok(());
    }
    let parameters = answered.parameters.unwrap_or_default();
    if let Some(chat) = parameters.migrate_to_chat_id {
        return Err(Refused::Failed(Failure::Moved(chat.into())));
    }
    let description = answered.description.unwrap_or_default();
    let description = in_short(&description);
    if let Some(seconds) = parameters.retry_after {
        return Err(Refused::Failed(Failure::Later {
            after: Some(Duration::from_secs(seconds)),
            in_doubt: false,
            reason: description,
        }));
    }
    let failure = match answer.status {
        // "Not Found" and "Unauthorized" are said of the token in the URL, which a person can mend.
        StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED => Failure::unauthorized(format!(
            "Telegram does not know the bot's token: {description}"
        )),
        _ => {
            let said = (!description.is_empty()).then_some(description.as_str());
            // "Forbidden: bot was blocked by the user" and the like are not about who we are.
            Failure::from_status(answer, said).with_these_secrets()
        }
    };
    if answer.status == StatusCode::BAD_REQUEST && is_about_content(&description) {
        return Err(Refused::Content(failure));
    }
    Err(Refused::Failed(failure))
}

/// Fit for a log.
fn in_short(description: &str) -> String {
    let printable = description.chars().filter(|c| !c.is_control());
    printable.take(200).collect()
}

/// The descriptions are not part of the published contract, so this errs on the side of trying plain text.
fn is_about_content(description: &str) -> bool {
    let description = description.to_ascii_lowercase();
    ![
        "chat not found",
        "not enough rights",
        "peer_id_invalid",
        "user not found",
        "kicked",
        "deactivated",
    ]
    .iter()
    .any(|about_the_chat| description.contains(about_the_chat))
}
