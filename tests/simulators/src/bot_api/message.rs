//! `message` as a bot sends it: whether it is one that the platform can show.
//!
//! A text, a keyboard or a file is a message of its own kind; none can be two of them.

use serde_json::{Map, Value};

/// The longest id of a button, in bytes.
const LONGEST_ID: usize = 24;

/// A button as the visitor sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What comes back when it is pressed.
    pub id: String,
    /// Its label.
    pub text: String,
}

/// What a message of the bot is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Kind `operator`: plain text.
    Text(String),
    /// Kind `keyboard`: rows of buttons.
    Keyboard(Vec<Vec<Button>>),
    /// Kind `file_operator`: a file that the platform fetches.
    File {
        /// Where it is.
        url: String,
        /// Its name.
        name: Option<String>,
        /// Its Internet media type.
        media_type: Option<String>,
    },
}

impl Content {
    /// The message in one string, for a person to read.
    #[must_use]
    pub fn to_line(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Keyboard(rows) => rows
                .iter()
                .map(|row| {
                    row.iter()
                        .map(|button| format!("[{}]", button.text))
                        .collect::<Vec<_>>()
                        .join(" ")
                })
                .collect::<Vec<_>>()
                .join("\n"),
            Self::File { url, .. } => format!("[file {url}]"),
        }
    }
}

/// Reads the `message` of a `send_message`. `files`: whether this API has files from the bot.
///
/// # Errors
/// Why the platform does not take it.
pub(crate) fn read(message: Option<&Value>, files: bool) -> Result<Content, String> {
    let Some(Value::Object(message)) = message else {
        return Err("`message` is not an object".to_owned());
    };
    match message.get("kind") {
        Some(Value::String(kind)) => match kind.as_str() {
            "operator" => {
                alone(message, "text", &["buttons", "data"])?;
                text(message, "the message").map(Content::Text)
            }
            "keyboard" => {
                alone(message, "buttons", &["text", "data"])?;
                keyboard(message.get("buttons"))
            }
            "file_operator" if files => {
                alone(message, "data", &["text", "buttons"])?;
                file(message.get("data"))
            }
            "file_operator" => Err("files are not available in this API: send a link".to_owned()),
            other => Err(format!("unknown kind `{other}`")),
        },
        Some(_) => Err("`kind` is not a string".to_owned()),
        None => Err("the message has no kind".to_owned()),
    }
}

fn alone(message: &Map<String, Value>, own: &str, others: &[&str]) -> Result<(), String> {
    match others.iter().find(|other| message.contains_key(**other)) {
        Some(other) => Err(format!(
            "`{other}` beside `{own}`: that is a message of its own"
        )),
        None => Ok(()),
    }
}

fn keyboard(rows: Option<&Value>) -> Result<Content, String> {
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
    rows.collect::<Result<_, _>>().map(Content::Keyboard)
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

fn file(data: Option<&Value>) -> Result<Content, String> {
    let Some(Value::Object(data)) = data else {
        return Err("a file without `data`".to_owned());
    };
    let about = |name: &str| match data.get(name) {
        None => Ok(None),
        Some(Value::String(value)) if !value.is_empty() => Ok(Some(value.clone())),
        Some(_) => Err(format!("the file's `{name}` is not a text")),
    };
    let Some(url) = about("url")? else {
        return Err("a file without `url`".to_owned());
    };
    let fetchable = reqwest::Url::parse(&url)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if !fetchable {
        return Err("the file's `url` is not one of HTTP".to_owned());
    }
    Ok(Content::File {
        url,
        name: about("name")?,
        media_type: about("media_type")?,
    })
}

fn text(fields: &Map<String, Value>, what: &str) -> Result<String, String> {
    match fields.get("text") {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.clone()),
        Some(Value::String(_)) => Err(format!("the text of {what} is empty")),
        Some(_) => Err(format!("the text of {what} is not a string")),
        None => Err(format!("{what} has no text")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_documents_show_is_read() {
        let text = json!({ "kind": "operator", "text": " Hi " });
        assert_eq!(read(Some(&text), false), Ok(Content::Text(" Hi ".into())));
        let longest = "a-Z_0".repeat(5).split_off(1);
        let keyboard = json!({ "kind": "keyboard", "buttons": [[{ "id": longest, "text": "Yes" }], [{ "id": "n", "text": "No" }]] });
        let shown = read(Some(&keyboard), false).unwrap();
        assert_eq!(shown.to_line(), "[Yes]\n[No]");
        let file = json!({ "kind": "file_operator", "data": { "url": "https://a.example/x", "name": "x", "media_type": "image/png" } });
        assert!(read(Some(&file), true).is_ok());
        assert!(read(Some(&file), false).is_err());
    }

    #[test]
    fn what_cannot_be_shown_is_refused() {
        let button = json!({ "id": "a", "text": "A" });
        let keyboard = |button: Value| json!({ "kind": "keyboard", "buttons": [[button]] });
        for message in [
            json!(null),
            json!("Hi"),
            json!({}),
            json!({ "text": "Hi" }),
            json!({ "kind": 1, "text": "Hi" }),
            json!({ "kind": "visitor", "text": "Hi" }),
            json!({ "kind": "operator" }),
            json!({ "kind": "operator", "text": 1 }),
            json!({ "kind": "operator", "text": " \n" }),
            json!({ "kind": "operator", "text": "Hi", "buttons": [[button]] }),
            json!({ "kind": "keyboard" }),
            json!({ "kind": "keyboard", "buttons": [] }),
            json!({ "kind": "keyboard", "buttons": [[]] }),
            json!({ "kind": "keyboard", "buttons": [button] }),
            json!({ "kind": "keyboard", "buttons": [[button], []] }),
            json!({ "kind": "keyboard", "buttons": [[button]], "text": "Hi" }),
            keyboard(json!("A")),
            keyboard(json!({ "id": "a" })),
            keyboard(json!({ "id": "a", "text": "" })),
            keyboard(json!({ "text": "A" })),
            keyboard(json!({ "id": 1, "text": "A" })),
            keyboard(json!({ "id": "", "text": "A" })),
            keyboard(json!({ "id": "a b", "text": "A" })),
            keyboard(json!({ "id": "да", "text": "A" })),
            keyboard(json!({ "id": "a".repeat(25), "text": "A" })),
            json!({ "kind": "file_operator" }),
            json!({ "kind": "file_operator", "data": { "name": "x" } }),
            json!({ "kind": "file_operator", "data": { "url": "" } }),
            json!({ "kind": "file_operator", "data": { "url": "ftp://a.example/x" } }),
            json!({ "kind": "file_operator", "data": { "url": "x.png" } }),
            json!({ "kind": "file_operator", "data": { "url": "https://a.example/x", "name": 1 } }),
            json!({ "kind": "file_operator", "data": { "url": "https://a.example/x" }, "text": "Hi" }),
        ] {
            assert!(read(Some(&message), true).is_err(), "{message}");
        }
        assert!(read(None, true).is_err());
    }
}
