//! The word graph of all spoken sentences, rebuilt incrementally where names have changed.

use std::sync::Arc;

use voice::WordGraph;

use super::Builder;
use super::call::texts;
use super::pieces::{Call, Called, Pieces, Texts};
use crate::Recogniser;
use crate::context::Context;
use crate::household::Household;
use crate::lexicon::Lexicon;
use crate::sentences::Sentences;

/// Every sentence that is understood in a context, as [`Recogniser::graph`] has it, and where the
/// names in it come from. It holds what a household calls its things, so there is no `Debug`.
pub(crate) struct Spoken {
    graph: Arc<WordGraph>,
    /// What the lists of the graph hold, as far as it is names of the household.
    texts: Vec<Option<Texts>>,
    calls: Vec<Call>,
    context: Context,
    sentences: Arc<Sentences>,
    household: Arc<Household>,
}

impl Recogniser {
    /// Every sentence that is understood in this context. Making it takes as long as a hundred
    /// commands; [`Spoken::renewed`] is faster.
    pub(crate) fn spoken(&self, context: &Context) -> Spoken {
        let (graph, Called { calls, texts, .. }) = self.graph_and_calls(context);
        Spoken {
            graph: Arc::new(graph),
            texts,
            calls,
            context: context.clone(),
            sentences: Arc::clone(&self.sentences),
            household: Arc::clone(&self.household),
        }
    }
}

impl Spoken {
    /// The graph.
    pub fn graph(&self) -> &Arc<WordGraph> {
        &self.graph
    }

    /// The words of the language.
    pub fn lexicon(&self) -> &Arc<Lexicon> {
        &self.sentences.lexicon
    }

    /// The lists of the graph, and the texts they hold where these are names of the household.
    pub fn lists(&self) -> impl Iterator<Item = (&Arc<WordGraph>, Option<&Texts>)> {
        self.graph.lists().iter().zip(self.texts.iter().map(Option::as_ref))
    }

    /// What is understood in the same place by a recogniser with other names: where the sentences
    /// are the same, only lists that have changed are made again.
    #[must_use]
    pub fn renewed(&self, recogniser: &Recogniser, context: &Context) -> Self {
        let same = Arc::ptr_eq(&self.sentences, &recogniser.sentences) && self.context == *context;
        let graph = if same { self.with_names_of(recogniser) } else { None };
        match graph {
            Some((graph, texts)) => Self {
                graph,
                texts,
                calls: self.calls.clone(),
                context: context.clone(),
                sentences: Arc::clone(&self.sentences),
                household: Arc::clone(&recogniser.household),
            },
            None => recogniser.spoken(context),
        }
    }

    /// The graph with other lists, if nothing else in it is another.
    fn with_names_of(
        &self,
        recogniser: &Recogniser,
    ) -> Option<(Arc<WordGraph>, Vec<Option<Texts>>)> {
        let changed = recogniser.household.changed_since(&self.household)?;
        if changed.is_empty() {
            return Some((Arc::clone(&self.graph), self.texts.clone()));
        }
        let mut lists: Vec<_> = self.graph.lists().iter().map(Arc::clone).collect();
        let mut held = self.texts.clone();
        // The values that each list has now.
        let mut made: Vec<Option<Vec<u32>>> = vec![None; lists.len()];
        for call in self.calls.iter().filter(|call| changed.contains(&call.list.as_str())) {
            let block = recogniser.sentences.block(call.block);
            let mut pieces = Pieces::new(false);
            let scope = recogniser.scope(block);
            let builder =
                Builder { pieces: &mut pieces, scope, block: call.block, context: &self.context };
            let list = recogniser.household.get(&call.list)?;
            let values = builder.sayable(list);
            // Where nothing could be said until now, the graph has no call, and the reverse.
            let Some(number) = call.number else {
                if values.is_empty() {
                    continue;
                }
                return None;
            };
            match &made[number as usize] {
                Some(before) if *before == values => {}
                // Blocks that meant the same values mean others now.
                Some(_) => return None,
                None => {
                    let graph = builder.called_graph(list, &values)?;
                    lists[number as usize] = Arc::new(graph);
                    held[number as usize] = texts(list, &values);
                    made[number as usize] = Some(values);
                }
            }
        }
        Some((Arc::new(self.graph.with_lists(lists)), held))
    }
}
