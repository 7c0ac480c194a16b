//! Detector cascade: a cheap first stage in front of a second-stage verifier, which hears only where
//! the word may have been said.

use std::collections::VecDeque;

use voice::{Wake, WakeDetector, millis_to_samples};

use crate::cnn::StreamingCnn;
use crate::error::Error;

/// Log-odds of the first stage from which the verifier is let in.
const FIRST_THRESHOLD: f32 = -2.0;
/// How much of the past the verifier hears: the word, and a moment to settle.
const LOOKBACK: usize = millis_to_samples(1_500) as usize;
/// How long it goes on after the last such moment: it decides up to a second after the end of a word.
const STAY_AWAKE: u64 = millis_to_samples(1_200);

/// A small network for "computer" as the first stage in front of a large detector, the verifier.
/// Without it the verifier would compute all evening in front of a television.
pub struct DetectorCascade<D> {
    first: StreamingCnn,
    first_threshold: f32,
    verifier: D,
    /// The newest samples.
    recent: VecDeque<f32>,
    /// Samples since the last reset.
    position: u64,
    /// Where the verifier began to hear, and until when it does.
    from: u64,
    awake_until: u64,
    /// Whether the verifier heard anything since it was last reset.
    heard: bool,
    /// Samples that reached the verifier, ever.
    verified: u64,
}

impl<D: WakeDetector> DetectorCascade<D> {
    /// In front of a verifier for "computer".
    ///
    /// # Errors
    /// None, with the weights of the program.
    pub fn new(verifier: D) -> Result<Self, Error> {
        Ok(Self::with_first(StreamingCnn::new()?, FIRST_THRESHOLD, verifier))
    }

    /// With other weights, as `models/train` writes them, and with another threshold in log-odds.
    ///
    /// # Errors
    /// [`Error::NotWeights`] for any other bytes.
    pub fn from_bytes(bytes: &[u8], threshold: Option<f32>, verifier: D) -> Result<Self, Error> {
        let threshold = threshold.unwrap_or(FIRST_THRESHOLD);
        Ok(Self::with_first(StreamingCnn::from_bytes(bytes)?, threshold, verifier))
    }

    fn with_first(first: StreamingCnn, first_threshold: f32, verifier: D) -> Self {
        Self {
            first,
            first_threshold,
            verifier,
            recent: VecDeque::with_capacity(LOOKBACK),
            position: 0,
            from: 0,
            awake_until: 0,
            heard: false,
            verified: 0,
        }
    }

    /// How many samples reached the verifier so far: what it costs.
    pub fn verified(&self) -> u64 {
        self.verified
    }

    fn remember(&mut self, pcm: &[f32]) {
        let newest = &pcm[pcm.len().saturating_sub(LOOKBACK)..];
        let surplus = (self.recent.len() + newest.len()).saturating_sub(LOOKBACK);
        self.recent.drain(..surplus);
        self.recent.extend(newest);
    }

    /// Lets the verifier begin with the past.
    fn begin(&mut self) -> voice::Result<Option<Wake>> {
        self.verifier.reset();
        self.heard = true;
        self.from = self.position - self.recent.len() as u64;
        self.verified += self.recent.len() as u64;
        let (older, newer) = self.recent.as_slices();
        let wake = self.verifier.feed(older)?;
        Ok(wake.or(self.verifier.feed(newer)?))
    }
}

impl<D: WakeDetector> WakeDetector for DetectorCascade<D> {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Wake>> {
        let slept = self.position >= self.awake_until;
        self.position += pcm.len() as u64;
        self.remember(pcm);
        let (mut maybe, threshold) = (false, self.first_threshold);
        self.first.feed(pcm, |_, log_odds| maybe |= log_odds >= threshold);
        if maybe {
            self.awake_until = self.position + STAY_AWAKE;
        }
        let wake = match (slept, maybe) {
            (true, false) => {
                // It may rest for hours, and what it heard last is forgotten within seconds.
                if std::mem::take(&mut self.heard) {
                    self.verifier.reset();
                }
                None
            }
            (true, true) => self.begin()?,
            (false, _) => {
                self.verified += pcm.len() as u64;
                self.verifier.feed(pcm)?
            }
        };
        Ok(wake.map(|wake| Wake { at: wake.at + self.from, ..wake }))
    }

    fn reset(&mut self) {
        self.first.reset();
        self.verifier.reset();
        // Memory is wiped when it is freed, and not where it is only used again.
        self.recent = VecDeque::with_capacity(LOOKBACK);
        (self.position, self.from, self.awake_until) = (0, 0, 0);
    }
}
