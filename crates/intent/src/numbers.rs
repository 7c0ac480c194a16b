//! Number ranges, in words and in digits.

use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};

use crate::normalise;
use crate::spell::Speller;

/// Fractions that a range has between its whole numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Fractions {
    /// None.
    #[default]
    None,
    /// n and n.5.
    Halves,
    /// n.0 … n.9.
    Tenths,
}

/// A range of numbers, said in words or written in digits.
pub(crate) struct Range {
    pub from: i64,
    pub to: i64,
    pub step: i64,
    pub fractions: Fractions,
    pub multiplier: f64,
    pub digits: bool,
    /// Numbers by how they are said, hyphens as spaces.
    words: HashMap<String, f64>,
    /// With which words these begin.
    firsts: HashSet<String>,
    /// How many words one of them has at most.
    most_words: usize,
}

/// More numbers than this in one range have no words; it is far beyond what a home needs.
const MAX_WORDS: i64 = 20_000;

impl Range {
    /// Builds the range, with its words in a language if it has any.
    pub fn new(
        from: i64,
        to: i64,
        step: i64,
        fractions: Fractions,
        words: Option<&Speller>,
    ) -> Self {
        let mut range = Self {
            from,
            to,
            step,
            fractions,
            multiplier: 1.0,
            digits: true,
            words: HashMap::new(),
            firsts: HashSet::new(),
            most_words: 0,
        };
        if let Some(speller) = words
            && (to - from) / step <= MAX_WORDS
        {
            for (spoken, number) in range.spell_all(speller) {
                let first = &spoken[..letters(&spoken)];
                if !range.firsts.contains(first) {
                    range.firsts.insert(first.to_owned());
                }
                range.most_words = range.most_words.max(spoken.split(' ').count());
                range.words.entry(spoken).or_insert(number);
            }
        }
        range
    }

    fn spell_all(&self, speller: &Speller) -> Vec<(String, f64)> {
        let inner: &[i64] = match self.fractions {
            Fractions::None => &[0],
            Fractions::Halves => &[0, 5],
            Fractions::Tenths => &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        };
        (self.from..=self.to)
            .step_by(self.step as usize)
            .flat_map(|whole| inner.iter().map(move |tenth| whole * 10 + tenth))
            .flat_map(|tenths| {
                let ways = speller.ways(tenths).into_iter();
                ways.map(move |way| (way.replace('-', " "), tenths as f64 / 10.0))
            })
            .collect()
    }

    /// Every spelling in the range, hyphens as spaces.
    pub fn spellings(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(String::as_str)
    }

    /// With which words its numbers begin.
    pub fn first_words(&self) -> impl Iterator<Item = &str> {
        self.firsts.iter().map(String::as_str)
    }

    /// With which words its numbers end.
    pub fn last_words(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(|spoken| {
            let before = spoken.trim_end_matches(char::is_alphabetic);
            &spoken[before.len()..]
        })
    }

    /// Whether a number of any kind stands at the start of a text in small letters.
    pub fn may_begin(&self, text: &str) -> bool {
        let text = text.trim_start();
        starts_with_digits(text) || self.firsts.contains(&text[..letters(text)])
    }

    /// The numbers that a text may start with in words, with these words.
    pub fn said(&self, text: &str) -> impl Iterator<Item = (&str, f64)> {
        // Nearly all words are in front of no number.
        let begins = self.firsts.contains(&text[..letters(text)].to_lowercase());
        let most = if begins { self.most_words } else { 0 };
        let end = text.match_indices(' ').nth(most).map_or(text.len(), |(end, _)| end);
        let text = text[..end].to_lowercase();
        let mut ends = Vec::with_capacity(most);
        let mut end = 0;
        for word in text.split(' ').take(most) {
            ends.push(end + letters(word));
            if letters(word) < word.len() {
                break;
            }
            end += word.len() + 1;
        }
        ends.into_iter().filter_map(move |end| {
            let (spoken, number) = self.words.get_key_value(&text[..end])?;
            Some((spoken.as_str(), *number))
        })
    }

    /// Whether the number, written in digits, is in the range.
    pub fn contains(&self, number: f64) -> bool {
        let (from, to) = (self.from as f64, self.to as f64);
        let (per, room) = match self.fractions {
            Fractions::None => (1.0, 0.0),
            Fractions::Halves => (2.0, 0.5),
            Fractions::Tenths => (10.0, 0.9),
        };
        let scaled = number * per;
        // Halves and tenths reach beyond the last whole number, as in the templates' origin.
        if number < from || number > to + room + 1e-9 || (scaled - scaled.round()).abs() > 1e-9 {
            return false;
        }
        (number.floor() as i64 - self.from) % self.step == 0
    }
}

/// How many bytes of the text are the letters that it starts with.
fn letters(word: &str) -> usize {
    word.find(|sign: char| !sign.is_alphabetic()).unwrap_or(word.len())
}

/// Whether a number in digits stands at the start of a text.
pub(crate) fn starts_with_digits(text: &str) -> bool {
    let body = text.strip_prefix('-').unwrap_or(text);
    body.starts_with(|sign: char| sign.is_ascii_digit())
}

/// The numbers that a text in digits may start with, as value and length in bytes: the whole of it, and
/// where commas part its thousands also what stands before the first of them, since a template may
/// write the comma itself.
pub(crate) fn leading_numbers(text: &str, fractions: bool) -> impl Iterator<Item = (f64, usize)> {
    let blank = text.len() - text.trim_start().len();
    let whole = normalise::thousands(&text[blank..]).and_then(|length| {
        let digits = text[blank..blank + length].replace(',', "");
        Some((digits.parse().ok()?, blank + length))
    });
    let first = leading_digits(text, fractions && whole.is_none());
    whole.into_iter().chain(first)
}

/// A number in digits at the start of a text: its value and its length in bytes. With
/// `fractions`, a point or a comma may part the fraction.
fn leading_digits(text: &str, fractions: bool) -> Option<(f64, usize)> {
    let blank = text.len() - text.trim_start().len();
    let body = &text[blank..];
    let sign = usize::from(body.starts_with('-'));
    let count = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = count(&body[sign..]);
    if whole == 0 {
        return None;
    }
    let mut end = sign + whole;
    if fractions && body[end..].starts_with(['.', ',']) {
        let tenths = count(&body[end + 1..]);
        end += if tenths > 0 { 1 + tenths } else { 0 };
    }
    let number = body[..end].replace(',', ".").parse().ok()?;
    Some((number, blank + end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_what_they_say() {
        let english = Speller::of("en");
        let whole = Range::new(0, 100, 1, Fractions::None, english);
        assert!(whole.contains(100.0) && !whole.contains(101.0) && !whole.contains(5.5));
        let halves = Range::new(0, 100, 1, Fractions::Halves, english);
        assert!(halves.contains(100.5) && !halves.contains(100.4));
        let fives = Range::new(0, 100, 5, Fractions::None, english);
        assert!(fives.contains(95.0) && !fives.contains(96.0));
        assert_eq!(fives.spellings().count(), 21);
        assert_eq!(leading_digits(" -20,5 x", true), Some((-20.5, 6)));
        assert_eq!(leading_digits("5.5", false), Some((5.0, 1)));
        let all = |text| leading_numbers(text, true).collect::<Vec<_>>();
        assert_eq!(all("12,500,000 x"), [(12_500_000.0, 10), (12.0, 2)]);
        assert_eq!(all("1,50"), [(1.5, 4)]);
    }
}
