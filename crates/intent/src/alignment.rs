//! Alignment of free words: what one engine heard where a sentence that another one heard has any words.
//!
//! The network knows the sentence ("put … on my shopping list") and not the words in it; the open-vocabulary
//! recogniser knows the words and may mishear the sentence around them ("her toothpaste on my shopping list").

use voice::SpokenWord;

/// How many of the sentence's own words must be heard around the free ones.
const ANCHORS: usize = 2;

/// The sentence with its free words replaced by those that another engine heard in their place; `None` if it
/// heard another sentence. One of the sentence's own words may be misheard or missing before the free ones.
pub(crate) fn aligned(sentence: &[SpokenWord], other: &str) -> Option<String> {
    let begin = sentence.iter().position(|word| word.open)?;
    let end = sentence.iter().rposition(|word| word.open)? + 1;
    if sentence[begin..end].iter().any(|word| !word.open) {
        return None;
    }
    let (before, behind) = (&sentence[..begin], &sentence[end..]);
    // "Add-out milk" are three words.
    let heard: Vec<_> = other.split([' ', '-']).filter(|word| !word.is_empty()).collect();
    let last = heard.len().checked_sub(behind.len())?;
    let (rest, tail) = heard.split_at(last);
    if !tail.iter().zip(behind).all(|(heard, word)| is_alike(heard, word)) {
        return None;
    }
    let matches = |rest: &[&str]| {
        let pairs = rest.iter().zip(before);
        pairs.filter(|(heard, word)| is_alike(heard, word)).count()
    };
    let is_enough = |own: usize| own + 1 >= before.len() && own + behind.len() >= ANCHORS;
    let free = if rest.len() > before.len() && is_enough(matches(rest)) {
        &rest[before.len()..]
    } else {
        // The word before them was not heard at all.
        let is_cut = before.len() == 1 && behind.len() >= ANCHORS;
        is_cut.then_some(rest)?
    };
    let free = free.join(" ");
    let free = free.trim_matches(|sign: char| !sign.is_alphanumeric());
    let own = |words: &[SpokenWord]| -> Vec<String> {
        words.iter().map(|word| word.text.expose().to_owned()).collect()
    };
    let words = [own(before), vec![free.to_owned()], own(behind)].concat();
    (!free.is_empty()).then(|| words.join(" "))
}

/// Whether it is the same word, whatever its case and the punctuation around it.
fn is_alike(heard: &str, word: &SpokenWord) -> bool {
    let plain = heard.trim_matches(|sign: char| !sign.is_alphanumeric()).to_lowercase();
    plain == word.text.expose().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words in brackets are free.
    fn sentence(text: &str) -> Vec<SpokenWord> {
        let word = |word: &str| SpokenWord {
            text: word.trim_matches(['[', ']']).into(),
            confidence: 0.9,
            open: word.starts_with('['),
        };
        text.split(' ').map(word).collect()
    }

    #[test]
    fn free_words_are_those_between_the_words_of_the_sentence() {
        for (sentence_heard, other, expected) in [
            ("put [these] on my list", "Put toothpaste on my list.", Some("toothpaste")),
            ("put [these] on my list", "Her toothpaste on my list.", Some("toothpaste")),
            ("put [to] on my list", "a tooth paste, on my list", Some("tooth paste")),
            ("put [to] on my list", "Toothpaste on my list", Some("Toothpaste")),
            ("add [milk] to my list", "add-out milk to my list", Some("out milk")),
            (
                "add [and] [butter] to my list",
                "add bread and butter to my list",
                Some("bread and butter"),
            ),
            ("remind me to [car] [mom]", "Remind me to call mom.", Some("call mom")),
            ("remind me to [car] [mom]", "Find me to call mom.", Some("call mom")),
            // Another sentence, or too little of this one.
            ("put [these] on my list", "turn on the kitchen light", None),
            ("put [these] on my list", "on my list", None),
            ("remind me to [car] [mom]", "it would be to call mom", None),
            ("play [that]", "they had", None),
        ] {
            let sentence = sentence(sentence_heard);
            let found = aligned(&sentence, other);
            let expected = expected.map(|free| {
                let open: Vec<_> = sentence.iter().filter(|word| word.open).collect();
                let open: Vec<_> =
                    open.iter().map(|word| format!("[{}]", word.text.expose())).collect();
                sentence_heard.replace(&open.join(" "), free)
            });
            assert_eq!(found, expected, "{other}");
        }
    }
}
