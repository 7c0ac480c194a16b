//! Enrolment: turns recordings of the wake word by someone who lives here into templates.
//!
//! Nothing is written anywhere: the recordings are gone when the [`Enrolment`] is. Features are no
//! sound, but they are about a voice, so they belong into the data folder and nowhere else.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use rustpotter::{WakewordRef, WakewordRefBuildFromBuffers as _, WakewordSave as _};
use transducer::Model;
use voice::level::mean_power;
use voice::{SAMPLE_RATE, WakeDetector, millis_to_samples};

use crate::error::Error;
use crate::fusion::{FusionDetector, SOFTEST};
use crate::keyword::{self, Candidate, Keywords};
use crate::rustpotter::RustpotterDetector;
use crate::templates::Templates;
use crate::vad::{BLOCK_SAMPLES, Vad};
use crate::{Config, TAIL_MS};

/// How many recordings there have to be.
pub const FEWEST_TAKES: usize = 3;
/// More than these only cost time. A household of several records one after the other.
pub const MOST_TAKES: usize = 10;

/// Shortest and longest word, in milliseconds.
const SHORTEST_MS: u32 = 250;
const LONGEST_MS: u32 = 2_000;
/// A sample so loud is clipped, and so many of them in a word spoil it: 0.5 ms.
const FULL_SCALE: f32 = 0.995;
const MOST_CLIPPED: usize = 8;
/// The network's score that a recording of the word needs, as a share of the threshold:
/// recordings in which it hears less would only teach noise.
const THE_WORD: f32 = 0.6;
/// Probability from which a block is speech.
const SPEECH: f32 = 0.5;
/// Blocks of silence inside a word: 160 ms.
const BRIDGED: usize = 10;
/// Sound that is left around the word, 50 ms.
const MARGIN: usize = millis_to_samples(50) as usize;
/// How far before the network's beginning a word begins at most, and how far after its end it ends.
const BEFORE: u64 = millis_to_samples(450);
const AFTER: u64 = millis_to_samples(250);
/// Length of a feature vector.
const FEATURES: u16 = 16;
/// Silence before a recording when it is tried.
const LEAD_MS: u32 = 500;

/// Why a recording cannot be used; a sentence that says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Nobody spoke.
    #[error("nobody speaks in it; say the word after the prompt")]
    NoSpeech,
    /// Less than a word.
    #[error("too short; say the whole word")]
    TooShort,
    /// More than a word.
    #[error("too long; say the word alone, and nothing before or after it")]
    TooLong,
    /// The microphone was overdriven.
    #[error("too loud, the sound is clipped; speak softer or go farther away")]
    Clipped,
    /// The microphone hardly heard it.
    #[error("too quiet; come closer or speak up")]
    TooQuiet,
    /// The network heard something else.
    #[error("this does not sound like the word; say it as you will say it later")]
    OtherWord,
}

/// What was made of the recordings.
pub struct Enrolled {
    /// The references, for [`Templates::from_bytes`] or a `.rpw` file.
    pub bytes: Vec<u8>,
    /// For each recording, whether it is heard with the help of the others alone.
    pub heard: Vec<bool>,
}

impl Enrolled {
    /// How many of the recordings are heard with the help of the others alone.
    pub fn count(&self) -> usize {
        self.heard.iter().filter(|heard| **heard).count()
    }
}

/// Collects recordings of one word.
pub struct Enrolment {
    config: Config,
    model: Option<Arc<Model>>,
    takes: Vec<Take>,
}

struct Take {
    pcm: Vec<f32>,
    word: Range<usize>,
}

impl Enrolment {
    /// An enrolment for the word of the configuration, with the network if it is there.
    pub fn new(config: &Config, model: Option<&Arc<Model>>) -> Self {
        let config = Config { other_words: Vec::new(), ..config.clone() };
        Self { config, model: model.cloned(), takes: Vec::new() }
    }

    /// How many recordings there are.
    pub fn takes(&self) -> usize {
        self.takes.len()
    }

    /// Takes a recording of the word, 16 kHz mono `f32`, if there is nothing wrong with it.
    ///
    /// # Errors
    /// [`Error::Unsayable`] when the network cannot hear such a word.
    pub fn add(&mut self, pcm: &[f32]) -> Result<Result<(), Flaw>, Error> {
        let finite = |sample: &f32| if sample.is_finite() { *sample } else { 0.0 };
        let pcm: Vec<f32> = pcm.iter().map(finite).collect();
        let candidate = self.candidate(&pcm)?;
        let checked = check(&pcm, candidate, self.model.is_some());
        Ok(checked.map(|word| self.takes.push(Take { pcm, word })))
    }

    /// Makes the references, and tries each recording with those of the others.
    ///
    /// # Errors
    /// [`Error::TooFew`] without [`FEWEST_TAKES`] recordings; [`Error::Engine`] when rustpotter
    /// refuses them.
    pub fn finish(&self) -> Result<Enrolled, Error> {
        if self.takes.len() < FEWEST_TAKES {
            return Err(Error::TooFew { have: self.takes.len(), need: FEWEST_TAKES });
        }
        let mut heard = Vec::new();
        for left_out in 0..self.takes.len() {
            let others = self.takes.iter().enumerate().filter(|(index, _)| *index != left_out);
            let references = self.references(others.map(|(_, take)| take))?;
            heard.push(self.hears(references, &self.takes[left_out].pcm)?);
        }
        let references = self.references(self.takes.iter())?;
        let bytes = references.save_to_buffer().map_err(Error::engine)?;
        Ok(Enrolled { bytes, heard })
    }

    /// Where the network hears the word best.
    fn candidate(&self, pcm: &[f32]) -> Result<Option<Candidate>, Error> {
        let Some(model) = &self.model else { return Ok(None) };
        let threshold = self.config.threshold.unwrap_or(keyword::THRESHOLD);
        let mut keywords = Keywords::new(model, &self.config, threshold * THE_WORD)?;
        let mut best: Option<Candidate> = None;
        keywords.feed(&with_silence(pcm), |candidate| {
            if best.is_none_or(|best| candidate.score > best.score) {
                best = Some(candidate);
            }
        });
        let lead = millis_to_samples(LEAD_MS);
        Ok(best.map(|best| Candidate {
            start: best.start.saturating_sub(lead),
            end: best.end.saturating_sub(lead),
            ..best
        }))
    }

    fn references<'a>(&self, takes: impl Iterator<Item = &'a Take>) -> Result<WakewordRef, Error> {
        let samples: HashMap<String, Vec<u8>> = takes
            .enumerate()
            .map(|(index, take)| {
                let from = take.word.start.saturating_sub(MARGIN);
                let to = (take.word.end + MARGIN).min(take.pcm.len());
                (format!("{index:02}"), wav(&take.pcm[from..to]))
            })
            .collect();
        let name = self.config.word.clone();
        let references = WakewordRef::new_from_sample_buffers(name, None, None, samples, FEATURES);
        let mut references = references.map_err(Error::engine)?;
        references.avg_features = None;
        Ok(references)
    }

    fn hears(&self, references: WakewordRef, pcm: &[f32]) -> Result<bool, Error> {
        let threshold = self.config.threshold.unwrap_or(crate::rustpotter::THRESHOLD);
        let mut detector: Box<dyn WakeDetector> = if let Some(model) = &self.model {
            let templates = vec![Templates::new(references)?];
            Box::new(FusionDetector::new(model, &self.config, templates)?)
        } else {
            let word = &self.config.word;
            Box::new(RustpotterDetector::from_references(references, word, threshold)?)
        };
        let mut heard = false;
        for piece in with_silence(pcm).chunks(voice::FRAME_SAMPLES) {
            let wake = detector.feed(piece).map_err(Error::Detector)?;
            heard |= wake.is_some();
        }
        Ok(heard)
    }
}

/// A recording between silences.
fn with_silence(pcm: &[f32]) -> Vec<f32> {
    let mut whole = vec![0.0; millis_to_samples(LEAD_MS) as usize];
    whole.extend_from_slice(pcm);
    whole.resize(whole.len() + millis_to_samples(TAIL_MS) as usize, 0.0);
    whole
}

/// Where the word is, or what is wrong. With the network it lies where the network hears it.
fn check(pcm: &[f32], candidate: Option<Candidate>, network: bool) -> Result<Range<usize>, Flaw> {
    let mut runs = runs(pcm);
    if runs.is_empty() {
        return Err(Flaw::NoSpeech);
    }
    if let Some(candidate) = candidate {
        let near = (candidate.start.saturating_sub(BEFORE) as usize)
            ..((candidate.end + AFTER) as usize).min(pcm.len());
        runs.retain(|run| run.start < near.end && near.start < run.end);
        for run in &mut runs {
            *run = run.start.max(near.start)..run.end.min(near.end);
        }
        if runs.is_empty() {
            runs.push(near);
        }
    }
    let word = match candidate {
        // A word may have a pause in it, as phrases do.
        Some(_) => runs[0].start..runs[runs.len() - 1].end,
        None => runs.into_iter().max_by_key(Range::len).unwrap_or(0..0),
    };
    let sound = &pcm[word.clone()];
    let clipped = sound.iter().filter(|sample| sample.abs() >= FULL_SCALE).count();
    let length = word.len() as u64;
    if mean_power(sound).sqrt() < SOFTEST {
        Err(Flaw::TooQuiet)
    } else if clipped > MOST_CLIPPED {
        Err(Flaw::Clipped)
    } else if length < millis_to_samples(SHORTEST_MS) {
        Err(Flaw::TooShort)
    } else if length > millis_to_samples(LONGEST_MS) {
        Err(Flaw::TooLong)
    } else if network && candidate.is_none() {
        Err(Flaw::OtherWord)
    } else {
        Ok(word)
    }
}

/// Where someone speaks without a long pause.
fn runs(pcm: &[f32]) -> Vec<Range<usize>> {
    let mut vad = Vad::default();
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut end = 0;
    vad.feed(pcm, &mut |probability| {
        let start = end;
        end += BLOCK_SAMPLES;
        if probability < SPEECH {
            return;
        }
        match runs.last_mut() {
            Some(run) if start - run.end <= BRIDGED * BLOCK_SAMPLES => run.end = end,
            _ => runs.push(start..end),
        }
    });
    runs
}

/// The sound as a WAV file in memory, which is what rustpotter takes.
fn wav(pcm: &[f32]) -> Vec<u8> {
    let bytes = 2 * pcm.len() as u32;
    let mut wav = Vec::with_capacity(44 + bytes as usize);
    wav.extend(b"RIFF");
    wav.extend((36 + bytes).to_le_bytes());
    // Format 1 is PCM: one channel, two bytes a sample.
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(SAMPLE_RATE.to_le_bytes());
    wav.extend((2 * SAMPLE_RATE).to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend(bytes.to_le_bytes());
    for sample in pcm {
        wav.extend(((sample.clamp(-1.0, 1.0) * 32_767.0) as i16).to_le_bytes());
    }
    wav
}
