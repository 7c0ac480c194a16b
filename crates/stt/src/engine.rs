//! What the cascade asks of its engines: traits of grammar recognisers and of open-vocabulary
//! recognisers.

use voice::{EngineId, EngineInfo, Transcriber, WordGraph};

use crate::error::Result;
use crate::prepare::{Prepared, Preparer};
use crate::speculative::Canceller;

/// What every grammar recogniser is. They have one name, since at most one of them listens.
pub(crate) const GRAMMAR: EngineInfo = EngineInfo {
    id: EngineId("grammar"),
    hears_free_words: false,
    is_independent: true,
    gives_word_confidence: false,
    is_exact: false,
};

/// A grammar recogniser: hears the sentences of a house, which can be changed between two utterances.
pub trait GrammarEngine: Transcriber {
    /// What it is; its transcripts say so, too.
    fn info(&self) -> EngineInfo;

    /// What compiles sentences for this engine, on any thread.
    fn preparer(&self) -> Preparer;

    /// Listens for these sentences from now on, without much work; what was heard is forgotten.
    ///
    /// # Errors
    /// [`Error::Grammar`](crate::Error::Grammar) when the engine refuses them, or they were compiled
    /// for another one.
    fn adopt(&mut self, prepared: Prepared) -> Result<()>;

    /// Whether what it heard last is worth the opinion of another engine although it stands for it: it was heard
    /// in noise, and depends on a number, a name or a word with an opposite.
    fn is_worth_second(&self) -> bool {
        false
    }

    /// Compiles the sentences of `graph` here and now, and listens for them.
    ///
    /// # Errors
    /// [`Error::Grammar`](crate::Error::Grammar) when the engine refuses them.
    fn set_graph(&mut self, graph: &WordGraph) -> Result<()> {
        let prepared = self.preparer().prepare(graph);
        self.adopt(prepared)
    }
}

/// An open-vocabulary recogniser: hears anything.
pub trait OpenEngine: Transcriber {
    /// What it is; its transcripts say so, too.
    fn info(&self) -> EngineInfo;

    /// A handle that stops the work from any thread.
    fn canceller(&self) -> Canceller;
}
