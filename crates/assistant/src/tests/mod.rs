//! Conversations, phrases and utterances, through the one door.

mod attack;
mod carried;
mod day;
mod heard;
mod phrases;
mod policy;
mod reports;
mod shadowed;
mod talk;

use std::sync::{Arc, LazyLock};

use intent::Sentences;
use language::Language;

use crate::Texts;

/// The built-in sentences and responses.
fn texts() -> Texts {
    static TEXTS: LazyLock<Texts> =
        LazyLock::new(|| texts_of(Arc::new(Language::built_in("en").expect("a language"))));
    TEXTS.clone()
}

/// The same in the pseudo-language.
fn pseudo_texts() -> Texts {
    static TEXTS: LazyLock<Texts> = LazyLock::new(|| texts_of(language::testing::pseudo()));
    TEXTS.clone()
}

/// The sentences and responses of a language.
fn texts_of(language: Arc<Language>) -> Texts {
    let sentences = Sentences::parse(&language.sentences()).expect("the built-in sentences");
    Texts { sentences: Arc::new(sentences), language }
}
