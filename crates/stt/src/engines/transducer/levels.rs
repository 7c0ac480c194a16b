//! How loud what a pass heard was, and which of it a sentence explains.

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
        let heard = |from: u64, to: u64| {
            let written = |at: &&u64| **at > from + APART && **at + APART < to;
            let (first, last) = (free_at.iter().find(written)?, free_at.iter().rfind(written)?);
            let from = from.max(first.saturating_sub(ONSET));
            let to = to.saturating_sub(ONSET).min(*last);
            Some(self.loud(from, to, AS_LOUD * loudness))
        };
        let between = sentence.words.windows(2).map(|pair| heard(pair[0].end, pair[1].start));
        let around = [heard(WAKE, first.start), heard(last.end, u64::MAX)];
        between.chain(around).flatten().max().unwrap_or(0)
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

#[cfg(test)]
mod tests {
    use super::*;
    use transducer::{Part, Sentence, Word};

    /// Milliseconds in samples.
    fn ms(millis: u64) -> u64 {
        millis * 16
    }

    /// What a sentence of two words from 1,000 to 1,600 ms passes over, when somebody speaks with these
    /// amplitudes between these times, and the free text has pieces at these.
    fn passed_over(spoken: &[(u64, u64, f32)], pieces: &[u64]) -> u64 {
        let mut pcm = vec![0.0; ms(3_000) as usize];
        for &(from, to, amplitude) in spoken {
            for (n, sample) in pcm[ms(from) as usize..ms(to) as usize].iter_mut().enumerate() {
                *sample = amplitude * (n as f32 * 0.3).sin();
            }
        }
        let mut levels = Levels::default();
        levels.feed(&pcm);
        let word = |from, to| Word {
            text: "word".to_owned(),
            part: Part::Sentence,
            pieces: 1,
            start: ms(from),
            end: ms(to),
            log_ratio: 0.0,
            acoustic_ratio: 0.0,
            per_piece: 0.0,
        };
        let sentence = Sentence {
            words: vec![word(1_000, 1_040), word(1_560, 1_600)],
            pieces: 2,
            free_pieces: 2,
            posterior: 1.0,
            per_token: 0.0,
            plain_per_token: 0.0,
            worst_pair: 0.0,
        };
        let at: Vec<_> = pieces.iter().map(|at| ms(*at)).collect();
        levels.passed_over(&sentence, &at) / 16
    }

    #[test]
    fn what_is_as_loud_as_the_sentence_is_not_passed_over_in_silence() {
        let sentence = (800, 1_600, 0.2);
        assert_eq!(passed_over(&[sentence], &[1_000, 1_560]), 0);
        let before = passed_over(&[(400, 700, 0.2), sentence], &[600, 1_000, 1_560]);
        assert!((160..=340).contains(&before), "{before} ms before it");
        let behind = passed_over(&[sentence, (1_700, 2_300, 0.2)], &[1_000, 1_560, 1_900, 2_300]);
        assert!((400..=640).contains(&behind), "{behind} ms behind it");
        let between = passed_over(&[sentence], &[1_000, 1_280, 1_560]);
        assert!(between >= 200, "{between} ms between its words");
        // Somebody else, far away; and a knock of which the network writes nothing.
        assert_eq!(passed_over(&[sentence, (1_700, 2_300, 0.05)], &[1_000, 1_560, 2_000]), 0);
        assert_eq!(passed_over(&[sentence, (1_900, 2_300, 0.4)], &[1_000, 1_560]), 0);
    }
}
