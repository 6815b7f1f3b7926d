//! Messages into calls of the application's webhook, each with one text and all that is known of the dialog.

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method};

use super::{CAPABILITIES, Settings};
use crate::delivery::failure::Failure;
use crate::delivery::outside::{Outside, Target};
use crate::fit;
use crate::http::Answer;
use crate::model::{Author, Content, Message, Mode};
use crate::platforms::selarti::wire::{ALL_MESSAGES, AllMessages, BOT, OPERATOR};
use crate::platforms::{Delivered, Progress};
use crate::store::conversation::Conversation;
use crate::text::split;

/// What one call of the webhook brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The text; empty if all that is to be said is who has the dialog.
    pub text: String,
    /// The dialog was handed to people here.
    pub hands_over: bool,
    /// The dialog was closed here.
    pub closes: bool,
}

/// The calls that a message becomes. What it says of the dialog comes with its last words, because they belong to what was
/// before.
pub fn parts(message: &Message) -> Vec<Part> {
    let (hands_over, closes) = (
        message.contents.contains(&Content::HandedOver),
        message.contents.contains(&Content::Closed),
    );
    let mut texts = split(&fit::to_text(message), CAPABILITIES.text);
    if texts.is_empty() && (hands_over || closes) {
        texts.push(String::new());
    }
    let last = texts.len().saturating_sub(1);
    texts
        .into_iter()
        .enumerate()
        .map(|(number, text)| Part {
            text,
            hands_over: hands_over && number == last,
            closes: closes && number == last,
        })
        .collect()
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
    let Some(this) = parts.get(part) else {
        return Ok(Progress::Complete.into());
    };
    let webhook = webhook(target, settings, message, (part, this));
    let body = serde_json::to_vec(&webhook).map_err(|error| Failure::never(error.to_string()))?;
    let headers =
        HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
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
    judge(&answer)?;
    Ok(Progress::after(part, parts.len()).into())
}

/// The webhook of a part of a message.
pub fn webhook<'a>(
    target: &'a Target<'_>,
    settings: &'a Settings,
    message: &Message,
    (number, part): (usize, &'a Part),
) -> AllMessages<'a> {
    let conversation = target.conversation;
    let (visitor, facts) = (&conversation.visitor, &conversation.facts);
    let chat = conversation.chat().as_str();
    let contacts = [&visitor.phone, &visitor.email, &facts.contacts];
    let title = known(facts.title.as_ref())
        .map(str::to_owned)
        .or_else(|| visitor.name());
    AllMessages {
        channel_id: settings
            .channel_id
            .as_deref()
            .unwrap_or_else(|| target.connection.id.as_str()),
        close: part.closes
            || is_so(
                conversation,
                message,
                &Content::Closed,
                conversation.mode == Mode::Closed,
            ),
        company_id: &settings.company_id,
        contacts: contacts
            .into_iter()
            .find_map(|contact| known(contact.as_ref()))
            .unwrap_or_default(),
        external_chat_id: chat,
        get_contact: facts.get_contact.unwrap_or_default(),
        interest: facts.interest.unwrap_or_default(),
        is_bot: facts.is_bot.unwrap_or_default(),
        manager_id: &settings.manager_id,
        message_id: message_id(target, message, number),
        message_text: &part.text,
        message_type: match message.author {
            Author::Operator => OPERATOR,
            // A visitor's words do not go to a visitor.
            Author::Agent | Author::Visitor { .. } => BOT,
        },
        operator: part.hands_over
            || is_so(
                conversation,
                message,
                &Content::HandedOver,
                conversation.with_people,
            ),
        panel_url: known(facts.panel_url.as_ref()).unwrap_or_default(),
        share_url: known(facts.share_url.as_ref()).unwrap_or_default(),
        success: facts.success.unwrap_or_default(),
        task_id: &settings.task_id,
        thread_id: known(facts.thread_id.as_ref())
            .map_or_else(|| conversation.key.thread(), str::to_owned),
        title: title.unwrap_or_else(|| format!("API chat {chat}")),
        wh_type: ALL_MESSAGES,
    }
}

/// Whether it was so already when the message was written. The conversation knows what is so `now`, that is, after everything
/// that waits in its lane: a dialog must not be called closed before the words that closed it.
fn is_so(conversation: &Conversation, message: &Message, what: &Content, now: bool) -> bool {
    now && !message.contents.contains(what)
        && !conversation.to_channel.queue.iter().skip(1).any(|entry| {
            serde_json::from_str::<Message>(&entry.body)
                .is_ok_and(|later| later.contents.contains(what))
        })
}

/// The agent's own id of the message, as far as one id is enough; each call has its own.
fn message_id(target: &Target<'_>, message: &Message, part: usize) -> String {
    match known(message.id.as_ref()) {
        Some(id) if part == 0 => id.to_owned(),
        Some(id) => format!("{id}-{part}"),
        None => target.message_id(part),
    }
}

fn known(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str)
        .filter(|text| !text.trim().is_empty())
}

/// What an answer means. Any success is acceptance: the vendor asks for 200 and no body. What else stands in the body is the
/// application's own, and may be what it was sent.
pub fn judge(answer: &Answer) -> Result<(), Failure> {
    if answer.status.is_success() {
        Ok(())
    } else {
        Err(Failure::from_status(answer, None))
    }
}
