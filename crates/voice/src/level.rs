//! Level metering: energy and power of pieces of sound, and decibels.

/// Samples of a block in which the level of speech is measured: 40 ms.
pub const LEVEL_BLOCK: usize = 640;
/// Power that [`decibels`] takes for silence: −120 dB relative to full scale.
const SILENCE: f32 = 1e-12;

/// Mean power of samples; 0 for none.
pub fn mean_power(pcm: &[f32]) -> f32 {
    pcm.iter().map(|s| s * s).sum::<f32>() / pcm.len().max(1) as f32
}

/// Mean power of samples without the constant that cheap microphones add; of none it is no number.
pub fn mean_power_without_offset(pcm: &[f32]) -> f32 {
    let mean = pcm.iter().sum::<f32>() / pcm.len() as f32;
    pcm.iter().map(|sample| (sample - mean).powi(2)).sum::<f32>() / pcm.len() as f32
}

/// Power in decibels relative to full scale, −120 for silence.
pub fn decibels(power: f32) -> f32 {
    10.0 * power.max(SILENCE).log10()
}

/// Measures the energy of a running stream in blocks of [`LEVEL_BLOCK`], without the constant that
/// cheap microphones add.
#[derive(Clone, Debug, Default)]
pub struct EnergyMeter {
    /// Of the samples that do not fill another block: how many, their energy and their sum.
    count: usize,
    energy: f32,
    sum: f32,
}

impl EnergyMeter {
    /// Takes the next samples, any number, and gives out the energy of each block that became
    /// complete.
    pub fn feed(&mut self, pcm: &[f32], mut each: impl FnMut(f32)) {
        for sample in pcm {
            self.energy += sample * sample;
            self.sum += sample;
            self.count += 1;
            if self.count == LEVEL_BLOCK {
                let offset = self.sum * self.sum / LEVEL_BLOCK as f32;
                each((self.energy - offset).max(0.0));
                *self = Self::default();
            }
        }
    }

    /// Forgets the samples that do not fill a block.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f32, b: f32) -> bool {
        (a - b).abs() < 1e-4 * b.abs().max(1e-3)
    }

    #[test]
    fn an_offset_is_no_level() {
        let square: Vec<f32> = (0..1_600).map(|n| if n % 2 == 0 { 0.7 } else { 0.5 }).collect();
        assert!(close(mean_power(&square), 0.37));
        assert!(close(mean_power_without_offset(&square), 0.01));
        assert!(close(decibels(0.01), -20.0) && close(decibels(0.0), -120.0));
        assert!(mean_power(&[]).abs() < f32::EPSILON);
        let mut blocks = Vec::new();
        let mut meter = EnergyMeter::default();
        square.chunks(77).for_each(|piece| meter.feed(piece, |energy| blocks.push(energy)));
        assert_eq!(blocks.len(), 2, "the rest fills no block");
        assert!(
            blocks.iter().all(|&energy| close(energy, 0.01 * LEVEL_BLOCK as f32)),
            "{blocks:?}"
        );
        meter.reset();
        meter.feed(&[1.0; LEVEL_BLOCK], |energy| assert!(energy.abs() < 1e-3));
    }
}
