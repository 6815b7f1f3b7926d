//! A connection as the keys that a person writes for it, so that it can be compared key by key and written back.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};
use shared::connections::{Connection, Route};
use shared::platforms::{End, Role, Settings};

/// The key of a connection's settings that says which end of which platform it is, in the table.
const PLATFORM: &str = "platform";

/// A value as the file writes it. None of them is a secret: these are references.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Literal(String);

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Literal {
    fn of(value: &Value) -> Self {
        Self(match value {
            // JSON's escapes are TOML's, and TOML wants one character more to be escaped.
            Value::String(_) => value.to_string().replace('\u{7f}', "\\u007F"),
            other => other.to_string(),
        })
    }

    /// The same without what in a URL may be a key to what it leads to: what stands before its `@` and behind its `?`.
    pub(super) fn shown(&self) -> Self {
        let Some((scheme, rest)) = self.0.split_once("://") else {
            return self.clone();
        };
        let (rest, query) = match rest.split_once('?') {
            Some((rest, _)) => (rest, "?…\""),
            None => (rest, ""),
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let authority = match authority.rsplit_once('@') {
            Some((_, host)) => format!("…@{host}"),
            None => authority.to_owned(),
        };
        Self(format!("{scheme}://{authority}{path}{query}"))
    }
}

/// Keys and their values, `platform` and `version` first.
pub(super) type Keys = Vec<(String, Literal)>;

/// The keys of a connection's own section.
///
/// # Errors
/// If it cannot be written as JSON, which is a mistake in its type.
pub(super) fn of_settings(settings: &Settings, with: Defaults) -> serde_json::Result<Keys> {
    let end = settings.end();
    let mut keys = vec![named(PLATFORM, end.platform().name())];
    if let Some(version) = end.version()
        && (with == Defaults::Written || !is_first(end))
    {
        keys.push(named("version", version));
    }
    let mut map = map(settings)?;
    if with == Defaults::LeftOut {
        leave_out_defaults(&mut map, settings);
    }
    map.remove(PLATFORM);
    keys.extend(literals(map));
    Ok(keys)
}

/// The keys of a route, without the channel.
///
/// # Errors
/// As [`of_settings`].
pub(super) fn of_route(route: &Route, with: Defaults) -> serde_json::Result<Keys> {
    let mut map = map(route)?;
    if with == Defaults::LeftOut {
        leave_out_defaults(&mut map, route);
    }
    Ok(literals(map).collect())
}

/// Whether keys are there that say no more than their absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Defaults {
    Written,
    LeftOut,
}

/// All keys of a connection, those of its route as `route.agent`.
///
/// # Errors
/// As [`of_settings`].
pub(super) fn all(connection: &Connection) -> serde_json::Result<BTreeMap<String, Literal>> {
    let mut all: BTreeMap<_, _> = of_settings(&connection.settings, Defaults::Written)?
        .into_iter()
        .collect();
    if let Some(route) = &connection.route {
        let keys = of_route(route, Defaults::Written)?;
        all.extend(
            keys.into_iter()
                .map(|(key, value)| (format!("route.{key}"), value)),
        );
    }
    Ok(all)
}

/// Whether a configuration that names no version means this end.
fn is_first(end: End) -> bool {
    let same = |other: &End| other.platform() == end.platform() && other.role() == end.role();
    End::ALL.into_iter().find(same) == Some(end)
}

fn named(key: &str, value: &str) -> (String, Literal) {
    (key.to_owned(), Literal::of(&Value::from(value)))
}

fn literals(map: Map<String, Value>) -> impl Iterator<Item = (String, Literal)> {
    map.into_iter().map(|(key, value)| {
        let literal = Literal::of(&value);
        (key, literal)
    })
}

fn map(of: &impl Serialize) -> serde_json::Result<Map<String, Value>> {
    match serde_json::to_value(of)? {
        Value::Object(map) => Ok(map),
        other => Err(serde::ser::Error::custom(format!("{other} has no keys"))),
    }
}

/// Takes out each key without which the rest means the same.
fn leave_out_defaults<T>(map: &mut Map<String, Value>, whole: &T)
where
    T: serde::de::DeserializeOwned + PartialEq,
{
    let keys: Vec<String> = map.keys().cloned().collect();
    for key in keys {
        let Some(value) = map.remove(&key) else {
            continue;
        };
        let same = T::deserialize(&*map).is_ok_and(|without| without == *whole);
        if !same {
            map.insert(key, value);
        }
    }
}

/// The section that connections of this role are in.
pub(super) fn section(role: Role) -> &'static str {
    match role {
        Role::Channel => "channels",
        Role::Agent => "agents",
    }
}
