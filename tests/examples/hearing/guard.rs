//! The guard: what the tables of commands may not fall below.

use std::collections::HashMap;
use std::fmt;
use std::process::ExitCode;

use anyhow::{Context as _, Result};

/// What a run left that was no worse than every one before.
const GUARD: &str = include_str!("guard.tsv");

/// One row of a table, as far as it must not become worse.
pub struct Cell {
    sentences: &'static str,
    part: &'static str,
    condition: String,
    right: usize,
    wrong: usize,
}

impl Cell {
    /// The row of that condition; whose sentences they are is said by [`Cell::of`].
    pub fn new(part: &'static str, condition: String, right: usize, wrong: usize) -> Self {
        Self { sentences: "", part, condition, right, wrong }
    }

    /// The same, with the name of the sentences.
    pub fn of(self, sentences: &'static str) -> Self {
        Self { sentences, ..self }
    }

    fn key(&self) -> String {
        format!("{}\t{}\t{}", self.sentences, self.part, self.condition)
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\t{}\t{}", self.key(), self.right, self.wrong)
    }
}

/// Prints every cell that is not as the guard says; fails where one is worse, or where the guard does not
/// know it. One that is better is to be written down as well, or it could become worse again unseen.
pub fn compare(cells: &[Cell]) -> Result<ExitCode> {
    let least = least(GUARD)?;
    println!();
    let mut is_worse = false;
    for cell in cells {
        match least.get(&cell.key()) {
            None => {
                is_worse = true;
                println!("not in the guard:\t{cell}");
            }
            Some((right, wrong)) if cell.right < *right || cell.wrong > *wrong => {
                is_worse = true;
                println!("worse than {right} right and {wrong} wrong:\t{cell}");
            }
            Some((right, wrong)) if (cell.right, cell.wrong) != (*right, *wrong) => {
                println!("better than {right} right and {wrong} wrong:\t{cell}");
            }
            Some(_) => {}
        }
    }
    for key in least.keys() {
        let part = key.rsplit_once('\t').map_or("", |(part, _)| part);
        let is_of_part = |cell: &Cell| cell.key().starts_with(&format!("{part}\t"));
        if cells.iter().any(is_of_part) && cells.iter().all(|cell| cell.key() != *key) {
            is_worse = true;
            println!("no longer heard:\t{key}");
        }
    }
    println!("the guard looked at {} cells", cells.len());
    Ok(if is_worse { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// How much each cell may be, by its key.
fn least(table: &str) -> Result<HashMap<String, (usize, usize)>> {
    let rows = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let of_row = |row: &str| {
        let (rest, wrong) = row.rsplit_once('\t')?;
        let (key, right) = rest.rsplit_once('\t')?;
        Some((key.to_owned(), (right.parse().ok()?, wrong.parse().ok()?)))
    };
    let read = |row| of_row(row).with_context(|| format!("a row has five columns: {row}"));
    rows.map(read).collect()
}
