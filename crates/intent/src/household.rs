//! The names of a household as lists, rebuilt incrementally.

use std::collections::HashSet;
use std::sync::Arc;

use foldhash::HashMap;
use voice::{ListValue, Lists, PrivateText, SlotValue};

use crate::normalise;
use crate::sentences::{HOUSEHOLD_LISTS, List, Sentences};
use crate::spell::Speller;
use crate::template::Node;
use crate::text_list::{TextList, TextValue};

/// How many values may have gone between two that stay.
const NEAR: usize = 8;

/// The lists that a household brings, by their names.
#[derive(Default)]
pub(crate) struct Household(HashMap<String, Arc<Named>>);

/// One of the lists, and what it was made of.
#[derive(Default)]
struct Named {
    source: Vec<(ListValue, Vec<Arc<TextValue>>)>,
    list: List,
}

impl Default for List {
    fn default() -> Self {
        Self::Text(TextList::default())
    }
}

impl Household {
    /// The lists of a household; `before` are those that it had until now.
    pub fn new(lists: Lists, sentences: &Sentences, before: &Self) -> Self {
        let speller = sentences.language.as_deref().and_then(Speller::of);
        let named = lists.0.into_iter().map(|(name, values)| {
            let list = match before.0.get(&name) {
                Some(before) if before.is_of(&values) => Arc::clone(before),
                before => Arc::new(Named::new(values, speller, before.map(Arc::as_ref))),
            };
            (name, list)
        });
        let mut household = Self(named.collect());
        for name in HOUSEHOLD_LISTS {
            if !sentences.lists.contains_key(name) {
                household.0.entry(name.to_owned()).or_default();
            }
        }
        household
    }

    /// The list of that name, if there is one.
    pub fn get(&self, name: &str) -> Option<&List> {
        self.0.get(name).map(|named| &named.list)
    }

    /// All lists.
    pub fn lists(&self) -> impl Iterator<Item = &List> {
        self.0.values().map(|named| &named.list)
    }

    /// Whether there is a list of that name.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The names of lists that are others than before, if the lists have the same names, and values
    /// of which the same is known; else `None`.
    pub fn changed_since(&self, before: &Self) -> Option<Vec<&str>> {
        if self.0.len() != before.0.len() {
            return None;
        }
        let mut changed = Vec::new();
        for (name, now) in &self.0 {
            let before = before.0.get(name)?;
            if !Arc::ptr_eq(now, before) {
                if !now.brings_as(before) {
                    return None;
                }
                changed.push(name.as_str());
            }
        }
        Some(changed)
    }
}

impl Named {
    fn new(values: Vec<ListValue>, speller: Option<&Speller>, before: Option<&Self>) -> Self {
        let before = before.map_or(&[][..], |before| &before.source);
        let mut at = 0;
        let source: Vec<_> = values
            .into_iter()
            .map(|value| {
                // Names come, go and change one at a time; the others stay in their order.
                let near = before[at..].iter().take(NEAR).position(|(known, _)| *known == value);
                let texts = match near {
                    Some(near) => {
                        at += near + 1;
                        before[at - 1].1.clone()
                    }
                    None => texts_of(&value, speller),
                };
                (value, texts)
            })
            .collect();
        let texts = source.iter().flat_map(|(_, texts)| texts).map(Arc::clone);
        let list = List::Text(texts.collect());
        Self { source, list }
    }

    /// Whether of some value the same is known.
    fn brings_as(&self, other: &Self) -> bool {
        let keys = |named: &Self| match &named.list {
            List::Text(list) => list.keys().map(str::to_owned).collect(),
            _ => HashSet::new(),
        };
        keys(self) == keys(other)
    }

    fn is_of(&self, values: &[ListValue]) -> bool {
        self.source.len() == values.len()
            && self.source.iter().zip(values).all(|((own, _), other)| own == other)
    }
}

/// How a value is said. What is written with digits or signs can also be said in words.
fn texts_of(value: &ListValue, speller: Option<&Speller>) -> Vec<Arc<TextValue>> {
    let written = normalise::input(&value.spoken).to_lowercase();
    let spoken = speller.map(|speller| normalise::as_spoken(&value.spoken, speller));
    let spoken = spoken.filter(|spoken| *spoken != written);
    let texts = std::iter::once(&written).chain(&spoken).filter(|text| !text.is_empty());
    let text_value = |text: &String| {
        let out = SlotValue::Text(PrivateText::from(value.out.as_str()));
        Arc::new(TextValue::new(Node::literal(text), Some(out), value.context.clone()))
    };
    texts.map(text_value).collect()
}
