//! The requests of Webim's External Bot API 1.0, in the forms that its releases and its imitators send.

use serde_json::{Map, Value, json};

/// Whether requests say which API they speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Headers {
    /// `X-Bot-API-Dialect`, `X-Bot-API-Version` and `X-Webim-Version` with this version: Webim 10.3 and later.
    Since103(String),
    /// None: older releases.
    Older,
}

impl Headers {
    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Since103(version) => vec![
                ("x-bot-api-dialect", "Webim Standard".to_owned()),
                ("x-bot-api-version", "1.0".to_owned()),
                ("x-webim-version", version.clone()),
            ],
            Self::Older => vec![],
        }
    }
}

/// Where the visitor's optional fields are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitorForm {
    /// `visitor.firstname`
    Flat,
    /// `visitor.fields.firstname`
    Nested,
    /// Only `visitor.id`.
    IdOnly,
}

/// The form of this installation's requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// What the headers say.
    pub headers: Headers,
    /// Whether a text message has a `kind`. Without one it is a text.
    pub kind: bool,
    /// Whether `chat.id` is a number where it looks like one, instead of a string.
    pub integer_chat_id: bool,
    /// Where the visitor's fields are.
    pub visitor: VisitorForm,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            headers: Headers::Since103("10.3.19".to_owned()),
            kind: true,
            integer_chat_id: false,
            visitor: VisitorForm::Flat,
        }
    }
}

impl Dialect {
    /// The object `{"id": …}` of a chat.
    fn chat(&self, id: &str) -> Value {
        match id.parse::<i64>() {
            Ok(number) if self.integer_chat_id => json!({ "id": number }),
            _ => json!({ "id": id }),
        }
    }

    /// A visitor's text, with what is beside it.
    fn text(&self, text: &str, mut beside: Map<String, Value>) -> Value {
        if self.kind {
            beside.insert("kind".to_owned(), json!("visitor"));
        }
        beside.insert("text".to_owned(), json!(text));
        Value::Object(beside)
    }

    pub(crate) fn new_chat(&self, id: &str, first_messages: &[&str]) -> Value {
        let fields = json!({ "firstname": "Ada", "lastname": "Lovelace", "phone": "+12025550143" });
        let mut visitor = Map::new();
        match (self.visitor, fields) {
            (VisitorForm::Flat, Value::Object(fields)) => visitor.extend(fields),
            (VisitorForm::Nested, fields) => {
                visitor.insert("fields".to_owned(), fields);
            }
            _ => {}
        }
        visitor.insert("id".to_owned(), json!(format!("visitor-of-{id}")));
        let mut request = Map::new();
        request.insert("event".to_owned(), json!("new_chat"));
        request.insert("chat".to_owned(), self.chat(id));
        request.insert("visitor".to_owned(), Value::Object(visitor));
        if !first_messages.is_empty() {
            let messages = first_messages
                .iter()
                .map(|text| self.text(text, Map::new()))
                .collect();
            request.insert("messages".to_owned(), Value::Array(messages));
        }
        Value::Object(request)
    }

    pub(crate) fn new_message(&self, id: &str, text: &str) -> Value {
        self.text(text, self.message_in(id))
    }

    pub(crate) fn press(&self, id: &str, button_id: &str, button_text: &str) -> Value {
        let mut request = self.message_in(id);
        request.insert("kind".to_owned(), json!("keyboard_response"));
        request.insert(
            "response".to_owned(),
            json!({ "button": { "id": button_id, "text": button_text } }),
        );
        Value::Object(request)
    }

    fn message_in(&self, id: &str) -> Map<String, Value> {
        let mut request = Map::new();
        request.insert("event".to_owned(), json!("new_message"));
        request.insert("chat".to_owned(), self.chat(id));
        request
    }
}
