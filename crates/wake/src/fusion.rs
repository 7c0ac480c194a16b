//! Score fusion: keyword spotting together with the similarity to enrolled recordings.
//!
//! The network alone hears a word from a score on that it seldom reaches by chance. Below that, the
//! similarity to a recording of the household counts too: strangers and television are not similar
//! to it, so that voices can be heard that the network alone would miss. Recordings are compared
//! only where the network has a candidate, which keeps it cheap.

use std::collections::VecDeque;
use std::sync::Arc;

use transducer::Model;
use voice::level::mean_power;
use voice::{Wake, WakeDetector, millis_to_samples};

use crate::Config;
use crate::error::Error;
use crate::keyword::{self, Candidate, Keywords};
use crate::templates::Templates;

/// The network's score that a known voice needs at least, as a share of the threshold for all voices.
const KNOWN_VOICE: f32 = 0.45;
/// The similarity to a recording that is needed where the network's score just misses the threshold;
/// what the network lacks more than that has to be made up by similarity. Chosen on five clips of one
/// household, drawn four times, so that there is no further false acceptance in 3.2 hours of other
/// sound; `hearing -- enrolled` measures it.
const SIMILARITY: f32 = 0.36;
/// How long before the beginning of the network's candidate a word may begin: the network emits the
/// first piece of a word when it has heard it. A wider window finds more chance similarity.
const BEGINS_BEFORE: usize = millis_to_samples(250) as usize;
/// Softer than this no voice is known, −50 dB: features know no loudness, and the rustle of an empty
/// room is similar to any recording with some rustle in it.
pub(crate) const SOFTEST: f32 = 0.003;
/// Scores below this one are not even noted.
const NOTED: f32 = 0.01;
/// How much sound is remembered: the longest word, and the time until the network has decided.
const MEMORY: usize = millis_to_samples(3_000) as usize;

/// Hears typed words, and known voices better.
pub struct FusionDetector {
    keywords: Keywords,
    templates: Vec<Templates>,
    threshold: f32,
    recent: VecDeque<f32>,
    /// Samples since the last reset.
    position: u64,
    /// The best score that the network ever gave.
    best: f32,
}

impl FusionDetector {
    /// A detector for the words of the configuration, with the templates of those who enrolled.
    ///
    /// # Errors
    /// [`Error::Unsayable`] when a word has no letters that the network knows.
    pub fn new(
        model: &Arc<Model>,
        config: &Config,
        templates: Vec<Templates>,
    ) -> Result<Self, Error> {
        let threshold = config.threshold.unwrap_or(keyword::THRESHOLD);
        let lowest = if templates.is_empty() { threshold } else { threshold * KNOWN_VOICE };
        Self::from_lowest(model, config, templates, lowest)
    }

    /// One that also takes note of what is far from being a wake word.
    pub(crate) fn noting_all(
        model: &Arc<Model>,
        config: &Config,
        templates: Vec<Templates>,
    ) -> Result<Self, Error> {
        Self::from_lowest(model, config, templates, NOTED)
    }

    fn from_lowest(
        model: &Arc<Model>,
        config: &Config,
        templates: Vec<Templates>,
        lowest: f32,
    ) -> Result<Self, Error> {
        let threshold = config.threshold.unwrap_or(keyword::THRESHOLD);
        Ok(Self {
            keywords: Keywords::new(model, config, lowest)?,
            templates,
            threshold,
            recent: VecDeque::with_capacity(MEMORY),
            position: 0,
            best: 0.0,
        })
    }

    /// The best score so far, be it enough or not.
    pub(crate) fn best(&self) -> f32 {
        self.best
    }

    /// Similarity of the candidate to a recording of its word; `None` when there is none.
    fn similarity(&mut self, candidate: Candidate) -> Option<f32> {
        let Self { keywords, templates, recent, position, .. } = self;
        let name = keywords.name(candidate.word);
        let templates = templates.iter_mut().find(|templates| templates.word() == name)?;
        let oldest = *position - recent.len() as u64;
        let at = candidate.start.saturating_sub(oldest) as usize;
        let end = candidate.end.saturating_sub(oldest) as usize;
        let from = at.saturating_sub(BEGINS_BEFORE);
        let length = at + templates.longest() - from;
        let mut piece: Vec<f32> = recent.iter().skip(from).take(length).copied().collect();
        let spoken = &piece[..(end - from).min(piece.len())];
        if mean_power(spoken).sqrt() < SOFTEST {
            return None;
        }
        piece.resize(length, 0.0);
        Some(templates.similarity(&piece))
    }
}

impl WakeDetector for FusionDetector {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Wake>> {
        self.position += pcm.len() as u64;
        let surplus = (self.recent.len() + pcm.len()).saturating_sub(MEMORY);
        self.recent.drain(..surplus.min(self.recent.len()));
        self.recent.extend(&pcm[pcm.len().saturating_sub(MEMORY)..]);
        let threshold = self.threshold;
        let (mut above, mut below): (Option<Candidate>, Option<Candidate>) = (None, None);
        let best = &mut self.best;
        self.keywords.feed(pcm, |candidate| {
            *best = best.max(candidate.score);
            if candidate.score >= threshold {
                above.get_or_insert(candidate);
            } else if below.is_none_or(|below| candidate.score > below.score) {
                below = Some(candidate);
            }
        });
        let lowest = threshold * KNOWN_VOICE;
        let accepted = match (above, below.filter(|below| below.score >= lowest)) {
            (Some(above), _) => Some((above, threshold)),
            (None, Some(below)) => self
                .similarity(below)
                .map(|similarity| (below, (threshold + SIMILARITY - similarity).max(lowest)))
                .filter(|(below, threshold)| below.score >= *threshold),
            (None, None) => None,
        };
        Ok(accepted.map(|(candidate, threshold)| Wake {
            word: self.keywords.name(candidate.word),
            score: candidate.score,
            threshold,
            at: candidate.end,
        }))
    }

    fn reset(&mut self) {
        self.keywords.reset();
        // Memory is wiped when it is freed, and not where it is only used again.
        self.recent = VecDeque::with_capacity(MEMORY);
        self.position = 0;
    }
}
