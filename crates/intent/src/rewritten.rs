//! The same text with its numbers written the other way: `ten more minutes`, `10 more minutes`. People
//! say words and speech engines write digits, and a template may know only one of them.

use crate::normalise;
use crate::spell::Speller;

/// Words that one number has, at most.
const MOST_WORDS: usize = 6;

/// The text with its numbers in words and with its numbers in digits: those of them that are other texts.
pub(crate) fn rewritten(text: &str, speller: &Speller) -> impl Iterator<Item = String> {
    [in_words(text, speller), in_digits(text, speller)].into_iter().flatten()
}

/// The text with its plain numbers in words; `None` if there is none.
fn in_words(text: &str, speller: &Speller) -> Option<String> {
    let mut any = false;
    let words = text.split_whitespace().map(|word| {
        let said = normalise::plain_number(word, speller);
        any |= said.is_some();
        said.unwrap_or_else(|| word.to_owned())
    });
    let words: Vec<_> = words.collect();
    any.then(|| words.join(" "))
}

/// The text with its number words in digits; `None` if there is none.
fn in_digits(text: &str, speller: &Speller) -> Option<String> {
    let lower = text.to_lowercase().replace('-', " ");
    let words: Vec<_> = lower.split_whitespace().collect();
    let mut out: Vec<String> = Vec::with_capacity(words.len());
    let (mut at, mut any) = (0, false);
    while at < words.len() {
        let Some((number, length)) = number(&words[at..], speller) else {
            out.push(words[at].to_owned());
            at += 1;
            continue;
        };
        at += length;
        any = true;
        // "Two point five", but not "two point".
        let tenth = || match words.get(at..at + 2)? {
            [point, digit] if *point == speller.point() => {
                speller.number(digit).filter(|digit| *digit < 10)
            }
            _ => None,
        };
        match tenth() {
            Some(tenth) => {
                out.push(format!("{number}.{tenth}"));
                at += 2;
            }
            None => out.push(number.to_string()),
        }
    }
    any.then(|| out.join(" "))
}

/// The number with which the words begin, the longest one, and how many words it has.
fn number(words: &[&str], speller: &Speller) -> Option<(i64, usize)> {
    let (mut number, mut length) = below_thousand(words, speller)?;
    let word = |at: usize| words.get(at).copied();
    if word(length).is_some() && word(length) == speller.thousand() {
        number *= 1_000;
        length += 1;
        let and = usize::from(word(length) == Some(speller.and));
        if let Some((rest, more)) = below_thousand(words.get(length + and..)?, speller) {
            number += rest;
            length += and + more;
        }
    }
    Some((number, length))
}

fn below_thousand(words: &[&str], speller: &Speller) -> Option<(i64, usize)> {
    (1..=words.len().min(MOST_WORDS)).rev().find_map(|length| {
        let text = words[..length].join(" ");
        let number = speller.number(&text).or_else(|| {
            // "A hundred and five" has an "and", "fifty and five" is no number.
            let shorter = text.replacen(&format!(" {} ", speller.and), " ", 1);
            speller.number(&shorter).filter(|number| shorter.len() < text.len() && *number > 100)
        });
        number.map(|number| (number, length))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_the_other_way() {
        let english = Speller::of("en").expect("a table");
        for (text, words, digits) in [
            ("ten more minutes", None, Some("10 more minutes")),
            ("10 more minutes", Some("ten more minutes"), None),
            ("at seven thirty five", None, Some("at 7 35")),
            ("seven-fifteen and Twenty-Five", None, Some("7 15 and 25")),
            ("one hundred and five lumens", None, Some("105 lumens")),
            ("fifty and five", None, Some("50 and 5")),
            ("ten thousand four hundred twenty-three", None, Some("10423")),
            ("two thousand and five, one thousand", None, Some("2000 and five, 1000")),
            ("two point five hours", None, Some("2.5 hours")),
            ("two point", None, Some("2 point")),
            ("this 1", Some("this one"), None),
            (
                "set 20.5 and 1,200",
                Some("set twenty point five and one thousand two hundred"),
                None,
            ),
            ("at 7:30 in b2", None, None),
            ("turn on the light", None, None),
        ] {
            assert_eq!(in_words(text, english).as_deref(), words, "{text}");
            assert_eq!(in_digits(text, english).as_deref(), digits, "{text}");
        }
    }
}
