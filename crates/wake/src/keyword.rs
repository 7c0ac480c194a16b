//! Wake words that were typed, by keyword spotting with the network of [`transducer`].

use std::sync::Arc;

use transducer::{Keyword, Model, Spotter, SpotterConfig, Stream};
use voice::{Wake, WakeDetector};

use crate::Config;
use crate::error::Error;

/// Threshold that is used unless the household chose another, 0…1.
pub(crate) const THRESHOLD: f32 = 0.5;

/// Something that may be a wake word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Candidate {
    /// Which: index into the words.
    pub(crate) word: usize,
    /// Score of the network, 0…1.
    pub(crate) score: f32,
    /// Where it begins and ends, about, in samples since the last reset.
    pub(crate) start: u64,
    pub(crate) end: u64,
}

/// The network with the words of the household; its scores lie between 0 and 1.
pub(crate) struct Keywords {
    stream: Stream,
    spotter: Spotter,
    names: Vec<String>,
    /// Scores of the network are natural logarithms; scaled to 0…1, this much less is half the score.
    /// What suits a word is then one half for each of them.
    halves: Vec<f32>,
}

impl Keywords {
    /// Spots the words of the configuration, and reports all that reach `lowest`.
    pub(crate) fn new(model: &Arc<Model>, config: &Config, lowest: f32) -> Result<Self, Error> {
        let names: Vec<String> =
            std::iter::once(&config.word).chain(&config.other_words).cloned().collect();
        let unsayable = |_| Error::Unsayable { words: names.join(", ") };
        let mut keywords = Vec::with_capacity(names.len());
        let mut halves = Vec::with_capacity(names.len());
        for name in &names {
            // Nobody says a rare phrase by chance, so less of it is enough.
            let suited = Keyword::suited(model, name.as_str()).map_err(unsayable)?;
            let half = -suited.threshold;
            halves.push(half);
            keywords.push(Keyword { threshold: logarithm(lowest, half), ..suited });
        }
        let spotter = Spotter::new(Arc::clone(model), &keywords, SpotterConfig::default())
            .map_err(unsayable)?;
        Ok(Self { stream: Stream::new(model), spotter, names, halves })
    }

    /// Takes the next samples; gives out each frame in which a word may have ended.
    pub(crate) fn feed(&mut self, pcm: &[f32], mut each: impl FnMut(Candidate)) {
        let Self { stream, spotter, halves, .. } = self;
        stream.feed(pcm, |frame| {
            if let Some(hit) = spotter.accept_frame(frame) {
                each(Candidate {
                    word: hit.keyword,
                    score: (hit.score / halves[hit.keyword]).exp2().clamp(0.0, 1.0),
                    start: hit.start,
                    end: hit.end,
                });
            }
        });
    }

    pub(crate) fn name(&self, word: usize) -> String {
        self.names.get(word).cloned().unwrap_or_default()
    }

    pub(crate) fn reset(&mut self) {
        self.stream.reset();
        self.spotter.reset();
    }
}

/// The logarithm of a score between 0 and 1.
fn logarithm(score: f32, half: f32) -> f32 {
    half * score.clamp(f32::MIN_POSITIVE, 1.0).log2()
}

/// Keyword spotting of one word or phrase, or several.
pub struct KeywordDetector {
    keywords: Keywords,
    threshold: f32,
}

impl KeywordDetector {
    /// A detector for the words of the configuration.
    ///
    /// # Errors
    /// [`Error::Unsayable`] when one has no letters that the network knows.
    pub fn new(model: &Arc<Model>, config: &Config) -> Result<Self, Error> {
        let threshold = config.threshold.unwrap_or(THRESHOLD);
        Ok(Self { keywords: Keywords::new(model, config, threshold)?, threshold })
    }
}

impl WakeDetector for KeywordDetector {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Wake>> {
        let mut found = None;
        self.keywords.feed(pcm, |candidate| {
            found.get_or_insert(candidate);
        });
        Ok(found.map(|found| Wake {
            word: self.keywords.name(found.word),
            score: found.score,
            threshold: self.threshold,
            at: found.end,
        }))
    }

    fn reset(&mut self) {
        self.keywords.reset();
    }
}
