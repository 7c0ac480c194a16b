//! One test-time-augmentation pass: the network and the search over the sound as it is, or over a
//! perturbed copy of it.
//!
//! What the network hears in noise depends on chance: where its steps of 320 ms fall, how high the
//! voice is. Passes that differ in these err at different places, so what they agree on is right more
//! often than what any of them says alone. Each costs as much as the first.

use std::sync::Arc;

use transducer::{Completeness, Grammar, Model, Part, Search, SearchResult, Stream};
use voice::{Phrase, WordGraph};

use super::clarity::{clarity, otherness, within};
use super::levels::Levels;
use super::snap::Vocabulary;

/// Log-likelihood ratio to the free text for each piece below which nothing of the grammar was said.
const PER_TOKEN: f32 = -3.5;
/// The same of the worst two words in a row.
const WORST_PAIR: f32 = -16.0;
/// Log-probability for each piece, of the sentence or of the free text, below which it was noise.
const LIKELY: f32 = -2.2;
/// The share of the free text's pieces that a sentence has at least: a short sentence is easily
/// found somewhere in much talk.
const PIECES: f32 = 0.6;
/// The share of the loud words that may lie outside of the sentence: what is loud was said to us.
const MISSED: f32 = 0.3;

/// The longest silence in front of a pass: a step of the network.
static SILENCE: [f32; 5_120] = [0.0; 5_120];

/// How the sound of a pass differs from the sound as it is.
#[derive(Clone, Copy)]
pub(crate) struct Perturbation {
    /// Time shift: silence in front, in samples, up to [`SILENCE`]; the steps of the network fall
    /// elsewhere.
    pub(crate) shift: usize,
    /// Speed, and thereby pitch: 1 is as it is.
    pub(crate) speed: f32,
}

/// A network that listens, a search in what it hears, and the level of that.
#[derive(Clone)]
pub(crate) struct Pass {
    perturbation: Perturbation,
    resampler: SpeedResampler,
    stream: Stream,
    search: Search,
    levels: Levels,
}

/// A word of a sentence.
#[derive(Clone)]
pub(crate) struct Word {
    pub(crate) text: String,
    /// Confidence of this pass, 0…1; one half at the limits.
    pub(crate) confidence: f32,
    /// Whether any words may be said here.
    pub(crate) open: bool,
    /// Whether it is one of a number.
    pub(crate) number: bool,
    /// The carrier phrase that begins with it.
    pub(crate) phrase: Option<Phrase>,
    /// How much of it is as loud as the sentence, in samples.
    pub(crate) said: u64,
}

impl Word {
    /// Whether a carrier phrase of that kind begins with it.
    pub(crate) fn is(&self, phrase: Phrase) -> bool {
        self.phrase == Some(phrase)
    }
}

/// An entry of the n-best list of one pass.
#[derive(Clone)]
pub(crate) struct Hypothesis {
    /// Its words.
    pub(crate) words: Vec<Word>,
    /// Posterior: its share of the probability of all sentences of this pass, 0…1.
    pub(crate) posterior: f32,
    /// How well it fits the sound, whatever other sentences do, 0…1.
    pub(crate) acoustic_score: f32,
    /// How sure it is that nothing else was said: a word in the place of one of its own, or before,
    /// behind or between them, 0…1; one half at the limits.
    pub(crate) clarity: f32,
}

impl Pass {
    pub(crate) fn new(model: &Arc<Model>, perturbation: Perturbation) -> Self {
        let grammar = Grammar::compile(&WordGraph::new(), model.tokens());
        let mut pass = Self {
            perturbation,
            resampler: SpeedResampler::new(perturbation.speed),
            stream: Stream::new(model),
            search: Search::new(Arc::clone(model), grammar, transducer::Config::default()),
            levels: Levels::default(),
        };
        pass.reset();
        pass
    }

    pub(crate) fn set_grammar(&mut self, grammar: Grammar) {
        self.search.set_grammar(grammar);
        self.reset();
    }

    pub(crate) fn reset(&mut self) {
        self.resampler.reset();
        self.stream.reset();
        self.search.reset();
        self.levels.reset();
        self.take(&SILENCE[..self.perturbation.shift]);
    }

    /// Takes the next samples, 16 kHz mono.
    pub(crate) fn feed(&mut self, pcm: &[f32]) {
        if self.resampler.is_idle() {
            return self.take(pcm);
        }
        let mut resampler = std::mem::take(&mut self.resampler);
        self.take(resampler.feed(pcm));
        self.resampler = resampler;
    }

    fn take(&mut self, pcm: &[f32]) {
        self.levels.feed(pcm);
        let (search, levels) = (&mut self.search, &self.levels);
        self.stream.feed(pcm, |frame| levels.accept_frame(search, frame));
    }

    /// Ends the sound. Afterwards it has to be [`reset`](Self::reset).
    pub(crate) fn finish(&mut self) {
        let (search, levels) = (&mut self.search, &self.levels);
        self.stream.finish(|frame| levels.accept_frame(search, frame));
    }

    /// Frames that were decoded.
    pub(crate) fn frames(&self) -> u32 {
        self.search.free().frames
    }

    /// Pieces of the free text.
    pub(crate) fn pieces(&self) -> usize {
        self.search.free().tokens.len()
    }

    pub(crate) fn complete(&self) -> Option<Completeness> {
        self.search.complete()
    }

    /// The words so far, finished or not.
    pub(crate) fn partial(&self) -> String {
        self.search.partial()
    }

    /// The free text: what the network writes without a grammar.
    pub(crate) fn free(&self) -> Vec<transducer::FreeWord> {
        self.search.free_words()
    }

    /// Log-probability of the free text for each piece.
    pub(crate) fn free_per_token(&self) -> Option<f32> {
        self.search.free().per_token()
    }

    /// The n-best list, most likely first.
    pub(crate) fn n_best(&self, vocabulary: &Vocabulary) -> Vec<Hypothesis> {
        let result = self.search.result();
        let word = |(at, (word, said)): (usize, (&transducer::Word, u64))| {
            let open = word.part == Part::Open;
            // Free words are what the free text has, too, so their ratio says nothing.
            let confidence = if open {
                word.per_piece.exp()
            } else {
                within(word.log_ratio / WORST_PAIR).min(within(otherness(at, word, vocabulary)))
            };
            let (text, number) = (word.text.clone(), vocabulary.is_number(&word.text));
            Word { text, confidence, open, number, phrase: word.phrase, said }
        };
        let hypothesis = |sentence: &transducer::Sentence| Hypothesis {
            words: sentence
                .words
                .iter()
                .zip(self.levels.said(sentence))
                .enumerate()
                .map(word)
                .collect(),
            posterior: sentence.posterior,
            acoustic_score: self.acoustic_score(sentence, &result),
            clarity: clarity(sentence, &result, &self.levels, vocabulary),
        };
        result.sentences.iter().map(hypothesis).collect()
    }

    /// How well a sentence fits the sound, 0…1; one half at the limits.
    fn acoustic_score(&self, sentence: &transducer::Sentence, result: &SearchResult) -> f32 {
        let likely = result.free_per_token.unwrap_or(f32::NEG_INFINITY);
        [
            PIECES * sentence.free_pieces as f32 / sentence.pieces.max(1) as f32,
            (1.0 - self.levels.explained(sentence, &result.free_at)) / MISSED,
            sentence.per_token / PER_TOKEN,
            sentence.worst_pair / WORST_PAIR,
            likely.max(sentence.plain_per_token) / LIKELY,
        ]
        .into_iter()
        .map(within)
        .fold(1.0, f32::min)
    }
}

/// Speed perturbation by linear interpolation. What that adds above 7 kHz is far below speech.
#[derive(Clone, Default)]
struct SpeedResampler {
    speed: f32,
    /// Where the next sample lies behind [`SpeedResampler::last`], in samples.
    at: f32,
    last: f32,
    out: Vec<f32>,
}

impl SpeedResampler {
    fn new(speed: f32) -> Self {
        Self { speed, at: 1.0, last: 0.0, out: Vec::new() }
    }

    fn is_idle(&self) -> bool {
        (self.speed - 1.0).abs() < f32::EPSILON
    }

    fn reset(&mut self) {
        (self.at, self.last) = (1.0, 0.0);
        self.out = Vec::new();
    }

    fn feed(&mut self, pcm: &[f32]) -> &[f32] {
        // Freed, and thereby wiped, because what follows may be shorter.
        self.out = Vec::with_capacity(pcm.len() * 5 / 4);
        for &sample in pcm {
            while self.at <= 1.0 {
                self.out.push(self.last + self.at * (sample - self.last));
                self.at += self.speed;
            }
            self.at -= 1.0;
            self.last = sample;
        }
        &self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faster_sound_is_shorter_and_higher_whatever_its_pieces() {
        let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.1).sin()).collect();
        let whole = SpeedResampler::new(1.25).feed(&tone).to_vec();
        assert!(whole.len().abs_diff(12_800) <= 1, "{}", whole.len());
        for (n, sample) in whole.iter().enumerate() {
            assert!((sample - (n as f32 * 0.125).sin()).abs() < 0.002, "{n}");
        }
        let mut resampler = SpeedResampler::new(1.25);
        let pieces: Vec<f32> = tone.chunks(77).flat_map(|p| resampler.feed(p).to_vec()).collect();
        assert_eq!(pieces, whole);
    }
}
