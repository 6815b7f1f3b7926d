//! The file from top to bottom.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

use serde::Deserialize;
use shared::connections::{Connection, Route, WhenDown};
use shared::model::ConnectionId;
use shared::platforms::{ConnectionSettings, End, Handover, Platform, Role, Settings};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Error;
use super::keys::section;
use super::section::{Section, Wrong};
use super::similar::unknown;

/// The connections of `text`.
pub(super) fn read(text: &str, file: &str) -> Result<Vec<Connection>, Error> {
    let file = File {
        text,
        name: file,
        lines: OnceCell::new(),
    };
    let document = DeTable::parse(text).map_err(|error| {
        // The parser's own display shows the line, which may hold a secret.
        let what = format!("is not TOML: {}", error.message());
        match error.span() {
            Some(span) => file.at(&span, what),
            None => Error::whole(file.name, what),
        }
    })?;
    let document = document.get_ref();
    for key in document.keys() {
        let known = ["channels", "agents", "routes"];
        if !known.contains(&key.get_ref().as_ref()) {
            let what = unknown("section", key.get_ref(), &known);
            return Err(file.at(&key.span(), what));
        }
    }
    let mut channels = file.connections(document, Role::Channel)?;
    let agents = file.connections(document, Role::Agent)?;
    if channels.is_empty() {
        let what = "no channel is configured; begin one with a section [channels.its-id]";
        return Err(Error::whole(file.name, what));
    }
    // By id, because there may be thousands of each.
    let known = Known {
        channels: positions(&channels),
        agents: positions(&agents),
    };
    for agent in &agents {
        if let Some(channel) = known
            .channels
            .get(&agent.id)
            .and_then(|at| channels.get(*at))
        {
            let line = file.line(&channel.span);
            let what =
                format!("a channel has this id already, in line {line}; an id is for one of them");
            return Err(file.at(&agent.span, what).of(&agent.section));
        }
    }
    for route in file.routes(document)? {
        file.route(route, &mut channels, &known)?;
    }
    for channel in &channels {
        if channel.route.is_none() {
            let what = format!(
                "no route leads from here to an agent; add a section [[routes]] with channel = \"{}\"",
                channel.id
            );
            return Err(file.at(&channel.span, what).of(&channel.section));
        }
    }
    Ok(channels
        .into_iter()
        .chain(agents)
        .map(Found::connection)
        .collect())
}

/// Where each connection is among those of its role.
struct Known {
    channels: HashMap<ConnectionId, usize>,
    agents: HashMap<ConnectionId, usize>,
}

fn positions(found: &[Found]) -> HashMap<ConnectionId, usize> {
    let ids = found.iter().map(|found| found.id.clone());
    ids.zip(0..).collect()
}

/// What there is to choose from, in the order of the ids.
fn choices(known: &HashMap<ConnectionId, usize>) -> Vec<&str> {
    let mut choices: Vec<_> = known.keys().map(ConnectionId::as_str).collect();
    choices.sort_unstable();
    choices
}

struct File<'a> {
    text: &'a str,
    name: &'a str,
    /// Where each line ends.
    lines: OnceCell<Vec<usize>>,
}

/// A connection and where it was.
struct Found {
    section: String,
    span: Range<usize>,
    id: ConnectionId,
    settings: Settings,
    /// The route, and the line where it begins.
    route: Option<(Route, usize)>,
}

impl Found {
    fn connection(self) -> Connection {
        Connection {
            id: self.id,
            settings: self.settings,
            route: self.route.map(|(route, _)| route),
        }
    }
}

/// A section that can be complained about.
#[derive(Clone, Copy)]
struct Place<'a> {
    name: &'a str,
    span: &'a Range<usize>,
    table: &'a DeTable<'a>,
}

impl File<'_> {
    fn line(&self, span: &Range<usize>) -> usize {
        let lines = self.lines.get_or_init(|| {
            let ends = self.text.match_indices('\n');
            ends.map(|(end, _)| end).collect()
        });
        1 + lines.partition_point(|end| *end < span.start)
    }

    fn at(&self, span: &Range<usize>, what: impl Into<String>) -> Error {
        Error::at(self.name, self.line(span), what)
    }

    /// In the line of `key`, or of the section's head if the key is not there.
    fn at_key(&self, place: Place<'_>, key: Option<&str>, what: impl Into<String>) -> Error {
        let span = key
            .and_then(|key| place.table.get_key_value(key))
            .map_or_else(|| place.span.clone(), |(key, _)| key.span());
        self.at(&span, what).of(place.name)
    }

    fn wrong(&self, place: Place<'_>, wrong: Wrong) -> Error {
        self.at_key(place, wrong.key.as_deref(), wrong.what)
    }

    fn connections(&self, document: &DeTable<'_>, role: Role) -> Result<Vec<Found>, Error> {
        let name = section(role);
        let Some((key, sections)) = document.get_key_value(name) else {
            return Ok(Vec::new());
        };
        let sections = sections.get_ref().as_table().ok_or_else(|| {
            self.at(
                &key.span(),
                format!("`{name}` must be sections such as [{name}.its-id]"),
            )
        })?;
        sections
            .iter()
            .map(|(id, section)| self.connection(name, role, id, section.get_ref()))
            .collect()
    }

    fn connection(
        &self,
        name: &str,
        role: Role,
        id: &Spanned<toml::de::DeString<'_>>,
        section: &DeValue<'_>,
    ) -> Result<Found, Error> {
        let section_name = format!("[{name}.{}]", id.get_ref());
        let table = section.as_table().ok_or_else(|| {
            self.at(
                &id.span(),
                format!("`{}` must be a section {section_name}", id.get_ref()),
            )
        })?;
        let span = id.span();
        let place = Place {
            name: &section_name,
            span: &span,
            table,
        };
        let parsed = id
            .get_ref()
            .parse::<ConnectionId>()
            .map_err(|error| self.at_key(place, None, error.to_string()))?;
        let end = self.end(place, role)?;
        let keys = Section {
            table,
            taken: if end.version().is_some() {
                &["platform", "version"]
            } else {
                &["platform"]
            },
        };
        let settings = Settings::of(end, keys).map_err(|wrong| self.wrong(place, wrong))?;
        settings
            .check()
            .map_err(|(key, what)| self.at_key(place, Some(key), format!("`{key}` {what}")))?;
        Ok(Found {
            id: parsed,
            settings,
            route: None,
            section: section_name,
            span,
        })
    }

    /// Which end of which platform a section is for.
    fn end(&self, place: Place<'_>, role: Role) -> Result<End, Error> {
        let of_role = |role: Role| End::ALL.into_iter().filter(move |end| end.role() == role);
        let mut choices: Vec<_> = of_role(role).map(|end| end.platform().name()).collect();
        choices.dedup();
        let given = text(place, "platform")
            .map_err(|wrong| self.wrong(place, wrong))?
            .ok_or_else(|| {
                let what = format!(
                    "the key `platform` is missing; one of: {}",
                    choices.join(", ")
                );
                self.at_key(place, None, what)
            })?;
        if !Platform::ALL
            .iter()
            .any(|platform| platform.name() == given)
        {
            let what = unknown("platform", given, &choices);
            return Err(self.at_key(place, Some("platform"), what));
        }
        let ends: Vec<End> = of_role(role)
            .filter(|end| end.platform().name() == given)
            .collect();
        let Some(first) = ends.first() else {
            let section = match role {
                Role::Agent => "a channel; put it under [channels]",
                Role::Channel => "an agent; put it under [agents]",
            };
            let what = format!(
                "{given} is {section}, or take one of: {}",
                choices.join(", ")
            );
            return Err(self.at_key(place, Some("platform"), what));
        };
        let Some((key, version)) = place.table.get_key_value("version") else {
            return Ok(*first);
        };
        let wrong = |what: String| Err(self.at(&key.span(), what).of(place.name));
        let versions: Vec<_> = ends.iter().filter_map(|end| end.version()).collect();
        if versions.is_empty() {
            return wrong(format!("{given} has no versions; leave `version` out"));
        }
        let choices = versions.join(", ");
        let DeValue::String(version) = version.get_ref() else {
            // `2.0` without quotes is a number.
            return wrong(format!("`version` must be a string, one of: {choices}"));
        };
        match ends.iter().find(|end| end.version() == Some(version)) {
            Some(end) => Ok(*end),
            None => wrong(format!("unknown version `{version}`; one of: {choices}")),
        }
    }

    fn routes<'a>(
        &self,
        document: &'a DeTable<'a>,
    ) -> Result<Vec<(Range<usize>, &'a DeTable<'a>)>, Error> {
        let Some((key, routes)) = document.get_key_value("routes") else {
            return Ok(Vec::new());
        };
        let wrong = || self.at(&key.span(), "`routes` must be sections [[routes]]");
        routes
            .get_ref()
            .as_array()
            .ok_or_else(wrong)?
            .iter()
            .map(|route| {
                let table = route.get_ref().as_table().ok_or_else(wrong)?;
                Ok((route.span(), table))
            })
            .collect()
    }

    fn route(
        &self,
        (span, table): (Range<usize>, &DeTable<'_>),
        channels: &mut [Found],
        known: &Known,
    ) -> Result<(), Error> {
        let place = Place {
            name: "[[routes]]",
            span: &span,
            table,
        };
        let channel = text(place, "channel")
            .and_then(|channel| channel.ok_or_else(|| serde::de::Error::missing_field("channel")))
            .map_err(|wrong| self.wrong(place, wrong))?;
        let keys = Section {
            table,
            taken: &["channel"],
        };
        let route = Route::deserialize(keys).map_err(|wrong| self.wrong(place, wrong))?;
        route
            .check()
            .map_err(|(key, what)| self.at_key(place, Some(key), format!("`{key}` {what}")))?;
        for (key, agent) in [
            ("agent", Some(&route.agent)),
            ("second_agent", route.second_agent.as_ref()),
        ] {
            if let Some(agent) = agent.filter(|agent| !known.agents.contains_key(*agent)) {
                let what = unknown("agent", agent.as_str(), &choices(&known.agents));
                return Err(self.at_key(place, Some(key), what));
            }
        }
        let at = channel
            .parse::<ConnectionId>()
            .ok()
            .and_then(|id| known.channels.get(&id));
        let Some(found) = at.and_then(|at| channels.get_mut(*at)) else {
            let what = unknown("channel", channel, &choices(&known.channels));
            return Err(self.at_key(place, Some("channel"), what));
        };
        if let Some((_, line)) = found.route {
            let what = format!("the channel `{channel}` has a route already, in line {line}");
            return Err(self.at_key(place, Some("channel"), what));
        }
        let handover = found.settings.end().capabilities().handover;
        if route.when_down == WhenDown::Operators && !handover.to_own_operators() {
            let what = format!(
                "`when_down` cannot be \"operators\": the channel `{channel}` has none of its own; one of: wait, agent, text"
            );
            return Err(self.at_key(place, Some("when_down"), what));
        }
        if route.handover_text.is_some() && handover != Handover::No {
            let what = format!(
                "`handover_text` is for channels that have no way to show it, and `{channel}` has; leave it out"
            );
            return Err(self.at_key(place, Some("handover_text"), what));
        }
        found.route = Some((route, self.line(&span)));
        Ok(())
    }
}

fn text<'a>(place: Place<'a>, key: &str) -> Result<Option<&'a str>, Wrong> {
    match place.table.get(key).map(Spanned::get_ref) {
        None => Ok(None),
        Some(DeValue::String(text)) => Ok(Some(text)),
        Some(_) => Err(Wrong {
            key: Some(key.to_owned()),
            what: format!("`{key}` must be a string"),
        }),
    }
}
