//! Level meter: peak and RMS in dB relative to full scale.

use voice::{SAMPLE_RATE, millis_to_samples};

/// Length of one measurement, in milliseconds.
pub const LEVEL_MS: u32 = 100;
/// What silence reads, in dB relative to full scale.
pub const FLOOR_DBFS: f32 = -100.0;

/// Loudness of one piece of sound, in dB relative to full scale (0 is the loudest there is).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// The loudest sample.
    pub peak_dbfs: f32,
    /// The average power; a full-scale sine reads −3.
    pub rms_dbfs: f32,
}

/// Measures a running stream of 16 kHz mono `f32` every [`LEVEL_MS`]. Sums are in double precision,
/// because a whole recording may be measured at once.
#[derive(Debug, Default)]
pub struct Meter {
    peak: f32,
    power: f64,
    count: u64,
}

impl Meter {
    /// Takes the next samples, any number, and gives out each measurement that became complete.
    pub fn feed(&mut self, pcm: &[f32], out: &mut dyn FnMut(Level)) {
        for &sample in pcm {
            self.add(sample);
            if self.count == millis_to_samples(LEVEL_MS) {
                out(self.level());
                *self = Self::default();
            }
        }
    }

    fn add(&mut self, sample: f32) {
        self.peak = self.peak.max(sample.abs());
        self.power += f64::from(sample * sample);
        self.count += 1;
    }

    fn level(&self) -> Level {
        let rms = (self.power / self.count.max(1) as f64).sqrt() as f32;
        Level { peak_dbfs: dbfs(self.peak), rms_dbfs: dbfs(rms) }
    }
}

/// Loudness of a whole piece of 16 kHz mono sound.
pub fn level(pcm: &[f32]) -> Level {
    let mut meter = Meter::default();
    for &sample in pcm {
        meter.add(sample);
    }
    meter.level()
}

fn dbfs(amplitude: f32) -> f32 {
    (20.0 * amplitude.log10()).max(FLOOR_DBFS)
}

const _: () = assert!(SAMPLE_RATE.is_multiple_of(1000 / LEVEL_MS));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_wave_of_half_scale_reads_minus_six() {
        let square: Vec<f32> = (0..1600).map(|n| if n % 2 == 0 { 0.5 } else { -0.5 }).collect();
        let mut levels = Vec::new();
        let mut meter = Meter::default();
        square.chunks(7).for_each(|piece| meter.feed(piece, &mut |level| levels.push(level)));
        assert_eq!(levels, [level(&square)]);
        assert!((levels[0].peak_dbfs + 6.02).abs() < 0.01, "{levels:?}");
        assert!((levels[0].rms_dbfs + 6.02).abs() < 0.01, "{levels:?}");
        assert!((level(&[0.0; 100]).rms_dbfs - FLOOR_DBFS).abs() < 0.01);
        assert!((level(&[]).peak_dbfs - FLOOR_DBFS).abs() < 0.01);
    }
}
