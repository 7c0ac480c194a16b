//! Audio samples inside Hark: always 16 kHz mono `f32` in −1…1.

use std::sync::Arc;

/// Samples a second everywhere above the sound card.
pub const SAMPLE_RATE: u32 = 16_000;
/// Length of the pieces in which audio travels, in milliseconds.
pub const FRAME_MS: u32 = 20;
/// Samples in one such piece.
pub const FRAME_SAMPLES: usize = (SAMPLE_RATE / 1000 * FRAME_MS) as usize;

/// Samples in `millis` milliseconds of 16 kHz audio.
pub const fn millis_to_samples(millis: u32) -> u64 {
    millis as u64 * SAMPLE_RATE as u64 / 1000
}

/// Whole milliseconds in `samples` samples of 16 kHz audio.
pub const fn samples_to_millis(samples: u64) -> u64 {
    samples * 1000 / SAMPLE_RATE as u64
}

/// A finished piece of sound, 16 kHz mono `f32`; cheap to clone. A recording of a person is
/// private, so it has no `Debug`.
#[derive(Clone, Default, PartialEq)]
pub struct Pcm(Arc<[f32]>);

impl Pcm {
    /// Takes 16 kHz mono samples.
    pub fn new(samples: impl Into<Arc<[f32]>>) -> Self {
        Self(samples.into())
    }

    /// The samples.
    pub fn samples(&self) -> &[f32] {
        &self.0
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.0.len() as f64 / f64::from(SAMPLE_RATE)
    }

    /// Whether there is no sample in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `count` peak bytes (0…255, loudest absolute value of each part) for drawing a waveform.
    /// Fewer when there are fewer samples than that.
    pub fn peaks(&self, count: usize) -> Vec<u8> {
        let part = self.0.len().div_ceil(count.max(1)).max(1);
        self.0
            .chunks(part)
            .map(|part| {
                let peak = part.iter().fold(0.0_f32, |peak, s| peak.max(s.abs()));
                (peak.min(1.0) * 255.0).round() as u8
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_show_where_it_was_loud() {
        let mut samples = vec![0.0; 1000];
        samples[550] = -1.0;
        let peaks = Pcm::new(samples).peaks(10);
        assert_eq!(peaks, [0, 0, 0, 0, 0, 255, 0, 0, 0, 0]);
        assert!(Pcm::default().peaks(10).is_empty());
    }

    #[test]
    fn a_frame_is_twenty_milliseconds() {
        assert_eq!(millis_to_samples(FRAME_MS), FRAME_SAMPLES as u64);
        assert_eq!(samples_to_millis(16_000), 1000);
    }
}
