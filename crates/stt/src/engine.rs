//! What the cascade asks of its engines.

use voice::{Transcriber, WordGraph};

use crate::error::Result;
use crate::prepare::{Prepared, Preparer};

/// A grammar recogniser: hears the sentences of a house, which can be changed between two utterances.
pub trait GrammarEngine: Transcriber {
    /// What compiles sentences for this engine, on any thread.
    fn preparer(&self) -> Preparer;

    /// Listens for these sentences from now on, without much work; what was heard is forgotten.
    ///
    /// # Errors
    /// [`Error::Grammar`] when the engine refuses them.
    fn adopt(&mut self, prepared: Prepared) -> Result<()>;

    /// Compiles the sentences of `graph` here and now, and listens for them.
    ///
    /// # Errors
    /// [`Error::Grammar`] when the engine refuses them.
    fn set_graph(&mut self, graph: &WordGraph) -> Result<()> {
        let prepared = self.preparer().prepare(graph);
        self.adopt(prepared)
    }
}
