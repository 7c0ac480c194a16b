//! The names of the house, as lists that sentence templates refer to.

use std::collections::BTreeMap;

/// One thing that can fill a slot.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ListValue {
    /// How it is said. One of several spoken names of the same thing is a value of its own.
    pub spoken: String,
    /// What the slot then holds, for example `light.kitchen`.
    pub out: String,
    /// What is known about it, for example `domain` → `light`; templates ask for it.
    pub context: Vec<(String, String)>,
}

/// The household's lists by name: `name` for devices, `area` for rooms, `floor`. They hold what a
/// household calls its things, so there is no `Debug`.
#[derive(Clone, Default, PartialEq)]
pub struct Lists(pub BTreeMap<String, Vec<ListValue>>);

impl Lists {
    /// What stands before the name of a list that takes any words, where it holds what is often
    /// said for it. No template can refer to such a name.
    pub const LIKELY: &str = "likely ";

    /// Adds what is often said for the list called `list`, which takes any words.
    pub fn push_likely(&mut self, list: &str, value: ListValue) {
        self.push(&format!("{}{list}", Self::LIKELY), value);
    }

    /// Adds a value to the list called `list`.
    pub fn push(&mut self, list: &str, value: ListValue) {
        self.0.entry(list.to_owned()).or_default().push(value);
    }

    /// The values of the list called `list`; none if there is no such list.
    pub fn get(&self, list: &str) -> &[ListValue] {
        self.0.get(list).map_or(&[], Vec::as_slice)
    }
}
