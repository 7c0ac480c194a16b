//! Fakes of the seams, the contract of each, and turns that nobody had, for the tests of whoever uses
//! them.

mod contract;

use std::ops::ControlFlow;
use std::time::Instant;

pub use contract::{check_detector, check_heard, check_sink, check_source, check_transcriber};

use crate::{
    EngineId, EngineInfo, Error, Outcome, Partial, Pcm, Result, Synthesizer, Timings, Transcriber,
    Transcript, Turn, TurnId, Wake, WakeDetector,
};

/// A grammar recogniser that rates words.
pub const GRAMMAR: EngineInfo = EngineInfo {
    id: EngineId("grammar"),
    hears_free_words: false,
    is_independent: true,
    gives_word_confidence: true,
    is_exact: false,
};
/// An open-vocabulary recogniser.
pub const WHISPER: EngineInfo =
    EngineInfo { id: EngineId("whisper"), hears_free_words: true, ..GRAMMAR };
/// The free text of the grammar recogniser's network.
pub const FREE: EngineInfo = EngineInfo { id: EngineId("free"), is_independent: false, ..WHISPER };

/// A turn in which these words were heard and something was done.
pub fn turn(text: &str, clip: Pcm) -> Turn {
    Turn {
        id: TurnId(1),
        satellite: crate::SatelliteId::local(),
        started: Instant::now(),
        wake: None,
        speech: None,
        transcript: Some(Transcript {
            text: text.into(),
            confidence: 0.9,
            ..Transcript::nothing(GRAMMAR)
        }),
        intent: None,
        reply: "Very well.".into(),
        outcome: Outcome::Done,
        timings: Timings::default(),
        clip: Some(clip),
    }
}

/// Noise: in a file it is as long as sound can be. It is the same each time.
pub fn noise(samples: usize) -> Pcm {
    let mut seed = 1_u32;
    let noise = (0..samples).map(|_| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (f64::from(seed >> 8) / 8_388_608.0 - 1.0) as f32
    });
    Pcm::new(noise.collect::<Vec<_>>())
}

/// A detector that wakes at fixed samples, whatever is heard there.
pub struct FakeDetector {
    at: Vec<u64>,
    late: u64,
    position: u64,
    ends_at_reset: bool,
}

impl FakeDetector {
    /// Wakes whenever one of these positions, counted from the last reset, has passed.
    pub fn new(at: impl IntoIterator<Item = u64>) -> Self {
        Self { at: at.into_iter().collect(), late: 0, position: 0, ends_at_reset: false }
    }

    /// Decides so many samples after the end of a word, as real detectors do.
    #[must_use]
    pub fn late(mut self, samples: u64) -> Self {
        self.late = samples;
        self
    }

    /// Wakes no more after the first reset.
    #[must_use]
    pub fn until_reset(mut self) -> Self {
        self.ends_at_reset = true;
        self
    }
}

impl WakeDetector for FakeDetector {
    fn feed(&mut self, pcm: &[f32]) -> Result<Option<Wake>> {
        let before = self.position;
        self.position += pcm.len() as u64;
        let heard = before..self.position;
        let hit = self.at.iter().find(|&&at| heard.contains(&(at + self.late)));
        Ok(hit.map(|&at| Wake { word: "computer".into(), score: 0.9, threshold: 0.5, at }))
    }

    fn reset(&mut self) {
        self.position = 0;
        if self.ends_at_reset {
            self.at.clear();
        }
    }
}

/// A transcriber that answers how many samples it was fed, or fails on the n-th utterance.
#[derive(Default)]
pub struct FakeTranscriber {
    samples: usize,
    utterances: usize,
    /// The utterance, counted from 1, that fails.
    pub fail_on: Option<usize>,
}

impl Transcriber for FakeTranscriber {
    fn feed(&mut self, pcm: &[f32]) -> Result<Option<Partial>> {
        self.samples += pcm.len();
        Ok(None)
    }

    fn finish(&mut self) -> Result<Transcript> {
        self.utterances += 1;
        let samples = std::mem::take(&mut self.samples);
        if self.fail_on == Some(self.utterances) {
            return Err(Error::failed("transcribe the utterance", "it is broken"));
        }
        let text = if samples == 0 { String::new() } else { format!("{samples} samples") };
        Ok(Transcript { text: text.into(), confidence: 1.0, ..Transcript::nothing(GRAMMAR) })
    }

    fn reset(&mut self) {
        self.samples = 0;
    }
}

/// A synthesizer that gives ten samples a character.
pub struct FakeSynthesizer;

impl Synthesizer for FakeSynthesizer {
    fn sample_rate(&self) -> u32 {
        crate::SAMPLE_RATE
    }

    fn speak(&mut self, text: &str, out: &mut dyn FnMut(&[f32]) -> ControlFlow<()>) -> Result<()> {
        for _ in text.chars() {
            if out(&[0.1; 10]).is_break() {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fakes_keep_the_contracts() {
        let sound = noise(16_000);
        check_transcriber(&mut FakeTranscriber::default(), sound.samples());
        check_detector(&mut FakeDetector::new([4_000]).late(1_000), sound.samples(), 3_999..4_001);
    }
}
