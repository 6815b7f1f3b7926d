//! A platform has one name: in the code, the functions, the documentation, the template and the configuration.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use shared::platforms::{End, Platform, Settings};

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

/// The smallest settings of an end, as the table keeps them.
fn settings(end: End) -> Value {
    let mut settings = driver(end).settings();
    settings["platform"] = end.name().into();
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
        // What two vendors have in common.
        .filter(|folder| folder != "bot_api")
        .collect();
    let named: BTreeSet<String> = Platform::ALL
        .iter()
        .map(|platform| platform.name().replace('-', "_"))
        .collect();
    assert_eq!(folders, named);
    for folder in folders {
        let ends = std::fs::read_dir(platforms.join(&folder)).unwrap();
        let ends: Vec<_> = ends
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.file_type().unwrap().is_dir())
            .collect();
        let known = End::ALL
            .iter()
            .filter(|end| end.platform().name().replace('-', "_") == folder);
        assert_eq!(
            ends.len(),
            known.count(),
            "{folder} has a folder for each end"
        );
        for end in ends {
            for file in ["mod", "settings", "receive", "send", "answer", "connect"] {
                let path = end.path().join(format!("{file}.rs"));
                assert!(path.is_file(), "{path:?} is missing");
            }
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
    for end in End::ALL {
        let settings: Settings = serde_json::from_value(settings(end)).unwrap();
        let path = settings.webhook_path("shop", "token");
        assert!(matches(end.route(), &path), "{path}");
        let found = routes.iter().filter(|route| **route == end.route());
        assert_eq!(found.count(), 1, "{} among {routes:?}", end.route());
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
    for end in End::ALL {
        let written = settings(end);
        let read: Settings = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(read.end(), end);
        let kept = serde_json::to_value(&read).unwrap();
        assert_eq!(kept["platform"], end.name());
        for (key, value) in written.as_object().unwrap() {
            assert_eq!(&kept[key], value, "{end:?}: {key}");
        }
        assert_eq!(serde_json::from_value::<Settings>(kept).unwrap(), read);
    }
}

#[test]
fn a_key_that_is_unknown_or_missing_is_refused_by_name() {
    for end in End::ALL {
        let valid = settings(end);
        let mut typo = valid.clone();
        typo["in_duobt"] = "lose".into();
        let error = serde_json::from_value::<Settings>(typo).unwrap_err();
        assert!(error.to_string().contains("in_duobt"), "{end:?}: {error}");
        for key in valid.as_object().unwrap().keys() {
            let mut without = valid.clone();
            without.as_object_mut().unwrap().remove(key);
            let error = serde_json::from_value::<Settings>(without).unwrap_err();
            assert!(
                error.to_string().contains(key),
                "{end:?} without {key}: {error}"
            );
        }
    }
}

#[test]
fn no_other_name_is_a_platform() {
    let names: BTreeSet<_> = End::ALL.iter().map(|end| end.name()).collect();
    assert_eq!(names.len(), End::ALL.len(), "a name stands for one");
    for name in ["", "Telegram", "whatsapp"] {
        let mut settings = settings(End::TelegramChannel);
        settings["platform"] = name.into();
        assert!(
            serde_json::from_value::<Settings>(settings).is_err(),
            "{name:?}"
        );
    }
}

/// The platform that was added last.
const LAST: [&str; 3] = ["api-medium", "api_medium", "ApiMedium"];

/// Where it may be named, as `docs/adding-a-platform.md` calls the place and as it begins for this platform.
const PLACES: &[(&str, &str)] = &[
    (
        "shared/src/platforms/{name}/",
        "shared/src/platforms/api_medium/",
    ),
    ("shared/src/platforms/mod.rs", "shared/src/platforms/mod.rs"),
    ("shared/src/platforms/end.rs", "shared/src/platforms/end.rs"),
    (
        "shared/src/platforms/settings.rs",
        "shared/src/platforms/settings.rs",
    ),
    ("functions/{name}/", "functions/api-medium/"),
    ("[workspace.dependencies]", "Cargo.toml"),
    ("template.yaml", "template.yaml"),
    ("gateway/api.rs", "cli/src/gateway/api.rs"),
    ("gateway/template.rs", "cli/src/gateway/template.rs"),
    ("cli/Cargo.toml", "cli/Cargo.toml"),
    ("configuration/tests.rs", "cli/src/configuration/tests.rs"),
    (
        "configuration/export/tests.rs",
        "cli/src/configuration/export/tests.rs",
    ),
    ("commands/demonstration/", "cli/src/commands/demonstration/"),
    ("commands/demonstration/", "cli/tests/cli/"),
    ("tests/simulators/src/", "tests/simulators/src/"),
    ("shared/tests/platforms/", "shared/tests/platforms/"),
    ("tests/tests/system/matrix/", "tests/tests/system/matrix"),
    ("tests/Cargo.toml", "tests/Cargo.toml"),
    ("tests/tests/system/", "tests/tests/system/"),
    ("tests/bench/", "tests/bench/src/programs.rs"),
    ("docs/platforms/matrix.md", "docs/platforms/"),
    ("configuration.md", "docs/configuration.md"),
    ("switchboard.example.toml", "switchboard.example.toml"),
    ("handover.md", "docs/handover.md"),
    ("CHANGELOG.md", "CHANGELOG.md"),
    // The page itself, and the README, which counts what there is.
    ("# Adding a platform", "docs/adding-a-platform.md"),
    ("# Adding a platform", "README.md"),
    ("# Adding a platform", "docs/architecture.md"),
    ("# Adding a platform", "docs/performance.md"),
];

/// Every file of ours below `folder`, but for what is built and what git ignores.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if matches!(
            name,
            "target" | ".git" | ".venv" | ".aws-sam" | "Cargo.lock"
        ) {
            continue;
        }
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn a_platform_is_named_where_this_page_says_and_nowhere_else() {
    let page = read(&root().join("docs/adding-a-platform.md"));
    for (called, _) in PLACES {
        assert!(page.contains(called), "the page does not name {called}");
    }
    let mut files = Vec::new();
    sources(&root(), &mut files);
    let mut named = 0;
    for path in files {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        if !LAST.iter().any(|name| text.contains(name)) {
            continue;
        }
        named += 1;
        let place = path
            .strip_prefix(root())
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            PLACES.iter().any(|(_, begins)| place.starts_with(begins)),
            "{place} names a platform: take it out, or add the place to docs/adding-a-platform.md"
        );
    }
    assert!(named > 20, "the test looks in the wrong place");
}
