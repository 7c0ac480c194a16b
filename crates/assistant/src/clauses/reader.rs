//! Reads words as clauses, with a bound on the work.

use std::cell::RefCell;
use std::collections::HashMap;

use voice::Intent;

use super::{Grammar, MOST};
use crate::Dialogue;

/// Reads the words of one breath. What was recognised once is kept, because the same words are parts
/// of many readings.
pub(super) struct Reader<'g> {
    pub(super) grammar: &'g Grammar<'g>,
    sentences: RefCell<HashMap<String, Option<Intent>>>,
    names: RefCell<HashMap<String, Option<Intent>>>,
}

impl<'g> Reader<'g> {
    pub(super) fn new(grammar: &'g Grammar<'g>) -> Self {
        Self { grammar, sentences: RefCell::default(), names: RefCell::default() }
    }

    /// All of it: corrections first, then clauses that are each one by itself, then those that share
    /// words or a time.
    pub(super) fn breath(&self, words: &[&str]) -> Option<Vec<Intent>> {
        self.taken_back(words)
            .or_else(|| self.independent(words, MOST))
            .or_else(|| self.later(words).map(|later| vec![later]))
            .or_else(|| self.chain(words, MOST))
            .or_else(|| self.chain_but(words))
            .or_else(|| self.negated(words).map(|not| vec![not]))
            .or_else(|| self.corrected(words))
    }

    /// What a sentence means.
    pub(super) fn sentence(&self, words: &[&str]) -> Option<Intent> {
        self.known(&self.sentences, self.grammar.understand, words)
    }

    /// What is nearly a sentence.
    pub(super) fn nearly(&self, words: &[&str]) -> Option<Intent> {
        self.grammar.work.guess()?;
        (self.grammar.nearly)(&words.join(" "))
    }

    /// What the words name, if they do nothing else.
    pub(super) fn name(&self, words: &[&str]) -> Option<Intent> {
        self.known(&self.names, self.grammar.names, words)
    }

    /// What was found out once, or is found out now if there is work left for it.
    fn known(
        &self,
        known: &RefCell<HashMap<String, Option<Intent>>>,
        find: &dyn Fn(&str) -> Option<Intent>,
        words: &[&str],
    ) -> Option<Intent> {
        let text = words.join(" ");
        if let Some(known) = known.borrow().get(&text) {
            return known.clone();
        }
        self.grammar.work.text()?;
        let found = find(&text);
        known.borrow_mut().insert(text, found.clone());
        found
    }

    /// A sentence that asks for something by itself.
    pub(super) fn command(&self, words: &[&str]) -> Option<Intent> {
        self.sentence(words).filter(is_command)
    }

    /// A command without a time, with what is left out, or that is urged upon us.
    pub(super) fn plain(&self, words: &[&str]) -> Option<Intent> {
        self.command(words)
            .or_else(|| self.excepted(words))
            .or_else(|| self.placed(words))
            .or_else(|| self.plain(after(words, &self.grammar.words.urgings)?))
    }

    /// One clause: a command, with a time or not, or what is not to be done.
    pub(super) fn clause(&self, words: &[&str]) -> Option<Intent> {
        self.plain(words).or_else(|| self.negated(words)).or_else(|| self.timed(words))
    }
}

/// Whether it asks for something by itself.
pub(super) fn is_command(intent: &Intent) -> bool {
    !Dialogue::INTENTS.contains(&intent.name.as_str())
}

/// The words behind the longest of these beginnings.
pub(super) fn after<'s, 'w>(words: &'s [&'w str], beginnings: &[String]) -> Option<&'s [&'w str]> {
    let length = beginnings.iter().filter_map(|beginning| begins(words, beginning)).max()?;
    Some(&words[length..]).filter(|rest| !rest.is_empty())
}

/// How many words the beginning has, if it is one.
pub(super) fn begins(words: &[&str], beginning: &str) -> Option<usize> {
    let mut length = 0;
    for word in beginning.split(' ') {
        if words.get(length) != Some(&word) {
            return None;
        }
        length += 1;
    }
    Some(length)
}

/// The places at which one of these stands, and how many words it has there, from the left.
pub(super) fn places<'p>(
    words: &'p [&str],
    of: &'p [String],
) -> impl Iterator<Item = (usize, usize)> + 'p {
    (1..words.len()).filter_map(move |at| {
        let length = of.iter().filter_map(|one| begins(&words[at..], one)).max()?;
        (at + length < words.len()).then_some((at, length))
    })
}
