//! A pseudo-language: English with every text of ours accented and in brackets, so that a test sees
//! at once which words did not come from the language.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use crate::Language;
use crate::responses::Texts;
use crate::words::Words;

/// Its code; no language has it.
pub const CODE: &str = "xx";

static PSEUDO: LazyLock<Arc<Language>> = LazyLock::new(|| {
    let english = Language::built_in("en").unwrap_or_else(|error| panic!("{error:?}"));
    let texts = english.texts().iter().map(|(key, text)| (key.clone(), template(text)));
    let pseudo = english.with_texts(CODE, texts.collect::<Texts>(), words(english.words()));
    Arc::new(pseudo.unwrap_or_else(|error| panic!("{error:?}")))
});

/// The pseudo-language. People say in it what they say in English.
pub fn pseudo() -> Arc<Language> {
    Arc::clone(&PSEUDO)
}

/// Words that may stand in a text without accents: names, and what somebody said.
#[derive(Clone, Default)]
pub struct Known(BTreeSet<String>);

impl Known {
    /// Knows the words of this text, too.
    pub fn learn(&mut self, text: &str) {
        self.0.extend(words_of(text).map(str::to_lowercase));
    }

    /// Words of a text that have no accents and are not known: they do not come from the language.
    pub fn unknown<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let is_plain = |word: &&str| word.is_ascii() && word.contains(char::is_alphabetic);
        let is_unknown = |word: &&str| !self.0.contains(&word.to_lowercase());
        words_of(text).filter(is_plain).filter(is_unknown).collect()
    }
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Filters and tests whose texts are compared or name something.
const NAMING: [&str; 5] = ["replace", "listed", "startingwith", "endingwith", "split"];
/// Words of the template language behind which brackets hold a list, and no key.
const KEYWORDS: [&str; 5] = ["if", "else", "and", "or", "not"];

fn words(english: &Words) -> Words {
    let mut words = english.clone();
    words.list.between = literal(&words.list.between);
    words.list.last.values_mut().for_each(|text| *text = literal(text));
    words.article.definite = literal(&words.article.definite);
    for routine in words.routines.iter_mut().filter(|routine| !routine.reply.is_empty()) {
        routine.reply = literal(&routine.reply);
    }
    words
}

/// A template of which every text that is said is accented.
fn template(text: &str) -> String {
    let mut told = String::new();
    let mut rest = text;
    while let Some(at) = ["{{", "{%", "{#"].iter().filter_map(|start| rest.find(start)).min() {
        told.push_str(&literal(&rest[..at]));
        let end = end_of_tag(&rest[at..]);
        let tag = &rest[at..at + end];
        told.push_str(&if tag.starts_with("{{") { expression(tag) } else { tag.to_owned() });
        rest = &rest[at + end..];
    }
    told + &literal(rest)
}

/// Where a tag ends; what looks like an end in a string is none.
fn end_of_tag(tag: &str) -> usize {
    let close = match &tag[..2] {
        "{{" => "}}",
        "{%" => "%}",
        _ => "#}",
    };
    let mut quote = None;
    for (at, letter) in tag.char_indices().skip(2) {
        match quote {
            Some(open) if letter == open => quote = None,
            None if letter == '\'' || letter == '"' => quote = Some(letter),
            None if tag[at..].starts_with(close) => return at + close.len(),
            _ => {}
        }
    }
    tag.len()
}

/// A `{{ … }}` of which every string that is said is accented; strings that are compared, or name a
/// key, stay.
fn expression(tag: &str) -> String {
    let mut told = String::new();
    // Whether what stands in the brackets around is said.
    let mut said = vec![true];
    let mut before = String::new();
    let mut rest = tag;
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '\'' | '"' => rest[1..].find(letter).map_or(rest.len(), |end| end + 2),
            letter if is_name(letter) => rest.find(|letter| !is_name(letter)).unwrap_or(rest.len()),
            _ => letter.len_utf8(),
        };
        let (token, behind) = rest.split_at(length);
        let is_said = said.last().copied().unwrap_or(true);
        match letter {
            '(' | '{' => said.push(is_said && !NAMING.contains(&before.as_str())),
            '[' => {
                let is_key = !KEYWORDS.contains(&before.as_str())
                    && before.ends_with(|end| is_name(end) || matches!(end, ')' | ']' | '}'));
                said.push(is_said && !is_key);
            }
            ')' | ']' | '}' => drop(said.pop()),
            _ => {}
        }
        if matches!(letter, '\'' | '"') {
            let is_compared = matches!(before.as_str(), "==" | "!=" | "in");
            let next = behind.trim_start();
            let compares = ["==", "!=", ":", "in "].iter().any(|sign| next.starts_with(sign));
            if is_said && !is_compared && !compares {
                told.push(letter);
                told.push_str(&literal(&token[1..length - 1]));
                told.push(letter);
            } else {
                told.push_str(token);
            }
        } else {
            told.push_str(token);
        }
        match letter {
            letter if letter.is_whitespace() => {}
            '=' | '!' if matches!(before.as_str(), "=" | "!") => before.push('='),
            _ => token.clone_into(&mut before),
        }
        rest = behind;
    }
    told
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// A text in brackets with accents on all letters; the space around it stays outside.
fn literal(text: &str) -> String {
    let inner = text.trim();
    if !inner.contains(char::is_alphabetic) {
        return text.to_owned();
    }
    let start = text.len() - text.trim_start().len();
    let end = start + inner.len();
    let accented: String = inner.chars().map(accent).collect();
    format!("{}⟦{accented}⟧{}", &text[..start], &text[end..])
}

fn accent(letter: char) -> char {
    const PLAIN: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const ACCENTED: &str = "åƀçđéƒğĥîĵķļɱñöþɋŕšţûṽŵẋýžÅƁÇĐÉƑĞĤÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ";
    let at = PLAIN.chars().position(|plain| plain == letter);
    at.and_then(|at| ACCENTED.chars().nth(at)).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_accented_and_what_is_compared_stays() {
        for (english, expected) in [
            ("Turned on {{ target }}.", "⟦Ţûŕñéđ öñ⟧ {{ target }}."),
            ("{{ 'was' if past else 'is' }} a", "{{ '⟦ŵåš⟧' if past else '⟦îš⟧' }} ⟦å⟧"),
            (
                "{% if zone == 'home' %}at home{% endif %}",
                "{% if zone == 'home' %}⟦åţ ĥöɱé⟧{% endif %}",
            ),
            (
                "{{ n | counted(one='day', many='days') }}",
                "{{ n | counted(one='⟦đåý⟧', many='⟦đåýš⟧') }}",
            ),
            ("{{ names | listed('or') }}", "{{ names | listed('or') }}"),
            (
                "{{ {'a-b': 'foggy'}[x] or x | replace('-', ' ') }}",
                "{{ {'a-b': '⟦ƒöğğý⟧'}[x] or x | replace('-', ' ') }}",
            ),
            (
                "{{ 'are' if value in ['lights', 'fans'] else 'is' }}",
                "{{ '⟦åŕé⟧' if value in ['lights', 'fans'] else '⟦îš⟧' }}",
            ),
            ("{{ ['Monday'][value - 1] }}", "{{ ['⟦Ṁöñđåý⟧'][value - 1] }}"),
            (
                "{{ value if value is startingwith('all ') else 'all of ' ~ value }}",
                "{{ value if value is startingwith('all ') else '⟦åļļ öƒ⟧ ' ~ value }}",
            ),
        ] {
            assert_eq!(template(english), expected);
        }
    }
}
