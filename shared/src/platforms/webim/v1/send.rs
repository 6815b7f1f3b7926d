//! Messages into what Webim shows: texts without markup, and keyboards, each a message of its own.

use super::CAPABILITIES;
use super::wire::{Button, Outgoing};
use crate::fit;
use crate::model::{Content, Message};
use crate::text::split;

/// The messages that one message becomes.
pub fn parts(message: &Message) -> Vec<Outgoing> {
    let mut parts = Vec::new();
    for content in &message.contents {
        match content {
            Content::Buttons(rows) => {
                let buttons: Vec<Vec<Button>> = rows
                    .iter()
                    .map(|row| row.iter().map(button).collect::<Vec<_>>())
                    .filter(|row| !row.is_empty())
                    .collect();
                if !buttons.is_empty() {
                    parts.push(Outgoing::Keyboard { buttons });
                }
            }
            other => parts.extend(texts(&fit::content_to_text(other))),
        }
    }
    parts
}

/// The messages that a text becomes; none if it is blank.
pub(super) fn texts(text: &str) -> impl Iterator<Item = Outgoing> {
    split(text, CAPABILITIES.text)
        .into_iter()
        .map(|text| Outgoing::Operator { text })
}

fn button(button: &crate::model::Button) -> Button {
    Button {
        id: button.id.clone(),
        // Webim refuses a button that reads nothing.
        text: fit::label(button).to_owned(),
    }
}
