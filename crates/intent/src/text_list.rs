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

    /// The values that may stand at the start of a text, in their order: all that do, and few others.
    pub fn candidates(&self, text: &str) -> impl Iterator<Item = &TextValue> {
        let longest = self.lengths.last().copied().unwrap_or(1);
        let start: String = text.trim_start().chars().take(longest).collect();
        let start = key(&start);
        let first = start.chars().next();
        let ends: Vec<usize> =
            start.char_indices().map(|(at, _)| at).skip(1).chain([start.len()]).collect();
        let plain = self.lengths.iter().filter_map(|length| ends.get(length.checked_sub(1)?));
        let plain = plain.filter_map(|end| self.plain.get(&start[..*end])).flatten();
        let may_begin = |value: &&u32| {
            let known = self.values[**value as usize].first;
            known.is_none_or(|known| Some(known) == first || known == '-')
        };
        let mut found: Vec<u32> =
            plain.chain(self.others.iter().filter(may_begin)).copied().collect();
        found.sort_unstable();
        found.into_iter().map(|value| &*self.values[value as usize])
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

/// The form in which texts are compared here.
pub(crate) fn key(text: &str) -> String {
    lower(text).replace(['-', '_'], " ")
}
