//! How the API refuses a call.
//!
//! A failure is a status other than 2xx, or a 200 whose JSON has `error` and maybe `desc`: a bot has to know both.

use axum::http::StatusCode;
use serde_json::{Value, json};

/// In which of the two ways calls are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusals {
    /// With a 4xx, and `error` and `desc` in the body.
    Status,
    /// With 200, and `error` and `desc` in the body. A wrong token is a 401 even so.
    InBody,
}

/// A refused call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    error: &'static str,
    desc: String,
}

impl Refusal {
    pub(crate) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "the token is wrong",
        )
    }

    pub(crate) fn invalid(desc: impl AsRef<str>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid-request", desc.as_ref())
    }

    pub(crate) fn not_found(desc: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", desc)
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "POST it",
        )
    }

    /// The bot acts in a chat that it does not have.
    pub(crate) fn not_yours(desc: &str) -> Self {
        Self::new(StatusCode::CONFLICT, "chat-not-with-bot", desc)
    }

    pub(crate) fn later(seconds: u32) -> Self {
        let desc = format!("try again in {seconds} seconds");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", &desc)
    }

    fn new(status: StatusCode, error: &'static str, desc: &str) -> Self {
        Self {
            status,
            error,
            desc: desc.to_owned(),
        }
    }

    pub(crate) fn status(&self, form: Refusals) -> StatusCode {
        match form {
            Refusals::InBody if self.status != StatusCode::UNAUTHORIZED => StatusCode::OK,
            Refusals::InBody | Refusals::Status => self.status,
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({ "error": self.error, "desc": self.desc })
    }
}
