//! Messages to SmartBot360: a text each, files beside it.

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method};

use super::{CAPABILITIES, Settings};
use crate::delivery::failure::Failure;
use crate::delivery::outside::{Outside, Target};
use crate::fit;
use crate::http::Answer;
use crate::model::{Content, File, FileSource, Message};
use crate::platforms::api_medium::wire::{Answered, Linked, ToBot, UserId};
use crate::platforms::{Delivered, Progress};
use crate::text::split;

/// One message to the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The text; never blank.
    pub message: String,
    /// Files.
    pub attachments: Vec<Linked>,
}

/// The messages that a message becomes. Files go with the last one.
pub fn parts(message: &Message) -> Vec<Part> {
    let mut words = words(message, |file| file.name.is_some());
    let is_blank = |content| fit::content_to_text(content).trim().is_empty();
    if words.iter().all(is_blank) {
        // `message` is required, so files that come alone are told, whatever is known of them.
        words = self::words(message, |_| true);
    }
    let text = fit::to_text(&Message {
        contents: words,
        ..message.clone()
    });
    let mut parts: Vec<Part> = split(&text, CAPABILITIES.text)
        .into_iter()
        .map(|message| Part {
            message,
            attachments: Vec::new(),
        })
        .collect();
    if let Some(last) = parts.last_mut() {
        last.attachments = message.contents.iter().filter_map(linked).collect();
    }
    parts
}

/// What of a message is said in words. Of the files that go by URL, those that are `told`: by name, type and size.
fn words(message: &Message, told: impl Fn(&File) -> bool) -> Vec<Content> {
    let contents = message.contents.iter().filter_map(|content| match content {
        Content::File(file) if linked(content).is_some() => {
            told(file).then(|| Content::File(without_url(file)))
        }
        other => Some(other.clone()),
    });
    contents.collect()
}

fn linked(content: &Content) -> Option<Linked> {
    match content {
        Content::File(File {
            source: FileSource::Url(url),
            ..
        }) if url.starts_with("data:") => Some(Linked::Base64(url.clone())),
        Content::File(File {
            source: FileSource::Url(url),
            ..
        }) => Some(Linked::Url(url.clone())),
        _ => None,
    }
}

fn without_url(file: &File) -> File {
    File {
        source: FileSource::Held(String::new()),
        ..file.clone()
    }
}

/// Sends part number `part`. Whom the bot does not know yet it gives an id in its answer.
///
/// # Errors
/// [`Failure`].
pub async fn send(
    outside: &Outside<'_>,
    target: &Target<'_>,
    settings: &Settings,
    message: &Message,
    part: usize,
) -> Result<Delivered, Failure> {
    let parts = parts(message);
    let Some(sending) = parts.get(part) else {
        return Ok(Progress::Complete.into());
    };
    let user = target.thread().and_then(|thread| thread.parse().ok());
    let bot = Bot {
        outside,
        target,
        settings,
        user,
    };
    match (&settings.start_keyword, user) {
        (Some(keyword), None) => Ok(Delivered {
            progress: Progress::Before,
            thread: bot.take(keyword, &[]).await?,
        }),
        _ => Ok(Delivered {
            progress: Progress::after(part, parts.len()),
            thread: bot.take(&sending.message, &sending.attachments).await?,
        }),
    }
}

struct Bot<'a> {
    outside: &'a Outside<'a>,
    target: &'a Target<'a>,
    settings: &'a Settings,
    user: Option<UserId>,
}

impl Bot<'_> {
    /// Sends one message; returns what the bot calls the person, if that is news.
    async fn take(&self, message: &str, attachments: &[Linked]) -> Result<Option<String>, Failure> {
        let token = self
            .outside
            .secrets
            .get(&self.settings.token)
            .await
            .map_err(Failure::misconfigured)?;
        let body = serde_json::to_vec(&ToBot {
            channel_id: &self.settings.channel_id,
            token: token.expose(),
            message,
            user_id: self.user,
            attachments,
        })
        .map_err(Failure::never)?;
        let headers =
            HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        let answer = self
            .outside
            .http
            .call(
                Method::POST,
                &self.settings.url,
                headers,
                body,
                self.target.timeout()?,
            )
            .await?;
        let named = judge(&answer).map_err(|failure| {
            // An error may repeat the request.
            failure.without(token.expose()).without(message)
        })?;
        match (named, self.user) {
            (Some(named), known) if known != Some(named) => Ok(Some(named.to_string())),
            (Some(_), _) | (None, Some(_)) => Ok(None),
            // Sent again it would be another person's, and taken again.
            (None, None) => Err(Failure::never(
                "it was taken, but the answer names no `userID`, without which no reply finds its conversation",
            )),
        }
    }
}

/// What an answer means: taken, and from whom it was, where it says so. Errors are published in no form, so a failure is judged by
/// its status; one with a successful status, by what it says.
///
/// # Errors
/// [`Failure`].
pub fn judge(answer: &Answer) -> Result<Option<UserId>, Failure> {
    // A list would be read as the fields of one.
    let is_object = answer.body.trim_ascii_start().starts_with(b"{");
    // What is not the API's JSON leaves it to the status.
    let answered = serde_json::from_slice::<Answered>(&answer.body).ok();
    let answered = answered.filter(|_| is_object);
    if !answer.status.is_success() {
        let answered = answered.unwrap_or_default();
        return Err(Failure::from_status(answer, answered.reason()));
    }
    match answered {
        Some(answered) if answered.success != false => Ok(answered.user_id),
        Some(answered) => Err(refused(answered.reason().unwrap_or("it does not say why"))),
        // Success is what the status says; of whom it is known already nothing more is needed.
        None => Ok(None),
    }
}

/// `"success": false` with a successful status. Time mends a rate limit and a person the connection; for nothing else is what
/// comes after the message held up.
fn refused(why: &str) -> Failure {
    let reason: String = why.chars().filter(|c| !c.is_control()).take(200).collect();
    let reason = format!("not taken: {reason}");
    let said = why.to_ascii_lowercase();
    let may_get_better = ["rate limit", "too many", "try again", "channel"];
    if said.contains("token") {
        Failure::unauthorized(reason)
    } else if may_get_better.iter().any(|word| said.contains(word)) {
        Failure::later(reason)
    } else {
        Failure::never(reason)
    }
}
