//! Many literal texts, with their common beginnings shared.

use std::collections::BTreeMap;

/// A tree of words; each path that ends is a text.
#[derive(Default)]
pub(crate) struct Trie {
    pub next: BTreeMap<String, Trie>,
    /// Whether a text ends here.
    pub ends: bool,
}

impl Trie {
    /// Adds a text, given as its words; no words add nothing.
    pub fn add<'w>(&mut self, words: impl Iterator<Item = &'w str>) {
        let mut here = self;
        let mut empty = true;
        for word in words {
            here = here.next.entry(word.to_owned()).or_default();
            empty = false;
        }
        here.ends |= !empty;
    }
}
