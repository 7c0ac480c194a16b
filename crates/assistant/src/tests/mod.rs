//! Conversations, phrases and utterances, through the one door.

mod day;
mod heard;
mod phrases;
mod policy;
mod reports;
mod talk;

use std::sync::{Arc, LazyLock};

use intent::Sentences;
use language::Language;

use crate::Texts;

/// The built-in sentences and responses.
fn texts() -> Texts {
    static TEXTS: LazyLock<Texts> =
        LazyLock::new(|| texts_of(Arc::new(Language::built_in("en").expect("a language"))));
    let Texts { sentences, language } = &*TEXTS;
    Texts { sentences: Arc::clone(sentences), language: Arc::clone(language) }
}

/// The sentences and responses of a language.
fn texts_of(language: Arc<Language>) -> Texts {
    let sentences = Sentences::parse(&language.sentences()).expect("the built-in sentences");
    Texts { sentences: Arc::new(sentences), language }
}
