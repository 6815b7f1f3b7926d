//! The application's webhook: which replies it takes, and what the visitor sees of them.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use serde_json::{Map, Value, json};

use super::request::LARGEST_NUMBER;
use super::{Early, Inner};
use crate::application::webhook::{answer, is_link, nothing_left, object, text};

/// The first millisecond of 2020: what is earlier was not meant as milliseconds.
const EARLIEST: u64 = 1_577_836_800_000;
/// How far ahead of this clock another one may be.
const AHEAD: u64 = 24 * 60 * 60 * 1000;

/// What reached the webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The body: what is not JSON is here as a string.
    pub body: Value,
    /// What the visitor sees now, or why it was refused with 400.
    pub verdict: Result<Shown, String>,
}

/// A reply as a visitor sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The visitor: the application's own name of the chat.
    pub chat: String,
    /// To which user it was sent.
    pub user_id: u64,
    /// The whole text.
    pub text: String,
    /// The same, with the attachments where they belong.
    pub parts: Vec<Part>,
    /// What the visitor can answer with a press.
    pub quick_replies: Vec<String>,
    /// The person who wrote it; `None`: the bot.
    pub admin_id: Option<u64>,
    /// When it was sent, in milliseconds since 1970.
    pub timestamp: u64,
}

/// A piece of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text, never empty.
    Text(String),
    /// The address of a file.
    Attachment(String),
}

impl Shown {
    /// The reply on one line of the transcript.
    fn transcript(&self) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Attachment(url) => format!("[{url}]"),
        });
        let offered = self.quick_replies.iter().map(|text| format!(" [{text}]"));
        parts.chain(offered).collect()
    }
}

pub(crate) fn routes() -> Router<Arc<Inner>> {
    Router::new().route("/webhook", post(receive))
}

/// An ordered 429. The page knows none at the webhook.
pub(crate) fn later(_seconds: u32) -> Value {
    json!({ "error": "too many requests" })
}

async fn receive(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> Response {
    let verdict = match object(&headers, &body).and_then(|fields| read(fields, &inner.channel_id)) {
        Ok(shown) => address(&inner, shown).await,
        Err(reason) => Err(reason),
    };
    let response = answer(verdict.as_ref().err().map(String::as_str));
    match &verdict {
        Ok(shown) => {
            let from = match shown.admin_id {
                Some(id) => format!("admin {id}"),
                None => "bot".to_owned(),
            };
            inner.people.shows(&shown.chat, &from, shown.transcript());
            inner.shown.push(shown.clone());
        }
        Err(reason) => inner.violations.push(format!("webhook: {reason}")),
    }
    let body = serde_json::from_slice(&body)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned()));
    inner.received.push(Received { body, verdict });
    response
}

/// Finds the visitor whom the reply is for.
async fn address(inner: &Inner, shown: Shown) -> Result<Shown, String> {
    if inner.early == Early::Hold {
        inner.users.settled(shown.user_id).await;
    }
    let chat = inner.users.visitor(shown.user_id)?;
    Ok(Shown { chat, ..shown })
}

/// Reads the documented fields. Whose the user is is not known here.
fn read(mut fields: Map<String, Value>, channel_id: &str) -> Result<Shown, String> {
    let channel = text(&mut fields, "channelID")?;
    if channel != channel_id {
        return Err(format!("the `channelID` {channel:?} is not this channel's"));
    }
    let message = text(&mut fields, "message")?;
    let user_id = required(&mut fields, "userID")?;
    let timestamp = required(&mut fields, "timestamp")?;
    if timestamp < EARLIEST || timestamp > now().saturating_add(AHEAD) {
        return Err(format!(
            "`timestamp` is no time in milliseconds: {timestamp}"
        ));
    }
    let quick_replies = list(&mut fields, "quickReplies")?
        .into_iter()
        .map(quick_reply)
        .collect::<Result<Vec<_>, _>>()?;
    let attachments = list(&mut fields, "attachments")?
        .into_iter()
        .map(attachment)
        .collect::<Result<Vec<_>, _>>()?;
    let admin_id = fields
        .remove("adminID")
        .map(|value| number(&value, "adminID"))
        .transpose()?;
    nothing_left(&fields)?;
    if message.is_empty() && quick_replies.is_empty() && attachments.is_empty() {
        return Err("there is nothing to show".to_owned());
    }
    Ok(Shown {
        chat: String::new(),
        user_id,
        parts: parts(&message, attachments)?,
        text: message,
        quick_replies,
        admin_id,
        timestamp,
    })
}

fn required(fields: &mut Map<String, Value>, name: &str) -> Result<u64, String> {
    match fields.remove(name) {
        Some(value) => number(&value, name),
        None => Err(format!("`{name}` is missing")),
    }
}

fn number(value: &Value, name: &str) -> Result<u64, String> {
    match value.as_u64() {
        Some(number) if number <= LARGEST_NUMBER => Ok(number),
        Some(_) => Err(format!("`{name}` is too large for JavaScript: {value}")),
        None => Err(format!(
            "`{name}` is not a whole number from 0 on but {value}"
        )),
    }
}

fn list(fields: &mut Map<String, Value>, name: &str) -> Result<Vec<Value>, String> {
    match fields.remove(name) {
        None => Ok(Vec::new()),
        Some(Value::Array(list)) => Ok(list),
        Some(other) => Err(format!("`{name}` is not a list but {other}")),
    }
}

fn quick_reply(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Ok(text),
        other => Err(format!("a quick reply is not a text but {other}")),
    }
}

/// An attachment: where it belongs, and its address.
fn attachment(value: Value) -> Result<(u64, String), String> {
    let Value::Object(mut fields) = value else {
        return Err(format!("an attachment is not an object but {value}"));
    };
    let offset = required(&mut fields, "offset")?;
    let url = text(&mut fields, "url")?;
    if !is_link(&url) {
        return Err(format!(
            "the `url` {url:?} of an attachment is no web address"
        ));
    }
    nothing_left(&fields)?;
    Ok((offset, url))
}

/// Puts the attachments into the text.
fn parts(text: &str, mut attachments: Vec<(u64, String)>) -> Result<Vec<Part>, String> {
    // Stable: those at one place stay in the order of the list.
    attachments.sort_by_key(|(offset, _)| *offset);
    let mut parts = Vec::with_capacity(2 * attachments.len() + 1);
    let (mut rest, mut at) = (text, 0);
    for (offset, url) in attachments {
        let Some((before, after)) = split_utf16(rest, offset - at) else {
            return Err(format!(
                "the `offset` {offset} is outside of the text, or within a character"
            ));
        };
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        parts.push(Part::Attachment(url));
        (rest, at) = (after, offset);
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(parts)
}

/// Splits a text after so many UTF-16 units. `None`: it is shorter, or a character lies across.
fn split_utf16(text: &str, units: u64) -> Option<(&str, &str)> {
    let mut left = usize::try_from(units).ok()?;
    let mut bytes = 0;
    for character in text.chars() {
        if left == 0 {
            break;
        }
        left = left.checked_sub(character.len_utf16())?;
        bytes += character.len_utf8();
    }
    if left > 0 {
        return None;
    }
    text.split_at_checked(bytes)
}

fn now() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
