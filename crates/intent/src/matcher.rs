//! Matches a text against a template, finding every way in which it fits.

use std::borrow::Cow;

use voice::SlotValue;

use crate::context::Context;
use crate::normalise::{
    is_in_number, is_punctuation, prefix, spaced, spaced_chunk, without_punctuation,
};
use crate::numbers::{Range, leading_numbers};
use crate::rewritten;
use crate::scope::Scope;
use crate::sentences::List;
use crate::spell::Speller;
use crate::template::{ListRef, Node, Target, lower};
use crate::text_list::{TextList, key};

/// How many digits stand behind each comma of a large number.
const THOUSANDS: usize = 3;

/// The text to match. Both forms have the same length, so that places in one are places in the
/// other.
pub(crate) struct Input {
    plain: String,
    /// Hyphens and underscores as spaces.
    spaced: String,
    /// Where the last of these ends.
    spaced_until: usize,
    /// In small letters, all hyphens as spaces, if each letter is as long in both.
    keyed: Option<String>,
    /// In small letters, without spaces and punctuation around it.
    core: String,
    /// Where numbers of several words stand.
    numbers: Vec<(usize, usize)>,
}

impl Input {
    /// Takes normalised text, whose numbers are spelt so. The space at the end closes the last word.
    pub fn new(text: &str, speller: Option<&Speller>) -> Self {
        let plain = format!("{} ", text.trim());
        let spaced = spaced(&plain);
        let last = plain.rfind(['-', '_']).map_or(0, |at| at + 1);
        let is_around = |sign: char| sign.is_whitespace() || is_punctuation(sign);
        let core = lower(spaced.trim_start().trim_end_matches(is_around));
        let as_long =
            |sign: char| sign.to_lowercase().map(char::len_utf8).sum::<usize>() == sign.len_utf8();
        let keyed = plain.chars().all(as_long).then(|| key(&plain));
        let numbers = speller.map_or_else(Vec::new, |speller| rewritten::spans(&plain, speller));
        Self { spaced, spaced_until: last, keyed, core, numbers, plain }
    }

    /// Whether this place is within a number, in digits or in words.
    fn is_in_number(&self, at: usize) -> bool {
        is_in_number(&self.plain, at)
            || self.numbers.iter().any(|(from, to)| *from < at && at < *to)
    }

    /// The text from there on, in small letters and with all hyphens as spaces.
    fn keyed(&self, at: usize) -> Cow<'_, str> {
        match &self.keyed {
            Some(keyed) => Cow::Borrowed(&keyed[at..]),
            None => Cow::Owned(key(&self.plain[at..])),
        }
    }

    /// The text in small letters, hyphens as spaces, without spaces around it and punctuation behind it.
    pub fn core(&self) -> &str {
        &self.core
    }
}

/// A filled place.
#[derive(Clone)]
pub(crate) struct Entity<'a> {
    pub target: &'a Target,
    pub value: EntityValue<'a>,
    /// Where its words stand, in bytes of the input.
    start: usize,
    end: usize,
    pub wildcard: bool,
}

/// What fills it.
#[derive(Clone)]
pub(crate) enum EntityValue<'a> {
    Fixed(&'a SlotValue),
    /// The words themselves.
    Words,
    Number(f64),
}

/// How far a match has come.
#[derive(Clone)]
pub(crate) struct State<'a> {
    at: usize,
    /// Hyphens are read as spaces from here on.
    spaced: bool,
    word_start: bool,
    /// The value of a list ends here, and nothing of the template was compared since.
    behind_value: bool,
    /// Literal characters matched; the more of them, the surer the match.
    pub literal: usize,
    pub entities: Vec<Entity<'a>>,
    /// What is known about the names that were said.
    pub context: Vec<(&'a str, &'a str)>,
    /// The last entity is a wildcard that is still growing; `at` is where it starts.
    open: Option<bool>,
}

impl State<'_> {
    fn start() -> Self {
        Self {
            at: 0,
            spaced: false,
            word_start: true,
            behind_value: false,
            literal: 0,
            entities: Vec::new(),
            context: Vec::new(),
            open: None,
        }
    }
}

/// A complete match.
pub(crate) struct Match<'a> {
    pub state: State<'a>,
    /// Values that the context contributes, as slot and value.
    pub from_context: Vec<(&'a str, String)>,
}

/// One input against one block.
pub(crate) struct Matcher<'a, 'i> {
    pub scope: Scope<'a>,
    pub input: &'i Input,
}

impl<'a> Matcher<'a, '_> {
    /// Every complete match of the template.
    pub fn matches(&self, template: &'a Node, context: &Context) -> Vec<Match<'a>> {
        self.run(template, vec![State::start()])
            .into_iter()
            .filter_map(|state| self.finish(state, context))
            .collect()
    }

    /// The words of an entity.
    pub fn words(&self, entity: &Entity<'_>) -> &str {
        self.input.plain[entity.start..entity.end].trim()
    }

    fn rest(&self, state: &State<'_>) -> &str {
        let text = if state.spaced { &self.input.spaced } else { &self.input.plain };
        &text[state.at..]
    }

    /// Whether a value has taken the first digits of a number and left others. Words may be written
    /// together, as Dutch ones are (`{area} slot`, "keukenslot"); digits then mean another number.
    fn splits_number(&self, state: &State<'_>) -> bool {
        state.behind_value && is_in_number(&self.input.plain, state.at)
    }

    fn run(&self, node: &'a Node, states: Vec<State<'a>>) -> Vec<State<'a>> {
        if states.is_empty() {
            return states;
        }
        let mut out = Vec::new();
        match node {
            Node::Text(text) => states.into_iter().for_each(|s| self.text(text, s, &mut out)),
            Node::Sequence(items) => {
                return items.iter().fold(states, |states, item| self.run(item, states));
            }
            Node::Alternative(items) => {
                for item in items {
                    let fit = states.iter().filter(|state| self.may_begin(item, state));
                    out.extend(self.run(item, fit.cloned().collect()));
                }
            }
            Node::Permutation(items) => {
                self.permutation(&items.iter().collect::<Vec<_>>(), states, &mut out);
            }
            Node::Rule(name) => {
                if let Some(rule) = self.scope.rule(name) {
                    return self.run(rule, states);
                }
            }
            Node::List(list) => states.into_iter().for_each(|s| self.list(list, s, &mut out)),
        }
        out
    }

    /// Whether the part may fit there, as far as its first word tells: most alternatives do not, which is
    /// seen before the state is copied.
    fn may_begin(&self, node: &Node, state: &State<'_>) -> bool {
        match node {
            Node::Text(chunk) => {
                let (mut rest, mut chunk) = (self.rest(state), chunk.as_str());
                if state.word_start {
                    (rest, chunk) = (rest.trim_start(), chunk.trim_start());
                }
                let letters = rest.bytes().next().zip(chunk.bytes().next());
                let differ = letters.is_some_and(|(said, wanted)| {
                    said.is_ascii_alphanumeric()
                        && wanted.is_ascii_alphanumeric()
                        && said.to_ascii_lowercase() != wanted
                });
                let may_be_spaced =
                    || chunk.contains('-') || (!state.spaced && state.at < self.input.spaced_until);
                state.open.is_some()
                    || !differ
                        && (chunk.trim_start().is_empty()
                            || prefix(rest, chunk).is_some()
                            || may_be_spaced())
            }
            Node::Sequence(items) => items.first().is_none_or(|item| self.may_begin(item, state)),
            _ => true,
        }
    }

    fn permutation(&self, items: &[&'a Node], states: Vec<State<'a>>, out: &mut Vec<State<'a>>) {
        if items.is_empty() {
            out.extend(states);
            return;
        }
        for (index, item) in items.iter().enumerate() {
            let after = self.run(item, states.clone());
            if !after.is_empty() {
                let others = [&items[..index], &items[index + 1..]].concat();
                self.permutation(&others, after, out);
            }
        }
    }

    fn text(&self, chunk: &str, mut state: State<'a>, out: &mut Vec<State<'a>>) {
        // Behind an apostrophe a new word begins without a space, as in "nell'ingresso".
        let ends_word = chunk.ends_with([' ', '\'']);
        let mut chunk = chunk;
        if state.word_start {
            if chunk.starts_with(' ') && self.splits_number(&state) {
                return;
            }
            chunk = chunk.trim_start();
        }
        if let Some(end_of_word) = state.open {
            if chunk.trim().is_empty() {
                out.push(state);
            } else {
                self.close_at_text(chunk, end_of_word, ends_word, &state, out);
            }
            return;
        }
        let rest = self.rest(&state);
        let blank = if state.word_start { rest.len() - rest.trim_start().len() } else { 0 };
        let rest = &rest[blank..];
        if let Some(length) = prefix(rest, chunk) {
            state.at += blank + length;
            state.literal += chunk.trim().chars().count();
            // An empty text says nothing about where words end.
            state.word_start = ends_word || (chunk.is_empty() && state.word_start);
            state.behind_value &= chunk.is_empty();
            out.push(state);
        } else if rest.trim_start().is_empty() && chunk.trim_start().is_empty() {
            out.push(state);
        } else if !state.spaced
            && (state.at + blank < self.input.spaced_until || chunk.contains('-'))
        {
            let rest = &self.input.spaced[state.at + blank..];
            let skip = if state.word_start { rest.len() - rest.trim_start().len() } else { 0 };
            if let Some(length) = prefix(&rest[skip..], &spaced_chunk(chunk)) {
                state.at += blank + skip + length;
                state.spaced = true;
                state.behind_value = false;
                out.push(state);
            }
        }
    }

    /// Ends the growing wildcard at each place where the literal follows.
    fn close_at_text(
        &self,
        chunk: &str,
        end_of_word: bool,
        ends_word: bool,
        state: &State<'a>,
        out: &mut Vec<State<'a>>,
    ) {
        let rest = self.rest(state);
        for (index, _) in rest.char_indices().skip(1) {
            let Some(length) = prefix(&rest[index..], chunk) else { continue };
            let starts_word = chunk.starts_with(' ') || rest[..index].ends_with(' ');
            let splits = self.input.is_in_number(state.at + index);
            if rest[..index].trim().is_empty() || (end_of_word && !starts_word) || splits {
                continue;
            }
            let mut next = close(state, index);
            next.at += length;
            next.literal += chunk.trim().chars().count();
            next.word_start = ends_word;
            out.push(next);
        }
    }

    fn list(&self, list: &'a ListRef, mut state: State<'a>, out: &mut Vec<State<'a>>) {
        let Some(values) = self.scope.list(&list.list) else { return };
        if self.rest(&state).trim().is_empty() || self.splits_number(&state) {
            return;
        }
        if matches!(values, List::Wildcard) {
            if state.open.is_none() {
                let blank = self.rest(&state);
                state.at += blank.len() - blank.trim_start().len();
                let (start, end) = (state.at, state.at);
                let value = EntityValue::Words;
                state.entities.push(Entity {
                    target: &list.target,
                    value,
                    start,
                    end,
                    wildcard: true,
                });
                state.open = Some(list.end_of_word);
                out.push(state);
            }
            return;
        }
        // The wildcard before it may end in front of any later word; and within one, where the template
        // goes on without a space.
        let starts: Vec<usize> = match state.open {
            Some(end_of_word) => {
                let rest = self.rest(&state);
                let starts = rest.char_indices().zip(rest.char_indices().skip(1));
                starts
                    .filter(|((_, before), (_, sign))| {
                        *sign != ' ' && (*before == ' ' || !end_of_word)
                    })
                    .map(|(_, (index, _))| index)
                    .filter(|index| !self.input.is_in_number(state.at + index))
                    .collect()
            }
            None => vec![0],
        };
        for start in starts {
            let text = self.input.keyed(state.at + start);
            let begins = match values {
                List::Text(values) => values.may_begin(&text),
                List::Range(range) => range.may_begin(&text),
                List::Wildcard => false,
            };
            if !begins {
                continue;
            }
            let state = match state.open {
                Some(_) => Cow::Owned(close(&state, start)),
                None => Cow::Borrowed(&state),
            };
            match values {
                List::Text(values) => self.text_list(list, values, &state, out),
                List::Range(range) => self.range(list, range, &state, out),
                List::Wildcard => {}
            }
        }
    }

    fn text_list(
        &self,
        list: &'a ListRef,
        values: &'a TextList,
        state: &State<'a>,
        out: &mut Vec<State<'a>>,
    ) {
        for value in values.candidates(&self.input.keyed(state.at)) {
            if self.scope.block.context.conflict_with(&value.context) {
                continue;
            }
            for mut next in self.run(&value.template, vec![state.clone()]) {
                if next.at == state.at {
                    continue;
                }
                let found = match &value.out {
                    Some(out) => EntityValue::Fixed(out),
                    None => EntityValue::Words,
                };
                next.entities.truncate(state.entities.len());
                next.entities.push(entity(list, found, state.at, next.at));
                for (key, known) in &value.context {
                    next.context.retain(|(k, _)| k != key);
                    next.context.push((key, known));
                }
                next.literal = state.literal;
                next.word_start = state.word_start;
                next.behind_value = true;
                out.push(next);
            }
        }
    }

    fn range(
        &self,
        list: &'a ListRef,
        range: &'a Range,
        state: &State<'a>,
        out: &mut Vec<State<'a>>,
    ) {
        let rest = self.rest(state);
        let fractions = range.fractions != crate::numbers::Fractions::None;
        if range.digits {
            let mut is_number = false;
            // "28,5" is a fraction and has no thousands.
            let before = self.input.plain[..state.at].strip_suffix(',');
            let is_behind_comma = before.is_some_and(|text| text.ends_with(char::is_numeric));
            for (number, length) in leading_numbers(rest, fractions) {
                is_number = true;
                let is_short = is_behind_comma && rest[..length].trim().len() != THOUSANDS;
                if range.contains(number) && !is_short {
                    let mut next = state.clone();
                    next.at += length;
                    next.behind_value = true;
                    let value = EntityValue::Number(number * range.multiplier);
                    next.entities.push(entity(list, value, state.at, next.at));
                    out.push(next);
                }
            }
            if is_number {
                return;
            }
        }
        let spaced = &self.input.spaced[state.at..];
        let blank = if state.word_start { spaced.len() - spaced.trim_start().len() } else { 0 };
        let spaced = &spaced[blank..];
        for (spoken, number) in range.said(spaced) {
            let Some(length) = prefix(spaced, spoken) else { continue };
            let mut next = state.clone();
            next.at += blank + length;
            next.literal += spoken.chars().count();
            next.word_start = false;
            next.behind_value = true;
            let value = EntityValue::Number(number * range.multiplier);
            next.entities.push(entity(list, value, state.at, next.at));
            out.push(next);
        }
    }

    /// Checks that all text is used up and that the context is as the block asks.
    fn finish(&self, state: State<'a>, context: &Context) -> Option<Match<'a>> {
        let rest = self.rest(&state);
        let state = if state.open.is_some() {
            let end = rest.len();
            close(&state, end)
        } else {
            if !rest.trim().is_empty() && !without_punctuation(rest.trim()).trim().is_empty() {
                return None;
            }
            state
        };
        if state.entities.iter().any(|e| e.wildcard && self.words(e).is_empty()) {
            return None;
        }
        if drops_number(&state.entities) {
            return None;
        }
        let known = |key: &str| {
            let of_value = state.context.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
            of_value.or_else(|| context.get(key))
        };
        let rules = &self.scope.block.context;
        if rules.conflicts(known) {
            return None;
        }
        let mut from_context = Vec::new();
        for rule in &rules.requires {
            let value = known(&rule.key)?;
            if let Some(slot) = &rule.slot {
                from_context.push((slot.as_str(), value.to_owned()));
            }
        }
        Some(Match { state, from_context })
    }
}

/// Whether one slot would hold two numbers, of which the last would count.
fn drops_number(entities: &[Entity<'_>]) -> bool {
    let number = |entity: &Entity<'_>| match entity.value {
        _ if *entity.target == Target::Capture => None,
        EntityValue::Number(number) => Some(number),
        EntityValue::Fixed(SlotValue::Number(number)) => Some(*number),
        _ => None,
    };
    entities.iter().enumerate().any(|(at, one)| {
        let others = entities[at + 1..].iter().filter(|other| other.target == one.target);
        number(one).is_some() && others.filter_map(number).any(|other| Some(other) != number(one))
    })
}

fn entity<'a>(list: &'a ListRef, value: EntityValue<'a>, start: usize, end: usize) -> Entity<'a> {
    Entity { target: &list.target, value, start, end, wildcard: false }
}

/// Ends the growing wildcard `length` bytes after its start, in front of a new word.
fn close<'a>(state: &State<'a>, length: usize) -> State<'a> {
    let mut next = state.clone();
    next.at += length;
    next.open = None;
    next.word_start = true;
    next.behind_value = false;
    if let Some(wildcard) = next.entities.last_mut() {
        wildcard.end = next.at;
    }
    next
}
