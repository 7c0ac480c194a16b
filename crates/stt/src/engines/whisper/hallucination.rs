//! Hallucination filter: rejects what whisper writes although nobody said it.
//!
//! It was trained on subtitles and writes some for any noise: thanks to the audience, a phrase over
//! and over, more words than anyone could have said in the time.

use voice::SAMPLE_RATE;
use voice::level::{decibels, mean_power};

use crate::Language;

/// Mean log-probability of the tokens below which the text is a guess: 30 %.
const GUESSED: f32 = -1.2;
/// Probability of no speech from which an unsure text is thrown away (the constant of the
/// original implementation), and what counts as unsure there, as mean natural logarithm.
const NO_SPEECH: f32 = 0.6;
const UNSURE: f32 = -1.0;
/// Letters, blanks and digits that a fast speaker says in a second (15 is usual), and how many more
/// even the shortest sound may have.
const LETTERS_PER_SECOND: f32 = 25.0;
const LETTERS_MORE: f32 = 12.0;
/// Loudest 100 ms below this is a silent room, in dB relative to full scale.
const SILENT_DBFS: f32 = -55.0;
/// A moment is part of the speech when it is at most this much softer than the loudest one, in dB.
const SOFTER_DB: f32 = 30.0;
/// Samples of a moment: 100 ms.
const MOMENT: usize = SAMPLE_RATE as usize / 10;
/// Longest phrase whose repetition is detected, in words.
const PHRASE_WORDS: usize = 8;

/// A text of whisper with its statistics.
pub(crate) struct Decoded<'a> {
    pub(crate) text: &'a str,
    /// Seconds of speech in the clip.
    pub(crate) seconds: f32,
    /// Mean log-probability of the tokens.
    pub(crate) mean: f32,
    /// Probability that there was no speech, 0…1.
    pub(crate) no_speech: f32,
    /// Whether it was ended because it repeats itself.
    pub(crate) repeats: bool,
}

/// Why a text is a hallucination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    NoWords,
    Guess,
    NoSpeech,
    Usual,
    TooLong,
    OverAndOver,
}

impl Reason {
    /// In words for the log.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::NoWords => "no words",
            Self::Guess => "a guess",
            Self::NoSpeech => "no speech",
            Self::Usual => "what it writes for noise",
            Self::TooLong => "too long for the time",
            Self::OverAndOver => "the same over and over",
        }
    }

    /// Whether it is what becomes of speech, too, when the encoder sees too little behind it.
    pub(crate) const fn may_be_speech(self) -> bool {
        matches!(self, Self::TooLong | Self::OverAndOver)
    }
}

impl Decoded<'_> {
    /// Why this is a hallucination; `None` if someone may have said it.
    pub(crate) fn hallucination(&self, language: &Language) -> Option<Reason> {
        let words = words(self.text);
        let plain = words.join(" ");
        if words.is_empty() {
            Some(Reason::NoWords)
        } else if self.mean < GUESSED {
            Some(Reason::Guess)
        } else if self.no_speech > NO_SPEECH && self.mean < UNSURE {
            Some(Reason::NoSpeech)
        } else if language.is_hallucination(&plain) {
            Some(Reason::Usual)
        } else if plain.chars().count() as f32 > LETTERS_MORE + LETTERS_PER_SECOND * self.seconds {
            Some(Reason::TooLong)
        } else if self.repeats || is_repeated(&words) {
            Some(Reason::OverAndOver)
        } else {
            None
        }
    }
}

/// The words without case and punctuation; what stands in brackets or between notes is no speech.
fn words(text: &str) -> Vec<String> {
    let mut spoken = String::new();
    let mut depth = 0_u32;
    for c in text.chars() {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '\u{2019}' => spoken.push('\''),
            c if c.is_alphanumeric() || c == '\'' => spoken.extend(c.to_lowercase()),
            _ => spoken.push(' '),
        }
    }
    spoken.split_whitespace().map(str::to_owned).collect()
}

/// Whether a phrase stands there more often in a row than a person would say it.
fn is_repeated(words: &[String]) -> bool {
    let most = |length| match length {
        // "No, no, no, no!"
        1 => 4,
        2 => 3,
        _ => 2,
    };
    let lengths = || 1..=PHRASE_WORDS;
    let ends = |end: usize| lengths().any(|length| times(&words[..end], length) > most(length));
    (1..=words.len()).any(ends)
}

/// How often in a row a phrase of at most `longest` words or tokens stands at the end, at most.
pub(crate) fn times_at_end<T: PartialEq>(written: &[T], longest: usize) -> usize {
    (1..=longest).map(|length| times(written, length)).max().unwrap_or(0)
}

/// The same of a phrase of that length.
fn times<T: PartialEq>(written: &[T], length: usize) -> usize {
    let mut phrases = written.rchunks_exact(length);
    phrases.next().map_or(0, |last| 1 + phrases.take_while(|before| *before == last).count())
}

/// Seconds of a clip (16 kHz mono) in which someone speaks; 0 in a silent room.
pub(crate) fn seconds_of_speech(pcm: &[f32]) -> f32 {
    let levels: Vec<f32> = pcm.chunks(MOMENT).map(|part| decibels(mean_power(part))).collect();
    let loudest = levels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let least = (loudest - SOFTER_DB).max(SILENT_DBFS);
    let moments = levels.iter().filter(|level| **level >= least).count();
    (moments * MOMENT) as f32 / SAMPLE_RATE as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hallucinations_are_rejected_and_commands_are_not() {
        let table = [
            ("Turn on the kitchen light.", 1.2, -0.2, 0.1, None),
            ("No, no, no, no!", 1.4, -0.3, 0.1, None),
            ("Stop. Stop. Stop.", 1.0, -0.3, 0.1, None),
            ("You are too loud", 0.9, -0.3, 0.1, None),
            ("No thank you.", 0.8, -0.3, 0.1, None),
            ("Thank you.", 1.0, -0.1, 0.1, Some(Reason::Usual)),
            (" Thanks for watching!", 2.0, -0.1, 0.1, Some(Reason::Usual)),
            ("You", 0.5, -0.1, 0.1, Some(Reason::Usual)),
            ("[BLANK_AUDIO]", 1.0, -0.1, 0.1, Some(Reason::NoWords)),
            (" (wind blowing) ", 1.0, -0.1, 0.1, Some(Reason::NoWords)),
            ("\u{266a}\u{266a}", 1.0, -0.1, 0.1, Some(Reason::NoWords)),
            ("Turn on the light", 1.0, -1.5, 0.1, Some(Reason::Guess)),
            ("Turn on the light", 1.0, -1.1, 0.7, Some(Reason::NoSpeech)),
            ("I am going to buy some bread", 0.3, -0.2, 0.1, Some(Reason::TooLong)),
            (
                "I don't know. I don't know. I don't know.",
                3.0,
                -0.2,
                0.1,
                Some(Reason::OverAndOver),
            ),
            ("Ha ha ha ha ha ha", 3.0, -0.2, 0.1, Some(Reason::OverAndOver)),
        ];
        let language = Language {
            hallucinations: ["thank you", "you"].map(str::to_owned).into(),
            hallucination_parts: vec!["for watching".to_owned()],
            ..Language::default()
        };
        for (text, seconds, mean, no_speech, reason) in table {
            assert_eq!(
                Decoded { text, seconds, mean, no_speech, repeats: false }.hallucination(&language),
                reason,
                "{text}"
            );
        }
    }

    #[test]
    fn only_speech_counts_as_time_to_speak() {
        let is_silent = |pcm: &[f32]| seconds_of_speech(pcm) < f32::EPSILON;
        assert!(is_silent(&[0.0; 100]) && is_silent(&[]));
        assert!(is_silent(&vec![1e-4; 16_000]));
        let mut word = vec![0.001; 16_000];
        word[4_800..8_000].fill(0.1);
        assert!((seconds_of_speech(&word) - 0.2).abs() < 1e-6);
    }
}
