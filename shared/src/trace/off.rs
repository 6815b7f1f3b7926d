//! No traces. Whatever is here is gone from an optimised program.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use http::Method;
use lambda_http::Request;

use super::Told;
use crate::connections::Connection;
use crate::http::Http;
use crate::model::ConversationKey;
use crate::time::Millis;

pub(crate) fn start(_: &Http) {}

pub(crate) fn told(_: Told) {}

pub(crate) fn answer_by(_: Millis) {}

/// An invocation.
#[derive(Debug)]
pub struct Invocation;

impl Invocation {
    /// Of a webhook.
    pub fn of_request(_: &Request) -> Self {
        Self
    }

    /// Of a batch of the table's stream, with the invocation's id and its end in milliseconds since the epoch.
    pub fn of_batch(_: &str, _: u64) -> Self {
        Self
    }

    /// What handles a webhook, as it is.
    pub fn answering<F: Future>(self, handling: F) -> F {
        handling
    }

    /// What handles a batch, as it is.
    pub fn around<F: Future>(self, handling: F) -> F {
        handling
    }
}

/// What is done about one conversation of a batch.
#[derive(Debug)]
pub struct Work;

impl Work {
    /// On that conversation.
    pub fn on(_: &ConversationKey) -> Self {
        Self
    }

    /// The work, as it is.
    pub fn around<F: Future>(self, work: F) -> F {
        work
    }
}

/// A call.
#[derive(Debug)]
pub(crate) struct Call;

impl Call {
    pub(crate) fn to_table(_: &HttpRequest) -> Self {
        Self
    }

    pub(crate) fn to_other_side(_: &Connection) -> Self {
        Self
    }

    pub(crate) fn request(_: &Method) -> Self {
        Self
    }

    pub(crate) fn around<F: Future>(self, call: F) -> F {
        call
    }
}
