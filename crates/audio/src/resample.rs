//! Sample rate conversion.

use audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler as _};
use zeroize::Zeroize as _;

use crate::error::{Error, Result};

/// Length of the pieces in which conversion happens, in milliseconds of input. Longer is sharper
/// and later; at 20 ms the filter of rubato's FFT resampler passes speech up to 7 kHz.
const CHUNK_MS: u32 = 20;
/// Rates beyond these are a broken header, not sound.
const RATES: std::ops::RangeInclusive<u32> = 1_000..=768_000;

/// Converts a stream of mono `f32` from one rate to another. What comes out does not depend on how
/// the input is cut into pieces, and is not shifted in time.
pub struct Resampler {
    engine: Option<Fft<f32>>,
    pending: Vec<f32>,
    output: Vec<f32>,
    /// Leading samples that are the filter's delay and not sound.
    skip: usize,
    ratio: f64,
    taken: u64,
    given: u64,
}

impl Resampler {
    /// Converts from `from` to `to` samples a second.
    ///
    /// # Errors
    /// [`Error::Rate`] when one of them is not a rate of sound.
    pub fn new(from: u32, to: u32) -> Result<Self> {
        let error = || Error::Rate { from, to };
        if !RATES.contains(&from) || !RATES.contains(&to) {
            return Err(error());
        }
        let engine = if from == to {
            None
        } else {
            let chunk = (from / 1000 * CHUNK_MS) as usize;
            let engine = Fft::<f32>::new_custom(
                from as usize,
                to as usize,
                chunk,
                1,
                1,
                rubato::WindowFunction::BlackmanHarris2,
                FixedSync::Input,
            );
            Some(engine.map_err(|_| error())?)
        };
        let skip = engine.as_ref().map_or(0, rubato::Resampler::output_delay);
        let output = vec![0.0; engine.as_ref().map_or(0, rubato::Resampler::output_frames_max)];
        let ratio = f64::from(to) / f64::from(from);
        Ok(Self { engine, pending: Vec::new(), output, skip, ratio, taken: 0, given: 0 })
    }

    /// Takes any number of samples and appends what is ready to `out`.
    pub fn process(&mut self, input: &[f32], out: &mut Vec<f32>) {
        self.taken += input.len() as u64;
        let Some(engine) = &self.engine else {
            self.given += input.len() as u64;
            out.extend_from_slice(input);
            return;
        };
        let chunk = engine.input_frames_next();
        self.pending.extend_from_slice(input);
        let whole = self.pending.len() / chunk * chunk;
        for start in (0..whole).step_by(chunk) {
            self.convert(start, out);
        }
        let left = self.pending.len() - whole;
        self.pending.copy_within(whole.., 0);
        self.pending[left..].zeroize();
        self.pending.truncate(left);
    }

    /// The stream is over: appends the rest to `out`, so that as much time has come out as went
    /// in. The converter is as new afterwards, and holds nothing of the sound.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        let total = (self.taken as f64 * self.ratio).ceil() as u64;
        if let Some(chunk) = self.engine.as_ref().map(rubato::Resampler::input_frames_next) {
            while self.given < total {
                self.pending.resize(chunk, 0.0);
                let before = out.len();
                self.convert(0, out);
                self.pending.zeroize();
                let surplus = self.given.saturating_sub(total) as usize;
                out.truncate((out.len() - surplus).max(before));
            }
        }
        if self.taken > 0 {
            self.wipe();
        }
        if let Some(engine) = &mut self.engine {
            engine.reset();
            self.skip = engine.output_delay();
        }
        (self.taken, self.given) = (0, 0);
    }

    /// Puts silence in the place of the sound, in the engine too, whose buffers no reset reaches.
    fn wipe(&mut self) {
        self.pending.zeroize();
        if let Some(chunk) = self.engine.as_ref().map(rubato::Resampler::input_frames_next) {
            self.pending.resize(chunk, 0.0);
            self.convert(0, &mut Vec::new());
        }
        self.output.as_mut_slice().zeroize();
    }

    /// Converts one whole chunk of `pending` that begins at `start`.
    fn convert(&mut self, start: usize, out: &mut Vec<f32>) {
        let Some(engine) = &mut self.engine else { return };
        let frames = self.output.len();
        let made =
            InterleavedSlice::new(&self.pending, 1, self.pending.len()).ok().and_then(|input| {
                let mut output = InterleavedSlice::new_mut(&mut self.output, 1, frames).ok()?;
                let at = Indexing::new().input_offset(start);
                engine.process_into_buffer(&input, &mut output, Some(&at)).ok()
            });
        // Both buffers have the sizes that the engine asked for, so it has no reason to refuse.
        let Some((_, made)) = made else { return };
        let skipped = self.skip.min(made);
        self.skip -= skipped;
        self.given += (made - skipped) as u64;
        // The filter rings beyond full scale at loud edges, and sound is never louder than that.
        out.extend(self.output[skipped..made].iter().map(|s| s.clamp(-1.0, 1.0)));
    }
}

/// Converts a whole piece of mono sound from `from` to `to` samples a second. Sound of an
/// impossible rate becomes silence of no length.
pub fn resample(input: &[f32], from: u32, to: u32) -> Vec<f32> {
    let mut out = Vec::new();
    if let Ok(mut resampler) = Resampler::new(from, to) {
        resampler.process(input, &mut out);
        resampler.finish(&mut out);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tone(hz: f32, rate: u32, seconds: f32) -> Vec<f32> {
        let count = (rate as f32 * seconds) as usize;
        (0..count)
            .map(|n| 0.5 * (std::f32::consts::TAU * hz * n as f32 / rate as f32).sin())
            .collect()
    }

    /// Level in dB of the middle half, relative to a tone of [`tone`].
    fn level(samples: &[f32]) -> f32 {
        let quarter = samples.len() / 4;
        let middle = &samples[quarter..quarter * 3];
        let power = middle.iter().map(|s| s * s).sum::<f32>() / middle.len() as f32;
        10.0 * (power / 0.125).max(1e-20).log10()
    }

    #[test]
    fn speech_stays_and_what_is_above_goes() {
        for rate in [8_000, 22_050, 32_000, 44_100, 48_000, 96_000] {
            let db = level(&resample(&tone(1000.0, rate, 1.0), rate, 16_000));
            assert!(db.abs() < 0.5, "1 kHz at {rate}: {db} dB");
        }
        for rate in [44_100, 48_000] {
            let db = level(&resample(&tone(11_000.0, rate, 1.0), rate, 16_000));
            assert!(db < -60.0, "11 kHz at {rate}: {db} dB");
        }
    }

    #[test]
    fn a_loud_edge_does_not_ring_beyond_full_scale() {
        let square: Vec<f32> =
            (0..48_000).map(|n| if n / 40 % 2 == 0 { 1.0 } else { -1.0 }).collect();
        assert!(resample(&square, 48_000, 16_000).iter().all(|s| s.abs() <= 1.0));
    }

    #[test]
    fn nothing_moves_in_time() {
        let mut click = vec![0.0; 48_000];
        click[24_000] = 1.0;
        let out = resample(&click, 48_000, 16_000);
        let loudest = (0..out.len()).max_by(|&a, &b| out[a].total_cmp(&out[b]));
        assert_eq!((loudest, out.len()), (Some(8_000), 16_000));
    }

    #[test]
    fn a_nonsense_rate_is_refused() {
        assert!(matches!(Resampler::new(0, 16_000), Err(Error::Rate { .. })));
        assert!(Resampler::new(16_000, 4_000_000_000).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn any_chunking_gives_the_same(
            rate in prop::sample::select(vec![8_000_u32, 16_000, 22_050, 44_100, 48_000]),
            cuts in prop::collection::vec(1_usize..3000, 1..12),
        ) {
            let input = tone(440.0, rate, 0.37);
            let whole = resample(&input, rate, 16_000);
            let mut resampler = Resampler::new(rate, 16_000).unwrap();
            let (mut out, mut rest) = (Vec::new(), &input[..]);
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at(rest.len().min(*cut));
                resampler.process(now, &mut out);
                rest = later;
            }
            resampler.finish(&mut out);
            prop_assert_eq!(&out, &whole);
            prop_assert_eq!(out.len(), (input.len() as f64 * 16_000.0 / f64::from(rate)).ceil() as usize);
        }
    }
}
