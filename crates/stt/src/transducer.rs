//! The sentences of the house by a search in the output of a streaming network.
//!
//! It works while the person speaks, and looks at what it hears in several ways. In a pause it looks
//! ahead as if the utterance were over; when it is, the answer is there already.

use std::sync::Arc;

use transducer::Model;
use voice::{Partial, Transcriber, Transcript};

use crate::error::{Error, Result};
use crate::near::Near;
use crate::prepare::{Prepared, Preparer, Sentences};
use crate::reading::{self, Reading};
use crate::select::GrammarEngine;
use crate::snap::Vocabulary;
use crate::spelling::Spelling;
use crate::view::{Change, View};

/// The looks; the first is the sound as it is, and says what is shown while someone speaks.
const LOOKS: [Change; 3] = [
    Change { later: 0, faster: 1.0 },
    // Half a step of the network.
    Change { later: 2_560, faster: 1.0 },
    Change { later: 0, faster: 1.07 },
];
/// Further looks at what was hardly heard. They begin when the person pauses.
const FURTHER: [Change; 3] = [
    Change { later: 1_280, faster: 1.0 },
    Change { later: 3_840, faster: 1.0 },
    Change { later: 0, faster: 0.94 },
];
/// Confidence that is worth them, up to [`SURE`].
const HARDLY: f32 = 0.2;
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
/// What is longer is no command, and not looked at further: 15 s, in samples.
const LONGEST: usize = 15 * voice::SAMPLE_RATE as usize;
/// Confidence from which a whole sentence may end sooner than others.
const SURE: f32 = 0.6;
/// Confidence from which a whole sentence that is not believed may have been said all the same.
const UNSURE: f32 = 0.4;

/// Hears one of the sentences of a [`voice::WordGraph`].
pub struct TransducerTranscriber {
    model: Arc<Model>,
    views: Vec<View>,
    further: Vec<View>,
    /// What the looks have seen of this utterance, up to [`LONGEST`].
    seen: Vec<f32>,
    spelling: Spelling,
    vocabulary: Vocabulary,
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
            further: FURTHER.iter().map(|change| View::new(&model, *change)).collect(),
            seen: Vec::new(),
            spelling: Spelling::default(),
            vocabulary: Vocabulary::default(),
            near: Near::default(),
            fed: 0,
            guess: None,
            model,
        }
    }

    /// What was said, if it was a sentence of the house.
    fn judge(&mut self, views: &[View]) -> Transcript {
        let mut readings = readings(views.iter());
        let confidence = readings.first().map_or(0.0, |best| best.confidence);
        if (HARDLY..SURE).contains(&confidence) && self.seen.len() < LONGEST {
            self.look_further();
            readings = self::readings(views.iter().chain(&self.further));
        }
        tracing::debug!(
            confidence = readings.first().map(|best| best.confidence),
            readings = readings.len(),
            "judged a sentence"
        );
        let mut transcript = reading::transcript(&readings, &self.spelling);
        if transcript.text.is_empty() {
            // What was said by somebody who knows none of our sentences.
            let likely = |view: &&View| view.free_per_token().unwrap_or(f32::NEG_INFINITY);
            let clearest = views.iter().max_by(|a, b| likely(a).total_cmp(&likely(b)));
            let free = clearest.map(View::free).unwrap_or_default();
            transcript.alternatives.extend(self.vocabulary.reading(&free));
        }
        transcript
    }

    /// Looks at all that was said once more, in other ways.
    fn look_further(&mut self) {
        let Self { further, seen, .. } = self;
        in_parallel(further, |view| {
            view.reset();
            view.feed(seen);
            view.finish();
        });
    }

    /// Looks at what was said as if it were all, and keeps the answer.
    fn look_ahead(&mut self) -> Partial {
        let mut ahead = self.views.clone();
        in_parallel(&mut ahead, View::finish);
        let transcript = self.judge(&ahead);
        let complete = match () {
            () if !Self::is_whole(&ahead) || transcript.confidence < UNSURE => Some(false),
            () if transcript.confidence >= SURE => Some(true),
            () => None,
        };
        let partial = Partial {
            text: transcript.text.clone(),
            complete,
            stood: 0,
            open: transcript.is_open(),
        };
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

/// Does the same for all looks. Someone waits for the answer now, so they work side by side.
fn in_parallel(views: &mut [View], work: impl Fn(&mut View) + Sync) {
    let Some((first, others)) = views.split_first_mut() else { return };
    std::thread::scope(|scope| {
        for view in others {
            scope.spawn(|| work(view));
        }
        work(first);
    });
}

/// What the looks make of it together.
fn readings<'v>(views: impl Iterator<Item = &'v View>) -> Vec<Reading> {
    let looks: Vec<_> = views.map(View::believed).collect();
    let count = looks.len();
    reading::agreed(looks.into_iter(), count)
}

/// How much the looks have written.
fn pieces(views: &[View]) -> usize {
    views.iter().map(View::pieces).sum()
}

impl GrammarEngine for TransducerTranscriber {
    fn preparer(&self) -> Preparer {
        Preparer::transducer(Arc::clone(&self.model))
    }

    fn adopt(&mut self, prepared: Prepared) -> Result<()> {
        let Sentences::Pieces { grammar, spelling, vocabulary } = prepared.sentences else {
            return Err(Error::Grammar);
        };
        self.reset();
        for view in self.views.iter_mut().chain(&mut self.further) {
            view.set_grammar(grammar.clone());
        }
        self.spelling = spelling;
        self.vocabulary = vocabulary;
        Ok(())
    }
}

impl Transcriber for TransducerTranscriber {
    fn feed(&mut self, pcm: &[f32]) -> voice::Result<Option<Partial>> {
        self.fed += pcm.len() as u64;
        let before = self.views[0].frames();
        if let Some(since) = self.near.feed(pcm) {
            self.guess = None;
            self.seen.clear();
            self.seen.extend_from_slice(since);
            for view in &mut self.views {
                view.reset();
                view.feed(since);
            }
        } else {
            let room = LONGEST.saturating_sub(self.seen.len());
            self.seen.extend_from_slice(&pcm[..room.min(pcm.len())]);
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
            && (stood < STANDS
                || readings(self.views.iter()).first().is_some_and(|best| best.confidence >= SURE));
        let text = shown.partial().into();
        Ok(Some(Partial { text, complete: Some(whole), stood, open: false }))
    }

    fn pause(&mut self) -> voice::Result<Option<Partial>> {
        Ok(Some(self.look_ahead()))
    }

    fn finish(&mut self) -> voice::Result<Transcript> {
        let transcript = match self.guess.take() {
            Some(guess) if self.holds(&guess) => guess.transcript,
            _ => {
                let mut views = std::mem::take(&mut self.views);
                in_parallel(&mut views, View::finish);
                let transcript = self.judge(&views);
                self.views = views;
                transcript
            }
        };
        self.reset();
        Ok(transcript)
    }

    fn reset(&mut self) {
        self.views.iter_mut().for_each(View::reset);
        self.near.reset();
        self.seen.clear();
        self.fed = 0;
        self.guess = None;
    }
}

#[cfg(test)]
mod tests {
    use voice::Engine;

    use super::*;

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
}
