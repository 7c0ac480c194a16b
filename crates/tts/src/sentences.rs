//! A reply in sentences, so that the first can be heard while the next is made.

/// Abbreviations whose full stop ends nothing.
const ABBREVIATIONS: [&str; 14] = [
    "mr", "mrs", "ms", "dr", "st", "prof", "vs", "etc", "approx", "no", "e.g", "i.e", "a.m", "p.m",
];

/// The sentences of `text` in order, without the space between them. Nothing is lost: joined with
/// spaces they are the text.
pub fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, mark) in text.char_indices() {
        let after = at + mark.len_utf8();
        if !ends_sentence(text, start, at, mark) {
            continue;
        }
        let sentence = text[start..after].trim();
        if !sentence.is_empty() {
            found.push(sentence);
        }
        start = after;
    }
    let rest = text[start..].trim();
    if !rest.is_empty() {
        found.push(rest);
    }
    found
}

fn ends_sentence(text: &str, start: usize, at: usize, mark: char) -> bool {
    if mark == '\n' {
        return true;
    }
    let rest = &text[at + mark.len_utf8()..];
    if !matches!(mark, '.' | '!' | '?' | '…') || !rest.starts_with(char::is_whitespace) {
        return false;
    }
    if mark != '.' {
        return true;
    }
    let word = text[start..at].rsplit(char::is_whitespace).next().unwrap_or_default();
    let word = word.trim_start_matches(['(', '"', '\'']).to_lowercase();
    // "p.m." ends a sentence when the next begins with a capital letter.
    let next_is_capital = rest.trim_start().starts_with(char::is_uppercase);
    let single_letter = word.chars().count() == 1 && word.starts_with(char::is_alphabetic);
    !single_letter
        && (!ABBREVIATIONS.contains(&word.as_str())
            || (next_is_capital && matches!(word.as_str(), "a.m" | "p.m" | "etc")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_where_people_pause() {
        let cases: [(&str, &[&str]); 8] = [
            ("Turned on the light.", &["Turned on the light."]),
            ("Done. Anything else?", &["Done.", "Anything else?"]),
            ("It is 21.5 degrees. Warm!  Yes", &["It is 21.5 degrees.", "Warm!", "Yes"]),
            (
                "Dr. Smith is at no. 3 St. James St. now.",
                &["Dr. Smith is at no. 3 St. James St. now."],
            ),
            ("It rings at 3 p.m. today.", &["It rings at 3 p.m. today."]),
            ("It rings at 3 p.m. Shall I stop it?", &["It rings at 3 p.m.", "Shall I stop it?"]),
            ("One\ntwo\n", &["One", "two"]),
            ("  ", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(sentences(text), expected, "{text}");
        }
    }
}
