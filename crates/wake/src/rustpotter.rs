//! Query-by-example wake word detection: comparison with recordings of the word by dynamic time
//! warping (rustpotter).
//!
//! It knows voices rather than words: people whose voice is similar to a reference are heard, others
//! often are not. It is for a household's own recordings, and for machines without anything
//! better. After each hit it is deaf for as long as its longest reference.

use std::collections::HashMap;

use rustpotter::{
    AudioFmt, DetectorConfig, Rustpotter, RustpotterConfig, ScoreMode, WakewordLoad as _,
    WakewordRef,
};
use voice::{Wake, WakeDetector};
use zeroize::Zeroize as _;

use crate::Config;
use crate::error::Error;

/// References for "computer"; `models/README.md` says from which recordings.
static COMPUTER: &[u8] = include_bytes!("../../../models/wake/computer.rpw");
/// The word that they are for.
const BUILT_IN_WORD: &str = "computer";

/// Score from which the built-in word counts as heard, chosen on the training recordings; figures
/// stand in `models/README.md`.
pub(crate) const THRESHOLD: f32 = 0.52;
/// How many comparisons in a row have to agree, one each 10 ms.
const MIN_SCORES: usize = 3;
/// Length of a step of the features, in samples: 10 ms.
const STEP: u64 = 160;
/// Samples that a step is computed from: 30 ms.
const WINDOW: usize = 480;
/// Name under which the references are known to the engine.
const KEY: &str = "wake";

/// The references that the configuration asks for.
fn references(config: &Config) -> Result<WakewordRef, Error> {
    let enrolled = || config.enrolled_file(&config.word).filter(|file| file.exists());
    if config.references.is_none()
        && let Some(bytes) = config.voices.of(&config.word)
    {
        return WakewordRef::load_from_buffer(bytes).map_err(Error::engine);
    }
    match config.references.clone().or_else(enrolled) {
        Some(path) => {
            let bytes = std::fs::read(&path)
                .map_err(|source| Error::Unreadable { path: path.clone(), source })?;
            WakewordRef::load_from_buffer(&bytes).map_err(|_| Error::NotReferences { path })
        }
        None if config.word == BUILT_IN_WORD => {
            WakewordRef::load_from_buffer(COMPUTER).map_err(Error::engine)
        }
        None => Err(Error::UnknownWord { word: config.word.clone() }),
    }
}

/// Length of each reference, in samples.
fn lengths(references: &WakewordRef) -> HashMap<String, u64> {
    let steps = references.samples_features.iter();
    steps.map(|(name, steps)| (name.clone(), steps.len() as u64 * STEP)).collect()
}

/// The engine with these references; `eager` reports a hit at once and not when it is over.
pub(crate) fn engine(
    mut references: WakewordRef,
    threshold: f32,
    eager: bool,
) -> Result<Rustpotter, Error> {
    let is_empty = |steps: &Vec<Vec<f32>>| steps.first().is_none_or(Vec::is_empty);
    if references.samples_features.values().any(is_empty) {
        return Err(Error::engine("a reference is empty".to_owned()));
    }
    // The mean of several voices resembles none of them, and the threshold is ours to set.
    references.avg_features = None;
    references.threshold = None;
    references.avg_threshold = None;
    let config = RustpotterConfig {
        fmt: AudioFmt::default(),
        detector: DetectorConfig {
            threshold,
            avg_threshold: 0.0,
            min_scores: MIN_SCORES,
            eager,
            score_mode: ScoreMode::Max,
            ..DetectorConfig::default()
        },
        ..RustpotterConfig::default()
    };
    let mut engine = Rustpotter::new(&config).map_err(Error::engine)?;
    engine.add_wakeword_ref(KEY, references).map_err(Error::engine)?;
    Ok(engine)
}

/// Makes an engine forget what it heard. Its own reset leaves the newest sound where it was; silence is
/// written over that, which it does not compare before it has heard more of it.
pub(crate) fn wipe(engine: &mut Rustpotter) {
    let frame = engine.get_samples_per_frame();
    engine.reset();
    for _ in 0..WINDOW.div_ceil(frame) {
        engine.process_samples(vec![0.0_f32; frame]);
    }
    engine.reset();
}

/// The best score anywhere in a recording (16 kHz mono `f32`), 0…1, be it enough or not: for
/// choosing a threshold. The recording should end with [`crate::TAIL_MS`] of silence.
///
/// # Errors
/// As [`RustpotterDetector::new`].
pub fn best_score(config: &Config, pcm: &[f32]) -> Result<f32, Error> {
    // With a threshold of nothing every comparison is a hit and none is ever over.
    let mut engine = engine(references(config)?, 0.0, false)?;
    let frame = engine.get_samples_per_frame();
    let mut best = 0.0_f32;
    for piece in pcm.chunks_exact(frame) {
        let over = engine.process_samples(piece.to_vec());
        let score = over.as_ref().or(engine.get_partial_detection()).map(|hit| hit.score);
        best = best.max(score.unwrap_or(0.0));
    }
    Ok(best.clamp(0.0, 1.0))
}

/// Hears one word.
pub struct RustpotterDetector {
    engine: Rustpotter,
    word: String,
    threshold: f32,
    /// Length of each reference, in samples.
    lengths: HashMap<String, u64>,
    /// Length of the window that is compared, in samples.
    window: u64,
    frame: usize,
    pending: Vec<f32>,
    position: u64,
}

impl RustpotterDetector {
    /// A detector for the word of the configuration.
    ///
    /// # Errors
    /// [`Error::UnknownWord`] without references for it, [`Error::Unreadable`] and
    /// [`Error::NotReferences`] for a broken file.
    pub fn new(config: &Config) -> Result<Self, Error> {
        Self::from_references(
            references(config)?,
            &config.word,
            config.threshold.unwrap_or(THRESHOLD),
        )
    }

    /// A detector from references that are in memory already.
    ///
    /// # Errors
    /// [`Error::Engine`] when rustpotter refuses them.
    pub fn from_references(
        references: WakewordRef,
        word: &str,
        threshold: f32,
    ) -> Result<Self, Error> {
        let lengths = lengths(&references);
        let rustpotter = engine(references, threshold, true)?;
        let frame = rustpotter.get_samples_per_frame();
        Ok(Self {
            engine: rustpotter,
            word: word.to_owned(),
            threshold,
            window: lengths.values().copied().max().unwrap_or(0),
            lengths,
            frame,
            pending: Vec::with_capacity(frame),
            position: 0,
        })
    }

    /// Compares one whole frame.
    fn compare(&mut self) -> Option<Wake> {
        self.position += self.pending.len() as u64;
        let frame = std::mem::replace(&mut self.pending, Vec::with_capacity(self.frame));
        let hit = self.engine.process_samples(frame)?;
        let best = hit.scores.iter().max_by(|a, b| a.1.total_cmp(b.1));
        let length = best.and_then(|(name, _)| self.lengths.get(name)).copied();
        // The engine compares when the word's beginning has reached the far end of its window.
        let begin = self.position.saturating_sub(self.window);
        Some(Wake {
            word: self.word.clone(),
            score: hit.score.clamp(0.0, 1.0),
            threshold: self.threshold,
            at: (begin + length.unwrap_or(0)).min(self.position),
        })
    }
}

impl WakeDetector for RustpotterDetector {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Wake>> {
        let mut found = None;
        let mut rest = pcm;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(self.frame - self.pending.len()));
            self.pending.extend_from_slice(now);
            rest = later;
            if self.pending.len() == self.frame {
                let wake = self.compare();
                // At most one hit fits into a call, the engine being deaf after it.
                found = found.or(wake);
            }
        }
        Ok(found)
    }

    fn reset(&mut self) {
        wipe(&mut self.engine);
        self.pending.zeroize();
        self.position = 0;
    }
}
