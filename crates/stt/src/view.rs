//! One look at an utterance: the sound as it is, or a little different.
//!
//! What the network hears in noise depends on chance: where its steps of 320 ms fall, how high the
//! voice is. Looks that differ in these err at different places, so what they agree on is right more
//! often than what any of them says alone (test-time augmentation). Each costs as much as the first.

use std::sync::Arc;

use transducer::{Completeness, Grammar, Heard, Model, Part, Search, Stream};
use voice::WordGraph;

/// Difference to the free text for each piece, as natural logarithm, below which nothing of the
/// grammar was said.
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

/// The longest silence in front of a look: a step of the network.
static SILENCE: [f32; 5_120] = [0.0; 5_120];

/// How a look differs from the sound as it is.
#[derive(Clone, Copy)]
pub(crate) struct Change {
    /// Silence in front, in samples, up to [`SILENCE`]: the steps of the network fall elsewhere.
    pub(crate) later: usize,
    /// How much faster, and thereby higher, the sound is made: 1 is as it is.
    pub(crate) faster: f32,
}

/// A network that listens, a search in what it hears, and how loud that was.
#[derive(Clone)]
pub(crate) struct View {
    change: Change,
    faster: Faster,
    stream: Stream,
    search: Search,
    levels: Levels,
}

/// A word of a sentence.
#[derive(Clone)]
pub(crate) struct Word {
    pub(crate) text: String,
    /// How sure this look is of it, 0…1; one half at the limits.
    pub(crate) confidence: f32,
    /// Whether any words may be said here.
    pub(crate) open: bool,
}

/// What one look takes a sentence for.
#[derive(Clone)]
pub(crate) struct Believed {
    /// Its words.
    pub(crate) words: Vec<Word>,
    /// Its share of the probability of all sentences of this look, 0…1.
    pub(crate) share: f32,
    /// How well it fits what was heard, whatever other sentences do, 0…1.
    pub(crate) fit: f32,
}

impl View {
    pub(crate) fn new(model: &Arc<Model>, change: Change) -> Self {
        let grammar = Grammar::compile(&WordGraph::new(), model.tokens());
        let mut view = Self {
            change,
            faster: Faster::new(change.faster),
            stream: Stream::new(model),
            search: Search::new(Arc::clone(model), grammar, transducer::Config::default()),
            levels: Levels::default(),
        };
        view.reset();
        view
    }

    pub(crate) fn set_grammar(&mut self, grammar: Grammar) {
        self.search.set_grammar(grammar);
        self.reset();
    }

    pub(crate) fn reset(&mut self) {
        self.faster.reset();
        self.stream.reset();
        self.search.reset();
        self.levels.reset();
        self.take(&SILENCE[..self.change.later]);
    }

    /// Takes the next samples, 16 kHz mono.
    pub(crate) fn feed(&mut self, pcm: &[f32]) {
        if self.faster.is_idle() {
            return self.take(pcm);
        }
        let mut faster = std::mem::take(&mut self.faster);
        self.take(faster.feed(pcm));
        self.faster = faster;
    }

    fn take(&mut self, pcm: &[f32]) {
        self.levels.feed(pcm);
        let (search, levels) = (&mut self.search, &self.levels);
        self.stream.feed(pcm, |frame| levels.show(search, frame));
    }

    /// Ends the sound. Afterwards it has to be [`reset`](Self::reset).
    pub(crate) fn finish(&mut self) {
        let (search, levels) = (&mut self.search, &self.levels);
        self.stream.finish(|frame| levels.show(search, frame));
    }

    /// Frames that were looked at.
    pub(crate) fn frames(&self) -> u32 {
        self.search.free().frames
    }

    /// Pieces of words that it wrote freely.
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

    /// What the network wrote without any sentence.
    pub(crate) fn free(&self) -> Vec<transducer::FreeWord> {
        self.search.free_words()
    }

    /// Logarithm of its probability for each piece.
    pub(crate) fn free_per_token(&self) -> Option<f32> {
        self.search.free().per_token()
    }

    /// The sentences that it may have been, most likely first.
    pub(crate) fn believed(&self) -> Vec<Believed> {
        let heard = self.search.heard();
        let word = |word: &transducer::Word| {
            let open = word.part == Part::Open;
            // Free words are what the free text has, too; how likely they are tells more.
            let confidence =
                if open { word.per_piece.exp() } else { within(word.difference / WORST_PAIR) };
            Word { text: word.text.clone(), confidence, open }
        };
        let believed = |sentence: &transducer::Sentence| Believed {
            words: sentence.words.iter().map(word).collect(),
            share: sentence.confidence,
            fit: self.fit(sentence, &heard),
        };
        heard.sentences.iter().map(believed).collect()
    }

    /// How well a sentence fits, 0…1; one half at the limits.
    fn fit(&self, sentence: &transducer::Sentence, heard: &Heard) -> f32 {
        let likely = heard.free_per_token.unwrap_or(f32::NEG_INFINITY);
        [
            PIECES * sentence.free_pieces as f32 / sentence.pieces.max(1) as f32,
            (1.0 - self.levels.explained(sentence, &heard.free_at)) / MISSED,
            sentence.per_token / PER_TOKEN,
            sentence.worst_pair / WORST_PAIR,
            likely.max(sentence.plain_per_token) / LIKELY,
        ]
        .into_iter()
        .map(within)
        .fold(1.0, f32::min)
    }
}

/// How far a value is from its limit: 1 far within, one half at it, 0 far beyond.
fn within(excess: f32) -> f32 {
    1.0 / (1.0 + ((excess - 1.0) * 4.0).exp())
}

/// How loud the sound was.
#[derive(Clone, Default)]
struct Levels {
    /// Power of each [`LEVEL_SAMPLES`].
    blocks: Vec<f32>,
    /// Of the samples that do not fill another: how many, their power and their sum.
    count: usize,
    power: f32,
    sum: f32,
}

impl Levels {
    fn reset(&mut self) {
        self.blocks.clear();
        (self.count, self.power, self.sum) = (0, 0.0, 0.0);
    }

    fn feed(&mut self, pcm: &[f32]) {
        for sample in pcm {
            self.power += sample * sample;
            self.sum += sample;
            self.count += 1;
            if self.count == LEVEL_SAMPLES {
                // Without the constant that cheap microphones add.
                let constant = self.sum * self.sum / LEVEL_SAMPLES as f32;
                self.blocks.push((self.power - constant).max(0.0));
                (self.count, self.power, self.sum) = (0, 0.0, 0.0);
            }
        }
    }

    /// Shows the next frame to the search, and how loud it was there.
    fn show(&self, search: &mut Search, frame: &[f32; transducer::WIDTH]) {
        let now = search.free().frames as usize;
        let near = self.blocks.iter().take(now + 2).skip(now.saturating_sub(WRITTEN_LATE));
        let power = near.copied().fold(0.0, f32::max) / LEVEL_SAMPLES as f32;
        search.frame_at(frame, 10.0 * power.max(1e-12).log10());
    }

    /// The share of the loud words that the sentence explains, 0…1. What is loud and no word (a
    /// knock, a click) needs no explanation.
    fn explained(&self, sentence: &transducer::Sentence, free_at: &[u64]) -> f32 {
        let (Some(first), Some(last)) = (sentence.words.first(), sentence.words.last()) else {
            return 0.0;
        };
        let block = LEVEL_SAMPLES as u64;
        let inside = first.start.saturating_sub(BEFORE) / block..=(last.end + BEHIND) / block;
        let within = self.blocks.iter().enumerate().filter(|(i, _)| inside.contains(&(*i as u64)));
        let loudest = within.map(|(_, power)| *power).fold(0.0, f32::max);
        let loud = self.blocks.iter().enumerate().filter(|(_, power)| **power > loudest * LOUD);
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
}

/// Makes sound faster by drawing lines between its samples. What that adds above 7 kHz is far below
/// speech.
#[derive(Clone, Default)]
struct Faster {
    by: f32,
    /// Where the next sample lies behind [`Faster::last`], in samples.
    at: f32,
    last: f32,
    out: Vec<f32>,
}

impl Faster {
    fn new(by: f32) -> Self {
        Self { by, at: 1.0, last: 0.0, out: Vec::new() }
    }

    fn is_idle(&self) -> bool {
        (self.by - 1.0).abs() < f32::EPSILON
    }

    fn reset(&mut self) {
        (self.at, self.last) = (1.0, 0.0);
    }

    fn feed(&mut self, pcm: &[f32]) -> &[f32] {
        self.out.clear();
        for &sample in pcm {
            while self.at <= 1.0 {
                self.out.push(self.last + self.at * (sample - self.last));
                self.at += self.by;
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
        let whole = Faster::new(1.25).feed(&tone).to_vec();
        assert!(whole.len().abs_diff(12_800) <= 1, "{}", whole.len());
        for (n, sample) in whole.iter().enumerate() {
            assert!((sample - (n as f32 * 0.125).sin()).abs() < 0.002, "{n}");
        }
        let mut faster = Faster::new(1.25);
        let pieces: Vec<f32> = tone.chunks(77).flat_map(|p| faster.feed(p).to_vec()).collect();
        assert_eq!(pieces, whole);
    }
}
