//! The fixtures: one webhook's body a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

/// The fixtures of a platform, by name.
pub(crate) fn all(platform: &str) -> BTreeMap<String, Vec<u8>> {
    let fixtures: BTreeMap<_, _> = std::fs::read_dir(folder().join(platform))
        .unwrap_or_else(|error| panic!("{platform} has no fixtures: {error}"))
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            assert_eq!(path.extension().unwrap(), "json", "{path:?}");
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    assert!(!fixtures.is_empty(), "{platform} has no fixtures");
    fixtures
}

/// The body of one of them.
pub(crate) fn body(platform: &str, name: &str) -> Vec<u8> {
    let path = folder().join(platform).join(format!("{name}.json"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

/// One of them as JSON.
pub(crate) fn json(platform: &str, name: &str) -> Value {
    serde_json::from_slice(&body(platform, name)).unwrap()
}

/// A fixture that nobody says the meaning of, and a meaning without a fixture, are mistakes of the tests.
pub(crate) fn assert_all_are_named(platform: &str, named: &[&str]) {
    let there: BTreeSet<_> = all(platform).into_keys().collect();
    let named: BTreeSet<_> = named.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(there, named, "fixtures of {platform}");
}

#[test]
fn the_readme_says_where_each_is_from() {
    let readme = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let rows: BTreeSet<String> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
        .map(|(name, _)| name.to_owned())
        .collect();
    let there: BTreeSet<String> = shared::platforms::Platform::ALL
        .iter()
        .flat_map(|platform| {
            let names = all(platform.name()).into_keys();
            names.map(|name| format!("{}/{name}", platform.name()))
        })
        .collect();
    assert_eq!(rows, there);
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/platforms/fixtures")
}
