//! Voice activity detection: is someone speaking right now?

use earshot::Detector;
use voice::level::mean_power_without_offset;
use zeroize::Zeroize as _;

/// Samples of 16 kHz that one decision covers.
pub const BLOCK_SAMPLES: usize = 256;

/// Voice activity: earshot's small network, 16 ms at a time.
pub struct Vad {
    detector: Box<Detector>,
    pending: Vec<f32>,
}

impl Default for Vad {
    fn default() -> Self {
        Self { detector: Detector::default_boxed(), pending: Vec::with_capacity(BLOCK_SAMPLES) }
    }
}

impl Vad {
    /// Takes 16 kHz mono samples, any number, and gives out the probability of speech (0…1) for
    /// each [`BLOCK_SAMPLES`] that became complete.
    pub fn feed(&mut self, pcm: &[f32], out: &mut dyn FnMut(f32)) {
        self.feed_with_level(pcm, &mut |probability, _| out(probability));
    }

    /// The same with the level of each block in decibels below full scale.
    pub(crate) fn feed_with_level(&mut self, pcm: &[f32], out: &mut dyn FnMut(f32, f32)) {
        let mut rest = pcm;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(BLOCK_SAMPLES - self.pending.len()));
            // The network panics at anything louder than full scale, and at what is no number.
            let sample = |s: &f32| if s.is_finite() { s.clamp(-1.0, 1.0) } else { 0.0 };
            self.pending.extend(now.iter().map(sample));
            rest = later;
            if self.pending.len() == BLOCK_SAMPLES {
                out(self.detector.predict_f32(&self.pending), level(&self.pending));
                self.pending.clear();
            }
        }
    }

    /// Forgets all audio so far.
    pub fn reset(&mut self) {
        self.detector.reset();
        // Where it works there still stands what it heard last.
        self.detector.predict_f32(&[0.0; BLOCK_SAMPLES]);
        self.detector.reset();
        self.pending.zeroize();
    }
}

/// Mean level in decibels below full scale.
fn level(pcm: &[f32]) -> f32 {
    10.0 * mean_power_without_offset(pcm).max(f32::MIN_POSITIVE).log10()
}

/// What is known of [`BLOCK_SAMPLES`].
#[derive(Clone, Copy)]
pub(crate) struct Block {
    /// Sample after its last one.
    pub(crate) end: u64,
    /// Probability of speech in it.
    pub(crate) probability: f32,
    /// Its level in decibels below full scale.
    pub(crate) level: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_loud_is_as_loud_as_can_be() {
        let mut vad = Vad::default();
        let mut decisions = 0;
        let mut loud = vec![3.0; 1_000];
        loud[10] = -f32::INFINITY;
        loud[20] = f32::NAN;
        vad.feed(&loud, &mut |probability| {
            assert!((0.0..=1.0).contains(&probability));
            decisions += 1;
        });
        assert_eq!(decisions, 3);
    }
}
