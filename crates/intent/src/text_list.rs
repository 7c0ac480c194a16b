//! A list of texts, of which thousands may be names.

use std::collections::HashMap;

use crate::sentences::TextValue;
use crate::template::lower;

/// The values of a list, and where to find those that a text may begin with.
#[derive(Default)]
pub(crate) struct TextList {
    values: Vec<TextValue>,
    /// Values that are plain text, by that text with hyphens as spaces.
    plain: HashMap<String, Vec<u32>>,
    /// How long these are, in characters; each length once.
    lengths: Vec<usize>,
    /// All others.
    others: Vec<u32>,
}

impl TextList {
    /// All values, in their order.
    pub fn values(&self) -> &[TextValue] {
        &self.values
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
        found.into_iter().map(|value| &self.values[value as usize])
    }
}

impl FromIterator<TextValue> for TextList {
    fn from_iter<I: IntoIterator<Item = TextValue>>(values: I) -> Self {
        let mut list = Self { values: values.into_iter().collect(), ..Self::default() };
        for (number, value) in list.values.iter().enumerate() {
            match value.template.as_literal().map(|text| key(text.trim())) {
                Some(text) if !text.is_empty() => {
                    list.lengths.push(text.chars().count());
                    list.plain.entry(text).or_default().push(number as u32);
                }
                _ => list.others.push(number as u32),
            }
        }
        list.lengths.sort_unstable();
        list.lengths.dedup();
        list
    }
}

/// The form in which texts are compared here.
fn key(text: &str) -> String {
    lower(text).replace(['-', '_'], " ")
}
