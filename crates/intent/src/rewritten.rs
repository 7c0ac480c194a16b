//! The same text with its numbers written the other way: `ten more minutes`, `10 more minutes`. People
//! say words and speech engines write digits, and a template may know only one of them.

use crate::normalise;
use crate::spell::{Speller, is_number_word};

/// Words that one number has, at most.
const MOST_WORDS: usize = 6;

/// The text with its numbers in words and with its numbers in digits: those of them that are other texts.
pub(crate) fn rewritten(text: &str, speller: &Speller) -> impl Iterator<Item = String> {
    [in_words(text, speller), in_digits(text, speller)].into_iter().flatten()
}

/// The text with its plain numbers in words; `None` if there is none.
fn in_words(text: &str, speller: &Speller) -> Option<String> {
    let said = |word: &str| normalise::plain_number(word, speller);
    let words: Vec<_> = text.split_whitespace().map(|word| (word, said(word))).collect();
    // "20 5" is not twenty-five.
    let is_one = |one: &str, next: &str| speller.number(&format!("{one} {next}")).is_some();
    let joined = words.windows(2).any(|pair| match pair {
        [(_, Some(one)), (_, Some(next))] => is_one(one, next),
        _ => false,
    });
    if joined || words.iter().all(|(_, said)| said.is_none()) {
        return None;
    }
    let words = words.iter().map(|(word, said)| said.as_deref().unwrap_or(word));
    Some(words.collect::<Vec<_>>().join(" "))
}

/// A word or a number in digits, and what stands between it and the one before.
struct Piece<'t> {
    between: &'t str,
    text: &'t str,
}

/// The words and numbers of a text, and what is left at its end. A point, comma or colon between digits
/// is part of the number.
fn pieces(text: &str) -> (Vec<Piece<'_>>, &str) {
    let mut pieces = Vec::new();
    let mut rest = text;
    loop {
        let Some(start) = rest.find(char::is_alphanumeric) else { return (pieces, rest) };
        let (between, word) = rest.split_at(start);
        let is_digit = |sign: Option<char>| sign.is_some_and(|sign| sign.is_ascii_digit());
        let mut before = None;
        let end = word.char_indices().find(|&(at, sign)| {
            let behind = word[at + sign.len_utf8()..].chars().next();
            let is_between_digits = is_digit(before.replace(sign)) && is_digit(behind);
            let joins = matches!(sign, '.' | ',' | ':') && is_between_digits;
            !(sign.is_alphanumeric() || sign == '\'' || joins)
        });
        let end = end.map_or(word.len(), |(at, _)| at);
        pieces.push(Piece { between, text: &word[..end] });
        rest = &word[end..];
    }
}

/// The text with its number words in digits; `None` if there is none.
fn in_digits(text: &str, speller: &Speller) -> Option<String> {
    let lower = text.to_lowercase();
    let (pieces, behind) = pieces(&lower);
    let mut out = String::with_capacity(lower.len());
    let (mut at, mut any, mut is_behind_number) = (0, false, false);
    while at < pieces.len() {
        let between = pieces[at].between;
        // A number goes on behind a space, or behind the hyphen within a word.
        let joined = |piece: &&Piece<'_>| matches!(piece.between, " " | "-");
        let more = pieces[at + 1..].iter().take_while(joined);
        let words: Vec<_> = [&pieces[at]].into_iter().chain(more).map(|piece| piece.text).collect();
        let Some((number, mut length)) = number(&words, speller) else {
            out.extend([between, pieces[at].text]);
            at += 1;
            is_behind_number = false;
            continue;
        };
        // "Seven-fifteen" is two numbers, and no sum.
        out.push_str(if between == "-" && is_behind_number { " " } else { between });
        (any, is_behind_number) = (true, true);
        // "Two point five", but not "two point".
        let tenth = || match words.get(length..length + 2)? {
            [point, digit] if *point == speller.point() => {
                speller.number(digit).filter(|digit| *digit < 10)
            }
            _ => None,
        };
        let said = match tenth() {
            Some(tenth) => {
                length += 2;
                match unit(words.get(length), speller) {
                    Some(unit) => {
                        length += 1;
                        (number * unit + tenth * unit / 10).to_string()
                    }
                    None => format!("{number}.{tenth}"),
                }
            }
            None => number.to_string(),
        };
        out.push_str(&said);
        at += length;
    }
    out.push_str(behind);
    any.then_some(out)
}

/// Where numbers of more than one word stand, in bytes: nothing ends within them.
pub(crate) fn spans(text: &str, speller: &Speller) -> Vec<(usize, usize)> {
    let lower = text.to_lowercase();
    if lower.len() != text.len() {
        return Vec::new();
    }
    let mut words: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    for word in lower.split([' ', '-']) {
        words.extend(Some((at, word)).filter(|_| !word.is_empty()));
        at += word.len() + 1;
    }
    let texts: Vec<_> = words.iter().map(|(_, word)| *word).collect();
    let mut spans = Vec::new();
    let mut from = 0;
    while from < words.len() {
        let begins = |word: &&str| is_number_word(word) || speller.articles.contains(word);
        let length = Some(texts[from]).filter(begins);
        let length =
            length.and_then(|_| number(&texts[from..], speller)).map_or(1, |found| found.1);
        if length > 1 {
            let (last, word) = words[from + length - 1];
            spans.push((words[from].0, last + word.len()));
        }
        from += length;
    }
    spans
}

/// The number with which the words begin, the longest one, and how many words it has. Of what stands
/// before a scale, as in "2.5 million", a part may be in digits already.
fn number(words: &[&str], speller: &Speller) -> Option<(i64, usize)> {
    let first = words.first()?;
    if !speller.articles.contains(first) {
        return plain_number(words, speller);
    }
    // "A hundred" is a word of some sentences; "a hundred and five" is none.
    let one = speller.usual(1)?;
    let whole = [&[one.as_str()], &words[1..]].concat();
    plain_number(&whole, speller).filter(|(_, length)| *length > 2)
}

/// The same of words that have no article.
fn plain_number(words: &[&str], speller: &Speller) -> Option<(i64, usize)> {
    let (mut number, mut length, mut below) = (0, 0, i64::MAX);
    loop {
        let and = usize::from(length > 0 && words.get(length) == Some(&speller.and));
        let rest = words.get(length + and..).unwrap_or_default();
        let Some((tenths, more)) = part(rest, speller) else { break };
        let behind = length + and + more;
        match unit(words.get(behind), speller).filter(|unit| *unit < below) {
            Some(unit) => {
                number += tenths * unit / 10;
                (length, below) = (behind + 1, unit);
            }
            None if tenths % 10 == 0 && (length > 0 || !is_digit(words[0])) => {
                return Some((number + tenths / 10, behind));
            }
            None => break,
        }
    }
    (length > 0).then_some((number, length))
}

/// How much the scale is that the word names.
fn unit(word: Option<&&str>, speller: &Speller) -> Option<i64> {
    let scales = speller.scales().iter();
    scales.into_iter().find(|(_, name)| word == Some(&name.as_str())).map(|(unit, _)| *unit)
}

fn is_digit(word: &str) -> bool {
    word.starts_with(|sign: char| sign.is_ascii_digit())
}

/// A number below a thousand at the start, in tenths, and how many words it has.
fn part(words: &[&str], speller: &Speller) -> Option<(i64, usize)> {
    let word = words.first()?;
    if !is_digit(word) {
        return below_thousand(words, speller).map(|(number, length)| (number * 10, length));
    }
    let (whole, tenth) = word.split_once('.').unwrap_or((word, "0"));
    let is_short = |digits: &str, most| normalise::is_digits(digits) && digits.len() <= most;
    let is_number = is_short(whole, 3) && is_short(tenth, 1);
    let tenths = || Some(whole.parse::<i64>().ok()? * 10 + tenth.parse::<i64>().ok()?);
    is_number.then(tenths).flatten().map(|tenths| (tenths, 1))
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
            ("two thousand and five, one thousand", None, Some("2005, 1000")),
            ("a hundred+ten thousand one*two", None, Some("a hundred+10001*2")),
            ("a hundred - ten thousand", None, Some("a hundred - 10000")),
            ("a hundred and twenty minutes", None, Some("120 minutes")),
            ("a thousand and five, a hundred, a two", None, Some("1005, a hundred, a 2")),
            ("20 5 minutes", None, None),
            ("7 30", Some("seven thirty"), None),
            ("-twenty-five%", None, Some("-25%")),
            ("two billion one", None, Some("2000000001")),
            ("two point five hours", None, Some("2.5 hours")),
            ("two point five million and five thousand", None, Some("2500000 and 5000")),
            ("2.5 million", Some("two point five million"), Some("2500000")),
            ("10 thousand 342", Some("ten thousand three hundred forty two"), Some("10342")),
            ("two million three hundred thousand and one", None, Some("2300001")),
            ("one/four", None, Some("1/4")),
            ("5 hundred", Some("five hundred"), None),
            ("two point", None, Some("2 point")),
            ("this 1", Some("this one"), None),
            (
                "set 20.5 and 1,200",
                Some("set twenty point five and one thousand two hundred"),
                None,
            ),
            ("at 7:30 in b2", None, None),
            ("café: two, naïve: 2, 7:é", None, Some("café: 2, naïve: 2, 7:é")),
            ("turn on the light", None, None),
        ] {
            assert_eq!(in_words(text, english).as_deref(), words, "{text}");
            assert_eq!(in_digits(text, english).as_deref(), digits, "{text}");
        }
    }

    #[test]
    fn numbers_of_several_words_are_found() {
        let english = Speller::of("en").expect("a table");
        for (text, expected) in [
            (
                "paris one thousand one hundred forty-seven seconds",
                &["one thousand one hundred forty-seven"][..],
            ),
            ("one five minutes", &[]),
            ("pizza twenty five and thirty-one", &["twenty five", "thirty-one"]),
            ("one hundred and five lumens", &["one hundred and five"]),
            ("turn on the light", &[]),
        ] {
            let found: Vec<_> =
                spans(text, english).into_iter().map(|(from, to)| &text[from..to]).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
