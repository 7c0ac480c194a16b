//! The grammar recogniser by a streaming transducer, with test-time augmentation.
//!
//! It decodes while the person speaks, in several passes. In a pause it decodes speculatively, as if
//! the utterance were over; when it is, the transcript is there already.

mod clarity;
mod consensus;
mod levels;
mod near_field;
mod pass;
mod snap;
mod spelling;

use std::sync::Arc;

use transducer::{Grammar, Model};
use voice::{EngineId, EngineInfo, Partial, Transcriber, Transcript, WordGraph};

use self::consensus::Consensus;
use self::near_field::NearField;
use self::pass::{Pass, Perturbation};
use self::snap::Vocabulary;
use self::spelling::Spelling;
use crate::config::{Config, TRANSDUCER};
use crate::engine::{GRAMMAR, GrammarEngine};
use crate::error::{Error, Result};
use crate::prepare::{Prepared, Preparer};

/// The engine.
const INFO: EngineInfo = EngineInfo { gives_word_confidence: true, ..GRAMMAR };
/// The free text of its network, which hears any words but is no opinion of its own.
const FREE: EngineInfo =
    EngineInfo { id: EngineId("free"), hears_free_words: true, is_independent: false, ..INFO };

/// The streaming passes; the first is the sound as it is, and gives the partial hypotheses.
const PASSES: [Perturbation; 3] = [
    Perturbation { shift: 0, speed: 1.0 },
    // Half a step of the network.
    Perturbation { shift: 2_560, speed: 1.0 },
    Perturbation { shift: 0, speed: 1.07 },
];
/// Further passes over an utterance of low confidence. They begin when the person pauses.
const FURTHER_PASSES: [Perturbation; 3] = [
    Perturbation { shift: 1_280, speed: 1.0 },
    Perturbation { shift: 3_840, speed: 1.0 },
    Perturbation { shift: 0, speed: 0.94 },
];
/// Confidence that is worth them, up to [`HIGH`].
const LOW: f32 = 0.2;
/// How far a whole sentence may be behind the beginning of a longer one and still be all that was
/// said, as natural logarithm.
const COMPLETE: f32 = 2.0;
/// How long a speculative transcript holds in any case, in samples: 400 ms. After that it holds as
/// long as the passes emit nothing more, or only far-field speech follows.
const SPECULATION_HOLDS: u64 = 6_400;
/// After so many samples without near-field speech, speculative decoding begins: 400 ms.
const QUIET: u64 = 6_400;
/// A sentence that is stable for so long may be all that was said: 1 s.
const STABLE: u64 = voice::SAMPLE_RATE as u64;
/// What is longer is no command, and gets no further passes: 15 s, in samples.
const LONGEST: usize = 15 * voice::SAMPLE_RATE as usize;
/// Confidence from which a whole sentence may end sooner than others.
const HIGH: f32 = 0.6;
/// Confidence from which a whole sentence that is rejected may have been said all the same.
const MEDIUM: f32 = 0.4;

/// Hears one of the sentences of a [`voice::WordGraph`].
pub struct TransducerTranscriber {
    model: Arc<Model>,
    passes: Vec<Pass>,
    further: Vec<Pass>,
    /// What the passes were fed of this utterance, up to [`LONGEST`].
    segment: Vec<f32>,
    spelling: Spelling,
    vocabulary: Vocabulary,
    near_field: NearField,
    /// Samples of this utterance.
    fed: u64,
    speculation: Option<Speculation>,
    /// Whether the last transcript is worth the opinion of another engine.
    worth_second: bool,
}

/// The engine, if its model is there.
///
/// # Errors
/// [`Error::NoTransducer`] if not.
pub(super) fn open(config: &Config, model: Option<&Arc<Model>>) -> Result<Box<dyn GrammarEngine>> {
    let model = model.ok_or_else(|| missing(config))?;
    Ok(Box::new(TransducerTranscriber::new(Arc::clone(model))))
}

/// Says where the model should be and how to get it.
pub(super) fn missing(config: &Config) -> Error {
    Error::NoTransducer { path: config.dir_with(TRANSDUCER) }
}

/// What was said up to a pause, on the assumption that it is all.
struct Speculation {
    /// Samples up to there.
    fed: u64,
    /// Pieces that the passes had emitted, with those that the pause brought out.
    pieces: usize,
    transcript: Transcript,
}

impl Speculation {
    /// Whether it is still what was said, `fed` samples and `pieces` emitted pieces into the
    /// utterance, when the last `quiet` samples held no near-field speech.
    fn holds(&self, fed: u64, pieces: usize, quiet: u64) -> bool {
        let since = fed - self.fed;
        since <= SPECULATION_HOLDS || pieces <= self.pieces || quiet >= since
    }
}

impl TransducerTranscriber {
    /// Hears nothing until it is given sentences.
    pub fn new(model: Arc<Model>) -> Self {
        Self {
            passes: PASSES.iter().map(|perturbation| Pass::new(&model, *perturbation)).collect(),
            further: FURTHER_PASSES.iter().map(|change| Pass::new(&model, *change)).collect(),
            segment: Vec::new(),
            spelling: Spelling::default(),
            vocabulary: Vocabulary::default(),
            near_field: NearField::default(),
            fed: 0,
            speculation: None,
            worth_second: false,
            model,
        }
    }

    /// The transcript of finished passes: a sentence of the house, or nothing with alternatives.
    fn transcript(&mut self, passes: &[Pass]) -> Transcript {
        let mut n_best = combined(passes.iter(), &self.vocabulary);
        let confidence = n_best.first().map_or(0.0, |best| best.confidence);
        if (LOW..HIGH).contains(&confidence) && self.segment.len() < LONGEST {
            self.run_further_passes();
            n_best = combined(passes.iter().chain(&self.further), &self.vocabulary);
        }
        tracing::debug!(
            confidence = n_best.first().map(|best| best.confidence),
            n_best = n_best.len(),
            "combined the passes"
        );
        let mut transcript = consensus::transcript(&n_best, &self.spelling);
        // The same network hears the same again in what it knows, and that says nothing of the rest.
        if transcript.text.is_empty() && !n_best.first().is_some_and(Consensus::is_unclear) {
            // What was said by somebody who knows none of our sentences.
            let likely = |pass: &&Pass| pass.free_per_token().unwrap_or(f32::NEG_INFINITY);
            let clearest = passes.iter().max_by(|a, b| likely(a).total_cmp(&likely(b)));
            let free = clearest.map(Pass::free).unwrap_or_default();
            transcript.alternatives.extend(self.vocabulary.snap(&free));
        }
        transcript
    }

    /// Decodes the whole utterance once more, with other perturbations.
    fn run_further_passes(&mut self) {
        let Self { further, segment, .. } = self;
        in_parallel(further, |pass| {
            pass.reset();
            pass.feed(segment);
            pass.finish();
        });
    }

    /// Decodes what was said as if it were all, and keeps the transcript.
    fn speculate(&mut self) -> Partial {
        let mut finished = self.passes.clone();
        in_parallel(&mut finished, Pass::finish);
        let transcript = self.transcript(&finished);
        let complete = match () {
            () if !Self::is_whole(&finished) || transcript.confidence < MEDIUM => Some(false),
            () if transcript.confidence >= HIGH => Some(true),
            () => None,
        };
        let partial = Partial {
            text: transcript.text.clone(),
            complete,
            stable_for_samples: 0,
            open: transcript.is_open() || self.is_doubtful(&transcript),
        };
        let pieces = pieces(&finished);
        self.speculation = Some(Speculation { fed: self.fed, pieces, transcript });
        partial
    }

    /// Whether it was heard in noise and depends on a number, a name or a word with an opposite.
    fn is_doubtful(&self, transcript: &Transcript) -> bool {
        let decides = |word: &voice::SpokenWord| {
            word.text.expose().split('\'').any(|word| self.vocabulary.decides(word))
        };
        self.near_field.is_noisy() && transcript.words.iter().any(decides)
    }

    fn holds(&self, speculation: &Speculation) -> bool {
        speculation.holds(self.fed, pieces(&self.passes), self.near_field.quiet())
    }

    /// Whether most passes have a whole sentence.
    fn is_whole(passes: &[Pass]) -> bool {
        let whole = |pass: &&Pass| pass.complete().is_some_and(|c| c.behind <= COMPLETE);
        passes.iter().filter(whole).count() * 2 > passes.len()
    }
}

/// Does the same for all passes. Someone waits for the answer now, so they run in parallel.
fn in_parallel(passes: &mut [Pass], work: impl Fn(&mut Pass) + Sync) {
    let Some((first, others)) = passes.split_first_mut() else { return };
    std::thread::scope(|scope| {
        for pass in others {
            scope.spawn(|| work(pass));
        }
        work(first);
    });
}

/// The combined n-best list of passes.
fn combined<'p>(passes: impl Iterator<Item = &'p Pass>, vocabulary: &Vocabulary) -> Vec<Consensus> {
    let lists: Vec<_> = passes.map(|pass| pass.n_best(vocabulary)).collect();
    let count = lists.len();
    consensus::combine(lists.into_iter(), count)
}

/// How many pieces the passes have emitted.
fn pieces(passes: &[Pass]) -> usize {
    passes.iter().map(Pass::pieces).sum()
}

/// Sentences as pieces of words, how the words are written, and which they are.
struct Sentences {
    grammar: Grammar,
    spelling: Spelling,
    vocabulary: Vocabulary,
}

impl Sentences {
    fn compile(graph: &WordGraph, model: &Model) -> Self {
        let mut spelling = Spelling::default();
        let spelled = graph.carried().respelled(&mut |word| spelling.ways(word));
        let grammar = Grammar::compile(&spelled, model.tokens());
        Self { grammar, spelling, vocabulary: Vocabulary::of(&spelled) }
    }
}

impl GrammarEngine for TransducerTranscriber {
    fn info(&self) -> EngineInfo {
        INFO
    }

    fn is_worth_second(&self) -> bool {
        self.worth_second
    }

    fn preparer(&self) -> Preparer {
        let model = Arc::clone(&self.model);
        Preparer::new(move |graph| Sentences::compile(graph, &model))
    }

    fn adopt(&mut self, prepared: Prepared) -> Result<()> {
        let Sentences { grammar, spelling, vocabulary } = prepared.compiled()?;
        self.reset();
        for pass in self.passes.iter_mut().chain(&mut self.further) {
            pass.set_grammar(grammar.clone());
        }
        self.spelling = spelling;
        self.vocabulary = vocabulary;
        Ok(())
    }
}

impl Transcriber for TransducerTranscriber {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Partial>> {
        self.fed += pcm.len() as u64;
        let before = self.passes[0].frames();
        if let Some(since) = self.near_field.feed(pcm) {
            self.speculation = None;
            self.segment = since.to_vec();
            for pass in &mut self.passes {
                pass.reset();
                pass.feed(since);
            }
        } else {
            let room = LONGEST.saturating_sub(self.segment.len());
            self.segment.extend_from_slice(&pcm[..room.min(pcm.len())]);
            for pass in &mut self.passes {
                pass.feed(pcm);
            }
        }
        if self.near_field.quiet() >= QUIET
            && self.speculation.as_ref().is_none_or(|speculation| !self.holds(speculation))
        {
            self.speculate();
        }
        let first = &self.passes[0];
        if first.frames() == before {
            return Ok(None);
        }
        let stable_for_samples = first
            .complete()
            .map_or(0, |complete| u64::from(complete.trailing_frames) * transducer::FRAME_SAMPLES);
        // Its confidence takes some work, and only matters after a while.
        let whole = Self::is_whole(&self.passes)
            && (stable_for_samples < STABLE
                || combined(self.passes.iter(), &self.vocabulary)
                    .first()
                    .is_some_and(|best| best.confidence >= HIGH));
        let text = first.partial().into();
        Ok(Some(Partial { text, complete: Some(whole), stable_for_samples, open: false }))
    }

    fn pause(&mut self) -> voice::Result<Option<Partial>> {
        Ok(Some(self.speculate()))
    }

    fn finish(&mut self) -> voice::Result<Transcript> {
        let transcript = match self.speculation.take() {
            Some(speculation) if self.holds(&speculation) => speculation.transcript,
            _ => {
                let mut passes = std::mem::take(&mut self.passes);
                in_parallel(&mut passes, Pass::finish);
                let transcript = self.transcript(&passes);
                self.passes = passes;
                transcript
            }
        };
        self.worth_second = self.is_doubtful(&transcript);
        self.reset();
        Ok(transcript)
    }

    fn reset(&mut self) {
        self.passes.iter_mut().chain(&mut self.further).for_each(Pass::reset);
        self.near_field.reset();
        // As what is kept there, it is wiped when it is freed.
        self.segment = Vec::new();
        self.fed = 0;
        self.speculation = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speculation_holds_until_the_person_speaks_on() {
        let speculation =
            Speculation { fed: 16_000, pieces: 6, transcript: Transcript::nothing(INFO) };
        let much_later = 16_000 + 10 * SPECULATION_HOLDS;
        assert!(speculation.holds(much_later, 6, 0), "only noise followed");
        assert!(!speculation.holds(much_later, 7, 0), "someone spoke on");
        assert!(!speculation.holds(much_later, 7, 9 * SPECULATION_HOLDS));
        assert!(
            speculation.holds(much_later, 7, 10 * SPECULATION_HOLDS),
            "others spoke on, far away"
        );
        assert!(
            speculation.holds(16_000 + SPECULATION_HOLDS, 7, 0),
            "what is emitted at once was said before"
        );
        assert!(!speculation.holds(16_001 + SPECULATION_HOLDS, 7, 0));
    }
}
