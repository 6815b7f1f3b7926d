//! The table of what was measured, in Markdown.

use std::io::{self, Write};

/// What a figure means for its budget.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verdict {
    /// Within.
    Kept,
    /// Not within.
    Missed,
    /// There is no budget; others are measured against it.
    Reference,
}

impl Verdict {
    /// By whether the budget is kept.
    pub(crate) fn of(kept: bool) -> Self {
        if kept { Self::Kept } else { Self::Missed }
    }
}

/// Rows, in the order of measuring.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<[String; 4]>,
}

impl Table {
    /// Adds a row.
    pub(crate) fn row(&mut self, what: &str, measured: &str, budget: &str, verdict: Verdict) {
        let (budget, verdict) = match verdict {
            Verdict::Kept => (budget, "kept"),
            Verdict::Missed => (budget, "**missed**"),
            Verdict::Reference => ("", ""),
        };
        crate::say(&format!("  {what}: {measured}"));
        self.rows
            .push([what, measured, budget, verdict].map(ToOwned::to_owned));
    }

    /// Adds a row without a budget.
    pub(crate) fn note(&mut self, what: &str, measured: &str) {
        self.row(what, measured, "", Verdict::Reference);
    }

    /// Prints it.
    pub(crate) fn print(&self, to: &mut impl Write) -> io::Result<()> {
        writeln!(to, "| what | measured | budget | |")?;
        writeln!(to, "|---|---|---|---|")?;
        for [what, measured, budget, verdict] in &self.rows {
            writeln!(to, "| {what} | {measured} | {budget} | {verdict} |")?;
        }
        Ok(())
    }
}
