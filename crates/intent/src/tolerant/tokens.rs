//! The words of a text that are compared with sentences. A number is one of them, with its sign and its
//! fraction, and fits only itself: what is nearly fifty is another number.

use super::likeness::Sounding;
use crate::lexicon::Lexicon;
use crate::normalise::{self, is_digits};
use crate::spell::Speller;

/// From here on signs are no punctuation but stand for something: arrows, pictures.
const SYMBOLS: char = '\u{2190}';

/// A word that was heard, or a number.
#[derive(Clone)]
pub(super) struct Token {
    /// As people say it: lower case, and the words for a number with blanks between them.
    pub(super) said: String,
    /// As it was written.
    pub(super) written: String,
    /// It fits nothing but what is said the same way.
    pub(super) exact: bool,
    /// It belongs to the number before it and cannot be left out.
    pub(super) stuck: bool,
    pub(super) sounding: Sounding,
}

/// The words of a text. Where nobody has said how numbers are spoken, digits are words as any other.
pub(super) fn tokens(text: &str, speller: Option<&Speller>, lexicon: &Lexicon) -> Vec<Token> {
    let mut tokens = Vec::new();
    read(text, speller, &mut |said, written, exact, stuck| {
        let sounding = Sounding::new(&said, lexicon);
        tokens.push(Token { said, written: written.to_owned(), exact, stuck, sounding });
    });
    tokens
}

/// The same as people say them, without what is needed to compare them.
pub(super) fn spoken_words(text: &str, speller: Option<&Speller>) -> Vec<String> {
    let mut words = Vec::new();
    read(text, speller, &mut |said, _, _, _| words.extend(said.split(' ').map(str::to_owned)));
    words
}

fn read(text: &str, speller: Option<&Speller>, push: &mut Push<'_>) {
    let text = normalise::input(text).replace('%', " percent ").replace('°', " ");
    let mut reader = Reader { speller, push };
    text.split_whitespace().for_each(|chunk| reader.chunk(chunk));
}

/// Takes a word: as it is said and written, whether it is exact, and whether it is stuck.
type Push<'p> = dyn FnMut(String, &str, bool, bool) + 'p;

struct Reader<'l, 'p> {
    speller: Option<&'l Speller>,
    push: &'l mut Push<'p>,
}

impl Reader<'_, '_> {
    /// What stands between two blanks.
    fn chunk(&mut self, chunk: &str) {
        let Some(speller) = self.speller else {
            chunk.split('-').for_each(|word| self.word(word, false));
            return;
        };
        if matches!(chunk, "&" | "+") {
            self.word(speller.and, false);
        } else if !chunk.contains(char::is_alphanumeric) {
            if chunk.contains(|sign| sign >= SYMBOLS) {
                self.push(chunk.to_owned(), chunk, true, false);
            }
        } else {
            let mut behind_number = false;
            for run in runs(chunk) {
                if run.contains(char::is_numeric) {
                    self.number(run, speller);
                    behind_number = true;
                } else {
                    let mut parts = run.split(['&', '+']);
                    parts.next().into_iter().for_each(|part| self.words(part, behind_number));
                    for part in parts {
                        self.word(speller.and, false);
                        self.words(part, false);
                    }
                    behind_number = false;
                }
            }
        }
    }

    fn words(&mut self, text: &str, stuck: bool) {
        let words = text.split(|sign: char| !sign.is_alphabetic() && sign != '\'');
        words.for_each(|word| self.word(word, stuck));
    }

    fn word(&mut self, word: &str, stuck: bool) {
        if !word.is_empty() {
            self.push(word.to_lowercase(), word, false, stuck);
        }
    }

    fn number(&mut self, run: &str, speller: &Speller) {
        let run = run.trim_end_matches(|sign: char| !sign.is_numeric());
        match run.split_once(':') {
            // A time is said as two numbers.
            Some((hours, minutes)) if is_digits(hours) && is_digits(minutes) => {
                self.push(normalise::as_spoken(hours, speller), hours, true, false);
                self.push(normalise::as_spoken(minutes, speller), minutes, true, false);
            }
            _ => {
                let plain = run.trim_start_matches(['#', '(', '"', '\'']);
                let said = normalise::plain_number(plain, speller);
                let said = said.unwrap_or_else(|| run.to_lowercase());
                self.push(said, run, true, false);
            }
        }
    }

    fn push(&mut self, said: String, written: &str, exact: bool, stuck: bool) {
        (self.push)(said, written, exact, stuck);
    }
}

/// The text in pieces with a number and pieces without. A sign belongs to the number before or behind
/// it, but a hyphen beside a letter parts words.
fn runs(chunk: &str) -> Vec<&str> {
    let mut runs = Vec::new();
    let mut start = 0;
    let kind = |sign: char| (!sign.is_alphabetic()).then(|| sign.is_numeric());
    let mut last: Option<char> = None;
    for (at, sign) in chunk.char_indices() {
        let next = chunk[at..].chars().nth(1);
        let beside_letter = [last, next].iter().flatten().any(|other| other.is_alphabetic());
        if sign == '-' && beside_letter {
            runs.push(&chunk[start..at]);
            start = at + 1;
        } else if last.is_some_and(|last| kind(last).is_none() != kind(sign).is_none())
            && at > start
        {
            runs.push(&chunk[start..at]);
            start = at;
        }
        last = Some(sign);
    }
    runs.push(&chunk[start..]);
    runs.retain(|run| !run.is_empty());
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_word_that_fits_only_itself() {
        let lexicon = Lexicon::default();
        for (text, expected) in [
            ("Lamp #2 & Fan", "lamp =two and fan"),
            ("to 50.5%", "to =fifty point five percent"),
            ("to 20,5 %", "to =twenty point five percent"),
            ("1,069 lumens", "=one thousand sixty nine lumens"),
            ("to -5", "to =minus five"),
            ("−20 degrees", "=minus twenty degrees"),
            ("2½ minutes", "=two point five minutes"),
            ("½ hour", "=½ hour"),
            ("1/2 hour", "=1/2 hour"),
            ("80-7 percent", "=80-7 percent"),
            ("+3", "=+3"),
            ("up ６２", "up =sixty two"),
            ("7:30pm", "=seven =thirty pm"),
            ("10-minute timer", "=ten minute timer"),
            ("tv2 lamp-3", "tv =two lamp =three"),
            ("on the 🔥", "on the =🔥"),
            ("wi-fi - \"x\"", "wi fi x"),
        ] {
            let tokens = tokens(text, Speller::of("en"), &lexicon);
            let told = tokens.iter().map(|token| {
                let mark = if token.exact { "=" } else { "" };
                format!("{mark}{}", token.said)
            });
            assert_eq!(told.collect::<Vec<_>>().join(" "), expected, "{text}");
        }
    }
}
