//! An item as the stream has it: DynamoDB's own JSON, `{"S": "text"}`. The SDK has a type for it in another crate, which
//! is larger than this file.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value};
use shared::store::Item;

/// An item's attributes.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Image(Map<String, Value>);

impl Image {
    /// A text attribute.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.get("S")?.as_str()
    }

    /// The whole item; `None` if an attribute is of no type that DynamoDB has.
    pub fn item(&self) -> Option<Item> {
        self.0
            .iter()
            .map(|(name, value)| Some((name.clone(), attribute(value)?)))
            .collect()
    }
}

/// Recursion is bounded: the parser that made `value` refuses what is nested deeper than 128 levels.
fn attribute(value: &Value) -> Option<AttributeValue> {
    let (kind, value) = value.as_object()?.iter().next()?;
    Some(match kind.as_str() {
        "S" => AttributeValue::S(value.as_str()?.to_owned()),
        "N" => AttributeValue::N(value.as_str()?.to_owned()),
        "B" => AttributeValue::B(bytes(value)?),
        "BOOL" => AttributeValue::Bool(value.as_bool()?),
        "NULL" => AttributeValue::Null(true),
        "L" => AttributeValue::L(
            value
                .as_array()?
                .iter()
                .map(attribute)
                .collect::<Option<_>>()?,
        ),
        "M" => AttributeValue::M(
            value
                .as_object()?
                .iter()
                .map(|(name, value)| Some((name.clone(), attribute(value)?)))
                .collect::<Option<_>>()?,
        ),
        "SS" => AttributeValue::Ss(texts(value)?),
        "NS" => AttributeValue::Ns(texts(value)?),
        "BS" => AttributeValue::Bs(value.as_array()?.iter().map(bytes).collect::<Option<_>>()?),
        _ => return None,
    })
}

fn texts(value: &Value) -> Option<Vec<String>> {
    value
        .as_array()?
        .iter()
        .map(|text| Some(text.as_str()?.to_owned()))
        .collect()
}

fn bytes(value: &Value) -> Option<Blob> {
    STANDARD.decode(value.as_str()?).ok().map(Blob::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_read() {
        let json = r#"{"s":{"S":"a"},"n":{"N":"1"},"b":{"B":"AQI="},"t":{"BOOL":true},"u":{"NULL":true},
            "l":{"L":[{"S":"a"}]},"m":{"M":{"k":{"N":"2"}}},"ss":{"SS":["a"]},"ns":{"NS":["1"]},"bs":{"BS":["AQI="]}}"#;
        let image: Image = serde_json::from_str(json).unwrap();
        let item = image.item().unwrap();
        assert_eq!(item.len(), 10);
        assert_eq!(item["b"].as_b().unwrap().as_ref(), [1, 2]);
        assert_eq!(image.text("s"), Some("a"));
        assert_eq!(image.text("n"), None);
    }

    #[test]
    fn an_unknown_type_is_no_item() {
        for json in [
            r#"{"a":{"X":"a"}}"#,
            r#"{"a":{}}"#,
            r#"{"a":"b"}"#,
            r#"{"a":{"B":"%"}}"#,
        ] {
            assert!(
                serde_json::from_str::<Image>(json)
                    .unwrap()
                    .item()
                    .is_none(),
                "{json}"
            );
        }
    }
}
