//! What an agent says, as `send_message` takes it: texts without markup, and keyboards, each a message of its own.

use super::wire::{self, Kind, Message, Rows};
use crate::fit;
use crate::model::{Button, Content};
use crate::text::{Limit, split};

/// The messages that a content becomes; a file is a text with its URL.
pub(crate) fn messages(content: &Content, limit: Limit) -> Vec<Message> {
    match content {
        Content::Buttons(rows) => keyboard(rows).into_iter().collect(),
        other => texts(&fit::content_to_text(other), limit).collect(),
    }
}

/// The messages that a text becomes; none if it is blank.
pub(crate) fn texts(text: &str, limit: Limit) -> impl Iterator<Item = Message> {
    split(text, limit)
        .into_iter()
        .map(|text| Message::text(Kind::Operator, text))
}

/// A keyboard without empty rows; none if it has no button.
fn keyboard(rows: &[Vec<Button>]) -> Option<Message> {
    let rows: Vec<Vec<wire::Button>> = rows
        .iter()
        .map(|row| row.iter().map(button).collect::<Vec<_>>())
        .filter(|row| !row.is_empty())
        .collect();
    (!rows.is_empty()).then(|| Message {
        kind: Some(Kind::Keyboard),
        buttons: Some(Rows::Nested(rows)),
        ..Message::default()
    })
}

fn button(button: &Button) -> wire::Button {
    wire::Button {
        id: Some(button.id.clone()),
        // One that reads nothing would be refused.
        text: Some(fit::label(button).to_owned()),
    }
}

/// Whether a URL is one that the other side can fetch.
pub(crate) fn is_fetchable(url: &str) -> bool {
    url.parse::<http::Uri>().is_ok_and(|url| {
        matches!(url.scheme_str(), Some("https" | "http"))
            && url.host().is_some_and(|host| !host.is_empty())
    })
}

/// What a file is called: its name, or else the end of its URL's path.
pub(crate) fn file_name<'a>(name: Option<&'a str>, url: &'a str) -> Option<&'a str> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let (_, last) = path.rsplit_once('/').unwrap_or_default();
    [name.unwrap_or_default(), last]
        .into_iter()
        .find(|name| !name.trim().is_empty())
}
