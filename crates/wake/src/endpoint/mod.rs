//! Endpointing: finds the start and the end of a command.
//!
//! Time is counted in samples, so that the result does not depend on the speed of the machine. Unlike
//! a plain hangover, the silence that ends a command depends on whether the recogniser takes the
//! sentence for a whole one, and softer speech than the near speaker's does not hold it open.

mod rules;

use voice::{EndReason, SpeechSpan, millis_to_samples};

use self::rules::{Moment, Outcome, Rule};
use crate::Config;
use crate::vad::BLOCK_SAMPLES;

/// Probability from which a block is speech.
const VOICED: f32 = 0.5;
/// Probability below which a block inside speech is silence.
const UNVOICED: f32 = 0.35;
/// Blocks of speech in a row that begin a command: 48 ms, which a click does not reach.
const ONSET_BLOCKS: u32 = 3;
/// Speech that runs on from the wake word and stops within this time is still the wake word.
const WAKE_TAIL: u64 = millis_to_samples(300);
/// How much of the wake word may still be heard at the start.
const WAKE_END: u64 = millis_to_samples(200);

/// Who speaks to us is the loudest: what is this much softer than the loudest moment of the command
/// is somebody else, in decibels.
const SOFTER: f32 = 14.0;
/// How much softer the last syllable may be, in decibels…
const MUCH_SOFTER: f32 = 26.0;
/// …and for how long.
const DYING: u64 = millis_to_samples(320);

/// A whole sentence that has been stable for so long is over, whatever is heard behind it.
const SETTLED: u64 = millis_to_samples(1_200);

/// What the endpointer found in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointEvent {
    /// Speech began at this sample.
    Start(u64),
    /// The person has paused. Whether the sentence is whole then decides how long the pause may be.
    Pause,
    /// Listening is over; `speech` is `None` when there was none.
    End {
        /// Why.
        reason: EndReason,
        /// Where it was.
        speech: Option<SpeechSpan>,
    },
}

/// Follows one command from the first block after the wake word to the silence behind it.
#[derive(Clone, Debug)]
pub struct Endpointer {
    no_speech: u64,
    end_silence: u64,
    complete_silence: u64,
    incomplete_silence: u64,
    max_speech: u64,
    began: u64,
    /// Until when speech that is there from the start counts as the end of the wake word.
    tail_until: u64,
    run: u32,
    run_start: u64,
    speech: Option<InSpeech>,
    /// When the sentence was whole for the first time.
    complete_since: Option<u64>,
    /// Whether it has been whole and stable for long.
    settled: bool,
    /// The loudest block so far, in decibels.
    loudest: f32,
    /// Until when it was about as loud as that.
    loud_until: u64,
    /// How loud the wake word was, in decibels.
    wake: f32,
    /// Levels of the last blocks.
    recent: [f32; 3],
}

#[derive(Clone, Copy, Debug)]
struct InSpeech {
    start: u64,
    last_voiced: u64,
    voiced: u64,
    /// Whether the pause that goes on was reported.
    asked: bool,
    /// What is known of the sentence in this pause.
    complete: Option<bool>,
}

impl Endpointer {
    /// Listens from sample `began` on. `after_wake` says that the wake word ended about there, so
    /// that its last sounds may still be heard.
    pub fn new(config: &Config, began: u64, after_wake: bool) -> Self {
        Self {
            no_speech: millis_to_samples(config.no_speech_ms),
            end_silence: millis_to_samples(config.end_silence_ms),
            complete_silence: millis_to_samples(config.complete_silence_ms),
            incomplete_silence: millis_to_samples(config.incomplete_silence_ms),
            max_speech: millis_to_samples(config.max_speech_ms),
            began,
            tail_until: if after_wake { began + WAKE_TAIL } else { 0 },
            run: 0,
            run_start: began,
            speech: None,
            complete_since: None,
            settled: false,
            loudest: f32::NEG_INFINITY,
            loud_until: began,
            wake: f32::NEG_INFINITY,
            recent: [f32::NEG_INFINITY; 3],
        }
    }

    /// The recogniser's answer to a pause: whether the sentence is whole, if it can say.
    pub fn paused(&mut self, complete: Option<bool>) {
        if let Some(speech) = &mut self.speech
            && speech.asked
        {
            speech.complete = complete;
        }
    }

    /// Progress of the recogniser at sample `now`: whether the sentence is whole, and for how many
    /// samples it has been stable.
    pub fn progress(&mut self, complete: Option<bool>, stable_for: u64, now: u64) {
        if complete == Some(true) {
            self.complete_since.get_or_insert(now);
            self.settled = stable_for >= SETTLED;
        } else {
            self.settled = false;
        }
    }

    /// How loud the wake word was, in decibels: who is much softer does not speak to us.
    #[must_use]
    pub fn after_level(mut self, level: f32) -> Self {
        self.wake = level;
        self
    }

    /// Takes the block that ends before sample `end`: the probability of speech in it and its level
    /// in decibels.
    pub fn step(&mut self, probability: f32, level: f32, end: u64) -> Option<EndpointEvent> {
        let probability = if self.is_near(probability, level, end) { probability } else { 0.0 };
        let start = end.saturating_sub(BLOCK_SAMPLES as u64).max(self.began);
        let found = match self.speech {
            None => self.wait(probability, start, end),
            Some(speech) => self.follow(speech, probability, start, end),
        };
        found.or_else(|| self.obey(rules::limit(self, end)?, end))
    }

    /// Does what follows from a rule that applies at sample `end`.
    fn obey(&mut self, rule: Rule, end: u64) -> Option<EndpointEvent> {
        tracing::debug!(?rule, at = end, "an endpointing rule applies");
        match rule.outcome() {
            Outcome::Discard => {
                self.speech = None;
                self.loudest = f32::NEG_INFINITY;
                self.run = 0;
                None
            }
            Outcome::Pause => {
                if let Some(speech) = &mut self.speech {
                    speech.asked = true;
                }
                Some(EndpointEvent::Pause)
            }
            Outcome::End(reason) => Some(self.end(reason, end)),
        }
    }

    /// Follows the levels; whether what is heard in this block is near-field speech, if it is speech.
    fn is_near(&mut self, probability: f32, level: f32, end: u64) -> bool {
        self.recent = [self.recent[1], self.recent[2], level];
        // The end of the wake word may be louder than the command.
        let command = self.tail_until == 0 || end > self.began + WAKE_END;
        if probability >= VOICED && command {
            self.loudest = self.loudest.max(level);
        }
        if level >= self.loudest - SOFTER {
            self.loud_until = end;
        }
        // The last syllable of a command is softer than the others, but not for long.
        let dying = end - self.loud_until <= DYING && level >= self.loudest - MUCH_SOFTER;
        dying || self.recent.iter().any(|&level| level >= self.loudest - SOFTER)
    }

    /// Somebody spoke already.
    fn follow(
        &mut self,
        mut speech: InSpeech,
        probability: f32,
        start: u64,
        end: u64,
    ) -> Option<EndpointEvent> {
        if probability >= UNVOICED {
            speech.voiced += end - start;
            // A single block is too short to be the next word.
            self.run += 1;
            if self.run >= 2 || end - speech.last_voiced <= BLOCK_SAMPLES as u64 {
                speech.last_voiced = end;
                speech.asked = false;
                speech.complete = None;
            }
        } else {
            self.run = 0;
        }
        self.speech = Some(speech);
        let rule = rules::in_speech(&Moment { endpointer: self, speech, end })?;
        self.obey(rule, end)
    }

    /// Nobody has spoken yet.
    fn wait(&mut self, probability: f32, start: u64, end: u64) -> Option<EndpointEvent> {
        if probability >= VOICED {
            if self.run == 0 {
                self.run_start = start;
            }
            self.run += 1;
            if self.run >= ONSET_BLOCKS {
                let start = self.run_start;
                // What was whole before has nothing to do with this.
                self.settled = false;
                self.complete_since = None;
                self.speech = Some(InSpeech {
                    start,
                    last_voiced: end,
                    voiced: end - start,
                    asked: false,
                    complete: None,
                });
                return Some(EndpointEvent::Start(start));
            }
        } else {
            self.run = 0;
        }
        self.obey(rules::before_speech(self, end)?, end)
    }

    /// Listening is over at sample `decided`, for `reason`.
    pub fn end(&self, reason: EndReason, decided: u64) -> EndpointEvent {
        let speech = self.speech.map(|speech| SpeechSpan {
            start: speech.start,
            end: speech.last_voiced,
            decided,
        });
        EndpointEvent::End { reason, speech }
    }
}

#[cfg(test)]
mod tests;
