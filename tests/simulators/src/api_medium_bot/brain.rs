//! What the bot is given, and what it says.

use std::sync::Arc;
use std::time::Duration;

use super::attachment::Attachment;
use super::webhook::Placed;

/// A message that was queued for processing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// Who wrote it, by the id that the bot's side assigned.
    pub user_id: u64,
    /// Whether this message made the user: it came without a `userID`.
    pub new_user: bool,
    /// The text.
    pub message: String,
    /// What came with it.
    pub attachments: Vec<Attachment>,
    /// Whether the bot runs for this user. A message that comes before the start keyword is taken, and the bot does not hear it.
    pub heard: bool,
    /// Keys of the request beyond the documented five.
    pub unknown: Vec<String>,
}

/// One message of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The text. The document requires it; it may be empty where there is an attachment.
    pub message: String,
    /// The labels that the user may choose from.
    pub quick_replies: Vec<String>,
    /// Files, by their addresses, and where in the text they belong.
    pub attachments: Vec<Placed>,
    /// The person in the vendor's dashboard who wrote it; `None`: the bot.
    pub admin_id: Option<u64>,
    /// After how long from the acceptance, when it is not the simulator's usual delay.
    pub delay: Option<Duration>,
}

impl Reply {
    /// The bot says `text`.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            message: text.into(),
            quick_replies: Vec::new(),
            attachments: Vec::new(),
            admin_id: None,
            delay: None,
        }
    }

    /// The bot says `text` and offers quick replies.
    #[must_use]
    pub fn buttons<T: Into<String>>(
        text: impl Into<String>,
        labels: impl IntoIterator<Item = T>,
    ) -> Self {
        Self {
            quick_replies: labels.into_iter().map(Into::into).collect(),
            ..Self::text(text)
        }
    }

    /// The bot says `text` and sends the file at `url` after it.
    #[must_use]
    pub fn file(text: impl Into<String>, url: impl Into<String>) -> Self {
        let text = text.into();
        let placed = Placed {
            offset: text.encode_utf16().count(),
            url: url.into(),
        };
        Self {
            attachments: vec![placed],
            ..Self::text(text)
        }
    }

    /// The same, but a person in the vendor's dashboard wrote it.
    #[must_use]
    pub fn by_admin(self, admin_id: u64) -> Self {
        Self {
            admin_id: Some(admin_id),
            ..self
        }
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

/// How the bot thinks.
pub type Brain = Arc<dyn Fn(&Incoming) -> Vec<Reply> + Send + Sync>;

/// The file that [`friendly`] sends. Nobody fetches it here.
pub const FILE: &str = "https://example.com/price-list.pdf";

/// The `adminID` of the person whom [`friendly`] asks for help.
pub const ADMIN: u64 = 7;

/// The brain that a simulator has unless it is given another. The words that it knows:
///
/// * `operator`: says so, and then a person writes ([`ADMIN`]);
/// * `bye`: says so. This API has no way to close a conversation;
/// * `buttons`: offers two quick replies;
/// * `a file`: sends [`FILE`];
/// * `two`: answers in two messages;
/// * `silence`: does not answer;
/// * anything else: repeats it, and what was attached.
#[must_use]
pub fn friendly(incoming: &Incoming) -> Vec<Reply> {
    let said = incoming.message.trim();
    let lower = said.to_lowercase();
    if !incoming.attachments.is_empty() {
        // What is said of files may have any of the words in it.
        vec![repeats(said, &incoming.attachments)]
    } else if lower.contains("silence") {
        vec![]
    } else if lower.contains("operator") {
        vec![
            Reply::text("Of course. I am passing you to an operator, please stay here."),
            Reply::text("This is Ann. What can I do for you?").by_admin(ADMIN),
        ]
    } else if lower.contains("bye") {
        vec![Reply::text("Goodbye! It was good to talk to you.")]
    } else if lower.contains("buttons") {
        vec![Reply::buttons("Do you like them?", ["Yes", "No"])]
    } else if lower.contains("a file") {
        vec![Reply::file("Here it is: ", FILE)]
    } else if lower.contains("two") {
        vec![
            Reply::text("Let me think about that."),
            Reply::text(format!("You asked: {said}")),
        ]
    } else {
        vec![repeats(said, &[])]
    }
}

fn repeats(said: &str, attachments: &[Attachment]) -> Reply {
    let attached = attachments.iter().map(|attachment| match attachment {
        Attachment::Inline { media_type, bytes } => {
            format!("\nattached: {media_type}, {} bytes", bytes.len())
        }
        Attachment::Link(url) => format!("\nattached: {url}"),
    });
    let attached: String = attached.collect();
    Reply::text(format!(
        "You said: {said}{attached}\n\nAsk me for buttons, a file or an operator."
    ))
}
