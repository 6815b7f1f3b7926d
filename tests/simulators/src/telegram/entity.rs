//! Formatted text as Telegram keeps it: plain text, and entities that count in UTF-16 code units.

use serde_json::{Value, json};

/// A piece of a text that is shown differently.
///
/// Source: core.telegram.org/bots/api#messageentity
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// `bold`, `italic`, `code`, `text_link` and so on.
    pub kind: String,
    /// Where it begins, in UTF-16 code units.
    pub offset: usize,
    /// How long it is, in UTF-16 code units.
    pub length: usize,
    /// The address behind a `text_link`.
    pub url: Option<String>,
    /// The language of a `pre`.
    pub language: Option<String>,
}

impl Entity {
    pub(crate) fn to_json(&self) -> Value {
        let mut json = json!({ "type": self.kind, "offset": self.offset, "length": self.length });
        if let Some(fields) = json.as_object_mut() {
            for (name, value) in [("url", &self.url), ("language", &self.language)] {
                if let Some(value) = value {
                    fields.insert(name.to_owned(), json!(value));
                }
            }
        }
        json
    }
}

/// A text and its entities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Formatted {
    pub(crate) text: String,
    pub(crate) entities: Vec<Entity>,
}

/// The length by which Telegram measures a text.
pub(crate) fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

impl Formatted {
    pub(crate) fn plain(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            entities: vec![],
        }
    }

    /// Without the white space around the text, as every message is shown.
    pub(crate) fn trimmed(self) -> Self {
        let from_start = self.text.trim_start();
        let cut = utf16(&self.text) - utf16(from_start);
        let text = from_start.trim_end().to_owned();
        let end = utf16(&text);
        let entities = self.entities.into_iter().filter_map(|entity| {
            let first = entity.offset.max(cut) - cut;
            let last = (entity.offset + entity.length).max(cut) - cut;
            let last = last.min(end);
            (first < last).then(|| Entity {
                offset: first,
                length: last - first,
                ..entity
            })
        });
        let entities = entities.collect();
        Self { text, entities }
    }
}
