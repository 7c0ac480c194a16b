//! What one breath may cost, and what was found out in it: its readings have most parts in common.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use intent::Steps;
use voice::Intent;

use super::Find;

/// Steps of matching; the longest breaths that people report need 40,000.
const MOST_STEPS: usize = 60_000;
/// Readings that are begun, which cost little each but are many.
const MOST_READINGS: usize = 2_000;
/// Texts that are compared with all sentences; one takes about 1 ms.
const MOST_GUESSES: usize = 3;

/// How much work one breath may still be, in whatever way it is read, and what is known of its parts.
pub struct Work {
    steps: Steps,
    guesses: Cell<usize>,
    readings: Cell<usize>,
    known: RefCell<HashMap<(What, String), Option<Intent>>>,
}

/// What may be asked of a part.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum What {
    Means,
    Nearly,
    Names,
    Rooms,
    Times,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            steps: Steps::most(MOST_STEPS),
            guesses: Cell::new(MOST_GUESSES),
            readings: Cell::new(MOST_READINGS),
            known: RefCell::default(),
        }
    }
}

impl Work {
    /// Begins one more reading; `None` where there have been enough, or no steps are left for it.
    pub(super) fn reading(&self) -> Option<()> {
        take(&self.readings, 1)?;
        self.steps.are_left().then_some(())
    }

    /// What was found out once, or is found out now if there is work left for it.
    pub(super) fn known(&self, what: What, find: &Find<'_>, words: &[&str]) -> Option<Intent> {
        let asked = (what, words.join(" "));
        if let Some(known) = self.known.borrow().get(&asked) {
            return known.clone();
        }
        if what == What::Nearly {
            take(&self.guesses, 1)?;
        }
        let found = find(&asked.1, &self.steps);
        if !self.steps.are_left() {
            return None;
        }
        self.known.borrow_mut().insert(asked, found.clone());
        found
    }
}

/// Takes so much; `None`, and nothing is left, where there is less.
fn take(from: &Cell<usize>, cost: usize) -> Option<()> {
    let left = from.get().checked_sub(cost);
    from.set(left.unwrap_or(0));
    left.map(drop)
}
