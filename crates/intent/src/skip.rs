//! Skip words, which change nothing: `please`, `could you`.

use crate::normalise::{is_word, prefix};

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
}
