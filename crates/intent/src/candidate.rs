//! Match candidates: one way in which a text fits a sentence, its rank among several, and its intent.

use std::cmp::Reverse;

use voice::{Intent, PrivateText, Slot, SlotValue, Stage};

use crate::context::Context;
use crate::matcher::Matcher;
use crate::sentences::{Block, Sentence};
use crate::state::{Entity, EntityValue, Match};
use crate::template::Target;

/// What a text means, and how that was found.
pub struct Recognised<'r> {
    /// What it asks for.
    pub intent: Intent,
    /// The template that it fits.
    pub template: &'r str,
    /// What was known about the moment and about the names that were said; the latter counts where
    /// both have something to say.
    pub context: Vec<(String, String)>,
    /// What was said where any words may stand.
    pub free: Vec<PrivateText>,
}

/// The slots that decide between matches: the longest name wins, be it of what is meant or of what is
/// left out of it ("all the lights except the kitchen light").
const BEST_SLOTS: [&str; 3] = ["name", "except_name", "except_area"];

/// Which of two meanings is taken that have as many wildcards and as much literal text.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Ties {
    /// The one with the shorter wildcards, then the one whose intent comes first in the alphabet, as
    /// hassil decides since 3.8.
    #[default]
    ByName,
    /// The one that comes first in the files, as hassil decided before: sentences of those years were
    /// written so.
    AsWritten,
}

/// A match and what decides between matches.
pub(crate) struct Candidate<'a> {
    block: &'a Block,
    sentence: &'a Sentence,
    found: Match<'a>,
    /// Words of the entities, in their order.
    words: Vec<String>,
    /// Characters of the name that was said, if one was.
    pub name_length: Option<usize>,
}

impl<'a> Candidate<'a> {
    pub fn new(matcher: &Matcher<'a, '_>, sentence: &'a Sentence, found: Match<'a>) -> Self {
        let words: Vec<_> =
            found.state.entities.iter().map(|e| matcher.words(e).to_owned()).collect();
        let is_best = |slot: &String| BEST_SLOTS.contains(&slot.as_str());
        let is_name = |e: &Entity<'_>| matches!(e.target, Target::Slot(slot) if is_best(slot));
        let name_length = found
            .state
            .entities
            .iter()
            .zip(&words)
            .find(|(entity, _)| is_name(entity) && !entity.wildcard)
            .map(|(_, words)| words.chars().count());
        // One that the template fixes counts, although no words name it.
        let fixed = matcher.scope.block.slots.iter().any(|(slot, _)| is_best(slot));
        let name_length = name_length.or_else(|| fixed.then_some(0));
        Self { block: matcher.scope.block, sentence, found, words, name_length }
    }

    /// The smallest one is the best.
    pub fn rank(&self, ties: Ties) -> (usize, Reverse<usize>, usize, &str) {
        let wildcards = || {
            let entities = self.found.state.entities.iter().zip(&self.words);
            entities.filter(|(entity, _)| entity.wildcard)
        };
        let (length, intent) = match ties {
            Ties::ByName => {
                let length = wildcards().map(|(_, words)| words.chars().count()).sum();
                (length, self.block.intent.as_str())
            }
            Ties::AsWritten => (0, ""),
        };
        (wildcards().count(), Reverse(self.found.state.literal), length, intent)
    }

    pub fn recognised(self, context: &Context) -> Recognised<'a> {
        let mut known: Vec<(String, String)> = Vec::new();
        let given = context.all();
        for (key, value) in given.chain(self.found.state.context.iter().copied()) {
            known.retain(|(before, _)| before != key);
            known.push((key.to_owned(), value.to_owned()));
        }
        let template = self.sentence.text.as_str();
        let entities = self.found.state.entities.iter().zip(&self.words);
        let free = entities.filter(|(entity, _)| entity.wildcard);
        let free = free.map(|(_, words)| PrivateText::from(words.as_str())).collect();
        Recognised { template, context: known, free, intent: self.into_intent() }
    }

    fn into_intent(self) -> Intent {
        let mut slots: Vec<Slot> = Vec::new();
        for (entity, words) in self.found.state.entities.into_iter().zip(self.words) {
            let Target::Slot(name) = entity.target else { continue };
            let value = match entity.value {
                EntityValue::Fixed(value) => value.clone(),
                EntityValue::Words => SlotValue::Text(PrivateText::from(words.as_str())),
                EntityValue::Number(number) => SlotValue::Number(number),
            };
            let slot = Slot { name: name.clone(), value, text: PrivateText::new(words) };
            match slots.iter_mut().find(|before| before.name == slot.name) {
                Some(before) => *before = slot,
                None => slots.push(slot),
            }
        }
        // Nobody said these.
        let mut add = |name: &str, value: SlotValue| {
            if slots.iter().all(|slot| slot.name != name) {
                slots.push(Slot { name: name.to_owned(), value, text: PrivateText::default() });
            }
        };
        for (name, value) in &self.block.slots {
            add(name, value.clone());
        }
        for (name, value) in self.found.from_context {
            add(name, SlotValue::Text(PrivateText::new(value)));
        }
        Intent {
            name: self.block.intent.clone(),
            slots,
            stage: Stage::Exact,
            cost: 0.0,
            response: self.block.response.clone(),
            then: Vec::new(),
        }
    }
}
