//! Text lists, whose entries may be thousands of names.

use std::sync::Arc;

use foldhash::HashMap;
use voice::SlotValue;

use crate::template::{Node, is_speakable, lower};

/// The values of a list, and where to find those that a text may begin with.
#[derive(Default)]
pub(crate) struct TextList {
    values: Vec<Arc<TextValue>>,
    /// Values that are plain text, by that text with hyphens as spaces.
    plain: HashMap<Arc<str>, Vec<u32>>,
    /// How long these are, in characters; each length once.
    lengths: Vec<usize>,
    /// Those of them that are words as people say them, in the order of their texts.
    sorted: Vec<u32>,
    /// All others.
    others: Vec<u32>,
    /// With which letters values begin, as bits that several share; all where that is not known.
    firsts: u64,
    /// What is known of values, each once, and which of it of each value.
    contexts: Vec<Vec<(String, String)>>,
    context_of: Vec<u32>,
}

impl TextList {
    /// All values, in their order.
    pub fn values(&self) -> &[Arc<TextValue>] {
        &self.values
    }

    /// The texts of those of these values that people can say and that are plain text, in their
    /// order; one that several values have comes as often.
    pub fn sorted(&self, these: &[u32]) -> Vec<&Arc<str>> {
        let mut wanted = vec![false; self.values.len()];
        for value in these {
            wanted[*value as usize] = true;
        }
        let sorted = self.sorted.iter().filter(|value| wanted[**value as usize]);
        sorted.filter_map(|value| self.values[*value as usize].plain.as_ref()).collect()
    }

    /// The values whose context will do, by their index. It is asked of each context once.
    pub fn with_context(&self, mut will_do: impl FnMut(&[(String, String)]) -> bool) -> Vec<u32> {
        let good: Vec<bool> = self.contexts.iter().map(|context| will_do(context)).collect();
        let values = self.context_of.iter().enumerate();
        values.filter(|(_, context)| good[**context as usize]).map(|(at, _)| at as u32).collect()
    }

    /// What is known of some value.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.contexts.iter().flatten().map(|(key, _)| key.as_str())
    }

    /// Whether any value brings that key of the context.
    pub fn brings(&self, key: &str) -> bool {
        self.keys().any(|known| known == key)
    }

    /// The values that are more than plain text.
    pub fn templates(&self) -> impl Iterator<Item = &TextValue> {
        self.others.iter().map(|value| &*self.values[*value as usize])
    }

    /// The values that may stand at the start of a text in the form of [`key`], in their order: all that do,
    /// and few others.
    pub fn candidates(&self, text: &str) -> impl Iterator<Item = &TextValue> {
        let text = text.trim_start();
        let first = text.chars().next();
        let mut found: Vec<u32> = Vec::new();
        if first.is_some_and(|first| self.firsts & bit(first) != 0) {
            let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            let mut passed = 0;
            for length in &self.lengths {
                let Some(end) = ends.nth(length - passed) else { break };
                passed = length + 1;
                found.extend(self.plain.get(&text[..end]).into_iter().flatten());
            }
            let may_begin = |value: &&u32| {
                let known = self.values[**value as usize].first;
                known.is_none_or(|known| Some(known) == first || known == '-')
            };
            found.extend(self.others.iter().filter(may_begin));
        }
        found.sort_unstable();
        found.into_iter().map(|value| &*self.values[value as usize])
    }

    /// Whether any value may stand there.
    pub fn may_begin(&self, text: &str) -> bool {
        self.candidates(text).next().is_some()
    }
}

/// One value of a text list.
pub(crate) struct TextValue {
    pub template: Node,
    /// The character every match starts with, if it is known.
    pub first: Option<char>,
    /// The text, if the template is nothing else: lower case, one space between words.
    pub plain: Option<Arc<str>>,
    /// What the slot holds; the words themselves where it is missing.
    pub out: Option<SlotValue>,
    pub context: Vec<(String, String)>,
}

impl TextValue {
    /// A value with the template it is said by.
    pub fn new(template: Node, out: Option<SlotValue>, context: Vec<(String, String)>) -> Self {
        let words = template.as_literal().map(|text| {
            let text = key(&text);
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        });
        let plain = words.filter(|words| !words.is_empty()).map(Arc::from);
        Self { first: template.first_char(), plain, template, out, context }
    }
}

impl FromIterator<Arc<TextValue>> for TextList {
    fn from_iter<I: IntoIterator<Item = Arc<TextValue>>>(values: I) -> Self {
        let mut list = Self { values: values.into_iter().collect(), ..Self::default() };
        let mut contexts: HashMap<&Vec<(String, String)>, u32> = HashMap::default();
        for (number, value) in list.values.iter().enumerate() {
            let context = *contexts.entry(&value.context).or_insert_with(|| {
                list.contexts.push(value.context.clone());
                list.contexts.len() as u32 - 1
            });
            list.context_of.push(context);
            let first = value.plain.as_ref().and_then(|text| text.chars().next()).or(value.first);
            list.firsts |= first.filter(|first| *first != '-').map_or(u64::MAX, bit);
            match &value.plain {
                Some(text) => {
                    list.lengths.push(text.chars().count());
                    list.plain.entry(Arc::clone(text)).or_default().push(number as u32);
                }
                None => list.others.push(number as u32),
            }
        }
        list.lengths.sort_unstable();
        list.lengths.dedup();
        let mut sorted: Vec<_> = list.plain.iter().filter(|(text, _)| is_speakable(text)).collect();
        sorted.sort_unstable_by(|a, b| a.0.cmp(b.0));
        list.sorted = sorted.into_iter().flat_map(|(_, values)| values).copied().collect();
        list
    }
}

/// The bit of a letter.
fn bit(letter: char) -> u64 {
    1 << (u32::from(letter) & 63)
}

/// The form in which texts are compared here.
pub(crate) fn key(text: &str) -> String {
    lower(text).replace(['-', '_'], " ")
}
