//! Enrolled voices: the templates of the people who live here, by the word that they said. Whoever keeps them gives them
//! to the detector; a folder with files of them can be named in the configuration instead.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Templates in memory. They are about voices, so they are not printed.
#[derive(Clone, Default, PartialEq)]
pub struct Voices(Arc<BTreeMap<String, Vec<u8>>>);

impl Voices {
    /// The name under which the voices for a word are kept: letters and digits of it.
    pub fn name_of(word: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        word.chars().map(plain).collect()
    }

    /// The bytes of the templates for that word, as [`Enrolled`](crate::Enrolled) has them.
    pub(crate) fn of(&self, word: &str) -> Option<&[u8]> {
        self.0.get(&Self::name_of(word)).map(Vec::as_slice)
    }
}

impl FromIterator<(String, Vec<u8>)> for Voices {
    fn from_iter<I: IntoIterator<Item = (String, Vec<u8>)>>(voices: I) -> Self {
        Self(Arc::new(voices.into_iter().collect()))
    }
}

impl fmt::Debug for Voices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} voices", self.0.len())
    }
}
