//! The fixtures: one webhook's body a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

/// The fixtures of an end, by name.
pub(crate) fn all(end: &str) -> BTreeMap<String, Vec<u8>> {
    let fixtures: BTreeMap<_, _> = std::fs::read_dir(folder().join(end))
        .unwrap_or_else(|error| panic!("{end} has no fixtures: {error}"))
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            assert_eq!(path.extension().unwrap(), "json", "{path:?}");
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    assert!(!fixtures.is_empty(), "{end} has no fixtures");
    fixtures
}

/// The body of one of them.
pub(crate) fn body(end: &str, name: &str) -> Vec<u8> {
    let path = folder().join(end).join(format!("{name}.json"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

/// One of them as JSON.
pub(crate) fn json(end: &str, name: &str) -> Value {
    serde_json::from_slice(&body(end, name)).unwrap()
}

/// A fixture that nobody says the meaning of, and a meaning without a fixture, are mistakes of the tests.
pub(crate) fn assert_all_are_named(end: &str, named: &[&str]) {
    let there: BTreeSet<_> = all(end).into_keys().collect();
    let named: BTreeSet<_> = named.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(there, named, "fixtures of {end}");
}

#[test]
fn the_readme_says_where_each_is_from() {
    let readme = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let rows: BTreeSet<String> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
        .map(|(name, _)| name.to_owned())
        .collect();
    let there: BTreeSet<String> = shared::platforms::End::ALL
        .iter()
        .flat_map(|end| {
            let names = all(end.name()).into_keys();
            names.map(|name| format!("{}/{name}", end.name()))
        })
        .collect();
    assert_eq!(rows, there);
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/platforms/fixtures")
}
