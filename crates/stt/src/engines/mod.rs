//! The engines, and the registry that opens those that the configuration asks for.

pub(crate) mod pocketsphinx;
pub(crate) mod transducer;
pub(crate) mod whisper;

use std::sync::Arc;

use ::transducer::Model;

use crate::config::{Config, Engines, GrammarKind};
use crate::engine::{GrammarEngine, OpenEngine};
use crate::error::{Error, Result};
use crate::language::Language;

type OpenGrammar = fn(&Config, Option<&Arc<Model>>) -> Result<Box<dyn GrammarEngine>>;
type OpenOpen = fn(&Config, &Language) -> Result<Box<dyn OpenEngine>>;

/// Grammar recognisers, in the order in which they are preferred.
const GRAMMAR: [(GrammarKind, OpenGrammar); 2] = [
    (GrammarKind::Transducer, transducer::open),
    (GrammarKind::Pocketsphinx, |_, _| pocketsphinx::open()),
];

/// Open-vocabulary recognisers, in the order in which they are preferred.
const OPEN: [(Engines, OpenOpen); 1] = [(Engines::Whisper, whisper::open)];

/// The grammar recogniser that the configuration asks for, or the first that is there.
///
/// # Errors
/// That of the engine; of the last one when none is there.
pub(crate) fn grammar(
    config: &Config,
    model: Option<&Arc<Model>>,
) -> Result<Box<dyn GrammarEngine>> {
    let asked = |kind: GrammarKind| [GrammarKind::Auto, kind].contains(&config.grammar);
    let opened =
        GRAMMAR.iter().filter(|(kind, _)| asked(*kind)).map(|(_, open)| open(config, model));
    first(opened).unwrap_or_else(|| Err(most_helpful(config)))
}

/// The open-vocabulary recogniser that the configuration asks for, or the first that is there.
///
/// # Errors
/// That of the engine; of the last one when none is there.
pub(crate) fn open(config: &Config, language: &Language) -> Result<Box<dyn OpenEngine>> {
    let asked = |kind: Engines| [Engines::Auto, kind].contains(&config.engine);
    let opened =
        OPEN.iter().filter(|(kind, _)| asked(*kind)).map(|(_, open)| open(config, language));
    first(opened).unwrap_or_else(|| Err(most_helpful(config)))
}

/// What to say where there is no engine at all: of all engines the network helps most.
pub(crate) fn most_helpful(config: &Config) -> Error {
    transducer::missing(config)
}

/// The first engine that could be opened, or else the last error; `None` of nothing.
fn first<T>(mut opened: impl Iterator<Item = Result<T>>) -> Option<Result<T>> {
    let mut last = opened.next()?;
    while last.is_err() {
        let Some(next) = opened.next() else { break };
        last = next;
    }
    Some(last)
}

#[cfg(test)]
mod tests;
