//! What one breath may cost, and what was found out in it: its readings have most parts in common.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use voice::Intent;

/// Words of the texts that are recognised for one breath; one takes about 0.01 ms, and the longest
/// breaths that people report need 400.
const MOST_WORDS: usize = 600;
/// Texts of which it is asked whether they are a time or a name; most are seen not to be at once.
const MOST_TEXTS: usize = 1_000;
/// Readings that are begun, which cost little each but are many.
const MOST_READINGS: usize = 2_000;
/// Texts that are compared with all sentences; one takes about 1 ms.
const MOST_GUESSES: usize = 3;

/// How much work one breath may still be, in whatever way it is read, and what is known of its parts.
pub struct Work {
    words: Cell<usize>,
    texts: Cell<usize>,
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
            words: Cell::new(MOST_WORDS),
            texts: Cell::new(MOST_TEXTS),
            guesses: Cell::new(MOST_GUESSES),
            readings: Cell::new(MOST_READINGS),
            known: RefCell::default(),
        }
    }
}

impl Work {
    /// Begins one more reading; `None` where there have been enough, or no words are left for it.
    pub(super) fn reading(&self) -> Option<()> {
        take(&self.readings, 1)?;
        (self.words.get() > 0).then_some(())
    }

    /// What was found out once, or is found out now if there is work left for it.
    pub(super) fn known(
        &self,
        what: What,
        find: &dyn Fn(&str) -> Option<Intent>,
        words: &[&str],
    ) -> Option<Intent> {
        let asked = (what, words.join(" "));
        if let Some(known) = self.known.borrow().get(&asked) {
            return known.clone();
        }
        let (left, cost) = match what {
            What::Means => (&self.words, words.len()),
            What::Nearly => (&self.guesses, 1),
            What::Names | What::Rooms | What::Times => (&self.texts, 1),
        };
        take(left, cost)?;
        let found = find(&asked.1);
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
