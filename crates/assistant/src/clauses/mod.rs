//! Several commands in one breath, and commands that are to happen later.

use voice::{Intent, PrivateText};

use crate::Dialogue;

/// More commands in one breath are none.
const MOST: usize = 4;
/// More words are not one breath.
const MOST_WORDS: usize = 40;

/// What a text means that is no sentence by itself: commands joined by "and", of which a later one
/// may leave out the words it shares with the one before ("turn off the lamp and the fan"), and
/// commands with a time ("turn off the lamp in ten minutes", "at sunset open the blinds").
/// `understand` says what a sentence means, `between` what may stand between two commands; a comma
/// stands for the first of these.
///
/// The intent is the first of the commands with the others in [`Intent::then`], or `HarkSchedule`
/// with the slots of the time, the words of the command in the slot `label` and the commands in
/// `then`.
///
/// With a time behind it, a command may be one that is only nearly a sentence (`nearly`): the time
/// says that it is a command.
pub fn steps(
    text: &str,
    between: &[String],
    understand: impl Fn(&str) -> Option<Intent>,
    nearly: impl Fn(&str) -> Option<Intent>,
) -> Option<Intent> {
    let comma = between.first().map_or("", String::as_str);
    let spaced = text.to_lowercase().replace(',', &format!(" {comma} "));
    let words: Vec<_> = spaced
        .split_whitespace()
        .map(|word| word.trim_end_matches(['.', '!', '?', ';']))
        .filter(|word| !word.is_empty())
        .collect();
    if words.len() > MOST_WORDS {
        return None;
    }
    let words = without_doubles(&words, comma);
    let between = between.iter().map(|words| words.split(' ').collect()).collect();
    let reader = Reader { between, understand: &understand, nearly: &nearly };
    let mut steps = match reader.later(&words) {
        Some(later) => vec![later],
        None => reader.chain(&words, MOST).filter(|steps| steps.len() > 1)?,
    };
    let mut first = steps.remove(0);
    first.then.append(&mut steps);
    Some(first)
}

/// ", and" is one "and".
fn without_doubles<'w>(words: &[&'w str], comma: &str) -> Vec<&'w str> {
    let mut kept: Vec<&str> = Vec::new();
    for word in words {
        if *word != comma || kept.last() != Some(&comma) {
            kept.push(word);
        }
    }
    kept
}

/// Whether it asks for something by itself.
fn is_command(intent: &Intent) -> bool {
    !Dialogue::INTENTS.contains(&intent.name.as_str())
}

struct Reader<'u> {
    /// What may stand between two commands, as words.
    between: Vec<Vec<&'u str>>,
    understand: &'u dyn Fn(&str) -> Option<Intent>,
    nearly: &'u dyn Fn(&str) -> Option<Intent>,
}

impl Reader<'_> {
    /// A sentence that asks for something by itself.
    fn command(&self, words: &[&str]) -> Option<Intent> {
        (self.understand)(&words.join(" ")).filter(is_command)
    }

    fn when(&self, words: &[&str]) -> Option<Intent> {
        let intent = (self.understand)(&words.join(" "))?;
        (intent.name == "HarkWhen").then_some(intent)
    }

    /// A command with a time behind or before it.
    fn later(&self, words: &[&str]) -> Option<Intent> {
        (1..words.len()).find_map(|at| {
            let (before, behind) = words.split_at(at);
            let (command, time) = match self.when(behind) {
                Some(time) => (before, time),
                None => (behind, self.when(before)?),
            };
            let steps = self.chain(command, MOST).or_else(|| {
                let nearly = (self.nearly)(&command.join(" ")).filter(is_command)?;
                Some(vec![nearly])
            })?;
            let mut later = Intent { name: "HarkSchedule".to_owned(), then: steps, ..time };
            later = later.with_text("label", PrivateText::new(command.join(" ")));
            Some(later)
        })
    }

    /// Commands, one behind the other.
    fn chain(&self, words: &[&str], most: usize) -> Option<Vec<Intent>> {
        if let Some(command) = self.command(words) {
            return Some(vec![command]);
        }
        if most < 2 {
            return None;
        }
        (1..words.len()).find_map(|at| {
            let between = self.between.iter().filter(|between| words[at..].starts_with(between));
            let between = between.map(Vec::len).max()?;
            let (one, rest) = (&words[..at], &words[at + between..]);
            if rest.is_empty() {
                return None;
            }
            if let Some(first) = self.command(one) {
                let mut steps = self
                    .chain(rest, most - 1)
                    .or_else(|| self.with_words_before(&first, one, rest, most - 1))?;
                steps.insert(0, first);
                return Some(steps);
            }
            // "the kitchen and the bedroom light": the first borrows the end of the second.
            (1..rest.len()).find_map(|from| {
                let whole = [one, &rest[from..]].concat();
                let first = self.command(&whole)?;
                let mut steps = self.with_words_before(&first, &whole, rest, most - 1)?;
                steps.insert(0, first);
                Some(steps)
            })
        })
    }

    /// What is meant if the rest borrows the beginning of the command before it, as much of it as
    /// makes sense.
    fn with_words_before(
        &self,
        before: &Intent,
        words: &[&str],
        rest: &[&str],
        most: usize,
    ) -> Option<Vec<Intent>> {
        (1..words.len()).rev().find_map(|until| {
            let whole = [&words[..until], rest].concat();
            let steps = self.chain(&whole, most)?;
            (steps.first()?.name == before.name).then_some(steps)
        })
    }
}
