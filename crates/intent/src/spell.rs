//! Number words, in the languages whose sentences we know.
//!
//! A language is a table of rules such as `20 twenty[-→→]`: from 20 on, a number is "twenty" and, if
//! something is left over, a hyphen and the words for that. The notation is that of CLDR's rule-based
//! number formats (Unicode Technical Standard 35, part 3), in which such tables exist for most
//! languages: `→→` is what is left over (with another table's name between the arrows by that table),
//! `←←` how often the rule's unit fits, `=name=` the same number by another table, and what stands in
//! brackets is left out if nothing is left over. The unit is the largest power of ten in the rule's
//! number, or what stands behind a slash there.

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, OnceLock};

/// What each language is called and its tables.
const LANGUAGES: [(&str, &str); 6] = [
    ("de", include_str!("spell/de.txt")),
    ("en", include_str!("spell/en.txt")),
    ("es", include_str!("spell/es.txt")),
    ("fr", include_str!("spell/fr.txt")),
    ("it", include_str!("spell/it.txt")),
    ("nl", include_str!("spell/nl.txt")),
];
/// Numbers from here on have no words: a thousand billions in English, a million elsewhere.
const MOST: i64 = 1_000_000_000_000;
const MOST_ELSEWHERE: i64 = 1_000_000;
/// Numbers from here on are not read from words: who means that many writes digits.
const LEAST_UNREAD: i64 = 1_000;

static SPELLERS: LazyLock<Vec<(&str, Speller)>> = LazyLock::new(|| {
    LANGUAGES.iter().map(|(name, table)| (*name, Speller::read(name, table))).collect()
});

/// How a language says numbers.
pub(crate) struct Speller {
    /// Tables of which each gives a way to say a number.
    ways: Vec<&'static str>,
    tables: HashMap<&'static str, Table>,
    minus: &'static str,
    point: &'static str,
    /// What stands between two things.
    pub and: &'static str,
    /// What stands for one in front of a hundred or a thousand: "a hundred and five".
    pub articles: Vec<&'static str>,
    most: i64,
    /// The numbers below [`LEAST_UNREAD`] by their words, when they are first asked for.
    numbers: OnceLock<HashMap<String, i64>>,
    scales: OnceLock<Vec<(i64, String)>>,
}

/// Rules by the number from which on they hold, smallest first.
type Table = Vec<Rule>;

#[derive(Clone)]
struct Rule {
    from: i64,
    unit: i64,
    body: &'static str,
}

/// All ways to say a number in a language (`de`, `de-CH`), given in tenths; lower case and sorted.
/// None in a language whose numbers are written in digits only, and for numbers that are too large.
pub fn number_words(language: &str, tenths: i64) -> Vec<String> {
    Speller::of(language).map(|speller| speller.ways(tenths)).unwrap_or_default()
}

impl Speller {
    /// That of a language, or of the language of a region such as `de-CH`; `None` for one whose
    /// numbers are written in digits only.
    pub fn of(language: &str) -> Option<&'static Self> {
        let base = language.split(['-', '_']).next().unwrap_or_default().to_lowercase();
        SPELLERS.iter().find(|(name, _)| *name == base).map(|(_, speller)| speller)
    }

    /// Those of all languages.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        SPELLERS.iter().map(|(_, speller)| speller)
    }

    fn read(name: &str, text: &'static str) -> Self {
        let mut speller = Self {
            ways: Vec::new(),
            tables: HashMap::new(),
            minus: "",
            point: "",
            and: "",
            articles: Vec::new(),
            most: if name == "en" { MOST } else { MOST_ELSEWHERE },
            numbers: OnceLock::new(),
            scales: OnceLock::new(),
        };
        let mut current = "";
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some((name, rest)) = line.strip_prefix('[').and_then(|l| l.split_once(']')) {
                current = name;
                let like = rest.trim().strip_prefix("like ");
                let table = like.and_then(|like| speller.tables.get(like)).cloned();
                speller.tables.insert(name, table.unwrap_or_default());
                continue;
            }
            let Some((key, body)) = line.split_once(' ') else { continue };
            match key {
                "sets" => speller.ways = body.split(' ').collect(),
                "minus" => speller.minus = body,
                "point" => speller.point = body,
                "and" => speller.and = body,
                "articles" => speller.articles = body.split(' ').collect(),
                _ => {
                    let Some(rule) = Rule::read(key, body) else { continue };
                    let table = speller.tables.entry(current).or_default();
                    table.retain(|known| known.from != rule.from);
                    table.push(rule);
                    table.sort_by_key(|rule| rule.from);
                }
            }
        }
        speller
    }

    /// The usual way to say a whole number; none for one that is too large.
    pub fn usual(&self, number: i64) -> Option<String> {
        self.usual_tenths(number.checked_mul(10)?)
    }

    /// The usual way to say a number that is given in tenths; none for one that is too large.
    pub fn usual_tenths(&self, tenths: i64) -> Option<String> {
        self.say(self.ways.first()?, tenths)
    }

    /// All ways to say a number with at most one digit behind the point, given in tenths; lower case
    /// and sorted. None for numbers that are too large.
    pub fn ways(&self, tenths: i64) -> Vec<String> {
        let mut ways: Vec<String> =
            self.ways.iter().filter_map(|table| self.say(table, tenths)).collect();
        ways.sort_unstable();
        ways.dedup();
        ways
    }

    /// The number below a thousand that is said so: lower case, with spaces for hyphens.
    pub fn number(&self, words: &str) -> Option<i64> {
        let numbers = self.numbers.get_or_init(|| {
            let ways = |number| self.ways(number * 10).into_iter().map(move |way| (way, number));
            let all = (0..LEAST_UNREAD).flat_map(ways);
            all.map(|(way, number)| (way.replace('-', " "), number)).collect()
        });
        numbers.get(words).copied()
    }

    /// The words for billions, millions and thousands behind their number, largest first, where they are words of
    /// their own.
    pub fn scales(&self) -> &[(i64, String)] {
        self.scales.get_or_init(|| {
            let word = |unit| {
                let spelt = self.usual(2 * unit)?;
                spelt.rsplit_once(' ').map(|(_, word)| (unit, word.to_owned()))
            };
            [1_000_000_000, 1_000_000, 1_000].into_iter().filter_map(word).collect()
        })
    }

    /// The word before the fraction.
    pub fn point(&self) -> &'static str {
        self.point
    }

    /// The words of which usual numbers are made, some of them twice.
    pub fn words(&self) -> impl Iterator<Item = String> {
        let numbers = (0..=100).chain([200, 1_000]);
        let ways = numbers.flat_map(|number| self.ways(number * 10));
        ways.flat_map(|way| way.split([' ', '-']).map(str::to_owned).collect::<Vec<_>>())
    }

    fn say(&self, table: &str, tenths: i64) -> Option<String> {
        let mut out = String::new();
        if tenths < 0 {
            out.push_str(self.minus);
            out.push(' ');
        }
        let tenths = tenths.abs();
        self.whole(table, tenths / 10, &mut out)?;
        if tenths % 10 != 0 {
            out.extend([" ", self.point, " "]);
            self.whole(table, tenths % 10, &mut out)?;
        }
        Some(out)
    }

    /// Appends the words for a whole number by a table.
    fn whole(&self, table: &str, number: i64, out: &mut String) -> Option<()> {
        let rules = self.tables.get(table).filter(|_| number < self.most)?;
        let rule = rules.iter().rev().find(|rule| rule.from <= number)?;
        self.body(table, rule, rule.body, number, out)
    }

    fn body(
        &self,
        table: &str,
        rule: &Rule,
        mut body: &str,
        number: i64,
        out: &mut String,
    ) -> Option<()> {
        let left = number % rule.unit;
        while let Some(at) = body.find(['[', '→', '←', '=']) {
            out.push_str(&body[..at]);
            let mut rest = body[at..].chars();
            let sign = rest.next()?;
            let (inside, behind) =
                rest.as_str().split_once(if sign == '[' { ']' } else { sign })?;
            body = behind;
            let other = if inside.is_empty() { table } else { inside };
            match sign {
                '[' if left == 0 => {}
                '[' => self.body(table, rule, inside, number, out)?,
                '→' => self.whole(other, left, out)?,
                '←' => self.whole(other, number / rule.unit, out)?,
                _ => self.whole(other, number, out)?,
            }
        }
        out.push_str(body);
        Some(())
    }
}

impl Rule {
    fn read(key: &str, body: &'static str) -> Option<Self> {
        let (from, unit) = if let Some((from, unit)) = key.split_once('/') {
            (from.parse().ok()?, unit.parse().ok()?)
        } else {
            let from: i64 = key.parse().ok()?;
            (from, 10_i64.pow(from.max(1).ilog10()))
        };
        Some(Self { from, unit, body })
    }
}

/// Whether numbers are made of the word, and nothing else is; in any language that has some.
pub fn is_number_word(word: &str) -> bool {
    is_of_number(word) && !SIGNS.contains(&word)
}

/// Whether a number goes on from one word to the next behind an "and": "one hundred and five", in any
/// language that has some.
pub fn number_goes_on(before: &str, next: &str) -> bool {
    HUNDREDS.contains(before) && is_number_word(next)
}

/// The words for hundreds and larger units, in all languages where they are words of their own.
static HUNDREDS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let hundred = |speller: &Speller| {
        let spelt = speller.usual(200)?;
        spelt.rsplit_once(' ').map(|(_, word)| word.to_owned())
    };
    let scales = |speller: &'static Speller| speller.scales().iter().map(|(_, word)| word.clone());
    Speller::all().flat_map(|speller| hundred(speller).into_iter().chain(scales(speller))).collect()
});

/// Whether the word may be part of a number.
pub(crate) fn is_of_number(word: &str) -> bool {
    NUMBERS.contains(word)
}

/// Words that stand between numbers.
const SIGNS: [&str; 3] = ["and", "percent", "point"];

/// Words of which numbers are made, in all languages that have some.
static NUMBERS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let signs = SIGNS.map(str::to_owned);
    signs.into_iter().chain(Speller::all().flat_map(Speller::words)).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_as_people_say_them() {
        for (language, tenths, expected) in [
            ("en", 210, "twenty-one"),
            ("en-GB", 1_050, "one hundred five"),
            ("en", -55, "minus five point five"),
            ("de", 21_170, "zweitausendeinhundertsiebzehn"),
            ("es", 5_250, "quinientas veinticinco, quinientos veinticinco"),
            ("fr", 710, "soixante-et-onze"),
            ("fr", 810, "quatre-vingt-un, quatre-vingt-une"),
            ("fr", 800_000, "quatre-vingt mille"),
            ("it", 1_080, "centotto"),
            ("nl", 15, "een komma vijf"),
            ("nl", 220, "twee\u{eb}ntwintig"),
        ] {
            assert_eq!(number_words(language, tenths).join(", "), expected, "{language} {tenths}");
        }
        assert!(number_words("th", 10).is_empty() && number_words("de", 10_000_000).is_empty());
    }
}
