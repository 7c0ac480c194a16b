//! Enrolled templates: the similarity of a piece of sound to recordings of the wake word by the people
//! who live here, by dynamic time warping.

use std::path::Path;

use rustpotter::{Rustpotter, WakewordLoad as _, WakewordRef};

use crate::error::Error;
use crate::rustpotter::{engine, wipe};

/// Length of a step of the features, in samples: 10 ms.
const STEP: usize = 160;

/// Recordings of one word, as features.
pub struct Templates {
    engine: Rustpotter,
    word: String,
    /// Length of the longest recording, in samples.
    longest: usize,
    frame: usize,
}

impl Templates {
    /// Reads what [`Enrolment::finish`](crate::Enrolment::finish) made.
    ///
    /// # Errors
    /// [`Error::Unreadable`] and [`Error::NotReferences`] for a broken file.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes = std::fs::read(path)
            .map_err(|source| Error::Unreadable { path: path.to_owned(), source })?;
        Self::from_bytes(&bytes).map_err(|_| Error::NotReferences { path: path.to_owned() })
    }

    /// The same from memory.
    ///
    /// # Errors
    /// [`Error::Engine`] when these are no references.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let references = WakewordRef::load_from_buffer(bytes).map_err(Error::engine)?;
        Self::new(references)
    }

    pub(crate) fn new(references: WakewordRef) -> Result<Self, Error> {
        let word = references.name.clone();
        let steps = references.samples_features.values().map(Vec::len).max().unwrap_or(0);
        // With a threshold of nothing every comparison is a hit and none is ever over.
        let engine = engine(references, 0.0, false)?;
        let frame = engine.get_samples_per_frame();
        Ok(Self { engine, word, longest: steps * STEP, frame })
    }

    /// The word that was recorded.
    pub fn word(&self) -> &str {
        &self.word
    }

    /// Length of the longest recording, in samples: how much sound from its beginning on a word
    /// needs to be compared.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// The best similarity of a word that begins anywhere in `pcm` (16 kHz mono `f32`), 0…1. What is less
    /// than [`longest`](Self::longest) before the end cannot be compared.
    pub fn similarity(&mut self, pcm: &[f32]) -> f32 {
        self.engine.reset();
        let mut best = 0.0_f32;
        for piece in pcm.chunks_exact(self.frame) {
            let over = self.engine.process_samples(piece.to_vec());
            let score = over.as_ref().or(self.engine.get_partial_detection()).map(|hit| hit.score);
            best = best.max(score.unwrap_or(0.0));
        }
        wipe(&mut self.engine);
        best.clamp(0.0, 1.0)
    }
}
