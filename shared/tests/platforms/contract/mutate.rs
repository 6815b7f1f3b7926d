//! Every way to spoil one field of a JSON document.

use serde_json::{Value, json};

/// A document with one field spoiled.
#[derive(Debug)]
pub(crate) struct Mutant {
    /// The field, as a JSON pointer.
    pub(crate) at: String,
    /// What it is now; none if it is gone.
    pub(crate) now: Option<Value>,
    /// The document.
    pub(crate) json: Value,
}

/// Every mutant of a document: each field at any depth once gone, and once of each other type and some odd values.
pub(crate) fn mutants(json: &Value) -> Vec<Mutant> {
    let mut paths = Vec::new();
    find_paths(json, "", &mut paths);
    let mut mutants = Vec::new();
    for at in paths {
        let mut without = json.clone();
        remove(&mut without, &at);
        mutants.push(Mutant {
            at: at.clone(),
            now: None,
            json: without,
        });
        let before = json.pointer(&at).unwrap();
        for now in values().into_iter().filter(|value| value != before) {
            let mut with = json.clone();
            *with.pointer_mut(&at).unwrap() = now.clone();
            mutants.push(Mutant {
                at: at.clone(),
                now: Some(now),
                json: with,
            });
        }
    }
    mutants
}

fn values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-7),
        json!(1.5),
        json!(u64::MAX),
        json!(""),
        json!(" "),
        json!("7"),
        json!("another"),
        json!("\u{0}\n"),
        json!("x".repeat(5000)),
        json!([]),
        json!([null]),
        json!({}),
        json!({"id": 1, "text": "x"}),
    ]
}

fn find_paths(json: &Value, at: &str, paths: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match json {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    for (name, value) in children {
        let at = format!("{at}/{name}");
        paths.push(at.clone());
        find_paths(value, &at, paths);
    }
}

fn remove(json: &mut Value, at: &str) {
    let (parent, name) = at.rsplit_once('/').unwrap();
    match json.pointer_mut(parent).unwrap() {
        Value::Object(fields) => drop(fields.remove(name)),
        Value::Array(items) => drop(items.remove(name.parse().unwrap())),
        leaf => panic!("{leaf} has no {name}"),
    }
}

#[test]
fn every_field_is_spoiled_in_every_way() {
    let mutants = mutants(&json!({"a": {"b": [1]}}));
    let gone: Vec<_> = mutants
        .iter()
        .filter(|mutant| mutant.now.is_none())
        .collect();
    let gone: Vec<_> = gone
        .iter()
        .map(|mutant| (mutant.at.as_str(), mutant.json.to_string()))
        .collect();
    assert_eq!(
        gone,
        [
            ("/a", "{}".to_owned()),
            ("/a/b", r#"{"a":{}}"#.to_owned()),
            ("/a/b/0", r#"{"a":{"b":[]}}"#.to_owned()),
        ]
    );
    assert_eq!(mutants.len(), 3 * (1 + values().len()));
}
