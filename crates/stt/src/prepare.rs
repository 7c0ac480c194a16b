//! Grammar compilation away from the recogniser, which then takes the result over in a moment.
//!
//! A house with many names takes long to compile; whoever hears must not wait for it.

use std::any::Any;
use std::sync::Arc;

use voice::WordGraph;

use crate::error::{Error, Result};

type Compiled = Box<dyn Any + Send>;

/// Compiles sentences for one kind of engine, on any thread. The default one leaves them as they are.
#[derive(Clone)]
pub struct Preparer {
    compile: Arc<dyn Fn(&WordGraph) -> Compiled + Send + Sync>,
}

/// Sentences that are ready. They hold the names of the household, so there is no `Debug`.
pub struct Prepared {
    compiled: Compiled,
}

impl Preparer {
    /// With what `compile` makes of a graph; the engine takes that back with [`Prepared::compiled`].
    pub fn new<T: Send + 'static>(
        compile: impl Fn(&WordGraph) -> T + Send + Sync + 'static,
    ) -> Self {
        Self { compile: Arc::new(move |graph| Box::new(compile(graph))) }
    }

    /// Does the work: a second and more for thousands of names.
    pub fn prepare(&self, graph: &WordGraph) -> Prepared {
        Prepared { compiled: (self.compile)(graph) }
    }
}

impl Default for Preparer {
    fn default() -> Self {
        Self::new(WordGraph::clone)
    }
}

impl Prepared {
    /// What the engine's preparer made.
    ///
    /// # Errors
    /// [`Error::Grammar`] when it was that of another engine.
    pub fn compiled<T: 'static>(self) -> Result<T> {
        self.compiled.downcast().map(|compiled| *compiled).map_err(|_| Error::Grammar)
    }

    /// The sentences, if they are for an engine that takes them as they are.
    pub fn graph(&self) -> Option<&WordGraph> {
        self.compiled.downcast_ref()
    }
}
