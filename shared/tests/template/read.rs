//! The template with CloudFormation's functions in their long form, `{"Ref": …}`.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value, json};

/// An entry of a section: its name, and what it is.
pub(crate) type Named<'a> = (&'a str, &'a Value);

/// The template.
pub(crate) fn template() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    let yaml = std::fs::read_to_string(path).unwrap();
    long(serde_yaml_ng::from_str(&yaml).unwrap())
}

fn long(value: serde_yaml_ng::Value) -> Value {
    use serde_yaml_ng::Value as Yaml;
    match value {
        Yaml::Mapping(mapping) => Value::Object(
            mapping
                .into_iter()
                .map(|(key, value)| (key.as_str().unwrap().to_owned(), long(value)))
                .collect(),
        ),
        Yaml::Sequence(values) => values.into_iter().map(long).collect(),
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let value = long(tagged.value);
            let (name, value) = match tag.trim_start_matches('!') {
                "Ref" => ("Ref".to_owned(), value),
                "Condition" => ("Condition".to_owned(), value),
                "GetAtt" => {
                    let (resource, attribute) = value.as_str().unwrap().split_once('.').unwrap();
                    ("Fn::GetAtt".to_owned(), json!([resource, attribute]))
                }
                function => (format!("Fn::{function}"), value),
            };
            Value::Object(Map::from_iter([(name, value)]))
        }
        plain => serde_json::to_value(plain).unwrap(),
    }
}

/// A section's entries.
pub(crate) fn section<'a>(template: &'a Value, name: &str) -> Vec<Named<'a>> {
    let section = template[name].as_object().unwrap();
    section
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect()
}

/// The resources of a type.
pub(crate) fn resources<'a>(template: &'a Value, kind: &str) -> Vec<Named<'a>> {
    let all = section(template, "Resources").into_iter();
    let of: Vec<_> = all
        .filter(|(_, resource)| resource["Type"] == kind)
        .collect();
    assert!(!of.is_empty(), "no {kind}");
    of
}

/// The functions.
pub(crate) fn functions(template: &Value) -> Vec<Named<'_>> {
    resources(template, "AWS::Serverless::Function")
}

/// Everything below `value`, itself first.
pub(crate) fn all(value: &Value) -> Vec<&Value> {
    let mut found = vec![value];
    match value {
        Value::Object(object) => found.extend(object.values().flat_map(all)),
        Value::Array(values) => found.extend(values.iter().flat_map(all)),
        _ => {}
    }
    found
}

/// The names that `value` refers to: of parameters, resources and AWS's own.
pub(crate) fn references(value: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for value in all(value) {
        if let Some(name) = value["Ref"].as_str() {
            names.insert(name.to_owned());
        }
        if let Some(name) = value["Fn::GetAtt"][0].as_str() {
            names.insert(name.to_owned());
        }
        let sub = &value["Fn::Sub"];
        let text = sub.as_str().or_else(|| sub[0].as_str()).unwrap_or_default();
        let own = |name: &str| sub[1].get(name).is_some();
        let parts = text.split("${").skip(1);
        let inside = parts.map(|part| part.split('}').next().unwrap());
        names.extend(
            inside
                .filter(|name| !name.starts_with('!') && !own(name))
                .map(str::to_owned),
        );
    }
    names
}

/// The names that `value` refers to, those that its conditions are made of among them.
pub(crate) fn decided_by(template: &Value, value: &Value) -> BTreeSet<String> {
    let mut names = references(value);
    let conditions = all(value).into_iter().filter_map(|value| {
        let name = value["Fn::If"][0]
            .as_str()
            .or_else(|| value["Condition"].as_str());
        name.map(|name| &template["Conditions"][name])
    });
    for condition in conditions {
        assert!(
            condition.is_object(),
            "a condition that is not there: {value}"
        );
        names.extend(decided_by(template, condition));
    }
    names
}
