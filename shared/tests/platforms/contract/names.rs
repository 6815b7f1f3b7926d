//! A platform has one name: in the code, the functions, the documentation, the template and the configuration.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use shared::platforms::{Platform, Settings};

use crate::driver::driver;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

/// The smallest settings of a platform, as the table keeps them.
fn settings(platform: Platform) -> Value {
    let mut settings = driver(platform).settings();
    settings["platform"] = platform.name().into();
    settings
}

/// So also: a platform that is missing in [`Platform::ALL`] is missing in none of these tests unnoticed.
#[test]
fn each_has_a_folder_of_the_same_files() {
    let platforms = root().join("shared/src/platforms");
    let folders: BTreeSet<String> = std::fs::read_dir(&platforms)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    let named: BTreeSet<String> = Platform::ALL
        .iter()
        .map(|platform| platform.name().replace('-', "_"))
        .collect();
    assert_eq!(folders, named);
    for folder in folders {
        for file in ["mod", "settings", "wire", "receive", "send", "answer"] {
            let path = platforms.join(&folder).join(format!("{file}.rs"));
            assert!(path.is_file(), "{path:?} is missing");
        }
    }
}

#[test]
fn each_has_a_function() {
    for platform in Platform::ALL {
        let manifest = root()
            .join("functions")
            .join(platform.name())
            .join("Cargo.toml");
        let name = format!("name = \"{}\"", platform.name());
        assert!(
            read(&manifest).lines().any(|line| line == name),
            "{manifest:?}"
        );
    }
}

#[test]
fn each_has_a_page() {
    for platform in Platform::ALL {
        let page = root()
            .join("docs/platforms")
            .join(format!("{}.md", platform.name()));
        assert!(read(&page).starts_with("# "), "{page:?} has no title");
    }
}

#[test]
fn the_template_routes_each_webhook() {
    let template = read(&root().join("template.yaml"));
    let routes: Vec<&str> = template
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Path: "))
        .collect();
    for platform in Platform::ALL {
        let settings: Settings = serde_json::from_value(settings(platform)).unwrap();
        let path = settings.webhook_path("shop", "token");
        let matching = routes.iter().filter(|route| matches(route, &path));
        assert_eq!(matching.count(), 1, "{path} among {routes:?}");
    }
}

/// A `{parameter}` stands for one segment.
fn matches(route: &str, path: &str) -> bool {
    let (route, path): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    route.len() == path.len()
        && route
            .iter()
            .zip(&path)
            .all(|(route, segment)| route.starts_with('{') || route == segment)
}

#[test]
fn settings_carry_the_name_and_come_back() {
    for platform in Platform::ALL {
        let written = settings(platform);
        let read: Settings = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(read.platform(), platform);
        let kept = serde_json::to_value(&read).unwrap();
        assert_eq!(kept["platform"], platform.name());
        for (key, value) in written.as_object().unwrap() {
            assert_eq!(&kept[key], value, "{platform:?}: {key}");
        }
        assert_eq!(serde_json::from_value::<Settings>(kept).unwrap(), read);
    }
}

#[test]
fn a_key_that_is_unknown_or_missing_is_refused_by_name() {
    for platform in Platform::ALL {
        let valid = settings(platform);
        let mut typo = valid.clone();
        typo["in_duobt"] = "lose".into();
        let error = serde_json::from_value::<Settings>(typo).unwrap_err();
        assert!(
            error.to_string().contains("in_duobt"),
            "{platform:?}: {error}"
        );
        for key in valid.as_object().unwrap().keys() {
            let mut without = valid.clone();
            without.as_object_mut().unwrap().remove(key);
            let error = serde_json::from_value::<Settings>(without).unwrap_err();
            assert!(
                error.to_string().contains(key),
                "{platform:?} without {key}: {error}"
            );
        }
    }
}

#[test]
fn no_other_name_is_a_platform() {
    let names: BTreeSet<_> = Platform::ALL
        .iter()
        .map(|platform| platform.name())
        .collect();
    assert_eq!(names.len(), Platform::ALL.len(), "a name stands for one");
    for name in ["", "Telegram", "whatsapp"] {
        let mut settings = settings(Platform::Telegram);
        settings["platform"] = name.into();
        assert!(
            serde_json::from_value::<Settings>(settings).is_err(),
            "{name:?}"
        );
    }
}
