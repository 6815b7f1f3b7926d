//! `template.yaml` read: the routes and the stream's trigger, so that what runs here cannot differ from what is deployed.
//!
//! Only what the gateway plays is read. CloudFormation's tags (`!Ref`, `!GetAtt`) stand where the gateway does not look; one
//! in a place where it does is an error.

use std::fmt;
use std::time::Duration;

use axum::http::Method;
use serde_yaml_ng::Value;
use shared::platforms::{End, Platform, Role};

use super::stream::filter::Filters;

/// The template of this very build.
const TEMPLATE: &str = include_str!("../../../template.yaml");

/// One route of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    /// The method.
    pub(crate) method: Method,
    /// The path, with parameters as `{name}`.
    pub(crate) path: String,
    /// The platform whose function answers it.
    pub(crate) platform: Platform,
    /// Which end of a conversation calls it; none if it is for neither.
    pub(crate) role: Option<Role>,
    /// How long that may take.
    pub(crate) timeout: Duration,
}

/// What wakes `redeliver`.
#[derive(Debug, Clone)]
pub(crate) struct Trigger {
    /// Which records do.
    pub(crate) filters: Filters,
    /// The most records of one invocation.
    pub(crate) batch: usize,
    /// How many invocations run at once; records of one conversation are never in two of them.
    pub(crate) lanes: usize,
    /// How long an invocation may take.
    pub(crate) timeout: Duration,
}

/// What the gateway plays of the template.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    /// The API.
    pub(crate) routes: Vec<Route>,
    /// The stream's trigger.
    pub(crate) trigger: Trigger,
}

/// What in the template is not as the gateway needs it.
#[derive(Debug)]
pub(crate) struct Unexpected(String);

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "template.yaml: {}", self.0)
    }
}

impl Template {
    /// The template that this program was built with.
    pub(crate) fn embedded() -> Result<Self, Unexpected> {
        Self::read(TEMPLATE)
    }

    fn read(yaml: &str) -> Result<Self, Unexpected> {
        let template: Value =
            serde_yaml_ng::from_str(yaml).map_err(|error| Unexpected(error.to_string()))?;
        let resources = template
            .get("Resources")
            .and_then(Value::as_mapping)
            .ok_or_else(|| Unexpected("no Resources".to_owned()))?;
        let mut routes = Vec::new();
        let mut trigger = None;
        for (name, resource) in resources {
            let of = name.as_str().unwrap_or_default();
            if text(resource, &["Type"]) != Some("AWS::Serverless::Function") {
                continue;
            }
            let events = at(resource, &["Properties", "Events"]).and_then(Value::as_mapping);
            for event in events.into_iter().flat_map(|events| events.values()) {
                match text(event, &["Type"]) {
                    Some("HttpApi") => routes.push(route(of, resource, event)?),
                    Some("DynamoDB") => trigger = Some(read_trigger(of, resource, event)?),
                    other => {
                        let other = other.unwrap_or("nothing");
                        return Err(Unexpected(format!("{of}: an event of type {other}")));
                    }
                }
            }
        }
        let trigger = trigger.ok_or_else(|| Unexpected("no event of type DynamoDB".to_owned()))?;
        Ok(Self { routes, trigger })
    }
}

fn route(of: &str, resource: &Value, event: &Value) -> Result<Route, Unexpected> {
    let binary = text(resource, &["Metadata", "BuildProperties", "Binary"])
        .ok_or_else(|| missing(of, "Binary"))?;
    let method =
        text(event, &["Properties", "Method"]).ok_or_else(|| missing(of, "the event's Method"))?;
    let path =
        text(event, &["Properties", "Path"]).ok_or_else(|| missing(of, "the event's Path"))?;
    Ok(Route {
        method: method
            .parse()
            .map_err(|_| Unexpected(format!("{of}: the method `{method}`")))?,
        path: path.to_owned(),
        role: End::ALL
            .into_iter()
            .find(|end| end.route() == path)
            .map(End::role),
        platform: Platform::ALL
            .into_iter()
            .find(|platform| platform.name() == binary)
            .ok_or_else(|| Unexpected(format!("{of}: the gateway has no function `{binary}`")))?,
        timeout: timeout(of, resource)?,
    })
}

fn read_trigger(of: &str, resource: &Value, event: &Value) -> Result<Trigger, Unexpected> {
    let number = |name: &'static str| {
        at(event, &["Properties", name])
            .and_then(Value::as_u64)
            .and_then(|number| usize::try_from(number).ok())
            .filter(|number| *number > 0)
            .ok_or_else(|| missing(of, name))
    };
    let patterns = at(event, &["Properties", "FilterCriteria", "Filters"])
        .and_then(Value::as_sequence)
        .ok_or_else(|| missing(of, "FilterCriteria"))?
        .iter()
        .map(|filter| text(filter, &["Pattern"]).ok_or_else(|| missing(of, "a filter's Pattern")))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Trigger {
        filters: Filters::read(&patterns).map_err(|why| Unexpected(format!("{of}: {why}")))?,
        batch: number("BatchSize")?,
        lanes: number("ParallelizationFactor")?,
        timeout: timeout(of, resource)?,
    })
}

fn timeout(of: &str, resource: &Value) -> Result<Duration, Unexpected> {
    at(resource, &["Properties", "Timeout"])
        .and_then(Value::as_u64)
        .map(Duration::from_secs)
        .ok_or_else(|| missing(of, "Timeout"))
}

fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

fn text<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    // Not `as_str`, which looks through tags: the `Path` of `!Ref Path` is no path.
    match at(value, path)? {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn missing(of: &str, what: &str) -> Unexpected {
    Unexpected(format!("{of}: no plain value for {what}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::configuration::parse;

    /// A connection to each end.
    const ALL: &str = include_str!("../../../switchboard.example.toml");

    fn matches(route: &str, path: &str) -> bool {
        let (route, path): (Vec<_>, Vec<_>) =
            (route.split('/').collect(), path.split('/').collect());
        route.len() == path.len()
            && route.iter().zip(&path).all(|(part, given)| {
                part == given || (part.starts_with('{') && part.ends_with('}') && !given.is_empty())
            })
    }

    #[test]
    fn every_end_has_its_route() {
        let routes = Template::embedded().unwrap().routes;
        let connections = parse(ALL, "all").unwrap().connections;
        for end in End::ALL {
            let connection = connections
                .iter()
                .find(|connection| connection.end() == end)
                .unwrap_or_else(|| panic!("the example has no {}", end.name()));
            let path = connection
                .settings
                .webhook_path(connection.id.as_str(), "token");
            let found: Vec<_> = routes
                .iter()
                .filter(|route| matches(&route.path, &path))
                .collect();
            // A path without parameters is chosen before one with.
            let found = found.iter().min_by_key(|route| route.path.contains('{'));
            let found = found.unwrap_or_else(|| panic!("{path} is not routed"));
            assert_eq!(found.method, Method::POST);
            assert_eq!(found.platform, end.platform());
            assert_eq!(found.role, Some(end.role()));
        }
        let ends: BTreeSet<_> = End::ALL.iter().map(|end| end.route()).collect();
        let unknown: BTreeSet<_> = routes
            .iter()
            .map(|route| route.path.as_str())
            .filter(|path| !ends.contains(path))
            .collect();
        // Where the Omnichannel platform asks whether anybody is there.
        assert_eq!(unknown, ["/omnichannel/{credential}"].into());
    }

    #[test]
    fn what_the_gateway_cannot_play_is_an_error() {
        let with = |from: &str, to: &str| {
            let yaml = TEMPLATE.replacen(from, to, 1);
            assert_ne!(yaml, TEMPLATE, "{from}");
            Template::read(&yaml).unwrap_err().to_string()
        };
        assert_eq!(
            with("Binary: webim", "Binary: other"),
            "template.yaml: Webim: the gateway has no function `other`"
        );
        assert_eq!(
            with("Path: /telegram/{connection}", "Path: !Ref Path"),
            "template.yaml: Telegram: no plain value for the event's Path"
        );
        assert_eq!(
            with("{\"exists\":true}", "{\"prefix\":\"a\"}"),
            "template.yaml: Redeliver: a filter has a rule that the gateway does not know: {\"prefix\":\"a\"}"
        );
    }
}
