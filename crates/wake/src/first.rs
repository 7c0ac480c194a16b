//! A small network listens, and wakes the large one when it may have heard the word.

use std::collections::VecDeque;

use voice::{Wake, WakeDetector, millis_to_samples};

use crate::cnn::Ear;
use crate::error::Error;

/// Log-odds of the small network from which the large one looks for itself.
const LOOSE: f32 = -2.0;
/// How much the large one hears of what was before: the word, and a moment to find into the sound.
const HEAR_BEFORE: usize = millis_to_samples(1_500) as usize;
/// How long it goes on after the last such moment: it judges a word up to a second after its end.
const STAY_AWAKE: u64 = millis_to_samples(1_200);

/// Shows sound to a detector only where "computer" may have been said. Under television the
/// detector's network would else compute all evening.
pub struct FirstStage<D> {
    ear: Ear,
    loose: f32,
    detector: D,
    /// The newest samples.
    recent: VecDeque<f32>,
    /// Samples since the last reset.
    position: u64,
    /// Where the detector began to hear, and until when it does.
    from: u64,
    awake_until: u64,
    /// Samples that the detector was shown, ever.
    shown: u64,
}

impl<D: WakeDetector> FirstStage<D> {
    /// In front of a detector for "computer".
    ///
    /// # Errors
    /// None, with the weights of the program.
    pub fn new(detector: D) -> Result<Self, Error> {
        Ok(Self::with_ear(Ear::new()?, LOOSE, detector))
    }

    /// With other weights, as `models/train` writes them, and with another threshold in log-odds.
    ///
    /// # Errors
    /// [`Error::NotWeights`] for any other bytes.
    pub fn from_bytes(bytes: &[u8], loose: Option<f32>, detector: D) -> Result<Self, Error> {
        Ok(Self::with_ear(Ear::from_bytes(bytes)?, loose.unwrap_or(LOOSE), detector))
    }

    fn with_ear(ear: Ear, loose: f32, detector: D) -> Self {
        let recent = VecDeque::with_capacity(HEAR_BEFORE);
        Self { ear, loose, detector, recent, position: 0, from: 0, awake_until: 0, shown: 0 }
    }

    /// How many samples the detector behind it was shown so far: what it costs.
    pub fn shown(&self) -> u64 {
        self.shown
    }

    fn remember(&mut self, pcm: &[f32]) {
        let newest = &pcm[pcm.len().saturating_sub(HEAR_BEFORE)..];
        let surplus = (self.recent.len() + newest.len()).saturating_sub(HEAR_BEFORE);
        self.recent.drain(..surplus);
        self.recent.extend(newest);
    }

    /// Lets the detector begin with what was before.
    fn begin(&mut self) -> voice::Result<Option<Wake>> {
        self.detector.reset();
        self.from = self.position - self.recent.len() as u64;
        self.shown += self.recent.len() as u64;
        let (older, newer) = self.recent.as_slices();
        let wake = self.detector.feed(older)?;
        Ok(wake.or(self.detector.feed(newer)?))
    }
}

impl<D: WakeDetector> WakeDetector for FirstStage<D> {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Wake>> {
        let slept = self.position >= self.awake_until;
        self.position += pcm.len() as u64;
        self.remember(pcm);
        let (mut maybe, loose) = (false, self.loose);
        self.ear.feed(pcm, |_, log_odds| maybe |= log_odds >= loose);
        if maybe {
            self.awake_until = self.position + STAY_AWAKE;
        }
        let wake = match (slept, maybe) {
            (true, false) => None,
            (true, true) => self.begin()?,
            (false, _) => {
                self.shown += pcm.len() as u64;
                self.detector.feed(pcm)?
            }
        };
        Ok(wake.map(|wake| Wake { at: wake.at + self.from, ..wake }))
    }

    fn reset(&mut self) {
        self.ear.reset();
        self.detector.reset();
        self.recent.clear();
        (self.position, self.from, self.awake_until) = (0, 0, 0);
    }
}
