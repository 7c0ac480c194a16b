//! How loud what a pass heard was, and which of it a sentence explains.

use std::ops::Range;

use transducer::Search;
use voice::level::{EnergyMeter, LEVEL_BLOCK, decibels};

/// Emission delay of a piece, at most, in frames.
const EMISSION_DELAY: usize = 8;
/// A moment is loud with this share of the power of the loudest one: −10 dB.
const LOUD: f32 = 0.1;
/// How much sooner than its first piece a sentence may begin, in samples: 400 ms.
const BEFORE: u64 = 6_400;
/// How much later than its last piece it may end, in samples: 320 ms.
const BEHIND: u64 = 5_120;
/// A piece of the free text that comes later than any of the sentence by more than this, in samples, is not
/// explained by it: 80 ms.
const APART: u64 = 1_280;
/// The last sound of the wake word may be in so many samples at the start: 160 ms.
const WAKE: u64 = 2_560;
/// How much sooner than its first piece a word begins, about, in samples: 240 ms.
const ONSET: u64 = 3_840;
/// What is said with this share of the mean power of the sentence is as loud as it: −1 dB. With −7 dB, 14
/// commands of 27 were left behind a talker 10 dB below.
const AS_LOUD: f32 = 0.8;

/// What is said with this share of the mean power of the sentence is near enough to be a part of it where the
/// free text has no words: −3 dB. "Never" by a voice of its own is 160 to 400 ms of that.
const NEARLY_AS_LOUD: f32 = 0.5;

/// What is further away than so many blocks is no part of what was said: 240 ms. The sound that answers a wake word is
/// 300 ms and more before a command.
const GAP: u32 = 6;
/// So many pieces of the free text are words; one is made of a click, too.
const WORDS: usize = 2;
/// With less than this share of the mean power of the sentence, none of it was said: −5 dB.
const SAID: f32 = 0.3;

/// Sound directly before or behind a sentence, which may be background speech or a part of it.
#[derive(Clone, Copy, Default)]
pub(super) struct Around {
    /// How much of it is as loud as the sentence, or nearly, in samples.
    pub(super) samples: u64,
    /// Whether the free text has words there. Of what it did not understand it has none.
    pub(super) has_words: bool,
}

/// How loud the sound was.
#[derive(Clone, Default)]
pub(super) struct Levels {
    /// Energy of each [`LEVEL_BLOCK`].
    blocks: Vec<f32>,
    meter: EnergyMeter,
}

impl Levels {
    pub(super) fn reset(&mut self) {
        self.blocks.clear();
        self.meter.reset();
    }

    pub(super) fn feed(&mut self, pcm: &[f32]) {
        self.meter.feed(pcm, |energy| self.blocks.push(energy));
    }

    /// Advances the search by a frame, with the level there.
    pub(super) fn accept_frame(&self, search: &mut Search, frame: &[f32; transducer::WIDTH]) {
        let now = search.free().frames as usize;
        let near = self.blocks.iter().take(now + 2).skip(now.saturating_sub(EMISSION_DELAY));
        let power = near.copied().fold(0.0, f32::max) / LEVEL_BLOCK as f32;
        search.accept_frame_at(frame, decibels(power));
    }

    /// Samples of near-field speech before, between or behind the words of a sentence that it does not
    /// explain, at most: where the free text has words that it has not.
    pub(super) fn passed_over(&self, sentence: &transducer::Sentence, free_at: &[u64]) -> u64 {
        let (Some(first), Some(last)) = (sentence.words.first(), sentence.words.last()) else {
            return 0;
        };
        let loudness = self.mean(first.start.saturating_sub(ONSET), last.end);
        // Pieces come later than their sound, and so do those of the sentence.
        let heard = |from: u64, to: u64, least: usize| {
            let until = to.saturating_sub(ONSET);
            let inside = from + APART + 1..to.saturating_sub(APART);
            let written = self.written(free_at, inside, from..until, NEARLY_AS_LOUD * loudness);
            let (first, last) = (*written.first()?, *written.last()?);
            let from = from.max(first.saturating_sub(ONSET));
            (written.len() >= least).then(|| self.loud(from, until.min(last), AS_LOUD * loudness))
        };
        let between = sentence.words.windows(2).map(|pair| heard(pair[0].end, pair[1].start, 1));
        // Before it, one piece is made of a click or of the sound that answers the wake word.
        let around = [heard(WAKE, first.start, WORDS), heard(last.end, u64::MAX, 1)];
        between.chain(around).flatten().max().unwrap_or(0)
    }

    /// What is directly before and behind the words of a sentence and nearly as loud as it, whatever it is.
    pub(super) fn around(&self, sentence: &transducer::Sentence, free_at: &[u64]) -> [Around; 2] {
        let (Some(first), Some(last)) = (sentence.words.first(), sentence.words.last()) else {
            return [Around::default(); 2];
        };
        let begin = first.start.saturating_sub(ONSET);
        let end = last.end + APART;
        let mean = self.mean(begin, last.end);
        let nearly = NEARLY_AS_LOUD * mean;
        let is_louder = |power: f32| move |block: &f32| *block > power;
        let has_words = |pieces: Range<u64>, sound: Range<u64>| {
            self.written(free_at, pieces, sound, nearly).len() >= WORDS
        };
        let words_before = has_words(WAKE..first.start.saturating_sub(APART), WAKE..begin);
        let words_behind = has_words(end..u64::MAX, end..u64::MAX);
        let before = self.between(WAKE, begin).iter().rev();
        // Words before it were said to us, however long the person thought.
        let before = if words_before {
            samples(before.map(is_louder(AS_LOUD * mean)))
        } else {
            let onset =
                self.between(begin, first.start).iter().take_while(|block| **block <= nearly);
            samples(without_gap(onset.count() as u32, before.map(is_louder(nearly))))
        };
        let behind = self.between(end, u64::MAX).iter().map(is_louder(nearly));
        let behind = samples(without_gap(0, behind));
        [
            Around { samples: before, has_words: words_before },
            Around { samples: behind, has_words: words_behind },
        ]
    }

    /// The pieces of the free text between two samples that came of sound of that power in a stretch. Other pieces
    /// came of somebody who is further away.
    fn written(
        &self,
        free_at: &[u64],
        pieces: Range<u64>,
        sound: Range<u64>,
        power: f32,
    ) -> Vec<u64> {
        let block = LEVEL_BLOCK as u64;
        let has_sound = |at: &u64| {
            let since = at.saturating_sub(EMISSION_DELAY as u64 * block).max(sound.start);
            let until = at.saturating_sub(block).min(sound.end);
            self.between(since, until).iter().any(|block| *block > power)
        };
        free_at.iter().copied().filter(|at| pieces.contains(at) && has_sound(at)).collect()
    }

    /// Samples of each word of a sentence that are as loud as its words are.
    pub(super) fn said(&self, sentence: &transducer::Sentence) -> Vec<u64> {
        let begins = sentence.words.iter().map(|word| word.start.saturating_sub(ONSET));
        let end = sentence.words.last().map_or(0, |word| word.end);
        let edges: Vec<u64> = begins.chain([end]).collect();
        let power = SAID * self.mean(edges[0], end);
        edges.windows(2).map(|edges| self.loud(edges[0], edges[1], power)).collect()
    }

    /// Samples between two that are louder than this, in whole blocks.
    fn loud(&self, from: u64, to: u64, power: f32) -> u64 {
        self.between(from, to).iter().filter(|block| **block > power).count() as u64
            * LEVEL_BLOCK as u64
    }

    /// Mean power of a block between two samples.
    fn mean(&self, from: u64, to: u64) -> f32 {
        let blocks = self.between(from, to);
        blocks.iter().sum::<f32>() / blocks.len().max(1) as f32
    }

    fn between(&self, from: u64, to: u64) -> &[f32] {
        let block = LEVEL_BLOCK as u64;
        let to = (to.div_ceil(block) as usize).min(self.blocks.len());
        self.blocks.get((from / block) as usize..to).unwrap_or_default()
    }

    /// The share of the loud words that the sentence explains, 0…1. What is loud and no word (a
    /// knock, a click) needs no explanation.
    pub(super) fn explained(&self, sentence: &transducer::Sentence, free_at: &[u64]) -> f32 {
        let (Some(first), Some(last)) = (sentence.words.first(), sentence.words.last()) else {
            return 0.0;
        };
        let block = LEVEL_BLOCK as u64;
        let inside = first.start.saturating_sub(BEFORE) / block..=(last.end + BEHIND) / block;
        let within = self.blocks.iter().enumerate().filter(|(i, _)| inside.contains(&(*i as u64)));
        let loudest = within.map(|(_, power)| *power).fold(0.0, f32::max);
        let loud = self.blocks.iter().enumerate().filter(|(_, power)| **power > loudest * LOUD);
        let (mut all, mut explained) = (0_u32, 0_u32);
        for (index, _) in loud {
            let index = index as u64;
            let written = index..=index + EMISSION_DELAY as u64;
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

/// These blocks, of which each is loud or not, up to the first [`GAP`], of which so many blocks are behind.
fn without_gap(gap: u32, blocks: impl Iterator<Item = bool>) -> impl Iterator<Item = bool> {
    blocks.scan(gap, |gap, is_loud| {
        *gap = if is_loud { 0 } else { *gap + 1 };
        (*gap <= GAP).then_some(is_loud)
    })
}

/// How many samples of these blocks are loud.
fn samples(blocks: impl Iterator<Item = bool>) -> u64 {
    blocks.filter(|is_loud| *is_loud).count() as u64 * LEVEL_BLOCK as u64
}

#[cfg(test)]
mod tests;
