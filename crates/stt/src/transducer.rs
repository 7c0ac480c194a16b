//! The sentences of the house by a search in the output of a streaming network.
//!
//! It works while the person speaks. In a pause it looks ahead as if the utterance were over; when
//! it is, the answer is there already.

use std::sync::Arc;

use transducer::{Grammar, Heard, Model, Search, Stream};
use voice::{Alternative, Engine, Partial, Transcriber, Transcript, WordGraph};

use crate::error::Result;
use crate::select::GrammarEngine;
use crate::spelling::Spelling;

/// Difference to the free text for each piece, as natural logarithm, below which nothing of the
/// grammar was said: it rejected all of 122 foreign sentences.
const PER_TOKEN: f32 = -2.4;
/// The same of the worst two words in a row.
const WORST_PAIR: f32 = -9.0;
/// Probability of the free text for each piece, as natural logarithm, below which it was noise.
const FREE_PER_TOKEN: f32 = -2.2;
/// How far a whole sentence may be behind the beginning of a longer one and still be all that was
/// said, as natural logarithm.
const COMPLETE: f32 = 2.0;
/// How long the answer to a pause holds, in samples, if nothing more is said: 400 ms.
const GUESS_HOLDS: u64 = 6_400;
/// Confidence below which a sentence is not believed.
const BELIEVED: f32 = 0.5;

/// Hears one of the sentences of a [`WordGraph`].
pub struct TransducerTranscriber {
    model: Arc<Model>,
    stream: Stream,
    search: Search,
    spelling: Spelling,
    /// Samples of this utterance.
    fed: u64,
    /// What it was at the last pause, and how many samples that had.
    guess: Option<(u64, Transcript)>,
}

impl TransducerTranscriber {
    /// Hears nothing until it is given sentences.
    pub fn new(model: Arc<Model>) -> Self {
        let grammar = Grammar::compile(&WordGraph::new(), model.tokens());
        Self {
            stream: Stream::new(&model),
            search: Search::new(Arc::clone(&model), grammar, transducer::Config::default()),
            spelling: Spelling::default(),
            fed: 0,
            guess: None,
            model,
        }
    }

    /// What was said, if it was a sentence of the house.
    fn judge(&self, heard: &Heard) -> Transcript {
        let nothing = Transcript::nothing(Engine::Grammar);
        let Some(best) = heard.sentences.first() else { return nothing };
        let confidence = [
            best.per_token / PER_TOKEN,
            best.worst_pair / WORST_PAIR,
            heard.free_per_token.unwrap_or(f32::NEG_INFINITY) / FREE_PER_TOKEN,
        ]
        .into_iter()
        .map(confidence)
        .fold(1.0, f32::min);
        tracing::debug!(
            per_token = best.per_token,
            worst_pair = best.worst_pair,
            free_per_token = heard.free_per_token,
            "judged a sentence"
        );
        if confidence < BELIEVED {
            return Transcript { confidence, ..nothing };
        }
        let text = |sentence: &transducer::Sentence| {
            let words: Vec<String> = sentence
                .words
                .iter()
                .flat_map(|word| word.text.split(' ').map(str::to_owned))
                .collect();
            voice::join_words(self.spelling.written(&words))
        };
        let others = heard.sentences.iter().skip(1);
        let alternatives = others
            .map(|other| Alternative { text: text(other).into(), confidence: other.confidence });
        Transcript {
            text: text(best).into(),
            engine: Engine::Grammar,
            confidence,
            alternatives: alternatives.collect(),
        }
    }
}

/// 1 for a perfect fit, one half at the limit (`excess` 1), 0 far beyond it.
fn confidence(excess: f32) -> f32 {
    1.0 / (1.0 + ((excess - 1.0) * 4.0).exp())
}

impl GrammarEngine for TransducerTranscriber {
    fn set_graph(&mut self, graph: &WordGraph) -> Result<()> {
        self.reset();
        let mut spelling = Spelling::default();
        let spelled = graph.respelled(&mut |word| spelling.ways(word));
        self.search.set_grammar(Grammar::compile(&spelled, self.model.tokens()));
        self.spelling = spelling;
        Ok(())
    }
}

impl Transcriber for TransducerTranscriber {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Partial>> {
        self.fed += pcm.len() as u64;
        let search = &mut self.search;
        let mut frames = 0_u64;
        self.stream.feed(pcm, |frame| {
            frames += 1;
            search.frame(frame);
        });
        if frames == 0 {
            return Ok(None);
        }
        let complete = search.complete();
        Ok(Some(Partial {
            text: search.partial().into(),
            complete: Some(complete.is_some_and(|complete| complete.behind <= COMPLETE)),
            stood: complete.map_or(0, |complete| {
                u64::from(complete.quiet_frames) * transducer::FRAME_SAMPLES as u64
            }),
        }))
    }

    fn pause(&mut self) -> voice::Result<Option<Partial>> {
        let mut search = self.search.clone();
        self.stream.clone().finish(|frame| search.frame(frame));
        let transcript = self.judge(&search.heard());
        let whole = search.complete().is_some_and(|complete| complete.behind <= COMPLETE);
        let partial = Partial {
            text: transcript.text.clone(),
            complete: Some(whole && !transcript.text.is_empty()),
            stood: 0,
        };
        self.guess = Some((self.fed, transcript));
        Ok(Some(partial))
    }

    fn finish(&mut self) -> voice::Result<Transcript> {
        let transcript = match self.guess.take() {
            Some((at, transcript)) if self.fed - at <= GUESS_HOLDS => transcript,
            _ => {
                let search = &mut self.search;
                self.stream.finish(|frame| search.frame(frame));
                self.judge(&self.search.heard())
            }
        };
        self.reset();
        Ok(transcript)
    }

    fn reset(&mut self) {
        self.stream.reset();
        self.search.reset();
        self.fed = 0;
        self.guess = None;
    }
}
