//! The people who write to the bot.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::chats::{Book, Line, User, unix_time};
use super::entity::utf16;
use super::markup::Action;
use super::methods::Sent;
use super::{Inner, delivery};
use crate::log::TimedOut;

/// A chat with the bot, as somebody in it uses it. Everything that is said goes to the webhook in the background, in
/// order; each method returns the `update_id`, by which [`super::Telegram::delivered`] can be awaited.
#[derive(Clone, Debug)]
pub struct Chat {
    pub(crate) inner: Arc<Inner>,
    pub(crate) id: i64,
    pub(crate) user: User,
}

/// There is no such button under any message of the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchButton(pub String);

impl fmt::Display for NoSuchButton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no message of the bot has the button {:?}", self.0)
    }
}

impl std::error::Error for NoSuchButton {}

impl Chat {
    /// The chat's id.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The same chat, used by somebody else: for groups.
    #[must_use]
    pub fn as_user(&self, user: User) -> Self {
        Self {
            user,
            ..self.clone()
        }
    }

    /// What the bot sent to this chat, in order.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        self.inner.sent.matching(|sent| sent.chat_id == self.id)
    }

    /// Waits until the bot has sent at least `count` messages to this chat.
    ///
    /// # Errors
    /// [`TimedOut`], with what was sent to all chats.
    pub async fn wait_sent(
        &self,
        count: usize,
        timeout: Duration,
    ) -> Result<Vec<Sent>, TimedOut<Sent>> {
        self.inner
            .sent
            .wait_for_matching(count, timeout, |sent| sent.chat_id == self.id)
            .await
    }

    /// The whole chat, both sides, as a person reads it.
    #[must_use]
    pub fn transcript(&self) -> Vec<Line> {
        self.inner.state(|state| {
            state
                .chats
                .get(&self.id)
                .map(|chat| chat.lines.clone())
                .unwrap_or_default()
        })
    }

    /// Writes a text. Commands in it (`/start`) are marked as Telegram's apps mark them.
    pub fn text(&self, text: &str) -> i64 {
        self.message(text, text_fields(text))
    }

    /// Answers one of the chat's messages with a text.
    pub fn reply(&self, to_message: i64, text: &str) -> i64 {
        let mut fields = text_fields(text);
        let replied = self.inner.state(|state| {
            state
                .chats
                .get(&self.id)?
                .messages
                .get(&to_message)
                .cloned()
        });
        if let Some(replied) = replied {
            fields.insert("reply_to_message".to_owned(), without_reply(replied));
        }
        self.message(text, fields)
    }

    /// Changes the text of a message (known here or not): an `edited_message`.
    pub fn edit(&self, message_id: i64, text: &str) -> i64 {
        let message = self.inner.state(|state| {
            let chat = state.chat(self.id, &self.user);
            let mut fields = match chat.messages.remove(&message_id) {
                Some(Value::Object(fields)) => fields,
                _ => self.head(message_id, chat),
            };
            fields.remove("entities");
            fields.extend(text_fields(text));
            fields.insert("edit_date".to_owned(), json!(unix_time()));
            let message = Value::Object(fields);
            chat.messages.insert(message_id, message.clone());
            chat.lines.push(Line {
                from: self.user.first_name.clone(),
                text: format!("[edits] {text}"),
            });
            message
        });
        self.inner
            .lines_changed
            .send_modify(|changes| *changes += 1);
        self.update("edited_message", message)
    }

    /// Sends a photo.
    pub fn photo(&self, bytes: &[u8], caption: Option<&str>) -> i64 {
        // The smaller sizes are files of their own; here they have the same bytes.
        let (small, id) = (
            self.keep("photos", "jpg", bytes),
            self.keep("photos", "jpg", bytes),
        );
        let small = json!({
            "file_id": small, "file_unique_id": format!("u{small}"), "width": 90, "height": 60,
        });
        let large = json!({
            "file_id": id, "file_unique_id": format!("u{id}"), "width": 1280, "height": 853, "file_size": bytes.len(),
        });
        self.file("photo", json!([small, large]), caption)
    }

    /// Sends a file.
    pub fn document(
        &self,
        name: &str,
        mime_type: &str,
        bytes: &[u8],
        caption: Option<&str>,
    ) -> i64 {
        let extension = name.rsplit('.').next().unwrap_or("bin");
        let id = self.keep("documents", extension, bytes);
        self.file(
            "document",
            file(
                &id,
                bytes,
                json!({ "file_name": name, "mime_type": mime_type }),
            ),
            caption,
        )
    }

    /// Speaks.
    pub fn voice(&self, bytes: &[u8]) -> i64 {
        let id = self.keep("voice", "oga", bytes);
        self.file(
            "voice",
            file(
                &id,
                bytes,
                json!({ "duration": 3, "mime_type": "audio/ogg" }),
            ),
            None,
        )
    }

    /// Sends a video.
    pub fn video(&self, bytes: &[u8], caption: Option<&str>) -> i64 {
        let id = self.keep("videos", "mp4", bytes);
        let about = json!({ "width": 640, "height": 360, "duration": 5, "mime_type": "video/mp4" });
        self.file("video", file(&id, bytes, about), caption)
    }

    /// Sends a sticker.
    pub fn sticker(&self, emoji: &str) -> i64 {
        let id = self.keep("stickers", "webp", b"RIFF\0\0\0\0WEBP");
        let about = json!({
            "type": "regular", "width": 512, "height": 512, "is_animated": false, "is_video": false, "emoji": emoji,
        });
        self.file("sticker", file(&id, b"RIFF\0\0\0\0WEBP", about), None)
    }

    /// Shares a place.
    pub fn location(&self, latitude: f64, longitude: f64) -> i64 {
        let mut fields = Map::new();
        fields.insert(
            "location".to_owned(),
            json!({ "latitude": latitude, "longitude": longitude }),
        );
        self.message(&format!("[location {latitude},{longitude}]"), fields)
    }

    /// Shares their own contact.
    pub fn contact(&self, phone_number: &str) -> i64 {
        let User { id, first_name, .. } = &self.user;
        let mut fields = Map::new();
        let contact =
            json!({ "phone_number": phone_number, "first_name": first_name, "user_id": id });
        fields.insert("contact".to_owned(), contact);
        self.message(&format!("[contact {first_name} {phone_number}]"), fields)
    }

    /// Presses a button by its label: the latest one that has it.
    ///
    /// # Errors
    /// When no message of the bot in this chat has such a button that calls back.
    pub fn press(&self, label: &str) -> Result<i64, NoSuchButton> {
        let sent = self.sent();
        let found = sent.iter().rev().find_map(|sent| {
            let button = sent
                .keyboard
                .iter()
                .flatten()
                .rev()
                .find(|button| button.text == label)?;
            let Action::Callback(data) = &button.action else {
                return None;
            };
            Some((sent.message_id, data.clone()))
        });
        let (message_id, data) = found.ok_or_else(|| NoSuchButton(label.to_owned()))?;
        let query = format!("{}", fastrand::u64(1_000_000_000_000_000_000..));
        let message = self.inner.state(|state| {
            state.queries.insert(query.clone());
            let chat = state.chats.get_mut(&self.id)?;
            chat.lines.push(Line {
                from: self.user.first_name.clone(),
                text: format!("[presses {label}]"),
            });
            chat.messages.get(&message_id).cloned()
        });
        self.inner
            .lines_changed
            .send_modify(|changes| *changes += 1);
        let callback = json!({
            "id": query, "from": self.user.to_json(), "message": message, "chat_instance": self.id.to_string(), "data": data,
        });
        Ok(self.update("callback_query", callback))
    }

    /// Blocks the bot (in a group: removes it). It is told, and can no longer write here.
    pub fn block(&self) -> i64 {
        self.membership(true)
    }

    /// Lets the bot in again. It is told.
    pub fn unblock(&self) -> i64 {
        self.membership(false)
    }

    /// Turns a group into a supergroup with this id (below -1000000000000) and returns it. The bot gets the two service
    /// messages, and is refused with the new id when it writes to the old one.
    #[must_use]
    pub fn migrate_to(&self, id: i64) -> Self {
        let supergroup = Self { id, ..self.clone() };
        let mut to = Map::new();
        to.insert("migrate_to_chat_id".to_owned(), json!(id));
        self.message("[the group became a supergroup]", to);
        self.inner.state(|state| {
            state.chat(id, &self.user);
            if let Some(chat) = state.chats.get_mut(&self.id) {
                chat.migrated_to = Some(id);
            }
        });
        let mut from = Map::new();
        from.insert("migrate_from_chat_id".to_owned(), json!(self.id));
        supergroup.message("[the group became a supergroup]", from);
        supergroup
    }

    /// Sends a message with any fields beside the usual ones (`message_id`, `from`, `chat`, `date`): a poll, a dice.
    /// `line` is what the transcript shows.
    pub fn message(&self, line: &str, mut fields: Map<String, Value>) -> i64 {
        let message = self.inner.state(|state| {
            let chat = state.chat(self.id, &self.user);
            let message_id = chat.next_message();
            fields.extend(self.head(message_id, chat));
            let message = Value::Object(fields);
            chat.messages.insert(message_id, message.clone());
            chat.lines.push(Line {
                from: self.user.first_name.clone(),
                text: line.to_owned(),
            });
            message
        });
        self.inner
            .lines_changed
            .send_modify(|changes| *changes += 1);
        self.update("message", message)
    }

    /// Queues an update of any kind in this chat's order.
    pub fn update(&self, kind: &str, content: Value) -> i64 {
        delivery::queue(&self.inner, self.id, kind, content)
    }

    /// The fields that every message has.
    fn head(&self, message_id: i64, chat: &Book) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("message_id".to_owned(), json!(message_id));
        fields.insert("from".to_owned(), self.user.to_json());
        fields.insert("chat".to_owned(), chat.to_json(self.id));
        fields.insert("date".to_owned(), json!(unix_time()));
        fields
    }

    fn membership(&self, blocked: bool) -> i64 {
        let chat = self.inner.state(|state| {
            let chat = state.chat(self.id, &self.user);
            chat.blocked = blocked;
            chat.to_json(self.id)
        });
        let (old, new) = if blocked {
            ("member", "kicked")
        } else {
            ("kicked", "member")
        };
        let bot = json!({ "id": self.inner.bot_id(), "is_bot": true, "first_name": "Switchboard" });
        let member = |status: &str| json!({ "user": bot, "status": status, "until_date": 0 });
        let change = json!({
            "chat": chat, "from": self.user.to_json(), "date": unix_time(),
            "old_chat_member": member(old), "new_chat_member": member(new),
        });
        self.update("my_chat_member", change)
    }

    fn keep(&self, folder: &str, extension: &str, bytes: &[u8]) -> String {
        self.inner
            .state(|state| state.keep(folder, extension, Some(bytes.to_vec())))
    }

    fn file(&self, kind: &str, file: Value, caption: Option<&str>) -> i64 {
        let mut fields = Map::new();
        fields.insert(kind.to_owned(), file);
        if let Some(caption) = caption {
            fields.insert("caption".to_owned(), json!(caption));
        }
        self.message(&format!("[{kind}] {}", caption.unwrap_or_default()), fields)
    }
}

/// A file's object: its ids and size, and what this kind has more.
fn file(id: &str, bytes: &[u8], about: Value) -> Value {
    let mut fields = Map::new();
    if let Value::Object(about) = about {
        fields.extend(about);
    }
    fields.insert("file_id".to_owned(), json!(id));
    fields.insert("file_unique_id".to_owned(), json!(format!("u{id}")));
    fields.insert("file_size".to_owned(), json!(bytes.len()));
    Value::Object(fields)
}

fn text_fields(text: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("text".to_owned(), json!(text));
    let mut commands = Vec::new();
    let mut offset = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let command = word.trim_end();
        if command.len() > 1 && command.starts_with('/') {
            commands
                .push(json!({ "type": "bot_command", "offset": offset, "length": utf16(command) }));
        }
        offset += utf16(word);
    }
    if !commands.is_empty() {
        fields.insert("entities".to_owned(), Value::Array(commands));
    }
    fields
}

/// A message in another's `reply_to_message` has none itself, "even if it is itself a reply".
pub(crate) fn without_reply(mut message: Value) -> Value {
    if let Some(fields) = message.as_object_mut() {
        fields.remove("reply_to_message");
    }
    message
}
