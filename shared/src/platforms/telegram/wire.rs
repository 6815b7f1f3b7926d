//! Telegram's JSON, as far as it is used. Names and meanings: <https://core.telegram.org/bots/api>.

#![expect(
    missing_docs,
    reason = "the fields are the vendor's, and documented on its page"
)]

use serde::Deserialize;

/// `Update`. Which of the optional fields is there says what happened.
#[derive(Debug, Deserialize)]
pub struct Update {
    pub update_id: i64,
    pub message: Option<Message>,
    pub edited_message: Option<Message>,
    pub callback_query: Option<CallbackQuery>,
}

/// `Message`.
#[derive(Debug, Deserialize)]
pub struct Message {
    pub message_id: i64,
    pub from: Option<User>,
    #[serde(default)]
    pub date: u64,
    #[serde(default)]
    pub edit_date: Option<u64>,
    /// The chat in whose name it is sent, such as a group's for its anonymous admins; `from` is then a bot that stands in.
    pub sender_chat: Option<Chat>,
    pub chat: Chat,
    pub text: Option<String>,
    pub caption: Option<String>,
    #[serde(default)]
    pub entities: Vec<Entity>,
    #[serde(default)]
    pub caption_entities: Vec<Entity>,
    pub photo: Option<Vec<PhotoSize>>,
    pub animation: Option<FileOf>,
    pub audio: Option<FileOf>,
    pub document: Option<FileOf>,
    pub video: Option<FileOf>,
    pub video_note: Option<FileOf>,
    pub voice: Option<FileOf>,
    pub sticker: Option<Sticker>,
    pub location: Option<Location>,
    pub venue: Option<Venue>,
    pub contact: Option<Contact>,
    pub dice: Option<Dice>,
    pub poll: Option<Poll>,
    pub migrate_to_chat_id: Option<i64>,
    pub migrate_from_chat_id: Option<i64>,
}

/// `User`.
#[derive(Debug, Deserialize)]
pub struct User {
    pub id: i64,
    #[serde(default)]
    pub is_bot: bool,
    #[serde(default)]
    pub first_name: String,
    pub last_name: Option<String>,
    pub username: Option<String>,
    pub language_code: Option<String>,
}

/// `Chat`.
#[derive(Debug, Deserialize)]
pub struct Chat {
    pub id: i64,
    /// `private`, `group`, `supergroup` or `channel`.
    #[serde(rename = "type", default)]
    pub kind: String,
    pub title: Option<String>,
}

/// `PhotoSize`: the same picture in several sizes.
#[derive(Debug, Deserialize)]
pub struct PhotoSize {
    pub file_id: String,
    #[serde(default)]
    pub width: u64,
    pub file_size: Option<u64>,
}

/// `Animation`, `Audio`, `Document`, `Video`, `VideoNote` or `Voice`.
#[derive(Debug, Deserialize)]
pub struct FileOf {
    pub file_id: String,
    pub file_name: Option<String>,
    pub mime_type: Option<String>,
    pub file_size: Option<u64>,
}

/// `Sticker`.
#[derive(Debug, Deserialize)]
pub struct Sticker {
    pub file_id: String,
    pub emoji: Option<String>,
    pub file_size: Option<u64>,
}

/// `Location`.
#[derive(Debug, Deserialize)]
pub struct Location {
    pub latitude: f64,
    pub longitude: f64,
    pub live_period: Option<i64>,
}

/// `MessageEntity`: markup of a part of the text.
#[derive(Debug, Deserialize)]
pub struct Entity {
    #[serde(rename = "type", default)]
    pub kind: String,
    pub url: Option<String>,
}

/// `Dice`: an emoji that shows a random value.
#[derive(Debug, Deserialize)]
pub struct Dice {
    pub emoji: String,
    pub value: i64,
}

/// `Poll`.
#[derive(Debug, Deserialize)]
pub struct Poll {
    pub question: String,
    #[serde(default)]
    pub options: Vec<PollOption>,
}

/// `PollOption`.
#[derive(Debug, Deserialize)]
pub struct PollOption {
    pub text: String,
}

/// `Venue`.
#[derive(Debug, Deserialize)]
pub struct Venue {
    pub location: Location,
    pub title: String,
    #[serde(default)]
    pub address: String,
}

/// `Contact`.
#[derive(Debug, Deserialize)]
pub struct Contact {
    pub phone_number: String,
    pub first_name: String,
    pub last_name: Option<String>,
}

/// `CallbackQuery`: a button was pressed.
#[derive(Debug, Deserialize)]
pub struct CallbackQuery {
    pub id: String,
    pub from: User,
    pub message: Option<Pressed>,
    pub data: Option<String>,
}

/// The message that the button is on; only its chat if it is too old.
#[derive(Debug, Deserialize)]
pub struct Pressed {
    pub chat: Chat,
    pub reply_markup: Option<InlineKeyboardMarkup>,
}

/// `InlineKeyboardMarkup`.
#[derive(Debug, Deserialize)]
pub struct InlineKeyboardMarkup {
    pub inline_keyboard: Vec<Vec<InlineKeyboardButton>>,
}

/// `InlineKeyboardButton`.
#[derive(Debug, Deserialize)]
pub struct InlineKeyboardButton {
    pub text: String,
    pub callback_data: Option<String>,
}

/// What a method answers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Answered {
    pub ok: bool,
    pub description: Option<String>,
    pub parameters: Option<ResponseParameters>,
}

/// `ResponseParameters`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ResponseParameters {
    pub migrate_to_chat_id: Option<i64>,
    pub retry_after: Option<u64>,
}

/// The answer to `getWebhookInfo`.
#[derive(Debug, Deserialize)]
pub struct WebhookInfoIs {
    pub result: WebhookInfo,
}

/// `WebhookInfo`.
#[derive(Debug, Deserialize)]
pub struct WebhookInfo {
    /// Empty if there is none.
    #[serde(default)]
    pub url: String,
    #[serde(default)]
    pub pending_update_count: u64,
    /// In seconds since 1970.
    #[serde(default)]
    pub last_error_date: u64,
    pub last_error_message: Option<String>,
}

/// The answer to `getFile`.
#[derive(Debug, Deserialize)]
pub struct FilePath {
    /// The file.
    pub result: FileInfo,
}

/// `File`.
#[derive(Debug, Deserialize)]
pub struct FileInfo {
    /// Where it is, below `/file/bot{token}/`; for an hour at the least.
    #[serde(default)]
    pub file_path: Option<String>,
}
