//! Grammar compilation away from the recogniser, which then takes the result over in a moment.
//!
//! A house with many names takes long to compile; whoever hears must not wait for it.

use std::sync::Arc;

use transducer::{Grammar, Model};
use voice::{PrivateText, WordGraph};

use crate::engines::pocketsphinx::Determinized;
use crate::engines::transducer::{Spelling, Vocabulary};
use crate::prompt;

/// Makes sentences ready for an engine, on any thread.
#[derive(Clone, Default)]
pub struct Preparer(Target);

#[derive(Clone, Default)]
enum Target {
    #[default]
    AsTheyAre,
    Transducer(Arc<Model>),
    Pocketsphinx,
}

/// Sentences that are ready. They hold the names of the household, so there is no `Debug`.
pub struct Prepared {
    pub(crate) sentences: Sentences,
    pub(crate) prompt: PrivateText,
}

pub(crate) enum Sentences {
    AsTheyAre(WordGraph),
    /// Pieces of words, how the words are written, and which they are.
    Pieces {
        grammar: Grammar,
        spelling: Spelling,
        vocabulary: Vocabulary,
    },
    /// A graph without lists, and the same one determinised.
    Words(WordGraph, Determinized),
}

impl Preparer {
    pub(crate) fn transducer(model: Arc<Model>) -> Self {
        Self(Target::Transducer(model))
    }

    pub(crate) fn pocketsphinx() -> Self {
        Self(Target::Pocketsphinx)
    }

    /// Does the work: a second and more for thousands of names.
    pub fn prepare(&self, graph: &WordGraph) -> Prepared {
        let sentences = match &self.0 {
            Target::AsTheyAre => Sentences::AsTheyAre(graph.clone()),
            Target::Transducer(model) => {
                let mut spelling = Spelling::default();
                let spelled = graph.respelled(&mut |word| spelling.ways(word));
                let grammar = Grammar::compile(&spelled, model.tokens());
                Sentences::Pieces { grammar, spelling, vocabulary: Vocabulary::of(&spelled) }
            }
            Target::Pocketsphinx => {
                let flat = graph.flat();
                let automaton = Determinized::new(&flat);
                Sentences::Words(flat, automaton)
            }
        };
        Prepared { sentences, prompt: prompt::of_names(graph) }
    }
}

impl Prepared {
    /// The sentences, if they are for an engine that takes them as they are.
    pub fn graph(&self) -> Option<&WordGraph> {
        match &self.sentences {
            Sentences::AsTheyAre(graph) => Some(graph),
            Sentences::Pieces { .. } | Sentences::Words(..) => None,
        }
    }
}
