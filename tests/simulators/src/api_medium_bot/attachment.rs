//! Attachments of a message to the bot: `{"base64": "data:image/jpeg;base64,…"}` or `{"url": "https://…"}`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// An attachment that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// It was in the message.
    Inline {
        /// Its media type.
        media_type: String,
        /// What it holds.
        bytes: Vec<u8>,
    },
    /// It is elsewhere. The bot does not fetch it.
    Link(String),
}

/// Reads `attachments`.
///
/// # Errors
/// What is wrong, for the sender.
pub(crate) fn read_all(attachments: &Value) -> Result<Vec<Attachment>, String> {
    let Value::Array(attachments) = attachments else {
        return Err("attachments must be an array".to_owned());
    };
    attachments
        .iter()
        .enumerate()
        .map(|(place, attachment)| {
            read(attachment).map_err(|wrong| format!("attachments[{place}] {wrong}"))
        })
        .collect()
}

fn read(attachment: &Value) -> Result<Attachment, &'static str> {
    let Value::Object(attachment) = attachment else {
        return Err("must be an object");
    };
    let (name, value) = only(attachment).ok_or("must have base64 or url, and nothing else")?;
    let value = value.as_str().ok_or("must hold a string")?;
    match name {
        "base64" => inline(value),
        "url" if value.starts_with("https://") || value.starts_with("http://") => {
            Ok(Attachment::Link(value.to_owned()))
        }
        "url" => Err("has a url that is not one"),
        _ => Err("must have base64 or url"),
    }
}

fn only(attachment: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut members = attachment.iter();
    let (name, value) = members.next()?;
    members.next().is_none().then_some((name.as_str(), value))
}

/// A data URL in the one form that the document shows: a bare media type, and base64.
fn inline(url: &str) -> Result<Attachment, &'static str> {
    let (media_type, data) = url
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"))
        .ok_or("is not data:{media type};base64,{data}")?;
    if !is_media_type(media_type) {
        return Err("has no media type");
    }
    let bytes = STANDARD.decode(data).map_err(|_| "is not base64")?;
    if bytes.is_empty() {
        return Err("is empty");
    }
    Ok(Attachment::Inline {
        media_type: media_type.to_owned(),
        bytes,
    })
}

fn is_media_type(text: &str) -> bool {
    let named = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    text.split_once('/')
        .is_some_and(|(kind, subtype)| named(kind) && named(subtype))
}
