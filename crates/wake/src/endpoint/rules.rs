//! The rules of endpointing, as a table: by name, when each applies, and what follows.

use voice::{EndReason, millis_to_samples};

use super::{Endpointer, InSpeech};

/// Less speech than this, followed by silence, was a cough or a knock.
const MIN_SPEECH: u64 = millis_to_samples(100);
/// Speech that runs on from the wake word, stops within this time and is no beginning of a sentence is
/// still the wake word, too.
const WAKE_REMAINS: u64 = millis_to_samples(700);
/// Silence behind it after which that is certain.
const REMAINS_SILENCE: u64 = millis_to_samples(200);
/// Silence that separates the wake word from the command.
const WAKE_GAP: u64 = millis_to_samples(80);
/// What is this much softer than the wake word and begins no sentence is background speech, in
/// decibels.
const BACKGROUND: f32 = 6.0;
/// Silence after which it is worth asking whether the sentence is whole: long enough not to ask in
/// the stops inside of words.
const PAUSE: u64 = millis_to_samples(128);
/// Longest time from the first whole sentence to the end: a whole sentence is over some time, whatever
/// is heard behind it.
const MAX_AFTER_COMPLETE: u64 = millis_to_samples(8_000);

/// What ends listening, or takes speech for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Nobody spoke.
    NoSpeech,
    /// The end of the wake word, with a gap behind it.
    WakeTail,
    /// Too short for a word.
    Cough,
    /// Runs on from the wake word and begins no sentence.
    WakeRemains,
    /// Begins no sentence and is softer than the wake word: others talk in the background.
    Background,
    /// Silence that is long enough for what is known of the sentence.
    Silence,
    /// A whole sentence that has been stable for long.
    Settled,
    /// Silence in which it is worth asking whether the sentence is whole.
    Pause,
    /// The longest command.
    MaxSpeech,
    /// The longest time behind a whole sentence.
    MaxAfterComplete,
}

/// What follows when a rule applies.
pub(super) enum Outcome {
    /// It was no command: wait for one.
    Discard,
    /// The person has paused.
    Pause,
    /// Listening is over.
    End(EndReason),
}

/// Speech so far, at the end of a block.
pub(super) struct Moment<'a> {
    pub(super) endpointer: &'a Endpointer,
    pub(super) speech: InSpeech,
    /// Sample after the block.
    pub(super) end: u64,
}

/// Whether a rule applies at a sample, with speech or without.
type At = fn(&Endpointer, u64) -> bool;
/// Whether a rule applies in speech.
type InMoment = fn(&Moment<'_>) -> bool;

/// The rules before speech. Somebody who begins to speak in the last moment is still heard out.
const BEFORE_SPEECH: [(Rule, At); 1] = [(Rule::NoSpeech, |endpointer, end| {
    endpointer.run == 0 && end - endpointer.began >= endpointer.no_speech
})];

/// The rules in speech; the first one that applies counts.
const IN_SPEECH: [(Rule, InMoment); 7] = [
    (Rule::WakeTail, |now| {
        now.runs_on_from_wake_word()
            && now.speech.last_voiced < now.endpointer.tail_until
            && now.silence() >= WAKE_GAP
    }),
    (Rule::Cough, |now| {
        now.speech.voiced < MIN_SPEECH && now.silence() >= now.endpointer.end_silence
    }),
    (Rule::WakeRemains, |now| {
        now.runs_on_from_wake_word()
            && now.speech.last_voiced < now.endpointer.began + WAKE_REMAINS
            && now.begins_no_sentence()
            && now.silence() >= now.endpointer.end_silence.min(REMAINS_SILENCE)
    }),
    (Rule::Background, |now| {
        now.begins_no_sentence()
            && now.endpointer.loudest < now.endpointer.wake - BACKGROUND
            && now.silence() >= now.enough_silence()
            && now.end - now.endpointer.began < now.endpointer.no_speech
    }),
    (Rule::Silence, |now| now.silence() >= now.enough_silence()),
    (Rule::Settled, |now| now.endpointer.settled),
    (Rule::Pause, |now| now.silence() >= PAUSE && !now.speech.asked),
];

/// The limits, with speech or without; they count where nothing else was found in a block.
const LIMITS: [(Rule, At); 2] = [
    (Rule::MaxSpeech, |endpointer, end| end - endpointer.began >= endpointer.max_speech),
    (Rule::MaxAfterComplete, |endpointer, end| {
        endpointer.complete_since.is_some_and(|since| end >= since + MAX_AFTER_COMPLETE)
    }),
];

/// The rule that applies at sample `end` while nobody has spoken, if any.
pub(super) fn before_speech(endpointer: &Endpointer, end: u64) -> Option<Rule> {
    BEFORE_SPEECH.iter().find(|(_, applies)| applies(endpointer, end)).map(|(rule, _)| *rule)
}

/// The rule that applies in speech, if any.
pub(super) fn in_speech(now: &Moment<'_>) -> Option<Rule> {
    IN_SPEECH.iter().find(|(_, applies)| applies(now)).map(|(rule, _)| *rule)
}

/// The limit that is reached at sample `end`, if any.
pub(super) fn limit(endpointer: &Endpointer, end: u64) -> Option<Rule> {
    LIMITS.iter().find(|(_, applies)| applies(endpointer, end)).map(|(rule, _)| *rule)
}

impl Rule {
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::WakeTail | Self::Cough | Self::WakeRemains | Self::Background => Outcome::Discard,
            Self::Pause => Outcome::Pause,
            Self::NoSpeech => Outcome::End(EndReason::NoSpeech),
            Self::Silence | Self::Settled => Outcome::End(EndReason::Silence),
            Self::MaxSpeech | Self::MaxAfterComplete => Outcome::End(EndReason::TooLong),
        }
    }
}

impl Moment<'_> {
    fn silence(&self) -> u64 {
        self.end - self.speech.last_voiced
    }

    /// How much silence ends the command.
    fn enough_silence(&self) -> u64 {
        match self.speech.complete {
            None => self.endpointer.end_silence,
            Some(true) => self.endpointer.complete_silence,
            Some(false) => self.endpointer.incomplete_silence,
        }
    }

    fn begins_no_sentence(&self) -> bool {
        self.speech.complete == Some(false)
    }

    fn runs_on_from_wake_word(&self) -> bool {
        self.endpointer.tail_until > 0 && self.speech.start < self.endpointer.began + WAKE_GAP
    }
}
