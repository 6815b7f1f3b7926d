//! Readers for fields that vendors, or their older releases, write in several types.

use serde::{Deserialize, Deserializer};

/// Integers and strings alike, as ids come from platforms and their older releases.
pub(crate) fn text_or_integer<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Integer(i64),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Text(text) => text,
        Either::Integer(integer) => integer.to_string(),
    })
}

/// A text that stands beside what matters and may be of any type: what is no text and no number is passed over, and so is
/// an empty text.
pub(crate) fn optional_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) if !text.is_empty() => Some(text),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}
