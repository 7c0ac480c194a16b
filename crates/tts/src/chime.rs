//! Short sounds that say without words what happens, made rather than recorded.

use std::f32::consts::TAU;

use voice::{Pcm, SAMPLE_RATE};

/// Which sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chime {
    /// The wake word was heard: two tones up.
    Wake,
    /// Listening is over: two tones down.
    End,
    /// It did not work: one low tone.
    Error,
    /// Something rings; to be repeated, and at full volume three times as loud as the others.
    Ring,
}

/// Loudest sample, 0…1: below speech, so that a chime does not startle.
const PEAK: f32 = 0.3;
/// The same for a ring, which is to be heard over music. Whoever plays it says how loud it is.
const RING_PEAK: f32 = 0.9;
/// Time in which a tone comes up, in seconds; shorter clicks.
const ATTACK_S: f32 = 0.005;

impl Chime {
    /// The sound, 16 kHz mono.
    pub fn pcm(self) -> Pcm {
        // Frequency in hertz, length in seconds, silence behind it in seconds.
        let tones: &[(f32, f32, f32)] = match self {
            Self::Wake => &[(660.0, 0.07, 0.0), (880.0, 0.12, 0.0)],
            Self::End => &[(880.0, 0.07, 0.0), (660.0, 0.12, 0.0)],
            Self::Error => &[(220.0, 0.25, 0.0)],
            Self::Ring => &[(988.0, 0.12, 0.08), (988.0, 0.12, 0.08), (988.0, 0.2, 0.5)],
        };
        let peak = self.peak();
        let mut samples = Vec::new();
        for &(hz, seconds, pause) in tones {
            let count = (SAMPLE_RATE as f32 * seconds) as usize;
            samples.extend((0..count).map(|n| {
                let t = n as f32 / SAMPLE_RATE as f32;
                let rise = (t / ATTACK_S).min(1.0);
                // Dies away like something struck, to nothing at its end.
                let fall = 1.0 - t / seconds;
                let sound = (TAU * hz * t).sin() + 0.25 * (TAU * 2.0 * hz * t).sin();
                peak / 1.25 * rise * fall * fall * sound
            }));
            samples.extend(std::iter::repeat_n(0.0, (SAMPLE_RATE as f32 * pause) as usize));
        }
        Pcm::new(samples)
    }

    fn peak(self) -> f32 {
        if self == Self::Ring { RING_PEAK } else { PEAK }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_short_and_as_loud_as_wanted_and_differ() {
        let chimes = [Chime::Wake, Chime::End, Chime::Error, Chime::Ring];
        let all = chimes.map(Chime::pcm);
        for (index, (pcm, chime)) in all.iter().zip(chimes).enumerate() {
            let peak = chime.peak();
            assert!((0.1..1.5).contains(&pcm.seconds()));
            assert!(pcm.samples().iter().all(|s| s.abs() <= peak));
            assert!(pcm.samples().iter().any(|s| s.abs() > peak / 3.0));
            let step = peak * 2.0 / 3.0;
            assert!(pcm.samples().windows(2).all(|pair| (pair[0] - pair[1]).abs() < step), "click");
            assert!(all.iter().skip(index + 1).all(|other| other != pcm));
        }
    }
}
