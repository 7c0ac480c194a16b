//! Vocabulary snapping, a constrained rescoring: replaces words of the free text that are nearly in
//! the household's vocabulary by words of that vocabulary.
//!
//! The network writes words that it does not know as they sound. Where one is nearly a word of the
//! sentences or names of the house, it was most likely that one.

use voice::{Alternative, SpokenWord, WordGraph};

use super::FREE;
use super::spelling::text;

/// Least similarity of a word, as normalised edit distance: "garash" is "garage", "kitten" is "kitchen".
const SIMILAR: f64 = 0.6;
/// A word that was written in two has no other letters, or nearly none.
const JOINED: f64 = 0.85;
/// Shorter words are like too many others.
const SHORTEST: usize = 4;

/// The words of the sentences and names of a house, sorted, and whether each of them may be guessed.
/// Only the household knows them: no `Debug`.
#[derive(Default)]
pub(crate) struct Vocabulary {
    words: Vec<(String, bool)>,
    /// Those of its lists: names, rooms, numbers; sorted.
    listed: Vec<String>,
    /// Those of numbers, sorted.
    numbers: Vec<String>,
}

impl Vocabulary {
    /// All words of a graph and its lists, as the network writes them.
    pub(crate) fn of(graph: &WordGraph) -> Self {
        let all = graph.lists().iter().flat_map(|list| list.words()).chain(graph.words());
        let mut words: Vec<_> = all.map(|word| (word.clone(), !graph.is_guarded(word))).collect();
        words.sort_unstable();
        words.dedup();
        let listed = graph.lists().iter().flat_map(|list| list.words());
        let mut listed: Vec<_> = listed.cloned().collect();
        listed.sort_unstable();
        listed.dedup();
        let numbers = words.iter().map(|(word, _)| word).filter(|word| graph.is_number(word));
        Self { numbers: numbers.cloned().collect(), words, listed }
    }

    /// Whether the word is one of a number.
    pub(crate) fn is_number(&self, word: &str) -> bool {
        self.numbers.binary_search_by(|known| known.as_str().cmp(word)).is_ok()
    }

    /// Whether the word has an opposite or is a number.
    pub(crate) fn is_guarded(&self, word: &str) -> bool {
        let found = self.words.binary_search_by(|known| known.0.as_str().cmp(word));
        found.is_ok_and(|at| !self.words[at].1)
    }

    /// Whether it depends on this word what is done, and to what: a number, a name, a room, a word with an opposite.
    pub(crate) fn decides(&self, word: &str) -> bool {
        let is_listed = self.listed.binary_search_by(|known| known.as_str().cmp(word)).is_ok();
        is_listed || self.is_guarded(word)
    }

    /// The free text snapped to this vocabulary, as an alternative; `None` for no words.
    pub(crate) fn snap(&self, free: &[transducer::FreeWord]) -> Option<Alternative> {
        if free.is_empty() {
            return None;
        }
        let mut words = Vec::with_capacity(free.len());
        let mut rest = free;
        while let [first, others @ ..] = rest {
            let (word, count) = self.nearest(first, others.first());
            words.push(word);
            rest = &rest[count..];
        }
        let sum: f32 = words.iter().map(|word| word.confidence.max(1e-6).ln()).sum();
        let confidence = (sum / words.len() as f32).exp();
        Some(Alternative { text: text(&words), engine: FREE, confidence, words })
    }

    /// The word that was meant, and of how many that were written it was made.
    fn nearest(
        &self,
        word: &transducer::FreeWord,
        next: Option<&transducer::FreeWord>,
    ) -> (SpokenWord, usize) {
        let spoken =
            |text: &str, confidence: f32| SpokenWord { text: text.into(), confidence, open: false };
        let as_it_is = (spoken(&word.text, word.confidence), 1);
        if self.knows(&word.text) && next.is_none_or(|next| self.knows(&next.text)) {
            return as_it_is;
        }
        let joined = next.and_then(|next| {
            let (whole, similar) = self.like(&format!("{}{}", word.text, next.text), JOINED)?;
            Some((spoken(whole, word.confidence.min(next.confidence) * similar), 2))
        });
        if joined.is_some() || self.knows(&word.text) {
            return joined.unwrap_or(as_it_is);
        }
        let alone = self.like(&word.text, SIMILAR);
        alone.map_or(as_it_is, |(like, similar)| (spoken(like, word.confidence * similar), 1))
    }

    fn knows(&self, word: &str) -> bool {
        self.words.binary_search_by(|known| known.0.as_str().cmp(word)).is_ok()
    }

    /// The word most like this one and how much; `None` when none is, or it must not be guessed.
    fn like(&self, word: &str, least: f64) -> Option<(&str, f32)> {
        if word.len() < SHORTEST {
            return None;
        }
        let near = |known: &&(String, bool)| known.0.len().abs_diff(word.len()) * 2 <= word.len();
        let (best, similar) = self
            .words
            .iter()
            .filter(near)
            .map(|known| (known, strsim::normalized_damerau_levenshtein(&known.0, word)))
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        let (best, may_be_guessed) = best;
        (similar >= least && *may_be_guessed).then_some((best, similar as f32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Vec<(String, f32)> {
        let mut graph = WordGraph::new();
        let sentence = "turn off the kitchen light unlock fifteen garage door on a";
        graph.add_words(graph.start(), graph.end(), sentence.split(' '), 0.0);
        graph.guard(["off", "on", "unlock"].map(str::to_owned), ["fifteen".to_owned()]);
        let free: Vec<_> = text
            .split_whitespace()
            .map(|text| transducer::FreeWord { text: text.to_owned(), at: 0, confidence: 0.9 })
            .collect();
        let snapped = Vocabulary::of(&graph).snap(&free);
        let words = snapped.map(|snapped| snapped.words).unwrap_or_default().into_iter();
        words.map(|word| (word.text.into_exposed(), word.confidence)).collect()
    }

    fn text(text: &str) -> String {
        written(text).into_iter().map(|(word, _)| word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_nearly_a_word_of_the_house_is_that_word() {
        assert_eq!(text("turn off the kitten light"), "turn off the kitchen light");
        assert_eq!(text("the garash door"), "the garage door");
        assert_eq!(text("the kit chen light"), "the kitchen light");
        assert_eq!(text("the rhinoceros"), "the rhinoceros");
        assert_eq!(text(""), "");
        let kitchen = &written("kitten")[0];
        assert!(kitchen.1 < 0.7, "its confidence is less than that of what was written");
        assert!((written("light")[0].1 - 0.9).abs() < 1e-6);
    }

    #[test]
    fn what_may_be_the_opposite_is_not_guessed() {
        assert_eq!(text("unlocks the door"), "unlocks the door");
        assert_eq!(text("fifteem"), "fifteem");
        assert_eq!(text("of the"), "of the");
    }
}
