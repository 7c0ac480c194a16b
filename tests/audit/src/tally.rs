//! Outcomes, counted, and the violations among them.

use std::collections::BTreeMap;
use std::fmt;

/// How often each outcome came.
#[derive(Default)]
pub struct Tally {
    rows: BTreeMap<String, BTreeMap<String, u32>>,
    columns: Vec<String>,
    /// What broke a promise, with what it takes to see it again.
    pub violations: Vec<String>,
}

/// The column of violations.
const VIOLATION: &str = "violation";

impl Tally {
    /// Counts one case of a row; an error is a violation.
    pub fn add(&mut self, row: &str, case: &str, outcome: anyhow::Result<impl Into<String>>) {
        let column = match outcome {
            Ok(outcome) => outcome.into(),
            Err(error) => {
                self.violations.push(format!("{row}, {case}: {error:#}"));
                VIOLATION.to_owned()
            }
        };
        if !self.columns.contains(&column) {
            self.columns.push(column.clone());
        }
        *self.rows.entry(row.to_owned()).or_default().entry(column).or_default() += 1;
    }

    /// How many cases there were.
    pub fn cases(&self) -> u32 {
        self.rows.values().flat_map(BTreeMap::values).sum()
    }

    /// How often this outcome came.
    pub fn count(&self, column: &str) -> u32 {
        self.rows.values().filter_map(|row| row.get(column)).sum()
    }

    /// Fails a test that has seen a violation.
    ///
    /// # Panics
    /// If there was one.
    pub fn assert_clean(&self) {
        assert!(self.violations.is_empty(), "{self}\n{}", self.violations.join("\n"));
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut columns: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        columns.sort_unstable();
        columns.retain(|column| *column != VIOLATION);
        // It is shown even if there was none.
        columns.push(VIOLATION);
        writeln!(f, "| | cases | {} |", columns.join(" | "))?;
        writeln!(f, "|---|{}", "---:|".repeat(columns.len() + 1))?;
        for (name, row) in &self.rows {
            write!(f, "| {name} | {}", row.values().sum::<u32>())?;
            for column in &columns {
                write!(f, " | {}", row.get(*column).copied().unwrap_or_default())?;
            }
            writeln!(f, " |")?;
        }
        Ok(())
    }
}
