//! The application's webhook: exactly the 20 fields of the vendor's sample, each a string.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use serde_json::{Map, Value, json};

use super::{Author, Inner, Webhook};
use crate::application::webhook::{answer, is_link, nothing_left, object, text};

/// What reached the webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The body: what is not JSON is here as a string.
    pub body: Value,
    /// What became of it.
    pub verdict: Verdict,
}

/// What became of a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The bot or an operator says it, and the visitor sees it.
    Shown(Webhook),
    /// The visitor said it: ignored, with 200.
    Echo(Webhook),
    /// A copy of a message that was received before: ignored, with 200.
    Duplicate(Webhook),
    /// Not as documented: 400 with this reason.
    Refused(String),
}

/// What the application remembers of earlier webhooks.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// By `message_id`.
    messages: HashMap<String, Webhook>,
    /// The chats by `thread_id`.
    threads: HashMap<String, String>,
}

impl Seen {
    /// Judges a webhook whose fields are good in themselves.
    fn judge(&mut self, webhook: Webhook) -> Verdict {
        if let Some(earlier) = self.messages.get(&webhook.message_id) {
            let content = |webhook: &Webhook| {
                let Webhook {
                    external_chat_id,
                    message_text,
                    message_type,
                    ..
                } = webhook.clone();
                (external_chat_id, message_text, message_type)
            };
            // The flags tell the state of the dialog, which may have changed between two copies.
            return if content(earlier) == content(&webhook) {
                Verdict::Duplicate(webhook)
            } else {
                Verdict::Refused(format!(
                    "the `message_id` {} was another message's",
                    webhook.message_id
                ))
            };
        }
        let chat = self
            .threads
            .entry(webhook.thread_id.clone())
            .or_insert_with(|| webhook.external_chat_id.clone());
        if *chat != webhook.external_chat_id {
            return Verdict::Refused(format!(
                "the `thread_id` {} was another chat's",
                webhook.thread_id
            ));
        }
        self.messages
            .insert(webhook.message_id.clone(), webhook.clone());
        match webhook.message_type {
            Author::Bot | Author::Operator => Verdict::Shown(webhook),
            Author::User => Verdict::Echo(webhook),
        }
    }
}

pub(crate) fn routes() -> Router<Arc<Inner>> {
    Router::new().route("/webhook", post(receive))
}

/// An ordered 429. The page knows none at the webhook.
pub(crate) fn later(_seconds: u32) -> Value {
    json!({ "error": "too many requests" })
}

async fn receive(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> Response {
    let read = object(&headers, &body).and_then(|fields| read(fields, &inner));
    let verdict = match read {
        Ok(webhook) => {
            let mut seen = inner.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let verdict = seen.judge(webhook);
            // Under the lock still: what is shown first was judged first.
            if let Verdict::Shown(webhook) = &verdict {
                let from = match webhook.message_type {
                    Author::Operator => "operator",
                    Author::Bot | Author::User => "bot",
                };
                let (chat, text) = (&webhook.external_chat_id, webhook.message_text.clone());
                inner.people.shows(chat, from, text);
                inner.shown.push(webhook.clone());
            }
            verdict
        }
        Err(reason) => Verdict::Refused(reason),
    };
    let refused = match &verdict {
        Verdict::Refused(reason) => Some(reason.as_str()),
        Verdict::Shown(_) | Verdict::Echo(_) | Verdict::Duplicate(_) => None,
    };
    if let Some(reason) = refused {
        inner.violations.push(format!("webhook: {reason}"));
    }
    let response = answer(refused);
    let body = serde_json::from_slice(&body)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned()));
    inner.received.push(Received { body, verdict });
    response
}

/// Reads the documented fields.
fn read(mut fields: Map<String, Value>, inner: &Inner) -> Result<Webhook, String> {
    let fields = &mut fields;
    let webhook = Webhook {
        channel_id: text(fields, "channel_id")?,
        close: flag(fields, "close")?,
        company_id: text(fields, "company_id")?,
        contacts: text(fields, "contacts")?,
        external_chat_id: text(fields, "external_chat_id")?,
        get_contact: flag(fields, "get_contact")?,
        interest: flag(fields, "interest")?,
        is_bot: flag(fields, "is_bot")?,
        manager_id: text(fields, "manager_id")?,
        message_id: filled(fields, "message_id")?,
        message_text: text(fields, "message_text")?,
        message_type: author(fields)?,
        operator: flag(fields, "operator")?,
        panel_url: link(fields, "panel_url")?,
        share_url: link(fields, "share_url")?,
        success: flag(fields, "success")?,
        task_id: text(fields, "task_id")?,
        thread_id: filled(fields, "thread_id")?,
        title: text(fields, "title")?,
        wh_type: text(fields, "wh_type")?,
    };
    nothing_left(fields)?;
    // A change of hands comes without words where nobody said any.
    if webhook.message_text.is_empty() && !webhook.operator && !webhook.close {
        return Err("`message_text` is empty".to_owned());
    }
    if webhook.wh_type != "all_messages" {
        return Err(format!("`wh_type` is {:?}", webhook.wh_type));
    }
    if webhook.task_id != inner.task_id {
        return Err(format!("the `task_id` {:?} is unknown", webhook.task_id));
    }
    if !inner.people.knows(&webhook.external_chat_id) {
        return Err(format!(
            "the `external_chat_id` {:?} is no chat of this application",
            webhook.external_chat_id
        ));
    }
    Ok(webhook)
}

/// A string that has to say something.
fn filled(fields: &mut Map<String, Value>, name: &str) -> Result<String, String> {
    let value = text(fields, name)?;
    if value.trim().is_empty() {
        return Err(format!("`{name}` is empty"));
    }
    Ok(value)
}

/// An address that a person can open, or nothing: whoever stands in for the vendor need not have a panel.
fn link(fields: &mut Map<String, Value>, name: &str) -> Result<String, String> {
    let value = text(fields, name)?;
    if !value.is_empty() && !is_link(&value) {
        return Err(format!("`{name}` is no web address: {value:?}"));
    }
    Ok(value)
}

fn flag(fields: &mut Map<String, Value>, name: &str) -> Result<bool, String> {
    match text(fields, name)?.as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        other => Err(format!("`{name}` is neither \"yes\" nor \"no\": {other:?}")),
    }
}

fn author(fields: &mut Map<String, Value>) -> Result<Author, String> {
    match text(fields, "message_type")?.as_str() {
        "bot" => Ok(Author::Bot),
        "operator" => Ok(Author::Operator),
        "user" => Ok(Author::User),
        other => Err(format!("`message_type` is {other:?}")),
    }
}
