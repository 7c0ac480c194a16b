//! What the open-vocabulary recogniser must know of the language that it writes.

use std::collections::HashSet;

/// Words of one language, all without case and punctuation.
#[derive(Clone, Debug)]
pub struct Language {
    /// Its code, such as `en`.
    pub code: String,
    /// Texts that it usually writes for noise.
    pub hallucinations: HashSet<String>,
    /// What stands in such texts.
    pub hallucination_parts: Vec<String>,
}

impl Default for Language {
    /// English of which no hallucination is known.
    fn default() -> Self {
        Self {
            code: "en".to_owned(),
            hallucinations: HashSet::new(),
            hallucination_parts: Vec::new(),
        }
    }
}

impl Language {
    /// Whether the text (without case and punctuation) is one that is written for noise.
    pub(crate) fn is_hallucination(&self, plain: &str) -> bool {
        self.hallucinations.contains(plain)
            || self.hallucination_parts.iter().any(|part| plain.contains(part.as_str()))
    }
}
