//! Wake words that were typed: the network of [`transducer`] follows the running stream and looks
//! for them.

use std::sync::Arc;

use transducer::{Keyword, Model, Spotter, SpotterConfig, Stream};
use voice::{Wake, WakeDetector};

use crate::Config;
use crate::error::Error;

/// Scores are natural logarithms; shown between 0 and 1, this much less is half as sure. The usual
/// threshold is then one half.
const HALF: f32 = -Keyword::THRESHOLD;
/// Threshold that is used unless the household chose another, 0…1.
pub(crate) const THRESHOLD: f32 = 0.5;

/// Hears one word or phrase, or several.
pub struct KeywordDetector {
    stream: Stream,
    spotter: Spotter,
    words: Vec<String>,
    threshold: f32,
}

impl KeywordDetector {
    /// A detector for the words of the configuration.
    ///
    /// # Errors
    /// [`Error::Unsayable`] when one has no letters that the network knows.
    pub fn new(model: &Arc<Model>, config: &Config) -> Result<Self, Error> {
        let words: Vec<String> =
            std::iter::once(&config.word).chain(&config.other_words).cloned().collect();
        let threshold = config.threshold.unwrap_or(THRESHOLD);
        let keywords: Vec<Keyword> = words
            .iter()
            .map(|word| Keyword { phrase: word.clone(), threshold: logarithm(threshold) })
            .collect();
        let spotter = Spotter::new(Arc::clone(model), &keywords, SpotterConfig::default())
            .map_err(|_| Error::Unsayable { words: words.join(", ") })?;
        Ok(Self { stream: Stream::new(model), spotter, words, threshold })
    }
}

/// The logarithm of a score between 0 and 1.
fn logarithm(score: f32) -> f32 {
    HALF * score.clamp(f32::MIN_POSITIVE, 1.0).log2()
}

impl WakeDetector for KeywordDetector {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Wake>> {
        let Self { stream, spotter, words, threshold } = self;
        let mut found = None;
        stream.feed(pcm, |frame| {
            if let Some(hit) = spotter.frame(frame)
                && found.is_none()
            {
                found = Some(Wake {
                    word: words.get(hit.keyword).cloned().unwrap_or_default(),
                    score: (hit.score / HALF).exp2().clamp(0.0, 1.0),
                    threshold: *threshold,
                    at: hit.end,
                });
            }
        });
        Ok(found)
    }

    fn reset(&mut self) {
        self.stream.reset();
        self.spotter.reset();
    }
}
