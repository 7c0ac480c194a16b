//! The sentences of the house by a search in the output of a streaming network.
//!
//! It works while the person speaks, and looks at what it hears in several ways. In a pause it looks
//! ahead as if the utterance were over; when it is, the answer is there already.

use std::sync::Arc;

use transducer::Model;
use voice::{Alternative, Engine, Partial, Transcriber, Transcript};

use crate::error::{Error, Result};
use crate::near::Near;
use crate::prepare::{Prepared, Preparer, Sentences};
use crate::select::GrammarEngine;
use crate::spelling::Spelling;
use crate::view::{Believed, Change, View};

/// The looks; the first is the sound as it is, and says what is shown while someone speaks.
const LOOKS: [Change; 3] = [
    Change { later: 0, faster: 1.0 },
    // Half a step of the network.
    Change { later: 2_560, faster: 1.0 },
    Change { later: 0, faster: 1.07 },
];
/// How far a whole sentence may be behind the beginning of a longer one and still be all that was
/// said, as natural logarithm.
const COMPLETE: f32 = 2.0;
/// How long the answer to a pause holds in any case, in samples: 400 ms. After that it holds as long
/// as nothing more is written, or only what others say further away.
const GUESS_HOLDS: u64 = 6_400;
/// After so many samples without a sound as loud as the person, what was said is looked at: 400 ms.
const QUIET: u64 = 6_400;
/// A sentence that stands for so long may be all that was said: 1 s.
const STANDS: u64 = voice::SAMPLE_RATE as u64;
/// Confidence from which a whole sentence may end sooner than others.
const SURE: f32 = 0.6;
/// Sentences that are told beside the best.
const ALTERNATIVES: usize = 4;

/// Hears one of the sentences of a [`voice::WordGraph`].
pub struct TransducerTranscriber {
    model: Arc<Model>,
    views: Vec<View>,
    spelling: Spelling,
    near: Near,
    /// Samples of this utterance.
    fed: u64,
    guess: Option<Guess>,
}

/// What was said up to a pause.
struct Guess {
    /// Samples up to there.
    fed: u64,
    /// Pieces that the looks had written, with those that the pause brought out.
    pieces: usize,
    transcript: Transcript,
}

impl Guess {
    /// Whether it is still what was said, `fed` samples and `pieces` written pieces into the
    /// utterance, when the last `quiet` samples held nothing as loud as the person.
    fn holds(&self, fed: u64, pieces: usize, quiet: u64) -> bool {
        let since = fed - self.fed;
        since <= GUESS_HOLDS || pieces <= self.pieces || quiet >= since
    }
}

impl TransducerTranscriber {
    /// Hears nothing until it is given sentences.
    pub fn new(model: Arc<Model>) -> Self {
        Self {
            views: LOOKS.iter().map(|change| View::new(&model, *change)).collect(),
            spelling: Spelling::default(),
            near: Near::default(),
            fed: 0,
            guess: None,
            model,
        }
    }

    /// What was said, if it was a sentence of the house.
    fn judge(&self, views: &[View]) -> Transcript {
        let readings = agreed(views.iter().map(View::believed), views.len());
        tracing::debug!(
            confidence = readings.first().map(|best| best.confidence),
            readings = readings.len(),
            "judged a sentence"
        );
        transcript(&readings, &self.spelling)
    }

    /// Looks at what was said as if it were all, and keeps the answer.
    fn look_ahead(&mut self) -> Partial {
        let mut ahead = self.views.clone();
        finish(&mut ahead);
        let transcript = self.judge(&ahead);
        let complete = match () {
            () if !Self::is_whole(&ahead) || transcript.text.is_empty() => Some(false),
            () if transcript.confidence >= SURE => Some(true),
            () => None,
        };
        let partial = Partial { text: transcript.text.clone(), complete, stood: 0 };
        self.guess = Some(Guess { fed: self.fed, pieces: pieces(&ahead), transcript });
        partial
    }

    fn holds(&self, guess: &Guess) -> bool {
        guess.holds(self.fed, pieces(&self.views), self.near.quiet())
    }

    /// Whether most looks see a whole sentence.
    fn is_whole(views: &[View]) -> bool {
        let whole = |view: &&View| view.complete().is_some_and(|c| c.behind <= COMPLETE);
        views.iter().filter(whole).count() * 2 > views.len()
    }
}

/// Ends the sound for all looks. Someone waits for the answer now, so they work side by side.
fn finish(views: &mut [View]) {
    let Some((first, others)) = views.split_first_mut() else { return };
    std::thread::scope(|scope| {
        for view in others {
            scope.spawn(|| view.finish());
        }
        first.finish();
    });
}

/// How much the looks have written.
fn pieces(views: &[View]) -> usize {
    views.iter().map(View::pieces).sum()
}

/// A sentence and what all looks together make of it.
struct Reading {
    words: Vec<String>,
    /// How sure one can be that it was said, whatever other sentences do, 0…1.
    confidence: f32,
    /// Its share among all sentences, 0…1.
    share: f32,
}

/// The sentences of all looks, most likely first. What one look alone is sure of counts half.
fn agreed(looks: impl Iterator<Item = Vec<Believed>>, count: usize) -> Vec<Reading> {
    struct Sum {
        words: Vec<String>,
        weight: f32,
        /// How well it fits in each look that has it.
        fits: Vec<f32>,
    }
    let mut sums: Vec<Sum> = Vec::new();
    for (look, believed) in looks.enumerate() {
        for Believed { words, share, fit } in believed {
            let known = sums.iter().position(|sum| sum.words == words);
            let at = known.unwrap_or(sums.len());
            if known.is_none() {
                sums.push(Sum { words, weight: 0.0, fits: vec![0.0; count] });
            }
            sums[at].weight += share * fit;
            // The same words may stand for two names.
            sums[at].fits[look] = fit.max(sums[at].fits[look]);
        }
    }
    sums.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let all: f32 = sums.iter().map(|sum| sum.weight).sum();
    let reading = |sum: Sum| {
        let best = sum.fits.iter().copied().fold(0.0, f32::max);
        let mean = sum.fits.iter().sum::<f32>() / count as f32;
        let share = sum.weight / all.max(f32::MIN_POSITIVE);
        Reading { words: sum.words, confidence: 0.5 * (best + mean), share }
    };
    sums.into_iter().map(reading).collect()
}

/// The best reading as the text if it is believed; if not, it is still worth a question.
fn transcript(readings: &[Reading], spelling: &Spelling) -> Transcript {
    let nothing = Transcript::nothing(Engine::Grammar);
    let Some(best) = readings.first() else { return nothing };
    let readings = readings.iter().map(|reading| Alternative {
        text: voice::join_words(spelling.written(&reading.words)).into(),
        confidence: reading.confidence * reading.share,
    });
    let mut written = readings.peekable();
    let is_believed = best.confidence >= Transcript::BELIEVED;
    let text = written.next_if(|_| is_believed).map(|best| best.text).unwrap_or_default();
    let alternatives = written.take(ALTERNATIVES).collect();
    Transcript { text, confidence: best.confidence, alternatives, ..nothing }
}

impl GrammarEngine for TransducerTranscriber {
    fn preparer(&self) -> Preparer {
        Preparer::transducer(Arc::clone(&self.model))
    }

    fn adopt(&mut self, prepared: Prepared) -> Result<()> {
        let Sentences::Pieces(grammar, spelling) = prepared.sentences else {
            return Err(Error::Grammar);
        };
        self.reset();
        for view in &mut self.views {
            view.set_grammar(grammar.clone());
        }
        self.spelling = spelling;
        Ok(())
    }
}

impl Transcriber for TransducerTranscriber {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Partial>> {
        self.fed += pcm.len() as u64;
        let before = self.views[0].frames();
        if let Some(since) = self.near.feed(pcm) {
            self.guess = None;
            for view in &mut self.views {
                view.reset();
                view.feed(since);
            }
        } else {
            for view in &mut self.views {
                view.feed(pcm);
            }
        }
        if self.near.quiet() >= QUIET && self.guess.as_ref().is_none_or(|guess| !self.holds(guess))
        {
            self.look_ahead();
        }
        let shown = &self.views[0];
        if shown.frames() == before {
            return Ok(None);
        }
        let stood = shown
            .complete()
            .map_or(0, |complete| u64::from(complete.quiet_frames) * transducer::FRAME_SAMPLES);
        // Whether it is one that can be believed takes some work, and only matters after a while.
        let whole = Self::is_whole(&self.views)
            && (stood < STANDS || self.judge(&self.views).confidence >= SURE);
        let text = shown.partial().into();
        Ok(Some(Partial { text, complete: Some(whole), stood }))
    }

    fn pause(&mut self) -> voice::Result<Option<Partial>> {
        Ok(Some(self.look_ahead()))
    }

    fn finish(&mut self) -> voice::Result<Transcript> {
        let transcript = match self.guess.take() {
            Some(guess) if self.holds(&guess) => guess.transcript,
            _ => {
                finish(&mut self.views);
                self.judge(&self.views)
            }
        };
        self.reset();
        Ok(transcript)
    }

    fn reset(&mut self) {
        self.views.iter_mut().for_each(View::reset);
        self.near.reset();
        self.fed = 0;
        self.guess = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn believed(text: &str, share: f32, fit: f32) -> Believed {
        Believed { words: text.split(' ').map(str::to_owned).collect(), share, fit }
    }

    fn first(looks: Vec<Vec<Believed>>) -> (String, f32, f32) {
        let count = looks.len();
        let best = agreed(looks.into_iter(), count).remove(0);
        (best.words.join(" "), best.confidence, best.share)
    }

    #[test]
    fn what_two_looks_agree_on_beats_what_one_is_sure_of() {
        let (text, confidence, share) = first(vec![
            vec![believed("lights on", 1.0, 0.8)],
            vec![believed("lights off", 0.7, 0.8), believed("lights on", 0.3, 0.8)],
            vec![believed("lights off", 0.9, 0.6)],
        ]);
        assert_eq!(text, "lights off");
        // Half of its best fit, and half of the mean over all looks: 0, 0.8 and 0.6.
        assert!((confidence - (0.4 + 0.7 / 3.0)).abs() < 1e-6, "{confidence}");
        assert!((share - 1.1 / 2.14).abs() < 1e-6, "{share}");
    }

    #[test]
    fn one_look_alone_is_half_believed() {
        let alone = vec![vec![believed("stop", 1.0, 0.9)], vec![], vec![]];
        assert!(first(alone).1 < Transcript::BELIEVED + 0.1);
        let weak = vec![vec![believed("stop", 1.0, 0.8)], vec![], vec![]];
        assert!(first(weak).1 < Transcript::BELIEVED, "that is worth a question at most");
    }

    #[test]
    fn what_is_not_believed_is_told_beside() {
        let heard = |confidence| {
            let words = vec!["lights".to_owned(), "on".to_owned()];
            transcript(&[Reading { words, confidence, share: 0.9 }], &Spelling::default())
        };
        let sure = heard(Transcript::BELIEVED);
        assert_eq!((sure.text.expose(), sure.alternatives.len()), ("lights on", 0));
        let unsure = heard(Transcript::BELIEVED - 0.01);
        assert!(unsure.text.is_empty());
        assert_eq!(unsure.alternatives[0].text.expose(), "lights on");
        assert!((unsure.alternatives[0].confidence - 0.9 * unsure.confidence).abs() < 1e-6);
    }

    #[test]
    fn the_answer_to_a_pause_holds_until_the_person_speaks_on() {
        let guess =
            Guess { fed: 16_000, pieces: 6, transcript: Transcript::nothing(Engine::Grammar) };
        let much_later = 16_000 + 10 * GUESS_HOLDS;
        assert!(guess.holds(much_later, 6, 0), "only noise followed");
        assert!(!guess.holds(much_later, 7, 0), "someone spoke on");
        assert!(!guess.holds(much_later, 7, 9 * GUESS_HOLDS));
        assert!(guess.holds(much_later, 7, 10 * GUESS_HOLDS), "others spoke on, far away");
        assert!(guess.holds(16_000 + GUESS_HOLDS, 7, 0), "what is written at once was said before");
        assert!(!guess.holds(16_001 + GUESS_HOLDS, 7, 0));
    }

    #[test]
    fn the_same_words_for_two_names_count_once() {
        let twice =
            vec![vec![believed("living room on", 0.5, 0.8), believed("living room on", 0.5, 0.8)]];
        let (_, confidence, share) = first(twice);
        assert!((confidence - 0.8).abs() < 1e-6 && (share - 1.0).abs() < 1e-6);
    }
}
