//! Matches a text against a template, finding every way in which it fits.

use std::borrow::Cow;

use crate::context::Context;
use crate::input::Input;
use crate::normalise::{is_in_number, prefix, spaced_chunk, without_punctuation};
use crate::numbers::{Range, leading_numbers};
use crate::scope::Scope;
use crate::sentences::List;
use crate::state::{Entity, EntityValue, Match, State, close, drops_number, entity};
use crate::steps::Steps;
use crate::template::{ListRef, Node};
use crate::text_list::TextList;

/// How many digits stand behind each comma of a large number.
const THOUSANDS: usize = 3;

/// One input against one block.
pub(crate) struct Matcher<'a, 'i> {
    pub scope: Scope<'a>,
    pub input: &'i Input,
    pub steps: &'i Steps,
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
        if states.is_empty() || self.steps.take(states.len()).is_none() {
            return Vec::new();
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
            // "Sixty" is no number of "sixty-nine".
            let end = state.at + blank + length;
            if self.input.plain[end..].starts_with('-') && self.input.is_in_number(end) {
                continue;
            }
            let mut next = state.clone();
            next.at = end;
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
