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
}

impl Decoded<'_> {
    /// Why this is a hallucination, in words for the log; `None` if someone may have said it.
    pub(crate) fn hallucination(&self, language: &Language) -> Option<&'static str> {
        let words = words(self.text);
        let plain = words.join(" ");
        if words.is_empty() {
            Some("no words")
        } else if self.mean < GUESSED {
            Some("a guess")
        } else if self.no_speech > NO_SPEECH && self.mean < UNSURE {
            Some("no speech")
        } else if language.is_hallucination(&plain) {
            Some("what it writes for noise")
        } else if plain.chars().count() as f32 > LETTERS_MORE + LETTERS_PER_SECOND * self.seconds {
            Some("too long for the time")
        } else if is_repeated(&words) {
            Some("the same over and over")
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
    (1..=PHRASE_WORDS).any(|length| {
        let most = match length {
            // "No, no, no, no!"
            1 => 4,
            2 => 3,
            _ => 2,
        };
        let same = |start: usize| {
            let phrase = &words[start..start + length];
            words[start..].chunks_exact(length).take_while(|next| *next == phrase).count()
        };
        (0..(words.len() + 1).saturating_sub(length)).any(|start| same(start) > most)
    })
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
            ("Thank you.", 1.0, -0.1, 0.1, Some("what it writes for noise")),
            (" Thanks for watching!", 2.0, -0.1, 0.1, Some("what it writes for noise")),
            ("You", 0.5, -0.1, 0.1, Some("what it writes for noise")),
            ("[BLANK_AUDIO]", 1.0, -0.1, 0.1, Some("no words")),
            (" (wind blowing) ", 1.0, -0.1, 0.1, Some("no words")),
            ("\u{266a}\u{266a}", 1.0, -0.1, 0.1, Some("no words")),
            ("Turn on the light", 1.0, -1.5, 0.1, Some("a guess")),
            ("Turn on the light", 1.0, -1.1, 0.7, Some("no speech")),
            ("I am going to buy some bread", 0.3, -0.2, 0.1, Some("too long for the time")),
            (
                "I don't know. I don't know. I don't know.",
                3.0,
                -0.2,
                0.1,
                Some("the same over and over"),
            ),
            ("Ha ha ha ha ha ha", 3.0, -0.2, 0.1, Some("the same over and over")),
        ];
        let language = Language {
            hallucinations: ["thank you", "you"].map(str::to_owned).into(),
            hallucination_parts: vec!["for watching".to_owned()],
            ..Language::default()
        };
        for (text, seconds, mean, no_speech, reason) in table {
            assert_eq!(
                Decoded { text, seconds, mean, no_speech }.hallucination(&language),
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
