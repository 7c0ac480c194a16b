//! What tolerance knows of the words of a language: fillers, function words, guarded words, homophones.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;

use crate::vocabulary::Vocabulary;

/// The part `words` of the sentence files of a language.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Lexicon {
    /// Mean nothing by themselves.
    pub fillers: HashSet<String>,
    /// Are easily missing or too many.
    pub function_words: HashSet<String>,
    /// Have an opposite, or change everything: they are hardly ever guessed.
    pub guarded: HashSet<String>,
    /// What is written so often for another word that it is as good as that one.
    pub homophones: HashMap<String, String>,
    /// Begin questions, and only those.
    pub question_words: HashSet<String>,
    /// The common words, from a file of their own; none where a language has no such file.
    #[serde(skip)]
    pub vocabulary: Arc<Vocabulary>,
}

impl Lexicon {
    /// Adds what another file says.
    pub fn extend(&mut self, other: Self) {
        self.fillers.extend(other.fillers);
        self.function_words.extend(other.function_words);
        self.guarded.extend(other.guarded);
        self.homophones.extend(other.homophones);
        self.question_words.extend(other.question_words);
    }

    /// Whether the word is easily missing or too many.
    pub fn is_function_word(&self, word: &str) -> bool {
        self.function_words.contains(word)
    }

    /// Whether the word tells nothing of what is meant.
    pub fn is_idle(&self, word: &str) -> bool {
        self.fillers.contains(word) || self.is_function_word(word)
    }
}
