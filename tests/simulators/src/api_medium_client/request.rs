//! What the application posts, and the only answer that it takes for success.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::Inner;
use crate::application::sending::Outgoing;
use crate::client::Answer;

/// The largest whole number that JavaScript keeps exactly.
pub(crate) const LARGEST_NUMBER: u64 = (1 << 53) - 1;

/// A file of the visitor's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// As a `data:` URL: `data:image/jpeg;base64,…`.
    Base64(String),
    /// Where it is.
    Url(String),
}

impl Attachment {
    /// The file itself.
    #[must_use]
    pub fn bytes(media_type: &str, bytes: &[u8]) -> Self {
        Self::Base64(format!(
            "data:{media_type};base64,{}",
            STANDARD.encode(bytes)
        ))
    }

    /// The file by its address.
    #[must_use]
    pub fn url(url: &str) -> Self {
        Self::Url(url.to_owned())
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Base64(data) => json!({ "base64": data }),
            Self::Url(url) => json!({ "url": url }),
        }
    }
}

/// How the visitor sees their own message.
pub(crate) fn transcript(text: &str, attachments: &[Attachment]) -> String {
    let files = attachments.iter().map(|attachment| match attachment {
        Attachment::Base64(data) => {
            let head = data.split_once(',').map_or(data.as_str(), |(head, _)| head);
            format!("[{head}]")
        }
        Attachment::Url(url) => format!("[{url}]"),
    });
    let text = (!text.is_empty()).then(|| text.to_owned());
    text.into_iter().chain(files).collect::<Vec<_>>().join(" ")
}

/// A message as it is posted. `userID` is there as soon as an answer has told it.
pub(crate) fn outgoing(
    inner: &Inner,
    number: u64,
    chat: String,
    text: &str,
    attachments: &[Attachment],
) -> Outgoing {
    let mut body = Map::new();
    body.insert("channelID".to_owned(), json!(inner.channel_id));
    body.insert("token".to_owned(), json!(inner.token));
    body.insert("message".to_owned(), json!(text));
    if let Some(user_id) = inner.users.id(&chat) {
        body.insert("userID".to_owned(), json!(user_id));
    }
    if !attachments.is_empty() {
        let attachments = attachments.iter().map(Attachment::to_json);
        body.insert("attachments".to_owned(), attachments.collect());
    }
    let key = inner
        .idempotency_key
        .then(|| ("idempotency-key", format!("{:032x}", fastrand::u128(..))));
    Outgoing {
        number,
        chat,
        url: inner.url(),
        headers: key.into_iter().collect(),
        body: Value::Object(body),
    }
}

/// Reads the answer to `request`: the `userID`.
///
/// # Errors
/// Why it is not the documented answer. Errors have no documented form: their body, as it is.
pub(crate) fn judge(answer: &Answer, request: &Value) -> Result<u64, String> {
    if answer.status != 200 {
        return Err(answer.body.clone());
    }
    let Some(Value::Object(mut fields)) = answer.json() else {
        return Err(format!("the body is not a JSON object: {}", answer.body));
    };
    for same in ["channelID", "message"] {
        let (sent, echoed) = (request.get(same), fields.remove(same));
        if echoed.as_ref() != sent {
            return Err(format!("`{same}` is not what was sent: {echoed:?}"));
        }
    }
    let success = fields.remove("success");
    if success != Some(Value::Bool(true)) {
        return Err(format!("`success` is not true: {success:?}"));
    }
    let user_id = fields.remove("userID");
    let Some(number) = user_id.as_ref().and_then(Value::as_u64) else {
        return Err(format!("`userID` is not a number: {user_id:?}"));
    };
    if number > LARGEST_NUMBER {
        return Err(format!("`userID` is too large for JavaScript: {number}"));
    }
    if request
        .get("userID")
        .is_some_and(|sent| Some(sent) != user_id.as_ref())
    {
        return Err(format!("`userID` is not the one that was sent: {number}"));
    }
    crate::application::webhook::nothing_left(&fields)?;
    Ok(number)
}
