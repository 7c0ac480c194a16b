//! Pre-roll: what was heard last, in memory only, as 16 kHz mono `f32` and the probability of speech
//! in it.

use std::collections::VecDeque;

use voice::millis_to_samples;

use crate::vad::{BLOCK_SAMPLES, Block};

/// How much is kept, in milliseconds.
pub const PREROLL_MS: u32 = 1_500;

/// The newest second and a half.
#[derive(Default)]
pub(crate) struct Preroll {
    samples: VecDeque<f32>,
    /// Sample after the newest one.
    end: u64,
    blocks: VecDeque<Block>,
}

impl Preroll {
    pub(crate) fn push(&mut self, pcm: &[f32]) {
        self.samples.extend(pcm);
        self.end += pcm.len() as u64;
        let surplus = self.samples.len().saturating_sub(millis_to_samples(PREROLL_MS) as usize);
        self.samples.drain(..surplus);
    }

    pub(crate) fn push_block(&mut self, block: Block) {
        self.blocks.push_back(block);
        if self.blocks.len() > millis_to_samples(PREROLL_MS) as usize / BLOCK_SAMPLES {
            self.blocks.pop_front();
        }
    }

    /// Forgets everything but the position.
    pub(crate) fn clear(&mut self) {
        // Memory is wiped when it is freed, and not where it is only used again.
        self.samples = VecDeque::new();
        self.blocks.clear();
    }

    /// Sample after the newest one.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// The oldest sample that is there.
    pub(crate) fn start(&self) -> u64 {
        self.end - self.samples.len() as u64
    }

    /// The samples from `start` on.
    pub(crate) fn since(&self, start: u64) -> Vec<f32> {
        let skip = start.saturating_sub(self.start()) as usize;
        self.samples.iter().skip(skip).copied().collect()
    }

    /// The blocks that end after `start`, oldest first.
    pub(crate) fn blocks_since(&self, start: u64) -> impl Iterator<Item = Block> + '_ {
        self.blocks.iter().copied().filter(move |block| block.end > start)
    }
}
