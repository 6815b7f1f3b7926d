//! How the Bot API says no.

use serde_json::{Value, json};

/// A refused call: `{"ok": false, "error_code", "description", "parameters"?}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: u16,
    description: String,
    parameters: Option<Value>,
}

impl Refusal {
    /// A 400 with this reason.
    pub(crate) fn bad(reason: impl AsRef<str>) -> Self {
        Self::new(400, format!("Bad Request: {}", reason.as_ref()))
    }

    pub(crate) fn forbidden(reason: &str) -> Self {
        Self::new(403, format!("Forbidden: {reason}"))
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized".to_owned())
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "Not Found".to_owned())
    }

    /// The group has another id now.
    pub(crate) fn migrated(to: i64) -> Self {
        let parameters = Some(json!({ "migrate_to_chat_id": to }));
        Self {
            parameters,
            ..Self::bad("group chat was upgraded to a supergroup chat")
        }
    }

    /// Too many requests.
    pub(crate) fn later(seconds: u32) -> Self {
        let parameters = Some(json!({ "retry_after": seconds }));
        Self {
            parameters,
            ..Self::new(429, format!("Too Many Requests: retry after {seconds}"))
        }
    }

    fn new(code: u16, description: String) -> Self {
        Self {
            code,
            description,
            parameters: None,
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut body =
            json!({ "ok": false, "error_code": self.code, "description": self.description });
        if let (Some(parameters), Some(fields)) = (&self.parameters, body.as_object_mut()) {
            fields.insert("parameters".to_owned(), parameters.clone());
        }
        body
    }
}
