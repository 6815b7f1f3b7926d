//! Every command that the documentation has is one that there is.

use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory;

use super::Arguments;

/// How a command begins there.
const BEGINS: [&str; 2] = ["switchboard ", "cargo run -- "];

#[test]
fn every_command_of_the_documentation_can_be_given() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut pages = vec![root.join("README.md")];
    pages.extend(pages_in(&root.join("docs")));
    pages.extend(pages_in(&root.join("docs/platforms")));
    let mut found = 0;
    for page in pages {
        for line in commands(&fs::read_to_string(&page).unwrap()) {
            // What stands for something of one's own is read as a value.
            let words = line.split_whitespace().map(|word| word.replace('…', "x"));
            let given = std::iter::once("switchboard".to_owned()).chain(words);
            let parsed = Arguments::command().try_get_matches_from(given);
            assert!(parsed.is_ok(), "{page:?}: {line}: {parsed:?}");
            found += 1;
        }
    }
    assert!(found > 20, "{found}");
}

fn pages_in(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "md"))
}

/// The arguments of each command in a page's blocks for the shell, without what the shell makes of it.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("```").skip(1).step_by(2);
    let lines = blocks
        .filter(|block| block.starts_with("sh\n"))
        .flat_map(str::lines);
    lines
        .filter_map(|line| {
            let line = line.trim();
            let command = BEGINS.iter().find_map(|begin| line.strip_prefix(begin))?;
            let ends = [" #", " >", " |", " &&"];
            let end = ends.iter().filter_map(|end| command.find(end)).min();
            Some(
                end.map_or(command, |end| command.split_at(end).0)
                    .to_owned(),
            )
        })
        .collect()
}
