//! Wake word detection by a small convolutional network of our own, for "computer" alone: a tenth of
//! the work of the large one, without any download.
//!
//! `models/train` trains it and measures it. It listens alone where the large network is missing,
//! and as the first stage of a [`DetectorCascade`](crate::DetectorCascade) where it is there.

mod network;
mod weights;

use std::sync::Arc;

use transducer::{BINS, Fbank, HOP};
use voice::{Wake, WakeDetector};

use self::network::Network;
use self::weights::{INPUTS, Weights};
use crate::Config;
use crate::error::Error;

/// The weights; `models/README.md` says from which recordings.
static COMPUTER: &[u8] = include_bytes!("../../../../models/wake/computer.cnn");
/// The word that they are for.
pub(crate) const WORD: &str = "computer";
/// Rows of features in one frame: 20 ms.
const ROWS: usize = 2;
/// Samples of one frame.
const FRAME: u64 = (ROWS * HOP) as u64;
/// Input of the network is the logarithm of the energy plus this …
const OFFSET: f32 = 7.0;
/// … times this.
const SCALE: f32 = 0.25;
/// Log-odds that map to a score of one half, and the usual threshold: `models/train/REPORT.md` has the
/// figures for it.
const USUAL: f32 = 9.0;
/// So much more or less maps to 0.73 or 0.27.
const SPREAD: f32 = 4.0;
/// Threshold that is used unless the household chose another, 0…1.
pub(crate) const THRESHOLD: f32 = 0.5;

/// The network with its features.
#[derive(Clone)]
pub(crate) struct StreamingCnn {
    fbank: Fbank,
    network: Network,
    frame: [f32; INPUTS],
    /// Rows of `frame` that are there.
    rows: usize,
    /// Frames since the last reset.
    frames: u64,
}

impl StreamingCnn {
    /// With the weights of the program.
    pub(crate) fn new() -> Result<Self, Error> {
        Self::from_bytes(COMPUTER)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let weights = Arc::new(Weights::parse(bytes)?);
        Ok(Self {
            fbank: Fbank::new(),
            network: Network::new(weights),
            frame: [0.0; INPUTS],
            rows: 0,
            frames: 0,
        })
    }

    /// Takes 16 kHz mono samples; for every frame of 20 ms that they complete `each` gets its end, in
    /// samples since the last reset, and the logarithm of the odds that the word has just been said.
    pub(crate) fn feed(&mut self, pcm: &[f32], mut each: impl FnMut(u64, f32)) {
        let Self { fbank, network, frame, rows, frames } = self;
        fbank.feed(pcm, |row| {
            let place = frame.as_chunks_mut::<{ INPUTS / ROWS }>().0;
            fill(&mut place[*rows], row);
            *rows += 1;
            if *rows == ROWS {
                *rows = 0;
                *frames += 1;
                each(*frames * FRAME, network.step(frame));
            }
        });
    }

    pub(crate) fn reset(&mut self) {
        self.fbank.reset();
        self.network.reset();
        self.frame = [0.0; INPUTS];
        self.rows = 0;
        self.frames = 0;
    }
}

/// Half a frame from a row: two neighbouring bands averaged, and scaled.
fn fill(place: &mut [f32; INPUTS / ROWS], row: &[f32; BINS]) {
    for (slot, [low, high]) in place.iter_mut().zip(row.as_chunks::<2>().0) {
        *slot = (0.5 * (low + high) + OFFSET) * SCALE;
    }
}

/// The score for log-odds, 0…1: one half at the usual threshold.
fn score(log_odds: f32) -> f32 {
    1.0 / (1.0 + ((USUAL - log_odds) / SPREAD).exp())
}

/// Hears "computer", and nothing else.
pub struct SmallDetector {
    cnn: StreamingCnn,
    threshold: f32,
    /// Whether it may be heard: after a word it has to be over first.
    armed: bool,
    best: f32,
}

impl SmallDetector {
    /// A detector for the word of the configuration.
    ///
    /// # Errors
    /// [`Error::UnknownWord`] when that is another one than "computer".
    pub fn new(config: &Config) -> Result<Self, Error> {
        if config.word != WORD {
            return Err(Error::UnknownWord { word: config.word.clone() });
        }
        Self::from_bytes(COMPUTER, config.threshold)
    }

    /// One with weights that `models/train` wrote; the usual threshold if none is given.
    ///
    /// # Errors
    /// [`Error::NotWeights`] for any other bytes.
    pub fn from_bytes(bytes: &[u8], threshold: Option<f32>) -> Result<Self, Error> {
        let threshold = threshold.unwrap_or(THRESHOLD);
        Ok(Self { cnn: StreamingCnn::from_bytes(bytes)?, threshold, armed: true, best: 0.0 })
    }

    /// The best score so far, be it enough or not, 0…1.
    pub fn best(&self) -> f32 {
        self.best
    }
}

impl WakeDetector for SmallDetector {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Wake>> {
        let Self { cnn, threshold, armed, best } = self;
        let mut found = None;
        cnn.feed(pcm, |at, log_odds| {
            let score = score(log_odds);
            *best = best.max(score);
            let heard = score >= *threshold;
            if heard && *armed {
                found.get_or_insert((at, score));
            }
            *armed = !heard;
        });
        Ok(found.map(|(at, score)| Wake {
            word: WORD.to_owned(),
            score,
            threshold: self.threshold,
            at,
        }))
    }

    fn reset(&mut self) {
        self.cnn.reset();
        self.armed = true;
    }
}

#[cfg(test)]
mod tests;
