//! Splits several items said in one breath: "milk eggs and bread".
//!
//! Speech has no commas, and not every "and" parts two things. So a text is taken apart where every piece
//! is something that people buy; and on a shopping list at an "and", if one of the pieces is. What is
//! not known stays together: "ben and jerry's".

use std::collections::HashSet;
use std::sync::LazyLock;

/// What people often buy, a line each, mostly in the form that it is asked for in.
static GROCERIES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("groceries.txt").lines().collect());
/// Words of the longest of these.
const LONGEST: usize = 3;
/// Words in front of what is bought that belong to it.
const AMOUNTS: [&str; 50] = [
    "a", "an", "some", "more", "another", "few", "couple", "of", "dozen", "half", "one", "two",
    "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "twenty", "pound",
    "pounds", "gallon", "gallons", "bottle", "bottles", "bag", "bags", "box", "boxes", "can",
    "cans", "pack", "packs", "package", "carton", "cartons", "jar", "jars", "loaf", "loaves",
    "bunch", "liter", "liters", "kilo", "kilos", "fresh", "frozen",
];

/// What the text asks to be put on a list: one thing or several. `shopping` says whether "and"
/// parts things that nobody has heard of.
pub(crate) fn split(text: &str, shopping: bool) -> Vec<String> {
    let mut items = Vec::new();
    for part in text.split([',', ';']) {
        let words: Vec<&str> = part.split_whitespace().collect();
        // The "and" of ", and bread".
        let words = words.strip_prefix(&["and"]).unwrap_or(&words);
        if words.is_empty() {
            continue;
        }
        if let Some(known) = groceries(words) {
            items.extend(known);
        } else if shopping {
            items.extend(bought(words));
        } else {
            items.push(words.join(" "));
        }
    }
    let mut seen = HashSet::new();
    items.retain(|item| seen.insert(item.to_lowercase()));
    items
}

/// Words that "and" parts where a thing that is known stands on one side of it.
fn bought(words: &[&str]) -> Vec<String> {
    let mut items = Vec::new();
    let mut unknown: Vec<&str> = Vec::new();
    let mut done = 0;
    let parts = words.split(|word| word.eq_ignore_ascii_case("and"));
    for part in parts {
        let (from, until) = (done, done + part.len());
        done = until + 1;
        if let Some(known) = groceries(part).filter(|known| !known.is_empty()) {
            items.extend((!unknown.is_empty()).then(|| unknown.join(" ")));
            unknown.clear();
            items.extend(known);
        } else if !part.is_empty() {
            // With the "and" before it, if the part before is unknown, too.
            let from = if unknown.is_empty() { from } else { from - 1 };
            unknown.extend(&words[from..until]);
        }
    }
    items.extend((!unknown.is_empty()).then(|| unknown.join(" ")));
    items
}

/// Whether these are things that people buy, and nothing else.
pub(crate) fn is_bought(text: &str) -> bool {
    let text = text.replace([',', ';'], " ");
    let words: Vec<_> = text.split_whitespace().collect();
    !words.is_empty() && groceries(&words).is_some_and(|found| !found.is_empty())
}

/// The words as things that people buy, with nothing left over.
fn groceries(words: &[&str]) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if !found.is_empty() && words[at].eq_ignore_ascii_case("and") {
            at += 1;
        }
        let start = at;
        // "half and half" is bought; "half" alone is an amount.
        let mut length = longest(&words[at..]);
        while length.is_none() && words.get(at).is_some_and(|word| is_amount(word)) {
            at += 1;
            length = longest(&words[at..]);
        }
        let length = length?;
        at += length;
        found.push(words[start..at].join(" "));
    }
    Some(found)
}

/// How many words at the start name one thing.
fn longest(words: &[&str]) -> Option<usize> {
    (1..=LONGEST.min(words.len())).rev().find(|length| is_grocery(&words[..*length]))
}

fn is_amount(word: &str) -> bool {
    let word = word.to_lowercase();
    AMOUNTS.contains(&word.as_str()) || word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether these words name one thing, be it one of it or many.
fn is_grocery(words: &[&str]) -> bool {
    let text = words.join(" ").to_lowercase();
    let known = |text: &str| GROCERIES.contains(text);
    let one = |ending, instead: &str| {
        text.strip_suffix(ending).is_some_and(|stem| known(&format!("{stem}{instead}")))
    };
    known(&text)
        || one("s", "")
        || one("es", "")
        || one("ies", "y")
        || known(&format!("{text}s"))
        || (text.ends_with('y') && known(&format!("{}ies", &text[..text.len() - 1])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_taken_apart_and_the_rest_stays_together() {
        for (text, shopping, expected) in [
            ("milk", true, &["milk"][..]),
            ("milk, eggs and bread", true, &["milk", "eggs", "bread"]),
            ("milk eggs and bread", true, &["milk", "eggs", "bread"]),
            ("milk, eggs, and bread", true, &["milk", "eggs", "bread"]),
            (
                "olive oil orange juice and toilet paper",
                true,
                &["olive oil", "orange juice", "toilet paper"],
            ),
            (
                "two bananas a dozen eggs and 12 cherries",
                true,
                &["two bananas", "a dozen eggs", "12 cherries"],
            ),
            ("mac and cheese and half and half", true, &["mac and cheese", "half and half"]),
            ("gruyere and milk butter", true, &["gruyere", "milk", "butter"]),
            ("birthday card for grandma", true, &["birthday card for grandma"]),
            ("paint brushes and milk", true, &["paint brushes", "milk"]),
            ("milk and Milk", true, &["milk"]),
            ("ben and jerry's", true, &["ben and jerry's"]),
            ("black and decker drill", true, &["black and decker drill"]),
            ("ben and jerry's and milk", true, &["ben and jerry's", "milk"]),
            ("milk and ben and jerry's", true, &["milk", "ben and jerry's"]),
            ("call mom and dad", false, &["call mom and dad"]),
            ("call the plumber", false, &["call the plumber"]),
            ("milk and bread", false, &["milk", "bread"]),
            ("and", true, &[]),
            ("  ", true, &[]),
        ] {
            assert_eq!(split(text, shopping), expected, "{text}");
        }
    }

    #[test]
    fn the_known_things_are_well_formed() {
        assert!(GROCERIES.len() >= 240, "{}", GROCERIES.len());
        for line in include_str!("groceries.txt").lines() {
            assert!(line.split(' ').count() <= LONGEST && !line.is_empty(), "{line}");
            assert!(line.chars().all(|c| c.is_ascii_lowercase() || c == ' '), "{line}");
        }
    }
}
