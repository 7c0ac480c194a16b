//! What people may say, and what is answered: sentences and responses, which are replaced together.

use std::sync::Arc;

use intent::Sentences;
use language::Language;

/// Sentences and responses of one language, with those of the household.
#[derive(Clone)]
pub struct Texts {
    /// What people may say.
    pub sentences: Arc<Sentences>,
    /// What is answered.
    pub language: Arc<Language>,
}
