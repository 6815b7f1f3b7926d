//! The functions' programs, as they are deployed: those of `sam build`, if `SAM_BUILD` says in which folder they are, as
//! `.ci/run` does; else built here for release.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_yaml_ng::Value;

use crate::python::target;

/// A function's program by what `CodeUri` says of it.
pub(crate) type Programs = HashMap<String, PathBuf>;

/// The template.
pub(crate) fn template() -> PathBuf {
    root().join("template.yaml")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The programs of all functions of the template.
pub(crate) fn programs() -> Programs {
    static PROGRAMS: OnceLock<Programs> = OnceLock::new();
    PROGRAMS.get_or_init(find).clone()
}

fn find() -> Programs {
    let template = std::fs::read_to_string(template()).unwrap();
    let template: Value = serde_yaml_ng::from_str(&template).unwrap();
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let functions =
        resources.filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function");
    let functions: Vec<[&str; 3]> = functions
        .map(|(name, function)| {
            let package = &function["Metadata"]["BuildProperties"]["Binary"];
            [name, package, &function["Properties"]["CodeUri"]].map(|value| value.as_str().unwrap())
        })
        .collect();
    assert!(!functions.is_empty());
    let sam = std::env::var_os("SAM_BUILD").map(|folder| root().join(folder));
    if sam.is_none() {
        build(functions.iter().map(|[_, package, _]| *package).collect());
    }
    let programs = functions.into_iter().map(|[name, package, folder]| {
        let program = match &sam {
            Some(sam) => sam.join(name).join("bootstrap"),
            None => target().join("release").join(package),
        };
        (folder.to_owned(), program)
    });
    programs.collect()
}

fn build(mut packages: Vec<&str>) {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo tells this test about its own package would be another environment than that in which everything was built.
    for (name, _) in std::env::vars_os() {
        let told = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];
        if told
            .iter()
            .any(|begins| name.to_string_lossy().starts_with(begins))
        {
            cargo.env_remove(name);
        }
    }
    packages.sort_unstable();
    cargo
        .args(["build", "--quiet", "--release", "--locked"])
        .args(
            packages
                .iter()
                .map(|package| format!("--package={package}")),
        )
        .current_dir(root())
        .env("CARGO_TARGET_DIR", target());
    let output = cargo.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{cargo:?}: {errors}");
}
