//! The clause grammar: one breath, typed or from an open-vocabulary recogniser, as a chain of clauses.
//!
//! A clause is a command of the sentences with what belongs to it alone: a negation ("don't …"), what
//! is left out ("… except the porch light"), a time ("… in ten minutes", "… until 10"). The words of a
//! text are parsed as a whole or not at all: what cannot be parsed does nothing, so that never half of
//! a breath is done.

mod chain;
mod correction;
mod exception;
mod negation;
mod place;
mod reader;
mod time;
mod work;

use intent::Steps;
use language::Clauses;
use voice::{Intent, Slot};

use self::reader::Reader;
pub(crate) use self::reader::begins;
pub use self::work::Work;

/// The intent of a command that is to happen later, with its steps in `then`.
pub(crate) const SCHEDULE: &str = "HarkSchedule";
/// The intent of a chain whose first command is scheduled, with its commands in `then`.
pub(crate) const CHAIN: &str = "HarkChain";
/// More clauses in one breath are none.
const MOST: usize = 4;
/// More words are not one breath.
const MOST_WORDS: usize = 40;
/// Finds what a part of a text means, within a budget.
pub type Find<'g> = dyn Fn(&str, &Steps) -> Option<Intent> + 'g;

/// What the grammar of clauses is made over.
pub struct Grammar<'g> {
    /// Words that join and turn clauses, in the language of the sentences.
    pub words: &'g Clauses,
    /// What a sentence means, word for word.
    pub understand: &'g Find<'g>,
    /// What only names a thing or a room: "the porch light", "in the kitchen".
    pub names: &'g Find<'g>,
    /// The same of a room alone.
    pub rooms: &'g Find<'g>,
    /// What only says when: "in ten minutes".
    pub times: &'g Find<'g>,
    /// What is nearly a sentence. With a time behind it, it may be a command: the time says so.
    pub nearly: &'g Find<'g>,
    /// Whether the intent of that name takes a time itself.
    pub owns_time: &'g dyn Fn(&str) -> bool,
    /// What one breath may cost.
    pub work: Work,
}

/// What a text means that is no sentence by itself.
///
/// Several commands are the first of them with the others in [`Intent::then`], or all of them there in
/// `HarkChain`; one with a time is
/// `HarkSchedule` with the slots of the time, the words of the command in the slot `label` and the
/// commands in `then`; one that is not to be done is [`Dialogue::NOT`](crate::Dialogue::NOT).
pub fn clauses(text: &str, grammar: &Grammar<'_>) -> Option<Intent> {
    read(text, grammar, Reader::breath)
}

/// What the text means if it is two commands or more, each of which is one by itself: "add milk to my
/// list and set a timer for 5 minutes".
pub fn independent(text: &str, grammar: &Grammar<'_>) -> Option<Intent> {
    read(text, grammar, |reader, words| reader.independent(words, MOST))
}

/// What the text means if it is a command and another one of its kind at another time: "remind me at 8 to
/// call mom and at 9 to call dad".
pub fn again(text: &str, grammar: &Grammar<'_>) -> Option<Intent> {
    read(text, grammar, Reader::again)
}

/// What the text means if free words of it contain the end of a command like it: "add milk to the shopping
/// list and bread to the party list".
pub fn apart(text: &str, slot: &Slot, grammar: &Grammar<'_>) -> Option<Intent> {
    read(text, grammar, |reader, words| reader.apart(words, &slot.name))
}

/// Whether the free words in that slot contain the end of a command that is one by itself, up to a joint.
pub fn contains_end(text: &str, slot: &Slot, grammar: &Grammar<'_>) -> bool {
    let lower = text.to_lowercase();
    let words = words(&lower, grammar.words.comma());
    let reader = Reader { grammar };
    let free = slot.text.expose().to_lowercase();
    words.len() <= MOST_WORDS
        && reader.joints(&words).any(|(at, _)| {
            let one = &words[..at];
            let said = reader.command(one).and_then(|first| reader::free_words(&first, &slot.name));
            let one = one.join(" ");
            let end = said.as_deref().and_then(|said| one.split_once(said)).map(|(_, end)| end);
            end.is_some_and(|end| !end.is_empty() && free.contains(end))
        })
}

/// The steps that are read from a text, as one intent.
fn read<'g>(
    text: &str,
    grammar: &'g Grammar<'g>,
    steps: impl Fn(&Reader<'g>, &[&str]) -> Option<Vec<Intent>>,
) -> Option<Intent> {
    let lower = text.to_lowercase();
    let words = words(&lower, grammar.words.comma());
    if words.len() > MOST_WORDS {
        return None;
    }
    Some(chained(steps(&Reader { grammar }, &words)?))
}

/// Commands, one behind the other, as one intent: the first with the others in [`Intent::then`]. One that
/// is scheduled has its own commands there, so that nothing is the first of such a chain.
pub(crate) fn chained(mut steps: Vec<Intent>) -> Intent {
    if steps.len() > 1 && steps[0].name == SCHEDULE {
        let (stage, cost) = (steps[0].stage, steps[0].cost);
        return Intent { stage, cost, then: steps, ..Intent::named(CHAIN) };
    }
    let mut first = steps.remove(0);
    first.then.append(&mut steps);
    first
}

/// The commands of an intent, in their order.
pub(crate) fn unchained(mut intent: Intent) -> Vec<Intent> {
    if intent.name == SCHEDULE {
        return vec![intent];
    }
    let then = std::mem::take(&mut intent.then);
    // A household may have a sentence of that name, which is one command.
    if intent.name == CHAIN && !then.is_empty() {
        return then;
    }
    std::iter::once(intent).chain(then).collect()
}

/// The words of a text; a comma that is no part of a number is the word that it stands for, and ", and"
/// is one "and".
fn words<'w>(text: &'w str, comma: &'w str) -> Vec<&'w str> {
    let mut words: Vec<&str> = Vec::new();
    let is_end = |c: char| matches!(c, '.' | '!' | '?' | ';');
    for spaced in text.split_whitespace() {
        for (index, part) in parts(spaced).enumerate() {
            let before = words.last() == Some(&comma);
            if index > 0 && !before {
                words.push(comma);
            }
            let part = part.trim_end_matches(is_end);
            let doubled = part == comma && words.last() == Some(&comma);
            if !part.is_empty() && !doubled {
                words.push(part);
            }
        }
    }
    words
}

/// The parts between commas; a comma between two digits belongs to a number.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let bytes = word.as_bytes();
    let mut from = 0;
    let mut ends: Vec<usize> = bytes
        .iter()
        .enumerate()
        .filter(|(at, byte)| {
            let digit =
                |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
            **byte == b',' && !(digit(at.checked_sub(1)) && digit(at.checked_add(1)))
        })
        .map(|(at, _)| at)
        .collect();
    ends.push(word.len());
    ends.into_iter().map(move |end| {
        let part = &word[from..end];
        from = end + 1;
        part
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_is_a_word_unless_it_is_part_of_a_number() {
        for (text, expected) in [
            ("milk, eggs", "milk and eggs"),
            ("milk, and eggs.", "milk and eggs"),
            ("milk,eggs", "milk and eggs"),
            ("lamp to 20,5%", "lamp to 20,5%"),
            ("1,200, and 5", "1,200 and 5"),
            ("and and a", "and a"),
        ] {
            assert_eq!(words(text, "and").join(" "), expected, "{text}");
        }
    }

    #[test]
    fn a_chain_is_taken_apart_as_it_was_put_together() {
        let lamp = || Intent::named("HassTurnOn");
        let later = || Intent { then: vec![lamp()], ..Intent::named(SCHEDULE) };
        for steps in [
            vec![lamp()],
            vec![later()],
            vec![lamp(), later()],
            vec![later(), lamp()],
            vec![later(), later()],
            vec![Intent::named(CHAIN)],
        ] {
            assert!(unchained(chained(steps.clone())) == steps, "{} commands", steps.len());
        }
    }
}
