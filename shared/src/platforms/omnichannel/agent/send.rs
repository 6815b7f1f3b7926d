//! Messages into `new_message` webhooks of the platform, one after the other.

use http::StatusCode;

use super::{CAPABILITIES, Settings};
use crate::delivery::failure::Failure;
use crate::delivery::outside::{Outside, Target};
use crate::fit;
use crate::http::Answer;
use crate::model::{Author, Button, Content, File, FileSource};
use crate::platforms::bot_api::call::{self, explanation, post, secret_url};
use crate::platforms::bot_api::wire::{
    self, Chat, Data, Fields, Kind, Message, NewMessage, Visitor,
};
use crate::platforms::bot_api::write::{file_name, is_fetchable};
use crate::platforms::{Delivered, Progress};
use crate::text::split;

/// The messages that a message becomes, without their ids. What is text stands together in one; a file that can be fetched and
/// a pressed button are messages of their own. Where somebody's name or a pencil stands in front, all of it is text, because
/// nothing else can carry that.
pub fn parts(message: &crate::model::Message) -> Vec<Message> {
    let is_marked = message.edited || matches!(message.author, Author::Visitor { name: Some(_) });
    if is_marked {
        return texts(&fit::to_text(message)).collect();
    }
    let mut parts = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    for content in &message.contents {
        let Some(data) = data(content) else {
            let line = fit::content_to_text(content);
            lines.extend((!line.trim().is_empty()).then_some(line));
            continue;
        };
        parts.extend(texts(&lines.join("\n")));
        lines.clear();
        parts.push(data);
    }
    parts.extend(texts(&lines.join("\n")));
    parts
}

fn texts(text: &str) -> impl Iterator<Item = Message> {
    split(text, CAPABILITIES.text)
        .into_iter()
        .map(|text| Message::text(Kind::Visitor, text))
}

/// What goes as more than text.
fn data(content: &Content) -> Option<Message> {
    match content {
        Content::Press(button) => Some(press(button)),
        Content::File(file) => file_message(file),
        _ => None,
    }
}

fn press(button: &Button) -> Message {
    let text = fit::label(button);
    let id = Some(button.id.as_str()).filter(|id| !id.trim().is_empty());
    let button = wire::Button {
        id: Some(id.unwrap_or(text).to_owned()),
        text: Some(text.to_owned()),
    };
    let data = Data {
        button: Some(button),
        ..Data::default()
    };
    Message::data(Kind::KeyboardResponse, data)
}

/// A file with every field of the document, because it is not published which of them are required. `None` if there is no
/// URL to fetch it from.
fn file_message(file: &File) -> Option<Message> {
    let FileSource::Url(url) = &file.source else {
        return None;
    };
    let media_type = file.media_type.as_deref().filter(|media| !media.is_empty());
    let data = Data {
        state: Some("ready".to_owned()),
        name: Some(
            file_name(file.name.as_deref(), url)
                .unwrap_or("file")
                .to_owned(),
        ),
        content_type: Some(media_type.unwrap_or("application/octet-stream").to_owned()),
        size: Some(file.size.unwrap_or_default()),
        url: Some(url.clone()),
        ..Data::default()
    };
    is_fetchable(url).then(|| Message::data(Kind::FileVisitor, data))
}

/// Sends part number `part`.
///
/// # Errors
/// [`Failure`].
pub async fn send(
    outside: &Outside<'_>,
    target: &Target<'_>,
    settings: &Settings,
    message: &crate::model::Message,
    part: usize,
) -> Result<Delivered, Failure> {
    let mut parts = parts(message);
    let of = parts.len();
    if part >= of {
        return Ok(Progress::Complete.into());
    }
    let thread = target
        .thread()
        .ok_or_else(|| Failure::later("the conversation has no integer yet"))?;
    let body = NewMessage {
        event: "new_message",
        chat_id: Chat(thread.to_owned()),
        visitor: visitor(target),
        message: named(parts.swap_remove(part), target.message_id(part)),
    };
    let url = secret_url(outside, &settings.webhook_url).await?;
    let answer = post(outside, &url, None, &body, target.timeout()?).await?;
    let said = body.message.text.as_deref().unwrap_or_default();
    judge(&answer).map_err(|failure| failure.without(said))?;
    Ok(Progress::after(part, of).into())
}

/// With an id, which the file in it shares: what they share is "client server side message identifier" in the document.
fn named(mut message: Message, id: String) -> Message {
    if let Some(data) = message.data.as_mut()
        && data.button.is_none()
    {
        data.id = Some(id.clone());
    }
    message.id = Some(id);
    message
}

/// The person as the conversation knows them.
fn visitor(target: &Target<'_>) -> Visitor {
    let known = &target.conversation.visitor;
    let name = match (&known.first_name, &known.last_name) {
        (Some(first), Some(last)) => Some(format!("{first} {last}")),
        (first, last) => first.as_ref().or(last.as_ref()).cloned(),
    };
    let id = known.id.as_ref().or(known.chat_id.as_ref()).cloned();
    Visitor {
        id: id.or_else(|| Some(target.conversation.key.chat.as_str().to_owned())),
        flat: Fields::default(),
        fields: Some(Fields {
            name,
            login: known.username.clone(),
            phone: known.phone.clone(),
            email: known.email.clone(),
            site: known.site.clone(),
            ..Fields::default()
        }),
    }
}

/// What an answer means. A 200 does not prove that the message was understood: the platform answers so to what it does not
/// know, too.
///
/// # Errors
/// [`Failure`].
pub fn judge(answer: &Answer) -> Result<(), Failure> {
    let why = explanation(answer).unwrap_or_default();
    let inactive = answer.status == StatusCode::BAD_REQUEST && why.starts_with(INACTIVE);
    if inactive {
        // Of the channel or of the token in its URL: a person mends both.
        return Err(Failure::unauthorized(
            "status 400: the agent's channel is inactive, or the token in the webhook's URL is wrong",
        ));
    }
    if answer.status == StatusCode::NOT_FOUND {
        return Err(Failure::unauthorized(
            "status 404: the webhook's URL is wrong",
        ));
    }
    call::judge(answer)
}

/// What the vendor's document has for a channel that is not active, and for a wrong token.
const INACTIVE: &str = "There is no active channel";
