//! What the agent says, as JSON for `send_message`.
//!
//! The vendor documents the method and not its body. What its relatives document is the default form here; the others
//! are what some of them really send, for tests of what a receiver has to bear.

use serde_json::{Map, Value, json};

use super::brain::{Button, Reply, Says};

/// How `send_message` bodies look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// `kind` is left out of the message.
    pub no_kind: bool,
    /// The type of `chat_id`.
    pub chat_id: ChatId,
    /// The shape of `buttons`.
    pub rows: Rows,
    /// Where the text of a keyboard is.
    pub buttons_text: ButtonsText,
    /// How a file goes.
    pub file: FileForm,
}

/// The type of `chat_id` in a `send_message`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChatId {
    /// As it came.
    #[default]
    Integer,
    /// In quotes.
    String,
}

/// The shape of `buttons`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// Rows of buttons: `[[{..}, {..}]]`.
    #[default]
    Nested,
    /// One list of buttons: `[{..}, {..}]`.
    Flat,
}

/// Where the text of a keyboard is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonsText {
    /// In a message of its own, before the keyboard.
    #[default]
    Before,
    /// In the keyboard: `{"kind": "keyboard", "text", "buttons"}`.
    InKeyboard,
    /// The buttons are in the text: `{"kind": "operator", "text", "buttons"}`.
    InText,
}

/// How a file goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileForm {
    /// As a link in a text: what the vendor's table of possibilities says.
    #[default]
    Link,
    /// As `file_operator`, which a relative documents.
    FileOperator,
}

impl Form {
    /// The bodies that say `reply` in a chat, in order.
    pub(crate) fn bodies(self, chat_id: i64, reply: &Reply) -> Vec<Value> {
        let messages = match &reply.says {
            Says::Text(text) => vec![self.message("operator", [("text", json!(text))])],
            Says::Buttons(text, rows) => self.keyboard(text, rows),
            Says::File {
                url,
                name,
                media_type,
            } => vec![match self.file {
                FileForm::Link => self.message("operator", [("text", json!(url))]),
                FileForm::FileOperator => {
                    let data = json!({ "url": url, "name": name, "media_type": media_type });
                    self.message("file_operator", [("data", data)])
                }
            }],
            Says::Json(message) => vec![message.clone()],
        };
        let chat_id = match self.chat_id {
            ChatId::Integer => json!(chat_id),
            ChatId::String => json!(chat_id.to_string()),
        };
        messages
            .into_iter()
            .map(|message| json!({ "chat_id": chat_id, "message": message }))
            .collect()
    }

    fn keyboard(self, text: &str, rows: &[Vec<Button>]) -> Vec<Value> {
        let button = |button: &Button| json!({ "id": button.id, "text": button.text });
        let buttons: Value = match self.rows {
            Rows::Nested => rows
                .iter()
                .map(|row| row.iter().map(button).collect::<Value>())
                .collect(),
            Rows::Flat => rows.iter().flatten().map(button).collect(),
        };
        let buttons = ("buttons", buttons);
        let said = ("text", json!(text));
        match self.buttons_text {
            _ if text.is_empty() => vec![self.message("keyboard", [buttons])],
            ButtonsText::Before => vec![
                self.message("operator", [said]),
                self.message("keyboard", [buttons]),
            ],
            ButtonsText::InKeyboard => vec![self.message("keyboard", [said, buttons])],
            ButtonsText::InText => vec![self.message("operator", [said, buttons])],
        }
    }

    fn message<const N: usize>(self, kind: &str, fields: [(&str, Value); N]) -> Value {
        let kind = (!self.no_kind).then(|| ("kind", json!(kind)));
        kind.into_iter()
            .chain(fields)
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<Map<_, _>>()
            .into()
    }
}
