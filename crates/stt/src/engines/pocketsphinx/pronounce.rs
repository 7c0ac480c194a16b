//! Grapheme-to-phoneme conversion for words that the dictionary lacks, in the phones of the CMU
//! dictionary.
//!
//! Names of rooms and devices are mostly English words, compounds of them, or made to be read as
//! such. A compound gets the phones of its parts; anything else goes through a short table of
//! spellings, longest first. It is a guess, good enough for a search among few names.

/// Spellings and their phones, tried in this order at each place. `^` is the beginning of the
/// word and `$` its end.
const SPELLINGS: &[(&str, &str)] = &[
    ("tion", "SH AH N"),
    ("sion", "ZH AH N"),
    ("ture$", "CH ER"),
    ("ough", "AO"),
    ("augh", "AO"),
    ("eigh", "EY"),
    ("tch", "CH"),
    ("sch", "SH"),
    ("igh", "AY"),
    ("air", "EH R"),
    ("are$", "EH R"),
    ("ear", "IH R"),
    ("eer", "IH R"),
    ("oor", "AO R"),
    ("our", "AW ER"),
    ("^kn", "N"),
    ("^wr", "R"),
    ("^ps", "S"),
    ("^x", "Z"),
    ("^y", "Y"),
    ("ing$", "IH NG"),
    ("ey$", "IY"),
    ("ie$", "IY"),
    ("ee", "IY"),
    ("ea", "IY"),
    ("oo", "UW"),
    ("ou", "AW"),
    ("ow$", "OW"),
    ("ow", "AW"),
    ("oi", "OY"),
    ("oy", "OY"),
    ("oa", "OW"),
    ("ai", "EY"),
    ("ay", "EY"),
    ("au", "AO"),
    ("aw", "AO"),
    ("ei", "AY"),
    ("ew", "UW"),
    ("eu", "Y UW"),
    ("ue$", "UW"),
    ("ie", "IY"),
    ("ch", "CH"),
    ("sh", "SH"),
    ("th", "TH"),
    ("ph", "F"),
    ("wh", "W"),
    ("gh", "G"),
    ("ck", "K"),
    ("ng$", "NG"),
    ("nk", "NG K"),
    ("qu", "K W"),
    ("sc", "S K"),
    ("dge", "JH"),
    ("ge$", "JH"),
    ("ce", "S"),
    ("ci", "S IH"),
    ("cy", "S IY"),
    ("gi", "JH IH"),
    ("ar", "AA R"),
    ("er", "ER"),
    ("ir", "ER"),
    ("ur", "ER"),
    ("or", "AO R"),
    ("le$", "AH L"),
    ("bb", "B"),
    ("cc", "K"),
    ("dd", "D"),
    ("ff", "F"),
    ("gg", "G"),
    ("kk", "K"),
    ("ll", "L"),
    ("mm", "M"),
    ("nn", "N"),
    ("pp", "P"),
    ("rr", "R"),
    ("ss", "S"),
    ("tt", "T"),
    ("zz", "Z"),
    ("a$", "AH"),
    ("o$", "OW"),
    ("i$", "IY"),
    ("y$", "IY"),
    ("u$", "UW"),
    ("a", "AE"),
    ("b", "B"),
    ("c", "K"),
    ("d", "D"),
    ("e", "EH"),
    ("f", "F"),
    ("g", "G"),
    ("h", "HH"),
    ("i", "IH"),
    ("j", "JH"),
    ("k", "K"),
    ("l", "L"),
    ("m", "M"),
    ("n", "N"),
    ("o", "AA"),
    ("p", "P"),
    ("q", "K"),
    ("r", "R"),
    ("s", "S"),
    ("t", "T"),
    ("u", "AH"),
    ("v", "V"),
    ("w", "W"),
    ("x", "K S"),
    ("y", "IH"),
    ("z", "Z"),
];

/// Names of the letters `a` to `z`.
const LETTERS: [&str; 26] = [
    "EY",
    "B IY",
    "S IY",
    "D IY",
    "IY",
    "EH F",
    "JH IY",
    "EY CH",
    "AY",
    "JH EY",
    "K EY",
    "EH L",
    "EH M",
    "EH N",
    "OW",
    "P IY",
    "K Y UW",
    "AA R",
    "EH S",
    "T IY",
    "Y UW",
    "V IY",
    "D AH B AH L Y UW",
    "EH K S",
    "W AY",
    "Z IY",
];

/// Names of the digits.
const DIGITS: [&str; 10] = [
    "Z IH R OW",
    "W AH N",
    "T UW",
    "TH R IY",
    "F AO R",
    "F AY V",
    "S IH K S",
    "S EH V AH N",
    "EY T",
    "N AY N",
];

/// A long vowel for `vowel, consonant, e` at the end of a word: `haze`, `tone`.
const LONG: [(char, &str); 5] = [('a', "EY"), ('e', "IY"), ('i', "AY"), ('o', "OW"), ('u', "UW")];

/// Shortest part of a compound, in letters.
const MIN_PART: usize = 3;

/// The probable phones of `word` (lower case), separated by spaces; `known` looks a word up in the
/// dictionary. `None` when nothing in it can be said.
pub(crate) fn pronounce(word: &str, known: impl Fn(&str) -> Option<String>) -> Option<String> {
    let plain: String = word.chars().filter_map(plain_letter).collect();
    if plain.is_empty() {
        return None;
    }
    if let Some(phones) = known(&plain).or_else(|| compound(&plain, &known)) {
        return Some(phones);
    }
    let mut phones = Vec::new();
    for part in split_digits(&plain) {
        if part.starts_with(|c: char| c.is_ascii_digit()) {
            phones.extend(part.bytes().map(|digit| DIGITS[usize::from(digit - b'0')].to_owned()));
        } else if let Some(said) = known(part) {
            phones.push(said);
        } else if part.contains(['a', 'e', 'i', 'o', 'u', 'y']) {
            phones.push(spell_out(part));
        } else {
            phones
                .extend(part.bytes().map(|letter| LETTERS[usize::from(letter - b'a')].to_owned()));
        }
    }
    Some(phones.join(" "))
}

/// The letter under an accent, in lower case; `None` for what is neither letter nor digit.
fn plain_letter(letter: char) -> Option<char> {
    let letter = letter.to_lowercase().next()?;
    Some(match letter {
        'a'..='z' | '0'..='9' => letter,
        'à'..='å' | 'æ' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' | 'ø' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        'ß' => 's',
        _ => return None,
    })
}

/// Runs of letters and runs of digits.
fn split_digits(word: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (part, later) = rest.split_at(end);
        parts.push(part);
        rest = later;
    }
    parts
}

/// Two words of the dictionary in one: `ecobee`, `lightstrip`. The split nearest the middle wins.
fn compound(word: &str, known: &impl Fn(&str) -> Option<String>) -> Option<String> {
    if word.len() < 2 * MIN_PART {
        return None;
    }
    let mut cuts: Vec<usize> = (MIN_PART..=word.len() - MIN_PART).collect();
    cuts.sort_by_key(|cut| (2 * cut).abs_diff(word.len()));
    cuts.into_iter().find_map(|cut| {
        let (first, second) = word.split_at(cut);
        Some(format!("{} {}", known(first)?, known(second)?))
    })
}

fn spell_out(word: &str) -> String {
    let mut phones: Vec<&str> = Vec::new();
    let mut at = 0;
    while at < word.len() {
        let rest = &word[at..];
        if let Some(long) = long_vowel(rest) {
            phones.push(long);
            at += 1;
            continue;
        }
        // The `e` that made the vowel before it long is not heard.
        if rest == "e" && at > 0 {
            break;
        }
        let hit = SPELLINGS.iter().find_map(|&(spelling, said)| {
            let bare = spelling.trim_start_matches('^').trim_end_matches('$');
            let fits = rest.starts_with(bare)
                && (!spelling.starts_with('^') || at == 0)
                && (!spelling.ends_with('$') || rest.len() == bare.len());
            fits.then_some((bare.len(), said))
        });
        // Every letter stands alone in the table too.
        let (length, said) = hit.unwrap_or((1, "AH"));
        phones.push(said);
        at += length;
    }
    phones.join(" ")
}

fn long_vowel(rest: &str) -> Option<&'static str> {
    let mut letters = rest.chars();
    let (vowel, consonant) = (letters.next()?, letters.next()?);
    let ends = letters.next() == Some('e') && letters.next().is_none();
    if !ends || "aeiouyrw".contains(consonant) {
        return None;
    }
    LONG.iter().find(|(letter, _)| *letter == vowel).map(|&(_, phones)| phones)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary(word: &str) -> Option<String> {
        let known =
            [("eco", "IY K OW"), ("bee", "B IY"), ("light", "L AY T"), ("strip", "S T R IH P")];
        known.iter().find(|(name, _)| *name == word).map(|(_, phones)| (*phones).to_owned())
    }

    #[test]
    fn names_are_said_about_right() {
        let cases = [
            ("ecobee", "IY K OW B IY"),
            ("lightstrip", "L AY T S T R IH P"),
            ("light2", "L AY T T UW"),
            ("tvx", "T IY V IY EH K S"),
            ("zigbee", "Z IH G B IY"),
            ("philips", "F IH L IH P S"),
            ("nest", "N EH S T"),
            ("roomba", "R UW M B AH"),
            ("haze", "HH EY Z"),
            ("knick", "N IH K"),
            ("café", "K EY F"),
            ("müller", "M AH L ER"),
            ("shelly", "SH EH L IY"),
        ];
        for (word, expected) in cases {
            assert_eq!(pronounce(word, dictionary).as_deref(), Some(expected), "{word}");
        }
        assert_eq!(pronounce("日本", dictionary), None);
        assert_eq!(pronounce("", dictionary), None);
    }
}
