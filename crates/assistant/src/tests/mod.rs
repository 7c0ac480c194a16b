//! Conversations, phrases and utterances, through the one door.

mod day;
mod heard;
mod phrases;
mod policy;
mod talk;

use std::sync::Arc;

use intent::Sentences;
use language::Language;

use crate::Texts;

/// The built-in sentences and responses.
fn texts() -> Texts {
    let language = Arc::new(Language::built_in("en").expect("a language"));
    let sentences = Sentences::parse(&language.sentences()).expect("the built-in sentences");
    Texts { sentences: Arc::new(sentences), language }
}
