//! Near-field segmentation: finds the segment of an utterance in which the near speaker speaks, by
//! level alone.
//!
//! Far-field speech before and behind a command spoils what the network makes of it, even where the
//! search passes over the words: with eight people talking 10 dB below, 20 of 39 commands were
//! right when it listened from the wake word to the endpoint, and 26 when it listened from shortly
//! before the first loud sound until shortly behind the last. So all passes restart when somebody
//! much louder begins to speak, and what was understood holds until somebody as loud speaks on.

use std::collections::VecDeque;

use voice::level::{EnergyMeter, LEVEL_BLOCK};

/// Blocks at the start that do not count: the last sound of the wake word may be in them.
const WAKE: usize = 4;
/// What has less than this share of the power of the loudest block is far-field speech: −14 dB, as
/// in the search.
const FAR: f32 = 0.04;
/// The softest tenth of an utterance has this share of the power of its near-field speech in noise: −19 dB. Of
/// 39 commands with 10 dB of eight talkers all have more, with ESC-10 at 10 dB two fifths, in quiet none.
const NOISE: f32 = 0.0126;
/// How much sooner than its first loud block a sentence may begin, in blocks: 200 ms. Words begin
/// softly.
const BEFORE: usize = 5;
/// How far back one can begin again, in samples: 2 s. Who spoke for longer than that was heard.
const KEPT: usize = 50 * LEVEL_BLOCK;
/// Blocks in which a beginning is searched for: those of half a minute, longer than any utterance.
const LONGEST: usize = 750;

/// Follows the level of an utterance.
#[derive(Default)]
pub(crate) struct NearField {
    /// The newest samples, up to [`KEPT`] and what is fed at once.
    kept: VecDeque<f32>,
    /// Samples and whole blocks of the utterance.
    fed: u64,
    blocks: u64,
    /// Energy of every block, up to [`LONGEST`].
    energies: Vec<f32>,
    meter: EnergyMeter,
    loudest: f32,
    /// The block from which is listened.
    begun: usize,
    /// Samples up to the end of the last block of near-field speech.
    loud_until: u64,
}

impl NearField {
    pub(crate) fn reset(&mut self) {
        // Memory is wiped when it is freed, and not where it is only used again.
        self.kept = VecDeque::new();
        self.energies.clear();
        self.meter.reset();
        (self.fed, self.blocks, self.loudest, self.begun, self.loud_until) = (0, 0, 0.0, 0, 0);
    }

    /// Takes the next samples, 16 kHz mono. When the near speaker, much louder than all before, began
    /// to speak in them: the sound from shortly before that up to here.
    pub(crate) fn feed(&mut self, pcm: &[f32]) -> Option<&[f32]> {
        self.fed += pcm.len() as u64;
        self.kept.extend(pcm);
        let surplus = self.kept.len().saturating_sub(KEPT.max(pcm.len()));
        self.kept.drain(..surplus);
        let mut begins = None;
        let mut meter = std::mem::take(&mut self.meter);
        meter.feed(pcm, |energy| begins = self.block(energy).or(begins));
        self.meter = meter;
        let back = self.fed as usize - begins? * LEVEL_BLOCK;
        let from = self.kept.len().checked_sub(back)?;
        self.begun = begins?;
        Some(&self.kept.make_contiguous()[from..])
    }

    /// Samples since the last near-field speech.
    pub(crate) fn quiet(&self) -> u64 {
        self.fed - self.loud_until
    }

    /// Whether something else is heard all the time: the softest tenth of the utterance, which holds no speech,
    /// is hardly softer than the near speaker.
    pub(crate) fn is_noisy(&self) -> bool {
        let mut heard = self.energies.get(WAKE.max(self.begun)..).unwrap_or_default().to_vec();
        heard.sort_by(f32::total_cmp);
        let near = heard.partition_point(|&energy| energy <= self.loudest * FAR);
        let (softest, near) = (&heard[..heard.len().div_ceil(10)], &heard[near..]);
        let mean = |energies: &[f32]| energies.iter().sum::<f32>() / energies.len().max(1) as f32;
        mean(softest) > NOISE * mean(near)
    }

    /// Takes the energy of the next block; from which block on to listen if no longer as before.
    fn block(&mut self, energy: f32) -> Option<usize> {
        self.blocks += 1;
        let is_followed = self.energies.len() < LONGEST;
        if is_followed {
            self.energies.push(energy);
        }
        if self.energies.len() <= WAKE {
            return None;
        }
        let is_loudest = energy > self.loudest;
        self.loudest = self.loudest.max(energy);
        let floor = self.loudest * FAR;
        if energy > floor {
            self.loud_until = self.blocks * LEVEL_BLOCK as u64;
        }
        if !is_loudest || !is_followed {
            return None;
        }
        let loud = self.energies.iter().skip(WAKE - 1).position(|&energy| energy > floor)?;
        let begins = (WAKE - 1 + loud).saturating_sub(BEFORE);
        (begins > self.begun).then_some(begins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Milliseconds of a hum with an amplitude.
    fn hum(millis: usize, amplitude: f32) -> Vec<f32> {
        (0..millis * 16).map(|n| amplitude * (n as f32 * 0.3).sin()).collect()
    }

    /// Where it begins again, in samples of the utterance, each time.
    fn begins(near: &mut NearField, pcm: &[f32]) -> Vec<u64> {
        let mut found = Vec::new();
        for piece in pcm.chunks(320) {
            let Some(since) = near.feed(piece).map(<[f32]>::to_vec) else { continue };
            let from = near.fed - since.len() as u64;
            let end = near.fed as usize;
            assert!(end > pcm.len() || since == pcm[from as usize..end], "it is that sound");
            found.push(from);
        }
        found
    }

    #[test]
    fn it_begins_shortly_before_the_first_loud_sound() {
        let mut near = NearField::default();
        let pcm = [hum(1_000, 0.02), hum(600, 0.3), hum(800, 0.02)].concat();
        assert_eq!(begins(&mut near, &pcm), [800 * 16]);
        assert_eq!(near.quiet(), 800 * 16);
        near.feed(&hum(40, 0.3));
        assert_eq!(near.quiet(), 0, "someone as loud speaks on");
        near.reset();
        assert_eq!(begins(&mut near, &pcm), [800 * 16], "it forgets");
    }

    #[test]
    fn noise_is_what_is_heard_all_the_time() {
        let is_noisy = |behind: f32| {
            let mut near = NearField::default();
            near.feed(&[hum(400, behind), hum(900, 0.3), hum(300, behind)].concat());
            near.is_noisy()
        };
        assert!(is_noisy(0.09), "10 dB softer");
        assert!(!is_noisy(0.02) && !is_noisy(0.0), "23 dB softer, and nothing at all");
        assert!(!NearField::default().is_noisy(), "nobody has said anything");
    }

    #[test]
    fn a_soft_word_of_the_same_person_is_kept() {
        let mut near = NearField::default();
        let pcm = [hum(1_000, 0.001), hum(400, 0.08), hum(400, 0.3)].concat();
        let found = begins(&mut near, &pcm);
        assert_eq!(found.last(), Some(&(800 * 16)), "11 dB are no other person: {found:?}");
    }

    #[test]
    fn the_end_of_the_wake_word_and_a_constant_do_not_count() {
        let mut near = NearField::default();
        let mut pcm = [hum(120, 0.5), hum(880, 0.002), hum(400, 0.1)].concat();
        for sample in &mut pcm {
            *sample += 0.2;
        }
        assert_eq!(begins(&mut near, &pcm).last(), Some(&(800 * 16)));
    }

    #[test]
    fn who_spoke_for_long_was_heard() {
        // Far, near, and a little nearer: then only the near one is near, from `spoken` before.
        let found = |spoken: usize| {
            let pcm = [hum(400, 0.001), hum(400, 0.02), hum(spoken, 0.08), hum(400, 0.12)].concat();
            begins(&mut NearField::default(), &pcm).last().copied()
        };
        assert_eq!(found(1_000), Some(600 * 16));
        assert_eq!(found(3_000), Some(200 * 16), "the sound is not kept for so long");
        let mut near = NearField::default();
        // And after half a minute it only measures the silence.
        begins(&mut near, &hum(31_000, 0.01));
        let late = [hum(1_000, 0.5), hum(400, 0.01)].concat();
        assert!(late.chunks(320).all(|piece| near.feed(piece).is_none()));
        assert_eq!(near.quiet(), 400 * 16);
    }
}
