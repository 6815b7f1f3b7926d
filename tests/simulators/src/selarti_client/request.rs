//! What the application posts, and the only answer that it takes for success.

use serde_json::{Value, json};

use super::Inner;
use crate::application::sending::Outgoing;
use crate::application::webhook::nothing_left;
use crate::client::Answer;

pub(crate) fn outgoing(inner: &Inner, number: u64, chat: String, text: &str) -> Outgoing {
    let body = json!({ "task_id": inner.task_id, "chat_id": chat, "message": text });
    Outgoing {
        number,
        chat,
        url: inner.url(),
        headers: inner.headers(),
        body,
    }
}

/// Reads an answer: what Bubble puts under `response`.
///
/// # Errors
/// The `message` of a refusal (its whole body, if it has none), or why a 200 is not one of Bubble's.
pub(crate) fn judge(answer: &Answer) -> Result<Value, String> {
    if answer.status != 200 {
        return Err(message(answer).unwrap_or_else(|| answer.body.clone()));
    }
    let Some(Value::Object(mut fields)) = answer.json() else {
        return Err(format!("the body is not a JSON object: {}", answer.body));
    };
    let status = fields.remove("status");
    if status.as_ref().and_then(Value::as_str) != Some("success") {
        return Err(format!("`status` is not \"success\": {status:?}"));
    }
    let response = match fields.remove("response") {
        Some(response) if response.is_object() => response,
        other => return Err(format!("`response` is not an object: {other:?}")),
    };
    nothing_left(&fields)?;
    Ok(response)
}

/// What a refusal says. Bubble puts it at the top, or, in a 400, under `body`.
fn message(answer: &Answer) -> Option<String> {
    let body = answer.json()?;
    let message = body
        .get("message")
        .or_else(|| body.get("body")?.get("message"))?;
    message.as_str().map(str::to_owned)
}
