//! The methods of the Bot API that a bridge calls.
//!
//! Source: core.telegram.org/bots/api#available-methods. A refusal has the code and the words of the real server where
//! they are known; the words of the others only say what is wrong.

use serde_json::{Map, Value, json};

use super::chats::{Line, State, unix_time};
use super::entity::{Entity, Formatted, utf16};
use super::markup::{self, Action, Button};
use super::params::{Params, is_http};
use super::refusal::Refusal;
use super::{Inner, Webhook};

/// The longest text, in UTF-16 code units after the entities are parsed.
const LONGEST_TEXT: usize = 4096;
/// The longest caption.
const LONGEST_CAPTION: usize = 1024;
/// The largest file that a bot can download, in bytes.
const LARGEST_FILE: usize = 20 * 1024 * 1024;
/// Where a webhook may be.
const PORTS: [&str; 4] = ["80", "88", "443", "8443"];
/// The longest notification of `answerCallbackQuery`.
const LONGEST_NOTIFICATION: usize = 200;

/// What `sendChatAction` can say.
const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

/// Something that the bot sent, as the visitor sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// The chat.
    pub chat_id: i64,
    /// Its id in the chat.
    pub message_id: i64,
    /// What it is.
    pub content: Content,
    /// The visible text or caption: without markup, trimmed.
    pub text: String,
    /// How the text is formatted.
    pub entities: Vec<Entity>,
    /// The inline keyboard under it.
    pub keyboard: Vec<Vec<Button>>,
    /// The message that it answers.
    pub reply_to: Option<i64>,
    /// Whether it came in the webhook's answer instead of in a call.
    pub in_answer: bool,
}

/// What a message of the bot is.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A text.
    Text,
    /// A file, shown with the text as its caption.
    File {
        /// `photo`, `document`, `video`, `voice` or `audio`.
        kind: &'static str,
        /// The address or the `file_id` that it was sent by.
        source: String,
    },
    /// A place.
    Location {
        /// In degrees.
        latitude: f64,
        /// In degrees.
        longitude: f64,
    },
    /// Somebody's telephone number.
    Contact {
        /// The number.
        phone_number: String,
        /// Their name.
        first_name: String,
    },
}

/// Executes a method. `in_answer`: it came in the webhook's answer.
pub(crate) fn execute(
    inner: &Inner,
    method: &str,
    params: &Params,
    in_answer: bool,
) -> Result<Value, Refusal> {
    // "All methods in the Bot API are case-insensitive."
    match method.to_ascii_lowercase().as_str() {
        "getme" => Ok(me(inner)),
        "setwebhook" => set_webhook(inner, params),
        "getwebhookinfo" => Ok(webhook_info(inner)),
        "deletewebhook" => {
            drop_pending(inner, params);
            inner.webhook.send_replace(None);
            Ok(json!(true))
        }
        "sendmessage" => {
            let formatted = params.formatted("text", "entities", LONGEST_TEXT)?;
            if formatted.text.is_empty() {
                return Err(Refusal::bad("message text is empty"));
            }
            send(inner, params, Content::Text, formatted, in_answer)
        }
        "sendphoto" => send_file(inner, params, "photo", in_answer),
        "senddocument" => send_file(inner, params, "document", in_answer),
        "sendvideo" => send_file(inner, params, "video", in_answer),
        "sendvoice" => send_file(inner, params, "voice", in_answer),
        "sendaudio" => send_file(inner, params, "audio", in_answer),
        "sendlocation" => send_location(inner, params, in_answer),
        "sendcontact" => send_contact(inner, params, in_answer),
        "sendchataction" => send_chat_action(inner, params),
        "answercallbackquery" => answer_callback_query(inner, params),
        "getfile" => get_file(inner, params),
        _ => Err(Refusal::not_found()),
    }
}

fn me(inner: &Inner) -> Value {
    json!({
        "id": inner.bot_id(),
        "is_bot": true,
        "first_name": "Switchboard",
        "username": inner.username,
        "can_join_groups": true,
        "can_read_all_group_messages": true,
        "supports_inline_queries": false,
    })
}

fn set_webhook(inner: &Inner, params: &Params) -> Result<Value, Refusal> {
    let url = params.text("url").unwrap_or_default();
    if url.is_empty() {
        drop_pending(inner, params);
        inner.webhook.send_replace(None);
        return Ok(json!(true));
    }
    if !is_http(&url) {
        return Err(Refusal::bad("bad webhook: invalid webhook URL specified"));
    }
    if !inner.plain_webhooks {
        public(&url)?;
    }
    let secret = params
        .text("secret_token")
        .filter(|secret| !secret.is_empty());
    if let Some(secret) = &secret {
        if secret.len() > 256 {
            return Err(Refusal::bad("secret token is too long"));
        }
        if !secret
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        {
            return Err(Refusal::bad("secret token contains unallowed characters"));
        }
    }
    let max_connections = params.integer("max_connections").unwrap_or(40);
    if !(1..=100).contains(&max_connections) {
        return Err(Refusal::bad("max_connections must be between 1 and 100"));
    }
    let allowed = match params.json("allowed_updates")? {
        // "If not specified, the previous setting will be used."
        None => {
            let previous = inner.webhook.borrow();
            let allowed = previous.as_ref().map(|webhook| webhook.allowed.clone());
            allowed.unwrap_or_default()
        }
        Some(Value::Array(kinds)) => kinds
            .iter()
            .map(|kind| kind.as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .ok_or_else(|| {
                Refusal::bad("can't parse allowed_updates: expected an Array of String")
            })?,
        Some(_) => {
            return Err(Refusal::bad(
                "can't parse allowed_updates: expected an Array of String",
            ));
        }
    };
    drop_pending(inner, params);
    inner.webhook.send_replace(Some(Webhook {
        url,
        secret,
        allowed,
        max_connections,
    }));
    Ok(json!(true))
}

/// What the vendor's own servers ask of a webhook, and a Bot API server at home does not.
fn public(url: &str) -> Result<(), Refusal> {
    let Some(rest) = url.strip_prefix("https://") else {
        return Err(Refusal::bad(
            "bad webhook: An HTTPS URL must be provided for webhook",
        ));
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match host.rsplit_once(':') {
        Some((_, port)) if !PORTS.contains(&port) => Err(Refusal::bad(
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        )),
        _ => Ok(()),
    }
}

fn drop_pending(inner: &Inner, params: &Params) {
    if params.flag("drop_pending_updates") {
        inner.state(|state| state.dropped = state.last_update());
    }
}

fn webhook_info(inner: &Inner) -> Value {
    let webhook = inner.webhook.borrow().clone();
    let (pending, error) = inner.state(|state| (state.pending, state.last_error.clone()));
    let mut info = Map::new();
    info.insert(
        "url".to_owned(),
        json!(webhook.as_ref().map_or("", |webhook| webhook.url.as_str())),
    );
    info.insert("has_custom_certificate".to_owned(), json!(false));
    info.insert("pending_update_count".to_owned(), json!(pending));
    if let Some((date, message)) = error {
        info.insert("last_error_date".to_owned(), json!(date));
        info.insert("last_error_message".to_owned(), json!(message));
    }
    if let Some(webhook) = webhook {
        info.insert("max_connections".to_owned(), json!(webhook.max_connections));
        if !webhook.allowed.is_empty() {
            info.insert("allowed_updates".to_owned(), json!(webhook.allowed));
        }
    }
    Value::Object(info)
}

fn send_file(
    inner: &Inner,
    params: &Params,
    kind: &'static str,
    in_answer: bool,
) -> Result<Value, Refusal> {
    let Some(source) = params.text(kind).filter(|source| !source.is_empty()) else {
        return Err(Refusal::bad(format!("there is no {kind} in the request")));
    };
    if !is_http(&source) && !inner.state(|state| state.files.contains_key(&source)) {
        return Err(Refusal::bad("wrong file identifier/HTTP URL specified"));
    }
    let caption = params.formatted("caption", "caption_entities", LONGEST_CAPTION)?;
    send(
        inner,
        params,
        Content::File { kind, source },
        caption,
        in_answer,
    )
}

fn send_location(inner: &Inner, params: &Params, in_answer: bool) -> Result<Value, Refusal> {
    let Some(latitude) = params.number("latitude") else {
        return Err(Refusal::bad("latitude is empty"));
    };
    let Some(longitude) = params.number("longitude") else {
        return Err(Refusal::bad("longitude is empty"));
    };
    if latitude.abs() > 90.0 || longitude.abs() > 180.0 {
        return Err(Refusal::bad("wrong latitude or longitude specified"));
    }
    send(
        inner,
        params,
        Content::Location {
            latitude,
            longitude,
        },
        Formatted::default(),
        in_answer,
    )
}

fn send_contact(inner: &Inner, params: &Params, in_answer: bool) -> Result<Value, Refusal> {
    let required = |name: &str| params.text(name).filter(|value| !value.trim().is_empty());
    let Some(phone_number) = required("phone_number") else {
        return Err(Refusal::bad("phone number is empty"));
    };
    let Some(first_name) = required("first_name") else {
        return Err(Refusal::bad("first name is empty"));
    };
    send(
        inner,
        params,
        Content::Contact {
            phone_number,
            first_name,
        },
        Formatted::default(),
        in_answer,
    )
}

/// The end of every `send…`: checks what they share, keeps the message, and returns it as the Bot API does.
fn send(
    inner: &Inner,
    params: &Params,
    content: Content,
    formatted: Formatted,
    in_answer: bool,
) -> Result<Value, Refusal> {
    let chat_id = params.chat_id()?;
    let markup = params.json("reply_markup")?;
    let keyboard = markup
        .as_ref()
        .map(markup::parse)
        .transpose()
        .map_err(Refusal::bad)?
        .unwrap_or_default();
    let reply = params.json("reply_parameters")?;
    let reply_to = reply
        .as_ref()
        .and_then(|reply| reply.get("message_id")?.as_i64());
    let reply_to = reply_to.or_else(|| params.integer("reply_to_message_id"));
    let bot = me(inner);
    let (sent, message) = inner.state(|state| {
        let chat = state.writable(chat_id)?;
        if let Some(id) = reply_to
            && !chat.messages.contains_key(&id)
        {
            return Err(Refusal::bad("message to be replied not found"));
        }
        let message_id = chat.next_message();
        let mut message = Map::new();
        message.insert("message_id".to_owned(), json!(message_id));
        message.insert("from".to_owned(), bot);
        message.insert("chat".to_owned(), chat.to_json(chat_id));
        message.insert("date".to_owned(), json!(unix_time()));
        if let Some(replied) = reply_to.and_then(|id| chat.messages.get(&id)) {
            message.insert(
                "reply_to_message".to_owned(),
                super::visitor::without_reply(replied.clone()),
            );
        }
        if !keyboard.is_empty()
            && let Some(markup) = markup
        {
            message.insert("reply_markup".to_owned(), markup);
        }
        let sent = Sent {
            chat_id,
            message_id,
            content,
            text: formatted.text,
            entities: formatted.entities,
            keyboard,
            reply_to,
            in_answer,
        };
        chat.lines.push(Line {
            from: "bot".to_owned(),
            text: sent.to_line(),
        });
        content_fields(state, &sent, &mut message);
        let message = Value::Object(message);
        if let Some(chat) = state.chats.get_mut(&chat_id) {
            chat.messages.insert(message_id, message.clone());
        }
        Ok((sent, message))
    })?;
    inner.sent.push(sent);
    inner.lines_changed.send_modify(|changes| *changes += 1);
    Ok(message)
}

/// The fields of a message that say what it is.
fn content_fields(state: &mut State, sent: &Sent, message: &mut Map<String, Value>) {
    let entities: Vec<Value> = sent.entities.iter().map(Entity::to_json).collect();
    let (text, text_entities) = match &sent.content {
        Content::Text => ("text", "entities"),
        Content::File { kind, source } => {
            let file_id = if is_http(source) {
                state.keep(kind, "bin", None)
            } else {
                source.clone()
            };
            let mut file = json!({ "file_id": file_id, "file_unique_id": format!("u{file_id}") });
            if *kind == "photo" {
                file = json!([{ "file_id": file_id, "file_unique_id": format!("u{file_id}"), "width": 90, "height": 90 }]);
            }
            message.insert((*kind).to_owned(), file);
            ("caption", "caption_entities")
        }
        Content::Location {
            latitude,
            longitude,
        } => {
            message.insert(
                "location".to_owned(),
                json!({ "latitude": latitude, "longitude": longitude }),
            );
            return;
        }
        Content::Contact {
            phone_number,
            first_name,
        } => {
            message.insert(
                "contact".to_owned(),
                json!({ "phone_number": phone_number, "first_name": first_name }),
            );
            return;
        }
    };
    if !sent.text.is_empty() {
        message.insert(text.to_owned(), json!(sent.text));
    }
    if !entities.is_empty() {
        message.insert(text_entities.to_owned(), json!(entities));
    }
}

fn send_chat_action(inner: &Inner, params: &Params) -> Result<Value, Refusal> {
    let chat_id = params.chat_id()?;
    let action = params.text("action").unwrap_or_default();
    if !ACTIONS.contains(&action.as_str()) {
        return Err(Refusal::bad("wrong parameter action in request"));
    }
    inner.state(|state| state.writable(chat_id).map(|_| ()))?;
    inner.actions.push((chat_id, action));
    Ok(json!(true))
}

fn answer_callback_query(inner: &Inner, params: &Params) -> Result<Value, Refusal> {
    if utf16(&params.text("text").unwrap_or_default()) > LONGEST_NOTIFICATION {
        return Err(Refusal::bad("MESSAGE_TOO_LONG"));
    }
    let id = params.text("callback_query_id").unwrap_or_default();
    if !inner.state(|state| state.queries.remove(&id)) {
        return Err(Refusal::bad(
            "query is too old and response timeout expired or query ID is invalid",
        ));
    }
    Ok(json!(true))
}

fn get_file(inner: &Inner, params: &Params) -> Result<Value, Refusal> {
    let id = params.text("file_id").unwrap_or_default();
    let file = inner.state(|state| state.files.get(&id).cloned());
    let Some((path, bytes)) = file.and_then(|file| Some((file.path, file.bytes?))) else {
        return Err(Refusal::bad(
            "wrong file_id or the file is temporarily unavailable",
        ));
    };
    if bytes.len() > LARGEST_FILE {
        return Err(Refusal::bad("file is too big"));
    }
    Ok(
        json!({ "file_id": id, "file_unique_id": format!("u{id}"), "file_size": bytes.len(), "file_path": path }),
    )
}

impl Sent {
    /// The message in one string: the text, then what else there is in square brackets.
    #[must_use]
    pub fn to_line(&self) -> String {
        let mut parts = Vec::new();
        match &self.content {
            Content::Text => {}
            Content::File { kind, source } => parts.push(format!("[{kind} {source}]")),
            Content::Location {
                latitude,
                longitude,
            } => parts.push(format!("[location {latitude},{longitude}]")),
            Content::Contact {
                phone_number,
                first_name,
            } => parts.push(format!("[contact {first_name} {phone_number}]")),
        }
        if !self.text.is_empty() {
            parts.push(self.text.clone());
        }
        for row in &self.keyboard {
            let row = row.iter().map(|button| match &button.action {
                Action::Callback(_) => format!("[{}]", button.text),
                Action::Url(url) => format!("[{} {url}]", button.text),
                Action::Other(kind) => format!("[{} {kind}]", button.text),
            });
            parts.push(row.collect::<Vec<_>>().join(" "));
        }
        parts.join("\n")
    }
}
