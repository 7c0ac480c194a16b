//! The wake word as typed, and as the people who live here say it.
//!
//! The network alone hears a word from a score on that it seldom reaches by chance. Where it is less
//! sure, sound that resembles a recording of the household counts too: strangers and television do
//! not resemble it, so that voices can be heard that the network alone would miss. Recordings are
//! compared only where the network sees a candidate, which keeps it cheap.

use std::collections::VecDeque;
use std::sync::Arc;

use transducer::Model;
use voice::{Wake, WakeDetector, millis_to_samples};

use crate::Config;
use crate::error::Error;
use crate::keyword::{self, Candidate, Words};
use crate::voices::Voices;

/// What the network's score has to reach at least if the voice is known, as a share of the threshold
/// for all voices.
const KNOWN_VOICE: f32 = 0.45;
/// What the resemblance to a recording has to reach where the network's score just misses the
/// threshold; what the network lacks more than that has to be made up by resemblance. Chosen on five
/// clips of one household, drawn four times, so that nothing in 3.2 hours of other sound counts in
/// addition; `hearing -- enrolled` measures it.
const RESEMBLANCE: f32 = 0.36;
/// How long before the beginning that the network tells a word may begin: the network writes the
/// first piece of a word when it has heard it. A wider look finds more chance resemblance.
const BEGINS_BEFORE: usize = millis_to_samples(250) as usize;
/// Softer than this no voice is known, −50 dB: features know no loudness, and the rustle of an empty
/// room resembles any recording with some rustle in it.
pub(crate) const SOFTEST: f32 = 0.003;
/// Scores below this one are not even noted.
const NOTED: f32 = 0.01;
/// How much sound is remembered: the longest word, and the time until the network has judged it.
const MEMORY: usize = millis_to_samples(3_000) as usize;

/// Hears typed words, and known voices better.
pub struct CombinedDetector {
    words: Words,
    voices: Vec<Voices>,
    threshold: f32,
    recent: VecDeque<f32>,
    /// Samples since the last reset.
    position: u64,
    piece: Vec<f32>,
    /// The best score that the network ever gave.
    best: f32,
}

impl CombinedDetector {
    /// A detector for the words of the configuration, with the voices of those who recorded some.
    ///
    /// # Errors
    /// [`Error::Unsayable`] when a word has no letters that the network knows.
    pub fn new(model: &Arc<Model>, config: &Config, voices: Vec<Voices>) -> Result<Self, Error> {
        let threshold = config.threshold.unwrap_or(keyword::THRESHOLD);
        let lowest = if voices.is_empty() { threshold } else { threshold * KNOWN_VOICE };
        Self::from_lowest(model, config, voices, lowest)
    }

    /// One that also takes note of what is far from being a wake word.
    pub(crate) fn noting_all(
        model: &Arc<Model>,
        config: &Config,
        voices: Vec<Voices>,
    ) -> Result<Self, Error> {
        Self::from_lowest(model, config, voices, NOTED)
    }

    fn from_lowest(
        model: &Arc<Model>,
        config: &Config,
        voices: Vec<Voices>,
        lowest: f32,
    ) -> Result<Self, Error> {
        let threshold = config.threshold.unwrap_or(keyword::THRESHOLD);
        Ok(Self {
            words: Words::new(model, config, lowest)?,
            voices,
            threshold,
            recent: VecDeque::with_capacity(MEMORY),
            position: 0,
            piece: Vec::new(),
            best: 0.0,
        })
    }

    /// The best score so far, be it enough or not.
    pub(crate) fn best(&self) -> f32 {
        self.best
    }

    /// How much the candidate resembles a recording of its word; `None` when there is none.
    fn resemblance(&mut self, candidate: Candidate) -> Option<f32> {
        let Self { words, voices, recent, position, piece, .. } = self;
        let name = words.name(candidate.word);
        let voices = voices.iter_mut().find(|voices| voices.word() == name)?;
        let oldest = *position - recent.len() as u64;
        let at = candidate.start.saturating_sub(oldest) as usize;
        let end = candidate.end.saturating_sub(oldest) as usize;
        let from = at.saturating_sub(BEGINS_BEFORE);
        let length = at + voices.longest() - from;
        piece.clear();
        piece.extend(recent.iter().skip(from).take(length));
        let spoken = &piece[..(end - from).min(piece.len())];
        let power = spoken.iter().map(|s| s * s).sum::<f32>() / spoken.len().max(1) as f32;
        if power.sqrt() < SOFTEST {
            return None;
        }
        piece.resize(length, 0.0);
        Some(voices.best(piece))
    }
}

impl WakeDetector for CombinedDetector {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Wake>> {
        self.position += pcm.len() as u64;
        let surplus = (self.recent.len() + pcm.len()).saturating_sub(MEMORY);
        self.recent.drain(..surplus.min(self.recent.len()));
        self.recent.extend(&pcm[pcm.len().saturating_sub(MEMORY)..]);
        let threshold = self.threshold;
        let (mut sure, mut unsure): (Option<Candidate>, Option<Candidate>) = (None, None);
        let best = &mut self.best;
        self.words.feed(pcm, |candidate| {
            *best = best.max(candidate.score);
            if candidate.score >= threshold {
                sure.get_or_insert(candidate);
            } else if unsure.is_none_or(|unsure| candidate.score > unsure.score) {
                unsure = Some(candidate);
            }
        });
        let lowest = threshold * KNOWN_VOICE;
        let accepted = match (sure, unsure.filter(|unsure| unsure.score >= lowest)) {
            (Some(sure), _) => Some((sure, threshold)),
            (None, Some(unsure)) => self
                .resemblance(unsure)
                .map(|resemblance| (unsure, (threshold + RESEMBLANCE - resemblance).max(lowest)))
                .filter(|(unsure, threshold)| unsure.score >= *threshold),
            (None, None) => None,
        };
        Ok(accepted.map(|(candidate, threshold)| Wake {
            word: self.words.name(candidate.word),
            score: candidate.score,
            threshold,
            at: candidate.end,
        }))
    }

    fn reset(&mut self) {
        self.words.reset();
        self.recent.clear();
        self.position = 0;
    }
}
