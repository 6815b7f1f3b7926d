//! How each end says what is wrong with a webhook: statuses and bodies of `docs/platforms`.

use serde_json::{Value, json};
use shared::platforms::End;
use shared::platforms::omnichannel::channel::answer::NO_CHANNEL;

/// What a request came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `Retry-After`.
    pub(crate) retry_after: Option<String>,
    pub(crate) body: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// The one text of a body of this form, in which it stands for `null`.
    fn only_text(&self, form: &Value) -> Option<String> {
        fn find(body: &Value, form: &Value, text: &mut Option<String>) -> bool {
            match (body, form) {
                (Value::String(found), Value::Null) if !found.is_empty() => {
                    *text = Some(found.clone());
                    true
                }
                (Value::Object(body), Value::Object(form)) => {
                    body.len() == form.len()
                        && form.iter().all(|(name, form)| {
                            body.get(name).is_some_and(|body| find(body, form, text))
                        })
                }
                (body, form) => body == form,
            }
        }
        let mut text = None;
        find(&self.json(), form, &mut text)
            .then_some(text)
            .flatten()
    }
}

/// What is wrong with a request, as the documents tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Nobody knows who it is from.
    Unknown,
    /// Something that is needed is not there.
    Missing,
    /// It is of another form.
    Form,
    /// It is too large.
    Size,
    /// It names a conversation that there is not.
    Conversation,
    /// There is no room for it, or our own side fails.
    Ours,
    /// There is nothing at this path, or not for this method.
    Path,
}

/// Asserts that `end` answers so to what is so wrong.
pub(super) fn assert_refused(end: End, wrong: Wrong, answer: &Answer, what: &str) {
    let Err(why) = check(end, wrong, answer) else {
        return;
    };
    panic!("{what}: {wrong:?}: {why}: {answer:?}");
}

fn check(end: End, wrong: Wrong, answer: &Answer) -> Result<(), String> {
    let status = status(end, wrong);
    if answer.status != status {
        return Err(format!("the status is not {status}"));
    }
    let again = status == 503 || wrong == Wrong::Ours;
    let retry = again.then_some("5");
    if answer.retry_after.as_deref() != retry {
        return Err(format!("`Retry-After` is not {retry:?}"));
    }
    let is_right = match body(end, wrong) {
        Body::Exactly(body) => answer.body == body,
        Body::Json(body) => answer.json() == body,
        Body::Says(form) => answer.only_text(&form).is_some(),
        Body::OfTheApi => true,
    };
    if is_right {
        Ok(())
    } else {
        Err("the body is another".to_owned())
    }
}

fn status(end: End, wrong: Wrong) -> u16 {
    match (end, wrong) {
        (_, Wrong::Path) => 404,
        (_, Wrong::Size) => 413,
        // The vendor's table: "400: not found the active channel", "500: other errors".
        (End::OmnichannelChannel, Wrong::Unknown | Wrong::Missing) => 400,
        (End::OmnichannelChannel, _) => 500,
        (_, Wrong::Unknown) => 401,
        (_, Wrong::Missing | Wrong::Form) => 400,
        // It may be told only now what it calls the conversation.
        (End::ApiMediumAgent, Wrong::Conversation) => 503,
        (_, Wrong::Conversation) => 404,
        (_, Wrong::Ours) => 503,
    }
}

enum Body {
    /// This, to the letter.
    Exactly(&'static str),
    /// This JSON.
    Json(Value),
    /// This JSON, with a text in place of `null`.
    Says(Value),
    /// What the API says itself.
    OfTheApi,
}

fn body(end: End, wrong: Wrong) -> Body {
    let bubble = |message: &str| Body::Json(json!({ "message": message }));
    let medium = |error: &str| Body::Json(json!({ "success": false, "error": error }));
    match (end, wrong) {
        (_, Wrong::Path) => Body::OfTheApi,
        (End::OmnichannelChannel, Wrong::Unknown) => Body::Exactly(NO_CHANNEL),
        (End::SelartiChannel, Wrong::Unknown) => bubble("The access token is missing or wrong"),
        (End::SelartiChannel, Wrong::Missing | Wrong::Form) => Body::Says(
            json!({ "statusCode": 400, "body": { "status": "INVALID_DATA", "message": null } }),
        ),
        (End::SelartiChannel, Wrong::Size) => bubble("The message is too large"),
        (End::SelartiChannel, Wrong::Conversation | Wrong::Ours) => {
            Body::Says(json!({ "message": null }))
        }
        (End::ApiMediumChannel, Wrong::Unknown) => medium("channelID or token is wrong"),
        (End::ApiMediumChannel, Wrong::Size) => medium("the message is too large"),
        (End::ApiMediumChannel, _) => Body::Says(json!({ "success": false, "error": null })),
        (_, Wrong::Missing | Wrong::Form) => Body::Says(json!({ "error": null })),
        (_, Wrong::Unknown | Wrong::Size | Wrong::Conversation | Wrong::Ours) => Body::Exactly(""),
    }
}
