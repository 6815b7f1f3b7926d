//! The filter patterns of the template, as Lambda applies them: the subset that the template uses.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>.

use serde_json::{Map, Value};

/// Alternatives: a record that one of them matches is brought to the function.
#[derive(Debug, Clone)]
pub(crate) struct Filters(Vec<Pattern>);

/// What a place in a record has to hold.
#[derive(Debug, Clone)]
enum Pattern {
    /// Every one of these keys matches.
    Keys(Vec<(String, Pattern)>),
    /// One of these rules does.
    Any(Vec<Rule>),
}

#[derive(Debug, Clone)]
enum Rule {
    /// It is this text, number, truth value or null.
    Is(Value),
    /// It is a leaf that is there, or is not.
    Exists(bool),
}

impl Filters {
    /// Reads patterns.
    ///
    /// # Errors
    /// What is no pattern, or one that goes beyond the subset.
    pub(crate) fn read(patterns: &[&str]) -> Result<Self, String> {
        patterns
            .iter()
            .map(|pattern| {
                let pattern = serde_json::from_str(pattern)
                    .map_err(|error| format!("a filter is no JSON: {error}"))?;
                read_pattern(&pattern)
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether a record gets through.
    pub(crate) fn let_through(&self, record: &Value) -> bool {
        self.0.iter().any(|pattern| pattern.matches(Some(record)))
    }
}

/// Recursion is bounded: the parser that made `pattern` refuses what is nested deeper than 128 levels.
fn read_pattern(pattern: &Value) -> Result<Pattern, String> {
    match pattern {
        Value::Object(keys) => keys
            .iter()
            .map(|(key, pattern)| Ok((key.clone(), read_pattern(pattern)?)))
            .collect::<Result<_, _>>()
            .map(Pattern::Keys),
        Value::Array(rules) => rules
            .iter()
            .map(read_rule)
            .collect::<Result<_, _>>()
            .map(Pattern::Any),
        _ => Err(format!("a filter has {pattern} where a list belongs")),
    }
}

fn read_rule(rule: &Value) -> Result<Rule, String> {
    match rule {
        Value::Object(only) => exists(only).map(Rule::Exists),
        Value::Array(_) => None,
        _ => Some(Rule::Is(rule.clone())),
    }
    .ok_or_else(|| format!("a filter has a rule that the gateway does not know: {rule}"))
}

fn exists(rule: &Map<String, Value>) -> Option<bool> {
    rule.get("exists")
        .filter(|_| rule.len() == 1)
        .and_then(Value::as_bool)
}

impl Pattern {
    fn matches(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Keys(keys) => keys
                .iter()
                .all(|(key, pattern)| pattern.matches(value.and_then(|value| value.get(key)))),
            Self::Any(rules) => rules.iter().any(|rule| match rule {
                Rule::Is(wanted) => value == Some(wanted),
                Rule::Exists(wanted) => {
                    let leaf = value.is_some_and(|value| !value.is_object());
                    leaf == *wanted
                }
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::gateway::template::Template;

    #[test]
    fn the_templates_filters_let_through_what_is_pending_and_nothing_else() {
        let filters = Template::embedded().unwrap().trigger.filters;
        let number = json!({ "N": "1" });
        for record in [
            json!({ "eventName": "MODIFY", "dynamodb": { "NewImage": { "agent_pending": number } } }),
            json!({ "eventName": "INSERT", "dynamodb": { "NewImage": { "channel_pending": number } } }),
            json!({ "eventName": "REMOVE", "dynamodb": { "OldImage": { "channel_waiting": number } } }),
        ] {
            assert!(filters.let_through(&record), "{record}");
        }
        for record in [
            json!({ "eventName": "MODIFY", "dynamodb": { "NewImage": { "mode": { "S": "agent" } } } }),
            json!({ "eventName": "MODIFY", "dynamodb": { "OldImage": { "agent_pending": number } } }),
            json!({ "eventName": "MODIFY", "dynamodb": { "OldImage": { "channel_waiting": number } } }),
            json!({ "eventName": "REMOVE", "dynamodb": {} }),
            json!({}),
        ] {
            assert!(!filters.let_through(&record), "{record}");
        }
    }

    #[test]
    fn what_is_beyond_the_subset_is_refused() {
        for pattern in [
            r#"{"a":[{"exists":true,"prefix":"b"}]}"#,
            r#"{"a":[{"numeric":[">",1]}]}"#,
            r#"{"a":[["b"]]}"#,
            r#"{"a":"b"}"#,
            "a",
        ] {
            assert!(Filters::read(&[pattern]).is_err(), "{pattern}");
        }
    }

    #[test]
    fn what_has_to_be_absent_must_not_be_there() {
        let filters = Filters::read(&[r#"{"a":{"b":[{"exists":false}]}}"#]).unwrap();
        assert!(filters.let_through(&json!({})));
        assert!(filters.let_through(&json!({ "a": {} })));
        assert!(!filters.let_through(&json!({ "a": { "b": null } })));
    }
}
