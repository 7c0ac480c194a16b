//! Feature extraction: 80 logarithmic mel filterbank energies a hundred times a second.
//!
//! The definition is Kaldi's (`fbank` with `snip_edges = false`, no dither) because the network was
//! trained on it; constants are those of its recipe.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Values in one row.
pub const BINS: usize = 80;
/// Samples from one row to the next: 10 ms.
pub const HOP: usize = 160;
/// Samples under one window: 25 ms.
const WINDOW: usize = 400;
/// The first window begins this many samples before the sound: windows are centred on their hop.
const LEAD: usize = (WINDOW - HOP) / 2;
/// Samples that have to follow a sound for its last row to be complete.
pub(crate) const LAG: usize = WINDOW - HOP - LEAD + HOP / 2;
const FFT: usize = 512;
const LOW_HZ: f32 = 20.0;
const HIGH_HZ: f32 = 7600.0;
const PRE_EMPHASIS: f32 = 0.97;
/// Louder than any sound card gives; keeps absurd input from overflowing the powers.
const LOUDEST: f32 = 4.0;

/// Turns 16 kHz mono `f32` into rows, in pieces of any length. Does not allocate after `new`.
#[derive(Clone)]
pub struct Fbank {
    fft: Arc<dyn RealToComplex<f32>>,
    taper: [f32; WINDOW],
    mel: Vec<Band>,
    /// The samples under the next window; the first `filled` are there.
    window: [f32; WINDOW],
    filled: usize,
    first: bool,
    time: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    power: Vec<f32>,
    row: [f32; BINS],
}

/// One triangle of the mel scale.
#[derive(Clone)]
struct Band {
    /// First bin of the spectrum under it.
    from: usize,
    weights: Vec<f32>,
}

impl Fbank {
    /// Plans the transform.
    pub fn new() -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(FFT);
        Self {
            taper: povey(),
            mel: bands(),
            window: [0.0; WINDOW],
            filled: LEAD,
            first: true,
            time: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; FFT / 2],
            row: [0.0; BINS],
            fft,
        }
    }

    /// Forgets the sound so far; nothing of it is left here.
    pub fn reset(&mut self) {
        self.window.fill(0.0);
        self.time.fill(0.0);
        self.spectrum.fill(Complex::default());
        self.scratch.fill(Complex::default());
        self.power.fill(0.0);
        self.row.fill(0.0);
        self.filled = LEAD;
        self.first = true;
    }

    /// Takes 16 kHz mono samples and gives every row that they complete to `each`.
    pub fn feed(&mut self, mut samples: &[f32], mut each: impl FnMut(&[f32; BINS])) {
        while !samples.is_empty() {
            let (now, later) = samples.split_at(samples.len().min(WINDOW - self.filled));
            for (slot, &sample) in self.window[self.filled..].iter_mut().zip(now) {
                // A NaN would stay in the network's memory for ever.
                *slot = if sample.is_finite() { sample.clamp(-LOUDEST, LOUDEST) } else { 0.0 };
            }
            self.filled += now.len();
            samples = later;
            if self.filled == WINDOW {
                self.compute();
                each(&self.row);
                self.window.copy_within(HOP.., 0);
                self.filled = WINDOW - HOP;
            }
        }
    }

    fn compute(&mut self) {
        if std::mem::take(&mut self.first) {
            // Before its start the sound is continued by its own reflection.
            let (before, sound) = self.window.split_at_mut(LEAD);
            for (slot, &sample) in before.iter_mut().rev().zip(sound.iter()) {
                *slot = sample;
            }
        }
        let mean = self.window.iter().sum::<f32>() / WINDOW as f32;
        let mut last = self.window[0] - mean;
        for ((slot, &sample), taper) in self.time.iter_mut().zip(&self.window).zip(&self.taper) {
            let sample = sample - mean;
            *slot = (sample - PRE_EMPHASIS * last) * taper;
            last = sample;
        }
        self.time[WINDOW..].fill(0.0);
        // The lengths are those that the plan asked for, which is all that can fail.
        let done =
            self.fft.process_with_scratch(&mut self.time, &mut self.spectrum, &mut self.scratch);
        debug_assert!(done.is_ok(), "the buffers have the lengths of the plan");
        for (power, value) in self.power.iter_mut().zip(&self.spectrum) {
            *power = value.norm_sqr();
        }
        for (out, band) in self.row.iter_mut().zip(&self.mel) {
            let energy: f32 =
                band.weights.iter().zip(&self.power[band.from..]).map(|(w, p)| w * p).sum();
            *out = energy.max(f32::EPSILON).ln();
        }
    }
}

impl Default for Fbank {
    fn default() -> Self {
        Self::new()
    }
}

/// Daniel Povey's window: a Hann window to the power 0.85, so that it ends in zero less steeply.
fn povey() -> [f32; WINDOW] {
    std::array::from_fn(|n| {
        let angle = 2.0 * std::f64::consts::PI * n as f64 / (WINDOW - 1) as f64;
        (0.5 - 0.5 * angle.cos()).powf(0.85) as f32
    })
}

fn mel(hz: f32) -> f32 {
    1127.0 * (1.0 + hz / 700.0).ln()
}

fn bands() -> Vec<Band> {
    let (low, high) = (mel(LOW_HZ), mel(HIGH_HZ));
    let step = (high - low) / (BINS + 1) as f32;
    let bin_hz = voice::SAMPLE_RATE as f32 / FFT as f32;
    (0..BINS)
        .map(|band| {
            let left = low + band as f32 * step;
            let (centre, right) = (left + step, left + 2.0 * step);
            let weight = |bin: usize| {
                let at = mel(bin as f32 * bin_hz);
                ((at - left) / (centre - left)).min((right - at) / (right - centre))
            };
            let inside = |&bin: &usize| weight(bin) > 0.0;
            let from = (0..FFT / 2).find(inside).unwrap_or(0);
            let weights = (from..FFT / 2).take_while(inside).map(weight).collect();
            Band { from, weights }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(pieces: &[&[f32]]) -> Vec<f32> {
        let mut fbank = Fbank::new();
        let mut rows = Vec::new();
        for piece in pieces {
            fbank.feed(piece, |row| rows.extend_from_slice(row));
        }
        rows
    }

    #[test]
    fn silence_and_nonsense_give_finite_rows() {
        for value in [0.0, f32::NAN, f32::INFINITY, f32::MAX, -1.0] {
            let rows = rows(&[&vec![value; 4000]]);
            assert_eq!(rows.len(), 24 * BINS, "{value}");
            assert!(rows.iter().all(|v| v.is_finite()), "{value}");
        }
    }

    #[test]
    fn a_tone_is_loudest_in_its_own_band() {
        let tone: Vec<f32> = (0..16_000)
            .map(|n| 0.5 * (2.0 * std::f32::consts::PI * 1000.0 * n as f32 / 16_000.0).sin())
            .collect();
        let rows = rows(&[&tone]);
        let row = &rows[50 * BINS..51 * BINS];
        let loudest = (0..BINS).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
        let step = (mel(HIGH_HZ) - mel(LOW_HZ)) / (BINS + 1) as f32;
        let expected = ((mel(1000.0) - mel(LOW_HZ)) / step - 1.0).round() as usize;
        assert_eq!(loudest, expected);
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(
            sound in prop::collection::vec(-1.0_f32..1.0, 0..3000),
            cuts in prop::collection::vec(0_usize..3000, 0..8),
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c.min(sound.len())).collect();
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut at = 0;
            for cut in cuts.into_iter().chain([sound.len()]) {
                pieces.push(&sound[at..cut]);
                at = cut;
            }
            prop_assert_eq!(rows(&pieces), rows(&[&sound]));
        }
    }
}
