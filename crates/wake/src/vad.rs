//! Is someone speaking right now?

use earshot::Detector;

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
        let mut rest = pcm;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(BLOCK_SAMPLES - self.pending.len()));
            self.pending.extend_from_slice(now);
            rest = later;
            if self.pending.len() == BLOCK_SAMPLES {
                out(self.detector.predict_f32(&self.pending));
                self.pending.clear();
            }
        }
    }

    /// Forgets all audio so far.
    pub fn reset(&mut self) {
        self.detector.reset();
        self.pending.clear();
    }
}
