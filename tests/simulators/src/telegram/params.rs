//! The parameters of a call, read as the Bot API reads them.

use serde_json::{Map, Value};

use super::entity::{Entity, Formatted, utf16};
use super::html;
use super::refusal::Refusal;

/// The parameters of one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params(pub(crate) Map<String, Value>);

impl Params {
    /// A parameter as text: a number or a flag counts as its JSON text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// A parameter that is JSON: itself, or a string that holds it ("a JSON-serialized object").
    pub(crate) fn json(&self, name: &str) -> Result<Option<Value>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => match serde_json::from_str(text) {
                Ok(value) => Ok(Some(value)),
                Err(error) => Err(Refusal::bad(format!(
                    "can't parse {name} JSON object: {error}"
                ))),
            },
            Some(value) => Ok(Some(value.clone())),
        }
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.text(name).as_deref(), Some("true" | "True" | "1"))
    }

    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.text(name)?
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
    }

    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    pub(crate) fn chat_id(&self) -> Result<i64, Refusal> {
        match self.text("chat_id") {
            None => Err(Refusal::bad("chat_id is empty")),
            Some(id) if id.is_empty() => Err(Refusal::bad("chat_id is empty")),
            // "@channelusername" too: there are no channels here.
            Some(id) => id
                .parse()
                .map_err(|_not_a_number| Refusal::bad("chat not found")),
        }
    }

    /// A text or a caption, parsed, with its limit checked. `entities` names the parameter that can replace `parse_mode`.
    pub(crate) fn formatted(
        &self,
        name: &str,
        entities: &str,
        limit: usize,
    ) -> Result<Formatted, Refusal> {
        let source = self.text(name).unwrap_or_default();
        let formatted = match self.text("parse_mode").as_deref() {
            None | Some("") => Formatted {
                entities: self.entities(entities, &source)?,
                ..Formatted::plain(&source)
            },
            Some(mode) if mode.eq_ignore_ascii_case("html") => html::parse(&source)
                .map_err(|reason| Refusal::bad(format!("can't parse entities: {reason}")))?,
            Some(_) => return Err(Refusal::bad("unsupported parse_mode")),
        };
        let formatted = formatted.trimmed();
        if utf16(&formatted.text) > limit {
            let what = if name == "caption" {
                "message caption is too long"
            } else {
                "message is too long"
            };
            return Err(Refusal::bad(what));
        }
        Ok(formatted)
    }

    /// Explicit entities. Telegram drops those outside the text; a bot that sends them has miscounted, so here it is told.
    fn entities(&self, name: &str, text: &str) -> Result<Vec<Entity>, Refusal> {
        let list = match self.json(name)? {
            None => return Ok(vec![]),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(Refusal::bad("can't parse entities: expected an Array")),
        };
        let end = utf16(text);
        let read = |entity: &Value| {
            let count = |field: &str| usize::try_from(entity.get(field)?.as_u64()?).ok();
            let string = |field: &str| entity.get(field).and_then(Value::as_str).map(str::to_owned);
            let (kind, offset, length) = (string("type")?, count("offset")?, count("length")?);
            (length > 0 && offset.checked_add(length)? <= end).then(|| Entity {
                kind,
                offset,
                length,
                url: string("url"),
                language: string("language"),
            })
        };
        list.iter()
            .map(|entity| {
                read(entity).ok_or_else(|| {
                    Refusal::bad(format!("can't parse entities: wrong entity {entity}"))
                })
            })
            .collect()
    }
}

/// Whether an address can be fetched over HTTP.
pub(crate) fn is_http(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let host = rest
        .and_then(|rest| rest.split(['/', '?', '#']).next())
        .unwrap_or_default();
    !host.is_empty() && !url.contains(char::is_whitespace)
}
