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
