//! Pre-roll: what was heard last, in memory only, as 16 kHz mono `f32` and the probability of speech
//! in it.

use std::collections::VecDeque;

use voice::millis_to_samples;

use crate::vad::{BLOCK_SAMPLES, Block};

/// How much is kept, in milliseconds.
pub const PREROLL_MS: u32 = 1_500;

/// The same in samples.
const KEPT: usize = millis_to_samples(PREROLL_MS) as usize;

/// The newest second and a half.
pub(crate) struct Preroll {
    /// It has room for [`KEPT`] and no more, so that nothing older stands in its memory.
    samples: VecDeque<f32>,
    /// Sample after the newest one.
    end: u64,
    blocks: VecDeque<Block>,
}

impl Default for Preroll {
    fn default() -> Self {
        Self { samples: VecDeque::with_capacity(KEPT), end: 0, blocks: VecDeque::new() }
    }
}

impl Preroll {
    pub(crate) fn push(&mut self, pcm: &[f32]) {
        let newest = &pcm[pcm.len().saturating_sub(KEPT)..];
        let surplus = (self.samples.len() + newest.len()).saturating_sub(KEPT);
        self.samples.drain(..surplus);
        self.samples.extend(newest);
        self.end += pcm.len() as u64;
    }

    pub(crate) fn push_block(&mut self, block: Block) {
        self.blocks.push_back(block);
        if self.blocks.len() > KEPT / BLOCK_SAMPLES {
            self.blocks.pop_front();
        }
    }

    /// Forgets everything but the position.
    pub(crate) fn clear(&mut self) {
        self.clear_sound();
        self.blocks.clear();
    }

    /// Forgets the sound, but not how loud it was.
    pub(crate) fn clear_sound(&mut self) {
        // Memory is wiped when it is freed, and not where it is only used again.
        self.samples = VecDeque::with_capacity(KEPT);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_room_for_what_is_older() {
        let mut preroll = Preroll::default();
        for length in [320; 200].into_iter().chain([7, 30_000, 1]) {
            preroll.push(&vec![0.5; length]);
            assert!(preroll.samples.capacity() <= KEPT, "after {length}");
        }
        assert_eq!(preroll.end() - preroll.start(), KEPT as u64);
        preroll.clear_sound();
        assert_eq!((preroll.start(), preroll.end()), (94_008, 94_008));
        assert!(preroll.samples.capacity() <= KEPT);
    }
}
