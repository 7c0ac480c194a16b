//! Open-vocabulary keyword spotting: finds phrases in running speech, whatever else is said.
//!
//! The free text is the filler model; a phrase may begin at any frame and in all its spellings.
//! What counts is the log-probability of the phrase, and its log-likelihood ratio to the free text.
//! (Fillers that wait where the free text goes on, and the context behind the phrase, were tried:
//! the former gave more false acceptances, the latter changed nothing.)

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::greedy::Free;
use crate::predictor::{Context, WIDTH};
use crate::scorer::{MOST, Scorer, Slot};
use crate::stream::frames_to_samples;
use crate::tokens::{BLANK, Token};
use crate::{Error, Model, Result};

/// Added to the log-likelihood ratio before the lesser of both measures is taken.
const RATIO_BONUS: f32 = 1.0;
/// Frames from the first to the last piece, at least: nobody says a phrase in less than 200 ms, but
/// the search finds them squeezed into the end of a sound.
const SHORTEST: u32 = 5;
/// A phrase that will be so far below its threshold is given up: the free text is not always the
/// likeliest, so the ratio can recover a little.
const SLACK: f32 = 3.0;
/// Rare phrases too have a threshold of this at least.
const LOWEST_SUITED: f32 = -10.5;
/// Syllables of a wake word, at least.
const FEWEST_SYLLABLES: usize = 2;
/// Logarithm of the probability of a phrase that people say without meaning the speaker.
const COMMON: f32 = -11.5;

/// How to spot phrases.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpotterConfig {
    /// Partial hypotheses that are followed.
    pub beam: usize,
    /// How much of the internal language model is left out, 0…1.
    pub internal_lm: f32,
}

impl Default for SpotterConfig {
    fn default() -> Self {
        Self { beam: 12, internal_lm: 0.3 }
    }
}

/// A phrase to spot.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyword {
    /// Words of the letters A–Z and `'`.
    pub phrase: String,
    /// The score that it has to reach, 0 at most.
    pub threshold: f32,
}

impl Keyword {
    /// For "computer" two false acceptances in 3.2 hours of other sound, and 3.2 % of 249 recordings
    /// by 28 voices missed (the same with noise 10 dB below).
    pub const THRESHOLD: f32 = -8.0;

    /// A phrase with the threshold that suits it: the rarer a phrase is in ordinary English, the less
    /// other speech is taken for it. ("jarvis", "snowboy" and "view glass" have no false acceptance
    /// at −10.9 in 1.9 hours of other speech.)
    ///
    /// # Errors
    /// When it has other characters than A–Z, `'` and blanks.
    pub fn suited(model: &Arc<Model>, phrase: impl Into<String>) -> Result<Self> {
        /// What the network expects "computer" to be, for which the usual threshold was measured.
        const USUAL: f32 = -13.9;
        const SHARE: f32 = 0.5;
        let phrase = phrase.into();
        let rarer = expectation(model, &phrase)? - USUAL;
        let threshold = (Self::THRESHOLD + SHARE * rarer).clamp(LOWEST_SUITED, Self::THRESHOLD);
        Ok(Self { phrase, threshold })
    }

    /// A phrase with the usual threshold.
    pub fn new(phrase: impl Into<String>) -> Self {
        Self { phrase: phrase.into(), threshold: Self::THRESHOLD }
    }
}

/// A phrase was heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// Which: index into the phrases of the spotter.
    pub keyword: usize,
    /// Its score, 1 at most; it reached the threshold.
    pub score: f32,
    /// Where the phrase begins, about: samples since the stream began.
    pub start: u64,
    /// Where it ends, about: samples since the stream began.
    pub end: u64,
}

/// What to expect of a phrase as a wake word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// It will do.
    Fine,
    /// It is found in other words: choose a longer one.
    TooShort,
    /// People say it all the time: choose a rarer one, or put a word before it.
    TooCommon,
}

/// A phrase as positions with pieces between.
#[derive(Clone)]
struct Phrase {
    threshold: f32,
    /// The pieces that may follow at each position, and where they lead.
    steps: Vec<Vec<(Token, u32)>>,
}

/// A partial hypothesis: a phrase that has begun.
#[derive(Clone, Copy)]
struct Begun {
    keyword: u16,
    position: u32,
    context: Context,
    rank: f32,
    /// Log-probability since the first piece.
    segment: f32,
    /// Log-likelihood ratio to the free text since then.
    log_ratio: f32,
    first: u32,
}

/// Spots phrases in a stream, frame by frame. After a warm-up it does not allocate, and its
/// memory does not grow with the stream.
#[derive(Clone)]
pub struct Spotter {
    scorer: Scorer,
    config: SpotterConfig,
    phrases: Vec<Phrase>,
    lowest: f32,
    free: Free,
    begun: Vec<Begun>,
    next: Vec<Begun>,
    slots: Vec<Slot>,
}

impl Spotter {
    /// Spots these phrases.
    ///
    /// # Errors
    /// When a phrase has other characters than A–Z, `'` and blanks.
    pub fn new(model: Arc<Model>, keywords: &[Keyword], mut config: SpotterConfig) -> Result<Self> {
        let phrases = keywords
            .iter()
            .map(|keyword| {
                let steps = model.tokens().lattice(&keyword.phrase).ok_or(Error::Unspellable)?;
                Ok(Phrase { threshold: keyword.threshold, steps })
            })
            .collect::<Result<Vec<_>>>()?;
        config.beam = config.beam.clamp(1, MOST - 1);
        let lowest = phrases.iter().map(|p| p.threshold).fold(f32::INFINITY, f32::min);
        let mut spotter = Self {
            scorer: Scorer::new(model),
            phrases,
            lowest,
            free: Free::default(),
            begun: Vec::with_capacity(config.beam),
            next: Vec::with_capacity(1024),
            slots: Vec::with_capacity(MOST),
            config,
        };
        spotter.reset();
        Ok(spotter)
    }

    /// Forgets what was heard.
    pub fn reset(&mut self) {
        self.free.clear();
        self.begun.clear();
    }

    /// Advances by a frame; gives a phrase that ends in it. One utterance of a phrase may end in
    /// several frames, so the caller rests, or [resets](Self::reset) the spotter, after the first.
    pub fn accept_frame(&mut self, frame: &[f32; WIDTH]) -> Option<Detection> {
        self.scorer.begin();
        let free = self.scorer.ask(self.free.context)?;
        self.slots.clear();
        for begun in &self.begun {
            self.slots.push(self.scorer.ask(begun.context)?);
        }
        self.scorer.run(frame);
        // A phrase may begin wherever the free text has got to.
        let context = self.free.context;
        self.free.advance(&mut self.scorer, free);
        // The text itself is not needed, and a stream may be long.
        self.free.tokens.clear();
        // Only ratios count; the sum would lose its precision within hours.
        let gain = std::mem::take(&mut self.free.score);
        self.advance(context, free, gain)
    }

    /// Moves the phrases on by a frame in which the free text gained `gain`; phrases may begin behind
    /// `context`, whose probabilities are in `free`.
    fn advance(&mut self, context: Context, free: Slot, gain: f32) -> Option<Detection> {
        let now = self.free.frames - 1;
        let Self { scorer, config, phrases, begun, next, slots, lowest, .. } = self;
        next.clear();
        let mut kept = Kept { phrases, next, hopeless: *lowest - SLACK, now, found: None };
        for (begun, &slot) in begun.iter().zip(&*slots) {
            let blank = scorer.row(slot)[usize::from(BLANK)];
            kept.take(begun.then(blank, gain, blank));
            let steps = &phrases[usize::from(begun.keyword)].steps[begun.position as usize];
            for &(token, position) in steps {
                let value = scorer.row(slot)[usize::from(token)];
                // A score that is hopeless without the internal language model needs none.
                if begun.segment + value < kept.hopeless {
                    continue;
                }
                let internal = scorer.internal(slot)[usize::from(token)];
                let rank = value - config.internal_lm * internal;
                let context = begun.context.then(token);
                kept.take(Begun { position, context, ..begun.then(value, gain, rank) });
            }
        }
        for (keyword, phrase) in phrases.iter().enumerate() {
            for &(token, position) in &phrase.steps[0] {
                let value = scorer.row(free)[usize::from(token)];
                if value < kept.hopeless {
                    continue;
                }
                let internal = scorer.internal(free)[usize::from(token)];
                kept.take(Begun {
                    keyword: keyword as u16,
                    position,
                    context: context.then(token),
                    rank: value - gain - config.internal_lm * internal,
                    segment: value,
                    log_ratio: value - gain,
                    first: now,
                });
            }
        }
        let found = kept.found;
        self.prune();
        found
    }

    /// Keeps the best hypotheses, one for each position and context.
    fn prune(&mut self) {
        self.next.sort_unstable_by(|a, b| b.rank.total_cmp(&a.rank));
        self.begun.clear();
        for next in &self.next {
            let same = |kept: &Begun| {
                kept.keyword == next.keyword
                    && kept.position == next.position
                    && kept.context == next.context
            };
            if !self.begun.iter().any(same) {
                self.begun.push(*next);
                if self.begun.len() == self.config.beam {
                    break;
                }
            }
        }
    }
}

/// What is kept of one frame.
struct Kept<'s> {
    phrases: &'s [Phrase],
    next: &'s mut Vec<Begun>,
    /// The score below which a hypothesis is given up.
    hopeless: f32,
    now: u32,
    found: Option<Detection>,
}

impl Kept<'_> {
    /// Keeps a hypothesis that has not got to the end of its phrase, or the best detection.
    fn take(&mut self, begun: Begun) {
        let score = begun.score();
        if score < self.hopeless {
            return;
        }
        let phrase = &self.phrases[usize::from(begun.keyword)];
        if begun.position as usize + 1 < phrase.steps.len() {
            self.next.push(begun);
        } else if self.now - begun.first >= SHORTEST
            && score >= phrase.threshold
            && self.found.is_none_or(|found| score > found.score)
        {
            self.found = Some(Detection {
                keyword: usize::from(begun.keyword),
                score,
                start: frames_to_samples(begun.first),
                end: frames_to_samples(self.now + 1),
            });
        }
    }
}

impl Quality {
    /// Rates a phrase by its length and by how much the network expects it in ordinary English.
    ///
    /// # Errors
    /// When it has other characters than A–Z, `'` and blanks.
    pub fn of(model: &Arc<Model>, phrase: &str) -> Result<Self> {
        let expected = expectation(model, phrase)?;
        if syllables(phrase) < FEWEST_SYLLABLES {
            return Ok(Self::TooShort);
        }
        Ok(if expected > COMMON { Self::TooCommon } else { Self::Fine })
    }
}

/// Logarithm of the probability of a phrase in ordinary English, as the network learnt it.
fn expectation(model: &Arc<Model>, phrase: &str) -> Result<f32> {
    let mut scorer = Scorer::new(model.clone());
    let mut context = Context::START;
    let mut sum = 0.0;
    let mut words = 0;
    for word in phrase.split_whitespace() {
        words += 1;
        for token in model.tokens().spell(word).ok_or(Error::Unspellable)? {
            scorer.begin();
            if let Some(slot) = scorer.ask(context) {
                sum += scorer.internal(slot)[usize::from(token)];
            }
            context = context.then(token);
        }
    }
    if words == 0 { Err(Error::Unspellable) } else { Ok(sum) }
}

/// About how many syllables a phrase has: groups of vowels, without a silent e.
fn syllables(phrase: &str) -> usize {
    phrase
        .split_whitespace()
        .map(|word| {
            let word = word.to_ascii_lowercase();
            let groups = word
                .split(|c: char| !"aeiouy".contains(c))
                .filter(|group| !group.is_empty())
                .count();
            let silent = groups > 1 && word.ends_with('e') && !word.ends_with("le");
            groups - usize::from(silent)
        })
        .sum()
}

impl Begun {
    /// After a frame with this probability, in which the free text gained `gain`.
    fn then(self, value: f32, gain: f32, rank: f32) -> Self {
        Self {
            rank: self.rank + rank - gain,
            segment: self.segment + value,
            log_ratio: self.log_ratio + value - gain,
            ..self
        }
    }

    fn score(&self) -> f32 {
        self.segment.min(self.log_ratio + RATIO_BONUS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_about_counted() {
        for (word, count) in [
            ("computer", 3),
            ("jarvis", 2),
            ("mike", 1),
            ("view glass", 2),
            ("apple", 2),
            ("hey", 1),
        ] {
            assert_eq!(syllables(word), count, "{word}");
        }
    }
}
