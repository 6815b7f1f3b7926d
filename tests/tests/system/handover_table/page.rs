//! The page and the list of cells say the same.

use std::collections::{BTreeMap, BTreeSet};

use super::{CELLS, Column};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/handover.md");

/// The rows of what nobody can say: there is nothing to play.
const UNPLAYED: char = 'X';

/// The rows of the page's tables by name, each with the columns that it has cells in; none if it is not about columns.
fn rows(page: &str) -> BTreeMap<String, BTreeSet<Column>> {
    let mut rows = BTreeMap::new();
    let mut head: Option<Vec<String>> = None;
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(line) = line.trim().strip_prefix('|') else {
            head = None;
            continue;
        };
        let line = line.strip_suffix('|').unwrap_or(line);
        let cells: Vec<String> = line.split('|').map(|cell| cell.trim().to_owned()).collect();
        let Some(head) = &head else {
            // Only what has a rule below it is the head of a table.
            let is_ruled = lines.next_if(|next| next.starts_with("|-")).is_some();
            head = is_ruled.then_some(cells);
            continue;
        };
        let bold = cells[0].strip_prefix("**");
        let Some(name) = bold.and_then(|cell| cell.strip_suffix("**")) else {
            continue;
        };
        if Column::named(name).is_some() || name.starts_with(UNPLAYED) {
            continue;
        }
        assert_eq!(cells.len(), head.len(), "{name} has all of its cells");
        let mut columns = BTreeSet::new();
        for (of, cell) in head.iter().zip(&cells) {
            assert!(!cell.is_empty(), "{name} says nothing for {of:?}");
            columns.extend(Column::named(of));
            if of == "on" {
                let named = cell.split(',').map(str::trim);
                columns.extend(named.map(|name| Column::named(name).expect("a column")));
            }
        }
        let before = rows.insert(name.to_owned(), columns);
        assert_eq!(before, None, "{name} is there once");
    }
    rows
}

/// What the page has and the tests have not, or the other way round: rows, or cells of rows that name columns.
fn differences(page: &str) -> Vec<String> {
    let on_page = rows(page);
    let mut played: BTreeMap<String, BTreeSet<Column>> = BTreeMap::new();
    for (row, column) in CELLS {
        let column = Column::named(&column.to_uppercase()).expect("a column");
        let columns = played.entry(row.to_uppercase()).or_default();
        assert!(columns.insert(column), "{row}/{column:?} is there once");
    }
    let names: BTreeSet<&String> = on_page.keys().chain(played.keys()).collect();
    let mut differences = Vec::new();
    for name in names {
        match (on_page.get(name), played.get(name)) {
            (Some(_), None) => differences.push(format!("{name} is not played")),
            (None, Some(_)) => differences.push(format!("{name} is not on the page")),
            // A row that names no columns is played where it can be so.
            (Some(page), Some(played)) if !page.is_empty() => {
                let cells = |of: &BTreeSet<Column>, but: &BTreeSet<Column>, what| {
                    let cells = of.difference(but);
                    let cells = cells.map(|column| format!("{name}/{column:?} is not {what}"));
                    cells.collect::<Vec<_>>()
                };
                differences.extend(cells(page, played, "played"));
                differences.extend(cells(played, page, "on the page"));
            }
            _ => {}
        }
    }
    differences
}

#[test]
fn every_cell_of_the_page_is_played_and_every_cell_that_is_played_is_on_the_page() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    assert_eq!(differences(&page), [""; 0]);

    // Another page would not do.
    let row = |name: &str| page.lines().find(|line| line.starts_with(name)).unwrap();
    let (s6, c3) = (row("| **S6**"), row("| **C3**"));
    let without = page.replace(&format!("{s6}\n"), "");
    assert_eq!(differences(&without), ["S6 is not on the page"]);
    let more = page.replace(s6, &format!("{s6}\n{}", s6.replace("S6", "S66")));
    assert_eq!(differences(&more), ["S66 is not played"]);
    let fewer = page.replace(c3, &c3.replace("W1, W2", "W2"));
    assert_eq!(differences(&fewer), ["C3/W1 is not on the page"]);
}

#[test]
fn a_row_that_stands_outside_of_its_table_is_not_read() {
    let page = "| | who | T |\n|---|---|---|\n| **Z1** | it | this |\n\n| **Z2** | it | that |\n| **Z3** | it | too |\n";
    assert_eq!(rows(page).into_keys().collect::<Vec<_>>(), ["Z1"]);
}
