//! Whether a bot's answer is one that Webim's External Bot API 1.0 expects.
//!
//! The rule of the platform: a response that differs from the expected one, or none within 5 seconds, and the chat goes
//! to the operators. So everything here that is not an answer is a reason for that.

use serde_json::{Map, Value};

use super::{Button, Shown};
use crate::client::Answer;

/// The longest id of a button.
const LONGEST_ID: usize = 24;

/// What the platform makes of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// These messages are shown to the visitor.
    Messages(Vec<Shown>),
    /// `has_answer: false`: the bot asks for an operator.
    HandOver,
}

/// Reads an answer. `may_be_empty`: it answers a `new_chat` without messages, to which there need not be anything to say.
///
/// # Errors
/// The reason for which the platform gives the chat to the operators.
pub(crate) fn judge(answer: &Answer, may_be_empty: bool) -> Result<Verdict, String> {
    if answer.status != 200 {
        return Err(format!("HTTP status {}: {}", answer.status, answer.body));
    }
    if answer.body.trim().is_empty() {
        return if may_be_empty {
            Ok(Verdict::Messages(vec![]))
        } else {
            Err("the body is empty".to_owned())
        };
    }
    let body: Value = serde_json::from_str(&answer.body)
        .map_err(|error| format!("the body is not JSON: {error}"))?;
    let Value::Object(body) = body else {
        return Err("the body is not an object".to_owned());
    };
    let messages = match body.get("messages") {
        None => &Vec::new(),
        Some(Value::Array(messages)) => messages,
        Some(_) => return Err("`messages` is not a list".to_owned()),
    };
    match body.get("has_answer") {
        Some(Value::Bool(false)) if messages.is_empty() => Ok(Verdict::HandOver),
        Some(Value::Bool(false)) => {
            Err("`has_answer` is false, so the messages beside it are never shown".to_owned())
        }
        Some(Value::Bool(true)) if messages.is_empty() => {
            Err("`has_answer` is true without a message".to_owned())
        }
        Some(Value::Bool(true)) => messages
            .iter()
            .map(message)
            .collect::<Result<_, _>>()
            .map(Verdict::Messages),
        Some(_) => Err("`has_answer` is not a boolean".to_owned()),
        None => Err("`has_answer` is missing".to_owned()),
    }
}

fn message(message: &Value) -> Result<Shown, String> {
    let Value::Object(message) = message else {
        return Err("a message is not an object".to_owned());
    };
    match message.get("kind").and_then(Value::as_str) {
        Some("operator") if message.contains_key("buttons") => Err(
            "a message of kind `operator` has buttons: a keyboard is a message of its own"
                .to_owned(),
        ),
        Some("operator") => Ok(Shown::Text(text(message, "a message")?)),
        Some("keyboard") if message.contains_key("text") => Err("a keyboard has a text".to_owned()),
        Some("keyboard") => keyboard(message.get("buttons")),
        Some(other) => Err(format!("a message has the unknown kind `{other}`")),
        None => Err("a message has no kind".to_owned()),
    }
}

fn keyboard(rows: Option<&Value>) -> Result<Shown, String> {
    let Some(Value::Array(rows)) = rows else {
        return Err("a keyboard without rows of buttons".to_owned());
    };
    if rows.is_empty() {
        return Err("a keyboard is empty".to_owned());
    }
    let rows = rows.iter().map(|row| match row {
        Value::Array(buttons) if !buttons.is_empty() => buttons.iter().map(button).collect(),
        Value::Array(_) => Err("a row of a keyboard is empty".to_owned()),
        _ => Err("a row of a keyboard is not a list".to_owned()),
    });
    rows.collect::<Result<_, _>>().map(Shown::Keyboard)
}

fn button(button: &Value) -> Result<Button, String> {
    let Value::Object(button) = button else {
        return Err("a button is not an object".to_owned());
    };
    let text = text(button, "a button")?;
    let Some(Value::String(id)) = button.get("id") else {
        return Err("a button has no id".to_owned());
    };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(allowed) {
        return Err(format!(
            "the button's id `{id}` does not match [a-zA-Z0-9_-]{{1,24}}"
        ));
    }
    Ok(Button {
        id: id.clone(),
        text,
    })
}

fn text(message: &Map<String, Value>, what: &str) -> Result<String, String> {
    match message.get("text") {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.clone()),
        Some(Value::String(_)) => Err(format!("{what} has an empty text")),
        Some(_) => Err(format!("the text of {what} is not a string")),
        None => Err(format!("{what} has no text")),
    }
}
