//! The cascade of recognisers: the grammar recogniser first, the open-vocabulary recogniser second,
//! on the same audio.

use std::sync::Arc;

use transducer::Model;
use voice::{Alternative, Partial, Transcriber, Transcript, WordGraph};

use crate::config::Config;
use crate::engine::{GRAMMAR, GrammarEngine, OpenEngine};
use crate::engines;
use crate::error::Result;
use crate::language::Language;
use crate::prepare::{Prepared, Preparer};
use crate::speculative::Canceller;

/// Asks the grammar recogniser while the person speaks, and the open-vocabulary recogniser only when
/// that rejects the utterance, hears free words, or hears in noise what depends on a single word.
pub struct Cascade {
    grammar: Option<Box<dyn GrammarEngine>>,
    open: Option<Box<dyn OpenEngine>>,
    /// The grammar accepted the last utterance; the open engine still has it.
    unheard: bool,
    canceller: Canceller,
    notice: Option<String>,
}

impl Cascade {
    /// The engines of the configuration for a language, with the network if it is there. One that is missing is left
    /// out, which [`Cascade::notice`] says, unless it is the only one.
    ///
    /// # Errors
    /// When the engine that was asked for cannot be had, or none can.
    pub fn new(config: &Config, model: Option<&Arc<Model>>, language: &Language) -> Result<Self> {
        let grammar = config.engine.has_grammar().then(|| engines::grammar(config, model));
        let open = config.engine.has_open().then(|| engines::open(config, language));
        let (grammar, open, left_out) = match (grammar.transpose(), open.transpose()) {
            (Ok(grammar), Ok(open)) => (grammar, open, None),
            // The only one that was asked for.
            (Err(error), Ok(None)) | (Ok(None), Err(error)) => return Err(error),
            (Ok(grammar), Err(error)) => {
                let instead = "only the sentences of the house are understood";
                (grammar, None, Some(format!("failed to {}; {instead}", error.line())))
            }
            (Err(error), Ok(Some(open))) => {
                let instead = format!("commands are heard by {} alone", open.info().id.as_str());
                let notice = format!("failed to {}; {instead}", error.line());
                (None, Some(open), Some(notice))
            }
            (Err(_), Err(_)) => return Err(engines::most_helpful(config)),
        };
        if let Some(notice) = &left_out {
            tracing::info!("{notice}");
        }
        Ok(Self { notice: left_out, ..Self::from_parts(grammar, open) })
    }

    /// A cascade of engines that are there already.
    pub fn from_parts(
        grammar: Option<Box<dyn GrammarEngine>>,
        open: Option<Box<dyn OpenEngine>>,
    ) -> Self {
        let canceller = open.as_ref().map(|open| open.canceller()).unwrap_or_default();
        Self { grammar, open, unheard: false, canceller, notice: None }
    }

    /// What compiles the sentences of the house, on any thread.
    pub fn preparer(&self) -> Preparer {
        self.grammar.as_ref().map(|grammar| grammar.preparer()).unwrap_or_default()
    }

    /// Listens for these sentences from the next utterance on, without much work.
    ///
    /// # Errors
    /// [`crate::Error::Grammar`] when the engine refuses them.
    pub fn adopt(&mut self, prepared: Prepared) -> Result<()> {
        self.grammar.as_mut().map_or(Ok(()), |grammar| grammar.adopt(prepared))
    }

    /// Compiles the sentences of the house here and now, and listens for them.
    ///
    /// # Errors
    /// [`crate::Error::Grammar`] when the engine refuses them.
    pub fn set_graph(&mut self, graph: &WordGraph) -> Result<()> {
        let prepared = self.preparer().prepare(graph);
        self.adopt(prepared)
    }

    /// Whether there are two engines, so that one can be asked about what the other heard.
    pub fn has_second(&self) -> bool {
        self.grammar.is_some() && self.open.is_some()
    }

    /// What the open engine makes of the utterance that the grammar accepted last; `None` if there is
    /// no such engine or utterance. It takes as long as [`Transcriber::finish`] without a grammar.
    ///
    /// # Errors
    /// As [`Transcriber::finish`].
    pub fn second(&mut self) -> voice::Result<Option<Transcript>> {
        match &mut self.open {
            Some(open) if std::mem::take(&mut self.unheard) => open.finish().map(Some),
            _ => Ok(None),
        }
    }

    /// What is missing and how to get it, in one line, to be reported once.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// A handle that stops the open engine from any thread.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }
}

impl Transcriber for Cascade {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Partial>> {
        if let Some(open) = &mut self.open {
            if std::mem::take(&mut self.unheard) {
                open.reset();
            }
            open.feed(pcm)?;
        }
        self.grammar.as_mut().map_or(Ok(None), |grammar| grammar.feed(pcm))
    }

    fn pause(&mut self) -> voice::Result<Option<Partial>> {
        let sentence = self.grammar.as_mut().map_or(Ok(None), |grammar| grammar.pause());
        // A sentence of the house needs no other engine, except for its free words and in noise; for these
        // and for anything else that begins now.
        let known =
            matches!(&sentence, Ok(Some(partial)) if !partial.text.is_empty() && !partial.open);
        if let Some(open) = &mut self.open
            && !known
        {
            let heard = open.pause()?;
            return if self.grammar.is_some() { sentence } else { Ok(heard) };
        }
        sentence
    }

    fn finish(&mut self) -> voice::Result<Transcript> {
        let closed = match &mut self.grammar {
            Some(grammar) => grammar.finish(),
            None => Ok(Transcript::nothing(GRAMMAR)),
        };
        let Some(open) = &mut self.open else { return closed };
        match closed {
            Ok(mut transcript) if !transcript.text.is_empty() => {
                let is_in_doubt = self.grammar.as_ref().is_some_and(|it| it.is_worth_second());
                if !transcript.is_open() && !is_in_doubt {
                    self.unheard = true;
                    return Ok(transcript);
                }
                // It knows more words than the network; if it fails, the sentence still counts.
                match open.finish() {
                    Ok(other) => transcript.alternatives.extend(as_alternative(other)),
                    Err(voice::Error::Cancelled) => return Err(voice::Error::Cancelled),
                    Err(error) => {
                        let error = &error as &dyn std::error::Error;
                        tracing::warn!(
                            error,
                            "the open-vocabulary recogniser failed; the grammar recogniser decides alone"
                        );
                    }
                }
                Ok(transcript)
            }
            Ok(nothing) => {
                let mut transcript = open.finish()?;
                // What the grammar rejected is still worth a question, and what it passed over was said.
                transcript.clarity = nothing.clarity;
                transcript.alternatives.extend(nothing.alternatives);
                Ok(transcript)
            }
            // A grammar that broke is no reason to give up while there is another engine.
            Err(_) => open.finish(),
        }
    }

    fn reset(&mut self) {
        self.unheard = false;
        if let Some(grammar) = &mut self.grammar {
            grammar.reset();
        }
        if let Some(open) = &mut self.open {
            open.reset();
        }
    }
}

/// A transcript as an alternative; `None` for one without words.
fn as_alternative(transcript: Transcript) -> Option<Alternative> {
    let Transcript { text, engine, confidence, words, .. } = transcript;
    (!text.is_empty()).then_some(Alternative { text, engine, confidence, words })
}

#[cfg(test)]
mod tests;
