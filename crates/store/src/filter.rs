//! Which part of the history is meant.

use std::time::SystemTime;

use voice::Outcome;

use crate::{Entry, time};

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

/// The filter as the queries take it. `?1…?4` of every query over turns are these, in this order.
pub(crate) struct Bound {
    pub(crate) like: Option<String>,
    pub(crate) since_ms: Option<i64>,
    pub(crate) until_ms: Option<i64>,
    pub(crate) outcome: Option<&'static str>,
}

impl Filter {
    pub(crate) fn bound(&self) -> Bound {
        let escaped = |text: &String| {
            let text = text.trim().to_lowercase();
            format!("%{}%", text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_"))
        };
        Bound {
            like: self.text.as_ref().filter(|text| !text.trim().is_empty()).map(escaped),
            since_ms: self.since.map(time::to_ms),
            until_ms: self.until.map(time::to_ms),
            outcome: self.outcome.map(Outcome::as_str),
        }
    }
}
