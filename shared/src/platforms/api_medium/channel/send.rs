//! Messages to the application: as few calls of its webhook as its text allows.

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};

use super::{CAPABILITIES, Settings};
use crate::delivery::failure::Failure;
use crate::delivery::outside::{Outside, Target};
use crate::fit;
use crate::http::Answer;
use crate::model::{Author, Content, File, FileSource, Message};
use crate::platforms::api_medium::place::offsets;
use crate::platforms::api_medium::wire::{Answered, Placed, Said, ToUser, UserId};
use crate::platforms::{Delivered, Progress};
use crate::text::split;

/// The header by which the application knows a call that comes again. The vendor sends none.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The calls that a message becomes. A text that is too long is several; each file stays at its place in the text, and the
/// quick replies stand under the end of it.
pub fn parts(message: &Message) -> Vec<Said> {
    let mut text = Whole::default();
    let mut quick_replies = Vec::new();
    for content in &message.contents {
        match content {
            Content::File(
                file @ File {
                    source: FileSource::Url(url),
                    ..
                },
            ) => text.add_file(file, url),
            Content::Buttons(rows) => {
                let labels = rows
                    .iter()
                    .flatten()
                    .map(|button| fit::label(button).to_owned());
                quick_replies.extend(labels);
            }
            Content::Text(_) | Content::Markdown(_) => {
                text.add_text(&fit::content_to_text(content));
            }
            other => text.add_line(&fit::content_to_text(other)),
        }
    }
    if text.is_empty() && !quick_replies.is_empty() {
        // An application may show the text alone.
        let buttons = |content: &&Content| matches!(content, Content::Buttons(_));
        for content in message.contents.iter().filter(buttons) {
            text.add_line(&fit::content_to_text(content));
        }
    }
    text.said(quick_replies)
}

/// A message's text, with its files in their places.
#[derive(Default)]
struct Whole<'a> {
    text: String,
    /// Each before the byte of the text that it stands at.
    files: Vec<(usize, &'a str)>,
    /// The last of them has a line that tells of it.
    told_file: bool,
}

impl<'a> Whole<'a> {
    fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.files.is_empty()
    }

    /// Adds what begins a line of its own.
    fn add_line(&mut self, line: &str) {
        if !self.text.is_empty() && !line.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(line);
    }

    /// Adds a text. It begins a line, but where a file stands between it and the text before: that may have been one text once.
    fn add_text(&mut self, text: &str) {
        let is_behind_file = self
            .files
            .last()
            .is_some_and(|(at, _)| *at == self.text.len());
        if is_behind_file && !self.told_file {
            self.text.push_str(text);
        } else {
            self.add_line(text);
        }
    }

    /// Adds a file: its URL, and before it as a line what has no field of its own.
    fn add_file(&mut self, file: &File, url: &'a str) {
        self.told_file = file
            .name
            .as_ref()
            .is_some_and(|name| !name.trim().is_empty());
        if self.told_file {
            self.add_line(&fit::content_to_text(&Content::File(File {
                source: FileSource::Held(String::new()),
                ..file.clone()
            })));
        }
        self.files.push((self.text.len(), url));
    }

    fn said(self, quick_replies: Vec<String>) -> Vec<Said> {
        let pieces = split(&self.text, CAPABILITIES.text);
        if pieces.is_empty() && self.files.is_empty() {
            return Vec::new();
        }
        let placed = offsets(&self.text, &pieces, self.files);
        let mut pieces = pieces.into_iter();
        let mut parts: Vec<Said> = placed
            .into_iter()
            .map(|files| Said {
                // There is a place for each piece; only files without a text have one without a piece.
                message: pieces.next().unwrap_or_default(),
                quick_replies: Vec::new(),
                attachments: files
                    .into_iter()
                    .map(|(offset, url)| Placed {
                        offset,
                        url: url.to_owned(),
                    })
                    .collect(),
            })
            .collect();
        if let Some(last) = parts.last_mut() {
            last.quick_replies = quick_replies;
        }
        parts
    }
}

/// Sends part number `part`.
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
    let Some(said) = parts.get(part) else {
        return Ok(Progress::Complete.into());
    };
    let user_id: UserId = target
        .conversation
        .chat()
        .as_str()
        .parse()
        .map_err(Failure::never)?;
    let body = serde_json::to_vec(&ToUser {
        channel_id: target.connection.id.as_str(),
        said,
        user_id,
        // Each part's own, so that what sorts by it keeps the order.
        timestamp: message
            .at
            .0
            .saturating_add(u64::try_from(part).unwrap_or(u64::MAX)),
        admin_id: (message.author == Author::Operator).then_some(settings.admin_id),
    })
    .map_err(Failure::never)?;
    let key = HeaderValue::try_from(target.message_id(part)).map_err(Failure::never)?;
    let headers = HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (IDEMPOTENCY_KEY, key),
    ]);
    let answer = outside
        .http
        .call(
            Method::POST,
            &settings.url,
            headers,
            body,
            target.timeout()?,
        )
        .await?;
    judge(&answer).map_err(|failure| patient(failure, target).without(&said.message))?;
    Ok(Progress::after(part, parts.len()).into())
}

/// The first reply to a person may overtake the answer that says who they are; an application that does not know them yet
/// may refuse it, and knows them a moment later.
fn patient(failure: Failure, target: &Target<'_>) -> Failure {
    match failure {
        Failure::Never { reason } if target.number == 0 => Failure::later(reason),
        Failure::Unauthorized { reason, .. } if target.number == 0 => Failure::unauthorized(reason),
        failure => failure,
    }
}

/// What an answer means. The document asks for 200; another success is one too.
///
/// # Errors
/// [`Failure`].
pub fn judge(answer: &Answer) -> Result<(), Failure> {
    if answer.status.is_success() {
        return Ok(());
    }
    // The status decides; what the body says is for a person, and not everything that answers speaks JSON.
    let answered: Answered = serde_json::from_slice(&answer.body).unwrap_or_default();
    let failure = Failure::from_status(answer, answered.reason());
    match failure {
        // A reply may come before the answer that says whose it is; and a wrong URL is mended by a person.
        Failure::Never { reason } if answer.status == StatusCode::NOT_FOUND => {
            Err(Failure::later(reason))
        }
        failure => Err(failure),
    }
}
