//! Filters and selections of the history.

use std::time::SystemTime;

use voice::Outcome;

use crate::Entry;

/// What turns must have in common; an empty filter means all.
#[derive(Clone, Default, PartialEq)]
pub struct Filter {
    /// Words that must occur in what was said or answered; upper and lower case are the same.
    pub text: Option<String>,
    /// Not before.
    pub since: Option<SystemTime>,
    /// Before.
    pub until: Option<SystemTime>,
    /// How they ended.
    pub outcome: Option<Outcome>,
}

/// One page of the history, newest first.
pub struct Page {
    /// The turns.
    pub entries: Vec<Entry>,
    /// Give this to get the next page; `None` on the last one.
    pub next: Option<String>,
    /// How many turns the filter finds in all.
    pub total: u64,
}
