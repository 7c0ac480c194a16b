//! One language: what people may say in it, and how Hark answers.
//!
//! A language is a folder: `sentences/*.yaml` and `responses/*.yaml` in Home Assistant's layout, and
//! `pages.yaml` and `words.yaml`; `words/common.txt`, the common words and their sounds, may be missing. [`Language`] is made once from it and put into the [`voice::Wording`]
//! seam. It does not know what an intent does.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod error;
mod files;
mod language;
mod numbers;
#[cfg(any(test, feature = "testing"))]
mod pseudo;
mod render;
mod responses;
mod speakable;
mod words;

pub use error::{Error, Result};
pub use language::Language;
pub use words::{Choice, Clauses, Recogniser, UsualRoutine, Words};

/// What is said, for the tests of whoever answers.
#[cfg(any(test, feature = "testing"))]
pub mod testing {
    use std::sync::LazyLock;

    use voice::{Speech, Wording as _};

    use crate::Language;
    pub use crate::pseudo::{Known, pseudo};

    static ENGLISH: LazyLock<Language> =
        LazyLock::new(|| Language::built_in("en").unwrap_or_else(|error| panic!("{error:?}")));

    /// The English language.
    pub fn language() -> &'static Language {
        &ENGLISH
    }

    /// The words in English.
    pub fn english(speech: &[Speech]) -> String {
        ENGLISH.text(speech).into_exposed()
    }
}
