//! Endpointing: finds the start and the end of a command.
//!
//! Time is counted in samples, so that the result does not depend on the speed of the machine. Unlike
//! a plain hangover, the silence that ends a command depends on whether the recogniser takes the
//! sentence for a whole one, and softer speech than the near speaker's does not hold it open.

use voice::{EndReason, SpeechSpan, millis_to_samples};

use crate::Config;
use crate::vad::BLOCK_SAMPLES;

/// Probability from which a block is speech.
const VOICED: f32 = 0.5;
/// Probability below which a block inside speech is silence.
const UNVOICED: f32 = 0.35;
/// Blocks of speech in a row that begin a command: 48 ms, which a click does not reach.
const ONSET_BLOCKS: u32 = 3;
/// Less speech than this, followed by silence, was a cough or a knock.
const MIN_SPEECH: u64 = millis_to_samples(100);
/// Speech that runs on from the wake word and stops within this time is still the wake word.
const WAKE_TAIL: u64 = millis_to_samples(300);
/// How much of the wake word may still be heard at the start.
const WAKE_END: u64 = millis_to_samples(200);
/// Speech that runs on from the wake word, stops within this time and is no beginning of a sentence is
/// still the wake word, too.
const WAKE_REMAINS: u64 = millis_to_samples(700);
/// Silence behind it after which that is certain.
const REMAINS_SILENCE: u64 = millis_to_samples(200);
/// Silence that separates the wake word from the command.
const WAKE_GAP: u64 = millis_to_samples(80);

/// Who speaks to us is the loudest: what is this much softer than the loudest moment of the command
/// is somebody else, in decibels.
const SOFTER: f32 = 14.0;
/// How much softer the last syllable may be, in decibels…
const MUCH_SOFTER: f32 = 26.0;
/// …and for how long.
const DYING: u64 = millis_to_samples(320);

/// What is this much softer than the wake word and begins no sentence is background speech, in
/// decibels.
const BACKGROUND: f32 = 6.0;

/// Silence after which it is worth asking whether the sentence is whole: long enough not to ask in
/// the stops inside of words.
const PAUSE: u64 = millis_to_samples(128);
/// A whole sentence that has been stable for so long is over, whatever is heard behind it.
const SETTLED: u64 = millis_to_samples(1_200);
/// Longest time from the first whole sentence to the end, for the same reason.
const MAX_AFTER_COMPLETE: u64 = millis_to_samples(8_000);

/// What the endpointer found in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
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
    pub fn step(&mut self, probability: f32, level: f32, end: u64) -> Option<Found> {
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
        let near = dying || self.recent.iter().any(|&level| level >= self.loudest - SOFTER);
        let probability = if near { probability } else { 0.0 };
        let start = end.saturating_sub(BLOCK_SAMPLES as u64).max(self.began);
        let found = match &mut self.speech {
            None => self.wait(probability, start, end),
            Some(speech) => {
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
                let silence = end - speech.last_voiced;
                let tail = speech.start < self.began + WAKE_GAP
                    && speech.last_voiced < self.tail_until
                    && silence >= WAKE_GAP;
                let enough = match speech.complete {
                    None => self.end_silence,
                    Some(true) => self.complete_silence,
                    Some(false) => self.incomplete_silence,
                };
                // Nothing that is said there begins a sentence: it was the end of the wake word.
                let remains = speech.start < self.began + WAKE_GAP
                    && self.tail_until > 0
                    && speech.last_voiced < self.began + WAKE_REMAINS
                    && speech.complete == Some(false)
                    && silence >= self.end_silence.min(REMAINS_SILENCE);
                let cough = speech.voiced < MIN_SPEECH && silence >= self.end_silence;
                let pause = silence >= PAUSE && !speech.asked;
                speech.asked |= pause;
                // Nor is it a command when others talk in the background.
                let background = speech.complete == Some(false)
                    && self.loudest < self.wake - BACKGROUND
                    && silence >= enough
                    && end - self.began < self.no_speech;
                if tail || cough || remains || background {
                    self.speech = None;
                    self.loudest = f32::NEG_INFINITY;
                    self.run = 0;
                    None
                } else if silence >= enough || self.settled {
                    Some(self.end(EndReason::Silence, end))
                } else {
                    pause.then_some(Found::Pause)
                }
            }
        };
        let cap = self.complete_since.map_or(u64::MAX, |since| since + MAX_AFTER_COMPLETE);
        if found.is_none() && (end - self.began >= self.max_speech || end >= cap) {
            return Some(self.end(EndReason::TooLong, end));
        }
        found
    }

    fn wait(&mut self, probability: f32, start: u64, end: u64) -> Option<Found> {
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
                return Some(Found::Start(start));
            }
        } else {
            self.run = 0;
        }
        // Somebody who begins to speak in the last moment is still heard out.
        (self.run == 0 && end - self.began >= self.no_speech)
            .then(|| self.end(EndReason::NoSpeech, end))
    }

    /// Listening is over at sample `decided`, for `reason`.
    pub fn end(&self, reason: EndReason, decided: u64) -> Found {
        let speech = self.speech.map(|speech| SpeechSpan {
            start: speech.start,
            end: speech.last_voiced,
            decided,
        });
        Found::End { reason, speech }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs probabilities of `(blocks, value)` through an endpointer; gives what it found and the
    /// milliseconds at which it did.
    fn run(after_wake: bool, plan: &[(u32, f32)]) -> Vec<(Found, u64)> {
        let mut endpointer = Endpointer::new(&Config::default(), 0, after_wake);
        let mut found = Vec::new();
        let mut end = 0;
        for &(blocks, probability) in plan {
            for _ in 0..blocks {
                end += BLOCK_SAMPLES as u64;
                if let Some(what) =
                    endpointer.step(probability, -20.0, end).filter(|f| *f != Found::Pause)
                {
                    found.push((what, end / 16));
                    if matches!(what, Found::End { .. }) {
                        return found;
                    }
                }
            }
        }
        found
    }

    fn ends(found: &[(Found, u64)]) -> (EndReason, Option<(u64, u64)>, u64) {
        match found.last() {
            Some((Found::End { reason, speech }, at)) => {
                (*reason, speech.map(|s| (s.start / 16, s.end / 16)), *at)
            }
            other => panic!("did not end: {other:?}"),
        }
    }

    #[test]
    fn a_command_ends_after_the_silence_behind_it() {
        let found = run(true, &[(50, 0.0), (60, 0.9), (100, 0.1)]);
        assert_eq!(found[0].0, Found::Start(50 * 256));
        assert_eq!(ends(&found), (EndReason::Silence, Some((800, 1760)), 2464));
    }

    #[test]
    fn a_pause_inside_a_command_does_not_end_it() {
        let found = run(true, &[(20, 0.0), (30, 0.9), (40, 0.1), (30, 0.9), (100, 0.1)]);
        assert_eq!(ends(&found).1, Some((320, 1920)));
    }

    #[test]
    fn the_silence_between_wake_word_and_command_does_not_end_it() {
        // The last 160 ms of the wake word, a second and a half of silence, the command.
        let found = run(true, &[(10, 0.9), (94, 0.1), (60, 0.9), (60, 0.1)]);
        assert_eq!(ends(&found).1, Some((1664, 2624)));
    }

    #[test]
    fn a_command_without_a_pause_is_kept_from_its_beginning() {
        let found = run(true, &[(60, 0.9), (60, 0.1)]);
        assert_eq!(ends(&found).1, Some((0, 960)));
        // In an answer to a question there is no wake word to take away.
        assert_eq!(ends(&run(false, &[(12, 0.9), (60, 0.1)])).1, Some((0, 192)));
    }

    #[test]
    fn a_whole_sentence_ends_sooner_and_its_beginning_later() {
        for (complete, expected) in [(Some(true), 250), (None, 700), (Some(false), 1_200)] {
            let mut endpointer = Endpointer::new(&Config::default(), 0, true);
            let mut end = 0;
            let mut ended = None;
            while ended.is_none() {
                end += BLOCK_SAMPLES as u64;
                let probability = if end < 32_000 { 0.9 } else { 0.1 };
                match endpointer.step(probability, -20.0, end) {
                    Some(Found::Pause) => endpointer.paused(complete),
                    Some(Found::End { speech, .. }) => ended = speech,
                    _ => {}
                }
            }
            let speech = ended.expect("there was speech");
            let silence = (speech.decided - speech.end) / 16;
            assert!(silence.abs_diff(expected) <= 16, "{complete:?}: {silence} ms");
        }
    }

    #[test]
    fn a_television_does_not_hold_a_whole_sentence_open() {
        let mut endpointer = Endpointer::new(&Config::default(), 0, true);
        for block in 1..2_000 {
            let now = block * BLOCK_SAMPLES as u64;
            // Whole after two seconds; in the second run other words keep coming for ever.
            if now > 32_000 {
                endpointer.progress(Some(true), now - 32_000, now);
            }
            if let Some(Found::End { reason, .. }) = endpointer.step(0.9, -20.0, now) {
                assert_eq!(reason, EndReason::Silence);
                assert!((50_000..53_000).contains(&now), "{now}");
                break;
            }
        }
        let mut endpointer = Endpointer::new(&Config::default(), 0, true);
        let ended = (1..2_000).map(|block| block * BLOCK_SAMPLES as u64).find(|&now| {
            if now > 32_000 {
                endpointer.progress(Some(now % 1_024 == 0), 0, now);
            }
            matches!(
                endpointer.step(0.9, -20.0, now),
                Some(Found::End { reason: EndReason::TooLong, .. })
            )
        });
        assert!(ended.is_some_and(|now| now < 162_000), "{ended:?}");
    }

    #[test]
    fn who_is_far_away_does_not_hold_a_command_open() {
        let mut endpointer = Endpointer::new(&Config::default(), 0, true);
        let mut end = 0;
        let ended = loop {
            end += BLOCK_SAMPLES as u64;
            // A second of the command, then somebody who is 15 dB softer.
            let level = if end < 16_000 { -20.0 } else { -35.0 };
            if let Some(Found::End { speech, .. }) = endpointer.step(0.9, level, end) {
                break speech.map(|speech| speech.end / 16);
            }
        };
        assert!(ended.is_some_and(|ended| (1_000..1_400).contains(&ended)), "{ended:?}");
    }

    #[test]
    fn talk_in_the_background_is_not_the_command() {
        let mut endpointer = Endpointer::new(&Config::default(), 0, true).after_level(-20.0);
        let mut end = 0;
        let ended = loop {
            end += BLOCK_SAMPLES as u64;
            // Somebody far away for a second, quiet, then the command.
            let (probability, level) = match end {
                8_000..24_000 => (0.9, -35.0),
                56_000..72_000 => (0.9, -22.0),
                _ => (0.1, -60.0),
            };
            match endpointer.step(probability, level, end) {
                Some(Found::Pause) => endpointer.paused(Some(end > 56_000)),
                Some(Found::End { speech, .. }) => break speech.map(|speech| speech.start / 16),
                _ => {}
            }
        };
        assert!(ended.is_some_and(|start| (3_480..3_520).contains(&start)), "{ended:?}");
    }

    #[test]
    fn nobody_spoke() {
        assert_eq!(ends(&run(true, &[(400, 0.1)])), (EndReason::NoSpeech, None, 5008));
        // A knock is not speech, and does not give more time.
        let knock = run(true, &[(100, 0.1), (4, 0.9), (300, 0.1)]);
        assert_eq!(ends(&knock), (EndReason::NoSpeech, None, 5008));
    }

    #[test]
    fn a_television_is_cut_off() {
        assert_eq!(ends(&run(true, &[(2000, 0.9)])).0, EndReason::TooLong);
        assert_eq!(ends(&run(true, &[(2000, 0.9)])).2, 15_008);
    }
}
