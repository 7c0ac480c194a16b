//! Skip words, which change nothing: `please`, `could you`.

use std::collections::HashSet;

use crate::normalise::{is_punctuation, is_word, prefix};

/// The text without such words; `words` are lower case, longest first.
pub(crate) fn anywhere(text: &str, words: &[String]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(sign) = text[at..].chars().next() {
        if !text[..at].ends_with(is_word)
            && let Some(length) = whole_word(&text[at..], words)
        {
            out.push(' ');
            at += length;
        } else {
            out.push(sign);
            at += sign.len_utf8();
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text without such words at its start.
pub(crate) fn at_start(text: &str, words: &[String]) -> String {
    let mut rest = text;
    while let Some(length) = whole_word(rest, words) {
        rest = rest[length..].trim_start();
    }
    rest.to_owned()
}

/// The text without such words at its end.
pub(crate) fn at_end(text: &str, words: &[String]) -> String {
    let mut rest = text;
    'again: loop {
        for (at, _) in rest.char_indices() {
            if !rest[..at].ends_with(is_word)
                && whole_word(&rest[at..], words) == Some(rest.len() - at)
            {
                rest = rest[..at].trim_end();
                continue 'again;
            }
        }
        return rest.to_owned();
    }
}

/// The text without such words around it and their punctuation; the text itself where nothing
/// would be left.
pub(crate) fn polite<'t>(text: &'t str, words: &[String]) -> &'t str {
    let is_around = |sign: char| sign.is_whitespace() || is_punctuation(sign);
    let mut rest = text;
    while let Some(length) = whole_word(rest.trim_start_matches(is_around), words) {
        rest = &rest.trim_start_matches(is_around)[length..];
        rest = rest.trim_start_matches(is_around);
    }
    loop {
        let before = rest.trim_end_matches(is_around);
        let start = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        let last = before[start..].to_lowercase();
        if before.is_empty() || !words.contains(&last) {
            break;
        }
        rest = before[..start].trim_end_matches(is_around);
    }
    if rest.is_empty() { text } else { rest }
}

/// The text without fillers in front of it, one, two and so on, without those behind it, and both: a word
/// that means nothing by itself may begin a sentence ("okay I need milk"). Only texts that are left and
/// are others.
pub(crate) fn around<'t>(text: &'t str, fillers: &HashSet<String>) -> Vec<&'t str> {
    let is_filler = |word: &str| fillers.contains(&word.to_lowercase());
    let behind = |text: &&'t str| behind_filler(text, |word| fillers.contains(&word));
    let starts: Vec<_> = std::iter::successors(Some(text), behind).collect();
    let without_end = |mut text: &'t str| {
        while let Some((rest, last)) = text.rsplit_once(' ')
            && is_filler(last)
        {
            text = rest.trim_end();
        }
        text
    };
    let mut texts = starts.clone();
    texts.extend(starts.iter().map(|start| without_end(start)));
    texts.retain(|other| other.len() < text.len() && !is_filler(other));
    let mut seen = HashSet::new();
    texts.retain(|text| seen.insert(*text));
    texts
}

/// The text without the fillers in front of it; the last word stays.
pub(crate) fn from_first_word<'t>(text: &'t str, is_filler: impl Fn(String) -> bool) -> &'t str {
    let behind = |text: &&'t str| behind_filler(text, &is_filler);
    std::iter::successors(Some(text.trim_start()), behind).last().unwrap_or(text)
}

/// The text behind the filler with which it begins, if it does and more follows.
fn behind_filler(text: &str, is_filler: impl Fn(String) -> bool) -> Option<&str> {
    let (first, behind) = text.trim_start().split_once(' ')?;
    let is_filler = is_filler(first.trim_end_matches(is_punctuation).to_lowercase());
    Some(behind.trim_start()).filter(|rest| is_filler && !rest.is_empty())
}

fn whole_word(text: &str, words: &[String]) -> Option<usize> {
    words
        .iter()
        .find_map(|word| prefix(text, word).filter(|&length| !text[length..].starts_with(is_word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_go() {
        let words = ["could you".to_owned(), "please".to_owned()];
        assert_eq!(anywhere("Could you please turn it on please", &words), "turn it on");
        assert_eq!(anywhere("turn on pleased", &words), "turn on pleased");
        assert_eq!(at_start("please add please", &words), "add please");
        assert_eq!(at_end("please add please please", &words), "please add");
    }

    #[test]
    fn politeness_goes_with_its_commas() {
        let words = ["please".to_owned()];
        for (text, expected) in [
            ("Please, turn it on, please.", "turn it on"),
            ("please please turn it on please", "turn it on"),
            ("turn it on.", "turn it on."),
            ("add please to it", "add please to it"),
            ("pleased to meet you", "pleased to meet you"),
            ("please", "please"),
        ] {
            assert_eq!(polite(text, &words), expected, "{text}");
        }
    }

    #[test]
    fn fillers_go_around_a_text() {
        let fillers = ["um", "okay", "right", "so"].map(str::to_owned).into();
        for (text, expected) in [
            (
                "Um okay turn right",
                &["okay turn right", "turn right", "Um okay turn", "okay turn", "turn"][..],
            ),
            ("turn right so", &["turn"]),
            ("so turn", &["turn"]),
            ("turn on", &[]),
            ("um okay", &[]),
            ("um", &[]),
        ] {
            assert_eq!(around(text, &fillers), expected, "{text}");
        }
    }
}
