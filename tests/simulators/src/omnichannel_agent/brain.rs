//! What the agent is given, and what it says.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

/// A message that the agent has processed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// The chat on the client server.
    pub chat_id: i64,
    /// `visitor.id`: who writes, as the client server names them.
    pub visitor_id: String,
    /// `visitor.fields`, whole: the five that the document maps to variables, and any others.
    pub visitor_fields: Map<String, Value>,
    /// The message's id on the client server. The platform does not promise to look at it: a copy is processed again.
    pub message_id: String,
    /// What the agent is given: the text, `file:{file_type}|{file_id}|{file_url}`, or the label of the button.
    pub text: String,
    /// What it was made from.
    pub content: Content,
    /// Keys of the request beyond the documented four.
    pub unknown: Vec<String>,
}

/// What came in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// `kind: "visitor"`.
    Text,
    /// `kind: "file_visitor"`, ready.
    File {
        /// The file's id on the client server.
        id: String,
        /// Its name, with the extension.
        name: String,
        /// Its media type.
        content_type: String,
        /// In bytes.
        size: u64,
        /// Where it is. The agent does not fetch it.
        url: String,
    },
    /// `kind: "keyboard_response"`.
    Press {
        /// The button's id.
        id: String,
        /// The button's label.
        text: String,
    },
}

/// A button of a keyboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// Comes back when it is pressed.
    pub id: String,
    /// The label.
    pub text: String,
}

impl Button {
    /// A button.
    #[must_use]
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            text: text.into(),
        }
    }
}

/// One thing that the agent says. How it looks on the wire is the [`super::Form`]'s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What it says.
    pub says: Says,
    /// After how long from the acceptance, when it is not the simulator's usual delay.
    pub delay: Option<Duration>,
}

/// What an agent can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// A text. The platform has no Markdown.
    Text(String),
    /// A keyboard, and the text that belongs to it; an empty text is none.
    Buttons(String, Vec<Vec<Button>>),
    /// A file, by its address.
    File {
        /// Where it is.
        url: String,
        /// Its name.
        name: String,
        /// Its media type.
        media_type: String,
    },
    /// Any `message` at all.
    Json(Value),
}

impl Reply {
    fn new(says: Says) -> Self {
        Self { says, delay: None }
    }

    /// The agent says `text`.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Says::Text(text.into()))
    }

    /// The agent says `text` and offers buttons, in rows.
    #[must_use]
    pub fn buttons(text: impl Into<String>, rows: Vec<Vec<Button>>) -> Self {
        Self::new(Says::Buttons(text.into(), rows))
    }

    /// The agent sends the file at `url`.
    #[must_use]
    pub fn file(
        url: impl Into<String>,
        name: impl Into<String>,
        media_type: impl Into<String>,
    ) -> Self {
        Self::new(Says::File {
            url: url.into(),
            name: name.into(),
            media_type: media_type.into(),
        })
    }

    /// The agent sends this `message`, whatever it is.
    #[must_use]
    pub fn json(message: Value) -> Self {
        Self::new(Says::Json(message))
    }

    /// The same, so long after the message was accepted.
    #[must_use]
    pub fn after(self, delay: Duration) -> Self {
        Self {
            delay: Some(delay),
            ..self
        }
    }
}

/// How the agent thinks.
pub type Brain = Arc<dyn Fn(&Incoming) -> Vec<Reply> + Send + Sync>;

/// What [`friendly`] says where another API would have a flag: this one has no way to hand over.
pub const TO_OPERATOR: &str = "#operator";

/// The file that [`friendly`] sends. Nobody fetches it here.
pub const FILE: &str = "https://example.com/price-list.pdf";

/// The brain that a simulator has unless it is given another. The words that it knows:
///
/// * `operator`: says so, and then [`TO_OPERATOR`];
/// * `bye`: says so. This API has no way to close a conversation;
/// * `buttons`: offers two;
/// * `a file`: sends [`FILE`];
/// * `two`: answers in two bubbles;
/// * `silence`: does not answer;
/// * anything else: repeats it.
#[must_use]
pub fn friendly(incoming: &Incoming) -> Vec<Reply> {
    let said = incoming.text.trim();
    let lower = said.to_lowercase();
    if incoming.content != Content::Text {
        // The address of a file may have any of the words in it.
        vec![repeats(said)]
    } else if lower.contains("silence") {
        vec![]
    } else if lower.contains("operator") {
        vec![
            Reply::text("Of course. I am passing you to an operator, please stay here."),
            Reply::text(TO_OPERATOR),
        ]
    } else if lower.contains("bye") {
        vec![Reply::text("Goodbye! It was good to talk to you.")]
    } else if lower.contains("buttons") {
        let row = vec![Button::new("yes", "Yes"), Button::new("no", "No")];
        vec![Reply::buttons("Do you like them?", vec![row])]
    } else if lower.contains("a file") {
        vec![Reply::file(FILE, "price-list.pdf", "application/pdf")]
    } else if lower.contains("two") {
        vec![
            Reply::text("Let me think about that."),
            Reply::text(format!("You asked: {said}")),
        ]
    } else {
        vec![repeats(said)]
    }
}

fn repeats(said: &str) -> Reply {
    Reply::text(format!(
        "You said: {said}\n\nAsk me for buttons, a file or an operator."
    ))
}
