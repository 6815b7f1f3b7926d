//! What a platform is answered when its webhook is not accepted, decided here for all of them.

use std::fmt;

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use lambda_http::{Body, Response};

use crate::store::StoreError;

/// Why a webhook is not accepted. Nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody we know. 401 with an empty body, whether the connection is unknown or the token wrong.
    Unauthorized,
    /// Not what the platform's document describes. 400; the platform need not send it again.
    Malformed(String),
    /// An agent names a conversation that does not exist. 404; the platform need not send it again.
    NotFound,
    /// 413.
    TooLarge,
    /// The lane is full. 503 with `Retry-After`: the platform is to send again.
    Busy,
    /// Our own side fails or is not set up. 503 with `Retry-After`: the platform is to send again.
    Unavailable(String),
}

impl Refusal {
    /// [`Refusal::Malformed`].
    pub fn malformed(why: impl Into<String>) -> Self {
        Self::Malformed(why.into())
    }

    /// [`Refusal::Unavailable`].
    pub fn unavailable(why: impl fmt::Display) -> Self {
        Self::Unavailable(why.to_string())
    }

    /// The status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Unauthorized => 401,
            Self::Malformed(_) => 400,
            Self::NotFound => 404,
            Self::TooLarge => 413,
            Self::Busy | Self::Unavailable(_) => 503,
        }
    }

    /// The answer; logs the refusal, once, here.
    pub fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::Empty);
        match &self {
            Self::Unauthorized => tracing::warn!(outcome = "refused", status = 401),
            Self::Malformed(why) => {
                tracing::warn!(outcome = "refused", status = 400, reason = why);
                let body = serde_json::json!({ "error": why }).to_string();
                *response.body_mut() = Body::Text(body);
                response.headers_mut().insert(
                    CONTENT_TYPE,
                    http::HeaderValue::from_static("application/json"),
                );
            }
            Self::NotFound => tracing::warn!(outcome = "refused", status = 404),
            Self::TooLarge => tracing::warn!(outcome = "refused", status = 413),
            // Told where it is known whose lane it is.
            Self::Busy => {}
            Self::Unavailable(why) => {
                tracing::error!(outcome = "refused", status = 503, reason = why);
            }
        }
        if self.status() == 503 {
            response
                .headers_mut()
                .insert(RETRY_AFTER, http::HeaderValue::from_static("5"));
        }
        *response.status_mut() = http::StatusCode::from_u16(self.status())
            .unwrap_or(http::StatusCode::SERVICE_UNAVAILABLE);
        response
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::unavailable(error.with_remedy())
    }
}
