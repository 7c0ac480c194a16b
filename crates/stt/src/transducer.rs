//! The sentences of the house by a search in the output of a streaming network.
//!
//! It works while the person speaks. In a pause it looks ahead as if the utterance were over; when
//! it is, the answer is there already.

use std::sync::Arc;

use transducer::{Grammar, Heard, Model, Search, Stream};
use voice::{Alternative, Engine, Partial, Transcriber, Transcript, WordGraph};

use crate::error::{Error, Result};
use crate::prepare::{Prepared, Preparer, Sentences};
use crate::select::GrammarEngine;
use crate::spelling::Spelling;

/// Difference to the free text for each piece, as natural logarithm, below which nothing of the
/// grammar was said. With the limits below, 2 of 100 read sentences are taken for a command.
const PER_TOKEN: f32 = -3.5;
/// The same of the worst two words in a row.
const WORST_PAIR: f32 = -16.0;
/// Logarithm of the probability for each piece, of the sentence or of the free text, below which it
/// was noise.
const LIKELY: f32 = -2.2;
/// The share of the free text's pieces that a sentence has at least: a short sentence is easily
/// found somewhere in much talk.
const PIECES: f32 = 0.6;
/// The share of the loud words that may lie outside of the sentence: what is loud was said to us.
const MISSED: f32 = 0.3;
/// Samples in which the level is measured: 40 ms.
const LEVEL_SAMPLES: usize = 640;
/// How much later than its sound a piece is written, at most, in frames.
const WRITTEN_LATE: usize = 8;
/// A moment is loud with this share of the power of the loudest one: −10 dB.
const LOUD: f32 = 0.1;
/// How much sooner than its first piece a sentence may begin, in samples: 400 ms.
const BEFORE: u64 = 6_400;
/// How much later than its last piece it may end, in samples: 320 ms.
const BEHIND: u64 = 5_120;
/// How far a whole sentence may be behind the beginning of a longer one and still be all that was
/// said, as natural logarithm.
const COMPLETE: f32 = 2.0;
/// How long the answer to a pause holds, in samples, if nothing more is said: 400 ms.
const GUESS_HOLDS: u64 = 6_400;
/// A sentence that stands for so long may be all that was said: 1 s.
const STANDS: u64 = voice::SAMPLE_RATE as u64;
/// Confidence from which a whole sentence may end sooner than others.
const SURE: f32 = 0.75;
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
    /// Power of each [`LEVEL_SAMPLES`] of it, and of the samples that do not fill another.
    levels: Vec<f32>,
    power: f32,
    /// Sum of the same samples.
    sum: f32,
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
            levels: Vec::new(),
            power: 0.0,
            sum: 0.0,
            guess: None,
            model,
        }
    }

    /// The share of the loud words that the sentence explains, 0…1. What is loud and no word (a knock,
    /// a click) needs no explanation.
    fn coverage(&self, sentence: &transducer::Sentence, free_at: &[u64]) -> f32 {
        let (Some(first), Some(last)) = (sentence.words.first(), sentence.words.last()) else {
            return 0.0;
        };
        let block = LEVEL_SAMPLES as u64;
        let inside = first.start.saturating_sub(BEFORE) / block..=(last.end + BEHIND) / block;
        let within = self.levels.iter().enumerate().filter(|(i, _)| inside.contains(&(*i as u64)));
        let loudest = within.map(|(_, power)| *power).fold(0.0, f32::max);
        let loud = self.levels.iter().enumerate().filter(|(_, power)| **power > loudest * LOUD);
        let (mut all, mut explained) = (0_u32, 0_u32);
        for (index, _) in loud {
            let index = index as u64;
            let written = index..=index + WRITTEN_LATE as u64;
            if inside.contains(&index) {
                explained += 1;
                all += 1;
            } else if free_at.iter().any(|at| written.contains(&(at / block))) {
                all += 1;
            }
        }
        explained as f32 / all.max(1) as f32
    }

    /// What was said, if it was a sentence of the house.
    fn judge(&self, heard: &Heard) -> Transcript {
        let nothing = Transcript::nothing(Engine::Grammar);
        let Some(best) = heard.sentences.first() else { return nothing };
        let confidence = [
            PIECES * best.free_pieces as f32 / best.pieces.max(1) as f32,
            (1.0 - self.coverage(best, &heard.free_at)) / MISSED,
            best.per_token / PER_TOKEN,
            best.worst_pair / WORST_PAIR,
            heard.free_per_token.unwrap_or(f32::NEG_INFINITY).max(best.plain_per_token) / LIKELY,
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
            words: Vec::new(),
        }
    }
}

/// Shows the next frame to the search, and how loud it was there: the network writes a piece up to
/// 320 ms behind its sound.
fn hear(search: &mut Search, frame: &[f32; transducer::WIDTH], levels: &[f32]) {
    let now = search.free().frames as usize;
    let near = levels.iter().take(now + 2).skip(now.saturating_sub(WRITTEN_LATE));
    let power = near.copied().fold(0.0, f32::max) / LEVEL_SAMPLES as f32;
    search.frame_at(frame, 10.0 * power.max(1e-12).log10());
}

/// 1 for a perfect fit, one half at the limit (`excess` 1), 0 far beyond it.
fn confidence(excess: f32) -> f32 {
    1.0 / (1.0 + ((excess - 1.0) * 4.0).exp())
}

impl GrammarEngine for TransducerTranscriber {
    fn preparer(&self) -> Preparer {
        Preparer::transducer(Arc::clone(&self.model))
    }

    fn adopt(&mut self, prepared: Prepared) -> Result<()> {
        let Sentences::Pieces(grammar, spelling) = prepared.sentences else {
            return Err(Error::Grammar);
        };
        self.reset();
        self.search.set_grammar(grammar);
        self.spelling = spelling;
        Ok(())
    }
}

impl Transcriber for TransducerTranscriber {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Partial>> {
        for sample in pcm {
            self.power += sample * sample;
            self.sum += sample;
            self.fed += 1;
            if self.fed.is_multiple_of(LEVEL_SAMPLES as u64) {
                // Without the constant that cheap microphones add.
                let mean = std::mem::take(&mut self.sum) / LEVEL_SAMPLES as f32;
                let constant = mean * mean * LEVEL_SAMPLES as f32;
                let power = std::mem::take(&mut self.power) - constant;
                self.levels.push(power.max(0.0));
            }
        }
        let (search, levels) = (&mut self.search, &self.levels);
        let before = search.free().frames;
        self.stream.feed(pcm, |frame| hear(search, frame, levels));
        if search.free().frames == before {
            return Ok(None);
        }
        let complete = search.complete();
        let stood = complete
            .map_or(0, |complete| u64::from(complete.quiet_frames) * transducer::FRAME_SAMPLES);
        // Whether it is one that can be believed takes some work, and only matters after a while.
        let whole = complete.is_some_and(|complete| complete.behind <= COMPLETE)
            && (stood < STANDS || self.judge(&self.search.heard()).confidence >= SURE);
        let text = self.search.partial().into();
        Ok(Some(Partial { text, complete: Some(whole), stood }))
    }

    fn pause(&mut self) -> voice::Result<Option<Partial>> {
        let mut search = self.search.clone();
        self.stream.clone().finish(|frame| hear(&mut search, frame, &self.levels));
        let transcript = self.judge(&search.heard());
        let whole = search.complete().is_some_and(|complete| complete.behind <= COMPLETE);
        let complete = match () {
            () if !whole || transcript.text.is_empty() => Some(false),
            () if transcript.confidence >= SURE => Some(true),
            () => None,
        };
        let partial = Partial { text: transcript.text.clone(), complete, stood: 0 };
        self.guess = Some((self.fed, transcript));
        Ok(Some(partial))
    }

    fn finish(&mut self) -> voice::Result<Transcript> {
        let transcript = match self.guess.take() {
            Some((at, transcript)) if self.fed - at <= GUESS_HOLDS => transcript,
            _ => {
                let (search, levels) = (&mut self.search, &self.levels);
                self.stream.finish(|frame| hear(search, frame, levels));
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
        self.levels.clear();
        (self.power, self.sum) = (0.0, 0.0);
        self.guess = None;
    }
}
