//! What the simulated agent says: any closure from a message to replies, and the one that is there by default.

use std::sync::Arc;
use std::time::Duration;

use super::webhook::Author;

/// A message that the agent has accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// The task that it was sent to.
    pub task_id: String,
    /// The caller's own id of the chat.
    pub chat_id: String,
    /// The text.
    pub message: String,
    /// Keys of the request beyond the documented three. Bubble ignores them; a test may want to know.
    pub unknown: Vec<String>,
    /// Selarti's id of the dialog with this chat.
    pub thread_id: String,
}

/// The yes/no fields of a webhook. All are "no" by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// The dialog is closed.
    pub close: bool,
    /// The visitor has left a contact.
    pub get_contact: bool,
    /// The visitor has shown interest.
    pub interest: bool,
    /// The visitor looks like a bot.
    pub is_bot: bool,
    /// The dialog is handed to an operator.
    pub operator: bool,
    /// The dialog is a success.
    pub success: bool,
}

/// One bubble of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The text, as the model wrote it: often Markdown.
    pub text: String,
    /// Who says it.
    pub author: Author,
    /// The flags that come with it.
    pub flags: Flags,
    /// After how long from the acceptance, when it is not the simulator's usual delay.
    pub delay: Option<Duration>,
}

impl Reply {
    /// The agent says `text`.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            author: Author::Bot,
            flags: Flags::default(),
            delay: None,
        }
    }

    /// The same, with flags.
    #[must_use]
    pub fn with(self, flags: Flags) -> Self {
        Self { flags, ..self }
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

/// The file that [`friendly`] speaks of. Nobody fetches it here.
pub const FILE: &str = "https://example.com/price-list.pdf";

/// The brain that a simulator has unless it is given another. The words that it knows:
///
/// * `operator`: says so and hands the dialog over (`operator: "yes"`);
/// * `bye`: says so and closes the dialog (`close: "yes"`);
/// * `a file`: gives the address of [`FILE`], because this API has only texts, and so no buttons either;
/// * `two`: answers in two bubbles;
/// * `silence`: does not answer;
/// * anything else: repeats it, in Markdown.
#[must_use]
pub fn friendly(incoming: &Incoming) -> Vec<Reply> {
    let said = incoming.message.trim();
    let lower = said.to_lowercase();
    if lower.contains("silence") {
        vec![]
    } else if lower.contains("operator") {
        let flags = Flags {
            operator: true,
            ..Flags::default()
        };
        vec![
            Reply::text("Of course. I am passing you to **an operator**, please stay here.")
                .with(flags),
        ]
    } else if lower.contains("bye") {
        let flags = Flags {
            close: true,
            success: true,
            ..Flags::default()
        };
        vec![Reply::text("Goodbye! It was _good_ to talk to you.").with(flags)]
    } else if lower.contains("a file") {
        vec![Reply::text(format!("Here it is: {FILE}"))]
    } else if lower.contains("two") {
        vec![
            Reply::text("Let me think about that."),
            Reply::text(format!("You asked: **{said}**")),
        ]
    } else {
        vec![Reply::text(format!(
            "You said: **{said}**\n\nAsk me for an `operator`, or say `bye`."
        ))]
    }
}
