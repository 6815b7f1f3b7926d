//! Tables: a grid where there is text of fixed width, lines of cells elsewhere.

use pulldown_cmark::Alignment;

use super::document::{Fragment, Style};
use crate::text::cluster::Clusters;

/// The widest grid, in columns of text: a wider one wraps on a phone and cannot be read.
const GRID_WIDTH: usize = 48;

const BETWEEN_CELLS: &str = " | ";

/// A table that is being read.
#[derive(Debug)]
pub(super) struct Table {
    alignments: Vec<Alignment>,
    rows: Vec<Vec<Fragment>>,
}

impl Table {
    pub(super) fn new(alignments: Vec<Alignment>) -> Self {
        Self {
            alignments,
            rows: Vec::new(),
        }
    }

    pub(super) fn start_row(&mut self) {
        self.rows.push(Vec::new());
    }

    pub(super) fn push_cell(&mut self, cell: Fragment) {
        if let Some(row) = self.rows.last_mut() {
            row.push(cell);
        }
    }

    /// The rows with columns lined up. `None` if that would be too wide, or would lose a link: text of fixed width has none.
    pub(super) fn grid(&self) -> Option<String> {
        let widths = self.widths()?;
        let mut grid = String::new();
        for (index, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for (column, (width, cell)) in widths.iter().zip(row).enumerate() {
                if column > 0 {
                    line.push_str(BETWEEN_CELLS);
                }
                let padding = " ".repeat(width.saturating_sub(width_of(&cell.text)));
                match self.alignments.get(column) {
                    Some(Alignment::Right) => line.extend([padding.as_str(), &cell.text]),
                    _ => line.extend([cell.text.as_str(), &padding]),
                }
            }
            grid.push_str(line.trim_end());
            grid.push('\n');
            if index == 0 {
                let rules: Vec<_> = widths.iter().map(|width| "-".repeat(*width)).collect();
                grid.push_str(&rules.join("-+-"));
                grid.push('\n');
            }
        }
        grid.truncate(grid.trim_end().len());
        Some(grid)
    }

    /// The width of each column, if the table may be a grid.
    fn widths(&self) -> Option<Vec<usize>> {
        let mut widths = vec![0_usize; self.rows.first()?.len()];
        for row in &self.rows {
            if row.len() > widths.len() {
                return None;
            }
            for (width, cell) in widths.iter_mut().zip(row) {
                if cell.text.contains('\n') || cell.runs.iter().any(|run| run.style.link.is_some())
                {
                    return None;
                }
                *width = width_of(&cell.text).max(*width);
            }
        }
        let between = BETWEEN_CELLS.len() * widths.len().saturating_sub(1);
        (widths.iter().sum::<usize>() + between <= GRID_WIDTH).then_some(widths)
    }

    /// The rows that say something, as lines of styled text; the first is the table's head.
    pub(super) fn lines(&self, plain: Style) -> impl Iterator<Item = Fragment> {
        self.rows
            .iter()
            .enumerate()
            .filter_map(move |(index, row)| {
                let filled = row.iter().rposition(|cell| !cell.text.trim().is_empty())? + 1;
                let restyle = |style: Style| Style {
                    bold: style.code.is_none() && (style.bold || index == 0),
                    ..style
                };
                let mut line = Fragment::default();
                for (column, cell) in row.iter().take(filled).enumerate() {
                    if column > 0 {
                        line.push(BETWEEN_CELLS, plain);
                    }
                    line.append(cell, restyle);
                }
                Some(line)
            })
    }
}

/// How many places `text` takes: one for each cluster. Wide scripts take more, how many depends on the font.
fn width_of(text: &str) -> usize {
    let mut clusters = Clusters::default();
    text.chars().filter(|c| clusters.starts_at(*c)).count()
}
