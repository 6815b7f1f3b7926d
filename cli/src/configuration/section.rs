//! One section of the file as something that serde reads, so that the platforms' own settings say which keys there are.
//! What is wrong comes out as the key and a sentence for a person. Values are not repeated: they may be secrets.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::similar;

/// A section without the keys that its reader has taken already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Section<'de> {
    /// The section.
    pub(super) table: &'de DeTable<'de>,
    /// What is read elsewhere.
    pub(super) taken: &'de [&'de str],
}

/// What is wrong with a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The key, if it is about one.
    pub(super) key: Option<String>,
    /// What.
    pub(super) what: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self {
            key: None,
            what: what.to_string(),
        }
    }

    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format!("must be {}, not {}", kind(expected), name(found)))
    }

    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format!("must be {}", kind(expected)))
    }

    fn unknown_variant(_: &str, choices: &'static [&'static str]) -> Self {
        Self::custom(format!("must be one of: {}", choices.join(", ")))
    }

    fn missing_field(key: &'static str) -> Self {
        Self::custom(format!("the key `{key}` is missing"))
    }
}

/// What was expected, in a person's words.
fn kind(expected: &dyn de::Expected) -> String {
    match expected.to_string().as_str() {
        "u32" => "a whole number from 0 to 4294967295".to_owned(),
        "u64" => "a whole number, 0 or more".to_owned(),
        other => other.to_owned(),
    }
}

/// What was found, by its type.
fn name(found: de::Unexpected<'_>) -> &'static str {
    match found {
        de::Unexpected::Bool(_) => "true or false",
        de::Unexpected::Unsigned(_) | de::Unexpected::Signed(_) => "a whole number",
        de::Unexpected::Float(_) => "a number with a fraction",
        de::Unexpected::Str(_) => "a string",
        _ => "a value of another kind",
    }
}

impl<'de> Deserializer<'de> for Section<'de> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_map(Entries {
            section: self,
            entries: self.table.iter(),
            value: None,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        keys: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        for key in self.table.keys() {
            let key = key.get_ref().as_ref();
            if !self.taken.contains(&key) && !keys.contains(&key) {
                let choices: Vec<&str> = self.taken.iter().chain(keys).copied().collect();
                return Err(Wrong {
                    key: Some(key.to_owned()),
                    what: similar::unknown("key", key, &choices),
                });
            }
        }
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// A section's keys and values, one after the other.
struct Entries<'de, I> {
    section: Section<'de>,
    entries: I,
    value: Option<(&'de str, &'de DeValue<'de>)>,
}

type Entry<'de> = (
    &'de Spanned<toml::de::DeString<'de>>,
    &'de Spanned<DeValue<'de>>,
);

impl<'de, I: Iterator<Item = Entry<'de>>> MapAccess<'de> for Entries<'de, I> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Wrong> {
        let taken = self.section.taken;
        let Some((key, value)) = self
            .entries
            .find(|(key, _)| !taken.contains(&key.get_ref().as_ref()))
        else {
            return Ok(None);
        };
        let key = key.get_ref().as_ref();
        self.value = Some((key, value.get_ref()));
        let key: StrDeserializer<'_, Wrong> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let Some((key, value)) = self.value.take() else {
            return Err(de::Error::custom("a value without its key"));
        };
        seed.deserialize(Scalar(value)).map_err(|wrong| Wrong {
            what: format!("`{key}` {}", sentence(&wrong.what)),
            key: Some(key.to_owned()),
        })
    }
}

/// What comes from a type of ours is a sentence of its own, what comes from here goes on after the key.
fn sentence(what: &str) -> String {
    if what.starts_with("must be ") {
        what.to_owned()
    } else {
        format!("is wrong: {what}")
    }
}

/// A value: settings are flat.
struct Scalar<'de>(&'de DeValue<'de>);

impl<'de> Deserializer<'de> for Scalar<'de> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            DeValue::String(text) => visitor.visit_str(text),
            DeValue::Boolean(flag) => visitor.visit_bool(*flag),
            DeValue::Integer(integer) => {
                match i64::from_str_radix(integer.as_str(), integer.radix()) {
                    Ok(integer) => match u64::try_from(integer) {
                        Ok(integer) => visitor.visit_u64(integer),
                        Err(_) => visitor.visit_i64(integer),
                    },
                    Err(_) => Err(de::Error::custom("must be a smaller number")),
                }
            }
            DeValue::Float(float) => match float.as_str().parse() {
                Ok(float) => visitor.visit_f64(float),
                Err(_) => Err(de::Error::custom("must be a number")),
            },
            DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                Err(de::Error::invalid_type(de::Unexpected::Map, &visitor))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        choices: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        match self.0 {
            DeValue::String(text) => {
                let text: StrDeserializer<'_, Wrong> = text.as_ref().into_deserializer();
                visitor.visit_enum(text)
            }
            _ => Err(de::Error::unknown_variant("", choices)),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}
