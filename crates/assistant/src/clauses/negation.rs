//! Negation: "don't turn on the lamp".

use voice::Intent;

use super::MOST;
use super::reader::{Reader, after};
use crate::Dialogue;

impl Reader<'_> {
    /// What is not to be done: a negation in front of anything that would be done.
    pub(super) fn negated(&self, words: &[&str]) -> Option<Intent> {
        let command = after(words, &self.grammar.words.negations)?;
        let known = self.chain(command, MOST).is_some()
            || self.timed(command).is_some()
            || self.negated(command).is_some()
            || self.nearly(command).is_some();
        known.then(|| Intent::named(Dialogue::NOT))
    }
}
