//! `reply_markup`: the inline keyboards that a bot sends, checked as the Bot API checks them.
//!
//! Source: core.telegram.org/bots/api#inlinekeyboardmarkup and #inlinekeyboardbutton.

use serde_json::{Map, Value};

/// An inline button as the visitor sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// Its label.
    pub text: String,
    /// What it does.
    pub action: Action,
}

/// What pressing an inline button does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Sends the bot a `callback_query` with this data.
    Callback(String),
    /// Opens this address.
    Url(String),
    /// Another of the documented fields: its name.
    Other(String),
}

/// The documented fields beside `callback_data` and `url` that make a button do something.
const OTHER: [&str; 8] = [
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
];

/// The longest `callback_data`, in bytes.
const LONGEST_DATA: usize = 64;

/// Reads a `reply_markup`: rows of inline buttons, none for the other kinds of markup.
///
/// # Errors
/// The Bot API's reason, after `Bad Request: `.
pub(crate) fn parse(markup: &Value) -> Result<Vec<Vec<Button>>, String> {
    let Value::Object(fields) = markup else {
        return Err("object expected as reply markup".to_owned());
    };
    match fields.get("inline_keyboard") {
        Some(Value::Array(rows)) => rows.iter().map(row).collect(),
        Some(_) => Err(
            "field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays"
                .to_owned(),
        ),
        None if ["keyboard", "remove_keyboard", "force_reply"]
            .iter()
            .any(|kind| fields.contains_key(*kind)) =>
        {
            Ok(vec![])
        }
        None if fields.is_empty() => Ok(vec![]),
        None => Err("can't parse reply keyboard markup JSON object".to_owned()),
    }
}

fn row(row: &Value) -> Result<Vec<Button>, String> {
    let Value::Array(buttons) = row else {
        return Err(
            "field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays"
                .to_owned(),
        );
    };
    buttons.iter().map(button).collect()
}

fn button(button: &Value) -> Result<Button, String> {
    let Value::Object(fields) = button else {
        return Err(unreadable("InlineKeyboardButton must be an Object"));
    };
    let text = match fields.get("text") {
        Some(Value::String(text)) if text.trim().is_empty() => {
            return Err(unreadable("Button text must be non-empty"));
        }
        Some(Value::String(text)) => text.clone(),
        Some(_) => return Err(unreadable("Field \"text\" must be of type String")),
        None => return Err(unreadable("Can't find field \"text\"")),
    };
    Ok(Button {
        text,
        action: action(fields)?,
    })
}

fn unreadable(reason: &str) -> String {
    format!("can't parse inline keyboard button: {reason}")
}

fn action(fields: &Map<String, Value>) -> Result<Action, String> {
    let actions = fields.keys().filter(|key| {
        matches!(key.as_str(), "callback_data" | "url") || OTHER.contains(&key.as_str())
    });
    let actions: Vec<&String> = actions.collect();
    let name = match actions.as_slice() {
        [] => {
            return Err(unreadable(
                "Text buttons are unallowed in the inline keyboard",
            ));
        }
        [name] => name.as_str(),
        // "Exactly one of the optional fields must be used to specify type of the button."
        _ => {
            return Err(unreadable(
                "Exactly one type of the button must be specified",
            ));
        }
    };
    match (name, fields.get(name)) {
        ("callback_data", Some(Value::String(data)))
            if (1..=LONGEST_DATA).contains(&data.len()) =>
        {
            Ok(Action::Callback(data.clone()))
        }
        ("callback_data", _) => Err("BUTTON_DATA_INVALID".to_owned()),
        ("url", Some(Value::String(url))) if is_openable(url) => Ok(Action::Url(url.clone())),
        ("url", Some(url)) => Err(format!(
            "inline keyboard button URL {url} is invalid: Wrong HTTP URL"
        )),
        _ => Ok(Action::Other(name.to_owned())),
    }
}

/// "HTTP or tg:// URL to be opened when the button is pressed."
fn is_openable(url: &str) -> bool {
    super::params::is_http(url) || url.starts_with("tg://")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn one(button: &Value) -> Result<Vec<Vec<Button>>, String> {
        parse(&json!({ "inline_keyboard": [[button]] }))
    }

    #[test]
    fn buttons_are_read() {
        let rows = one(&json!({ "text": "Yes", "callback_data": "y" })).unwrap();
        assert_eq!(
            rows,
            [[Button {
                text: "Yes".into(),
                action: Action::Callback("y".into())
            }]]
        );
        assert!(one(&json!({ "text": "Site", "url": "https://a.example" })).is_ok());
        assert!(one(&json!({ "text": "x", "callback_data": "d".repeat(64) })).is_ok());
    }

    #[test]
    fn what_the_bot_api_refuses_is_refused() {
        for button in [
            json!({ "text": "x", "callback_data": "d".repeat(65) }),
            // 33 characters, 66 bytes.
            json!({ "text": "x", "callback_data": "ж".repeat(33) }),
            json!({ "text": "x", "callback_data": "" }),
            json!({ "text": "x", "callback_data": 1 }),
            json!({ "text": "x" }),
            json!({ "text": "", "callback_data": "d" }),
            json!({ "callback_data": "d" }),
            json!({ "text": "x", "url": "ftp://a.example" }),
            json!({ "text": "x", "url": "https://" }),
            json!({ "text": "x", "url": "https://a.example", "callback_data": "d" }),
            json!("x"),
        ] {
            assert!(one(&button).is_err(), "{button}");
        }
        assert!(
            parse(&json!({ "inline_keyboard": [{ "text": "x", "callback_data": "d" }] })).is_err()
        );
        assert!(parse(&json!({ "buttons": [] })).is_err());
        assert!(parse(&json!("x")).is_err());
    }
}
