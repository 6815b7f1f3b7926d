//! What the simulated Telegram knows: chats with their messages, files, open callback queries, and the counters.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use super::refusal::Refusal;

/// A person who writes to the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their id, which is also the id of their private chat with the bot.
    pub id: i64,
    /// Their first name.
    pub first_name: String,
    /// Their last name.
    pub last_name: Option<String>,
    /// Their username, without `@`.
    pub username: Option<String>,
    /// The language of their Telegram.
    pub language_code: Option<String>,
}

impl User {
    /// Someone with a name and nothing else.
    #[must_use]
    pub fn named(id: i64, first_name: &str) -> Self {
        Self {
            id,
            first_name: first_name.to_owned(),
            last_name: None,
            username: None,
            language_code: None,
        }
    }

    /// The fields of a `User`.
    pub(crate) fn to_json(&self) -> Value {
        let mut fields = self.names();
        fields.insert("id".to_owned(), json!(self.id));
        fields.insert("is_bot".to_owned(), json!(false));
        if let Some(language) = &self.language_code {
            fields.insert("language_code".to_owned(), json!(language));
        }
        Value::Object(fields)
    }

    fn names(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("first_name".to_owned(), json!(self.first_name));
        for (name, value) in [("last_name", &self.last_name), ("username", &self.username)] {
            if let Some(value) = value {
                fields.insert(name.to_owned(), json!(value));
            }
        }
        fields
    }
}

/// One line of a chat, for a person to read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Line {
    /// `bot`, or the visitor's first name.
    pub from: String,
    /// The text, and what else there is in square brackets.
    pub text: String,
}

/// A chat.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    /// The person of a private chat; in a group, whoever it was created with.
    pub(crate) user: User,
    pub(crate) blocked: bool,
    pub(crate) migrated_to: Option<i64>,
    last_message: i64,
    /// The messages that were sent here, either way, by id, as the Bot API shows them.
    pub(crate) messages: BTreeMap<i64, Value>,
    pub(crate) lines: Vec<Line>,
}

/// A file that was sent in a chat.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    /// `None` for a file that the bot sent by its address: nobody fetches it.
    pub(crate) bytes: Option<Vec<u8>>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) chats: HashMap<i64, Book>,
    pub(crate) files: HashMap<String, File>,
    /// Callback queries that were not answered yet.
    pub(crate) queries: HashSet<String>,
    last_update: i64,
    /// Updates up to this one were dropped at the bot's wish.
    pub(crate) dropped: i64,
    /// Updates that the webhook has not taken.
    pub(crate) pending: usize,
    /// When the webhook failed last, and how.
    pub(crate) last_error: Option<(u64, String)>,
}

/// The time as Telegram tells it.
pub(crate) fn unix_time() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

/// Ids below this belong to supergroups and channels.
const SUPERGROUPS: i64 = -1_000_000_000_000;

/// The kind of a chat, which its id tells.
fn kind(id: i64) -> &'static str {
    match id {
        1.. => "private",
        SUPERGROUPS..=0 => "group",
        _ => "supergroup",
    }
}

impl State {
    /// The chat, made if it is new.
    pub(crate) fn chat(&mut self, id: i64, user: &User) -> &mut Book {
        self.chats.entry(id).or_insert_with(|| Book {
            user: user.clone(),
            blocked: false,
            migrated_to: None,
            last_message: 0,
            messages: BTreeMap::new(),
            lines: vec![],
        })
    }

    /// The chat, if the bot may write to it.
    pub(crate) fn writable(&mut self, id: i64) -> Result<&mut Book, Refusal> {
        match self.chats.get_mut(&id) {
            None => Err(Refusal::bad("chat not found")),
            Some(Book {
                migrated_to: Some(to),
                ..
            }) => Err(Refusal::migrated(*to)),
            Some(chat) if chat.blocked && id > 0 => {
                Err(Refusal::forbidden("bot was blocked by the user"))
            }
            Some(chat) if chat.blocked => {
                Err(Refusal::forbidden("bot was kicked from the group chat"))
            }
            Some(chat) => Ok(chat),
        }
    }

    pub(crate) fn next_update(&mut self) -> i64 {
        // As at Telegram the first one is any number, here always the same.
        self.last_update = self.last_update.max(100_000) + 1;
        self.last_update
    }

    pub(crate) fn last_update(&self) -> i64 {
        self.last_update
    }

    /// Keeps a file and returns its `file_id`.
    pub(crate) fn keep(&mut self, folder: &str, extension: &str, bytes: Option<Vec<u8>>) -> String {
        let number = self.files.len() + 1;
        let path = format!("{folder}/file_{number}.{extension}");
        let id = format!("AgACAgI-{number}-{:016x}", fastrand::u64(..));
        self.files.insert(id.clone(), File { path, bytes });
        id
    }
}

impl Book {
    /// Counts one message more.
    pub(crate) fn next_message(&mut self) -> i64 {
        self.last_message += 1;
        self.last_message
    }

    /// The `Chat` object.
    pub(crate) fn to_json(&self, id: i64) -> Value {
        let mut fields = if id > 0 {
            self.user.names()
        } else {
            Map::new()
        };
        fields.insert("id".to_owned(), json!(id));
        fields.insert("type".to_owned(), json!(kind(id)));
        if id <= 0 {
            fields.insert(
                "title".to_owned(),
                json!(format!("Group {}", id.unsigned_abs())),
            );
        }
        Value::Object(fields)
    }
}
