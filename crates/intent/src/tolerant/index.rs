//! Texts, each once, and which of them have groups of letters in common with another.

use std::collections::HashMap;
use std::sync::Arc;

use super::likeness::Sounding;
use crate::lexicon::Lexicon;
use crate::scatter::Scatter;
use crate::spell::is_of_number;

/// The share of its groups of letters that a value has in common with what was heard, at least.
const IN_COMMON: f32 = 0.2;

/// Values by their texts, their addresses, their words and the groups of letters in them.
#[derive(Clone, Default)]
pub(super) struct Index {
    /// By number; none where a value has gone.
    values: Vec<Option<Arc<Value>>>,
    /// Numbers of values that have gone.
    free: Vec<u32>,
    /// How many groups of letters each has: asked for so often that it stands by itself.
    sizes: Vec<u16>,
    /// Values by the groups of letters in them.
    parts: HashMap<u32, Vec<u32>, Scatter>,
    by_text: HashMap<Arc<str>, u32>,
    /// A name stands in several lists, and is found by its address there.
    by_address: HashMap<usize, u32, Scatter>,
    /// In how many places of values each word stands.
    words: HashMap<Arc<str>, u32>,
}

/// A text that may have been heard.
pub(super) struct Value {
    pub text: Arc<str>,
    pub sounding: Sounding,
    /// The groups of letters in it.
    parts: Box<[u32]>,
    /// Numbers are never guessed: fifteen is like fifty.
    pub exact: bool,
}

impl Index {
    /// The number of a text, which is added if it is new.
    pub fn number(&mut self, text: &Arc<str>, lexicon: &Lexicon) -> u32 {
        let known = self.by_address.get(&address(text)).copied();
        let same = |number: &u32| {
            let value = self.values[*number as usize].as_ref();
            value.is_some_and(|value| Arc::ptr_eq(&value.text, text))
        };
        let known = known.filter(same).or_else(|| self.exactly(text));
        known.unwrap_or_else(|| self.add(text, lexicon))
    }

    fn add(&mut self, text: &Arc<str>, lexicon: &Lexicon) -> u32 {
        let value = Arc::new(Value::new(text, lexicon));
        let size = u16::try_from(value.parts.len()).unwrap_or(u16::MAX);
        let number = self.free.pop().unwrap_or_else(|| {
            self.values.push(None);
            self.sizes.push(0);
            self.values.len() as u32 - 1
        });
        for part in &value.parts {
            self.parts.entry(*part).or_default().push(number);
        }
        for word in value.text.split(' ') {
            match self.words.get_mut(word) {
                Some(count) => *count += 1,
                None => _ = self.words.insert(word.into(), 1),
            }
        }
        self.by_text.insert(Arc::clone(text), number);
        self.by_address.insert(address(text), number);
        self.sizes[number as usize] = size;
        self.values[number as usize] = Some(value);
        number
    }

    /// Forgets the values that are not to be kept.
    pub fn retain(&mut self, keep: impl Fn(u32) -> bool) {
        for number in 0..self.values.len() as u32 {
            if self.values[number as usize].is_some() && !keep(number) {
                self.remove(number);
            }
        }
    }

    fn remove(&mut self, number: u32) {
        let Some(value) = self.values[number as usize].take() else { return };
        for part in &value.parts {
            if let Some(values) = self.parts.get_mut(part) {
                values.retain(|other| *other != number);
            }
        }
        for word in value.text.split(' ') {
            if let Some(count) = self.words.get_mut(word) {
                *count -= 1;
                if *count == 0 {
                    self.words.remove(word);
                }
            }
        }
        self.by_text.remove(&value.text);
        self.by_address.remove(&address(&value.text));
        self.free.push(number);
    }

    /// The value of that number, which is one of this index.
    pub fn value(&self, number: u32) -> &Value {
        self.values[number as usize].as_ref().expect("a value goes when no list holds it")
    }

    pub fn text(&self, number: u32) -> &str {
        &self.value(number).text
    }

    /// The words of all values.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(|word| &**word)
    }

    /// Whether it is a word of a value.
    pub fn knows(&self, word: &str) -> bool {
        self.words.contains_key(word)
    }

    /// The value that is written so.
    pub fn exactly(&self, text: &str) -> Option<u32> {
        self.by_text.get(text).copied()
    }

    /// What is needed to look for values.
    pub fn counts(&self) -> Common {
        Common { counts: vec![0; self.values.len()], counted: Vec::new() }
    }

    /// The values that have most groups of letters in common with a text, those with most first.
    pub fn closest(&self, text: &str, most: usize, common: &mut Common) -> Vec<u32> {
        let heard = parts(text);
        for value in heard.iter().filter_map(|part| self.parts.get(part)).flatten() {
            common.count(*value);
        }
        let mut closest = common.shares(|value, count| {
            let all = heard.len() + usize::from(self.sizes[value as usize]);
            2.0 * f32::from(count) / all.max(1) as f32
        });
        // Which of two comes first does not depend on when they came.
        let order = |a: &(f32, u32), b: &(f32, u32)| {
            b.0.total_cmp(&a.0).then_with(|| self.text(a.1).cmp(self.text(b.1)))
        };
        if closest.len() > most {
            closest.select_nth_unstable_by(most, order);
            closest.truncate(most);
        }
        closest.sort_by(order);
        closest.into_iter().map(|(_, value)| value).collect()
    }
}

fn address(text: &Arc<str>) -> usize {
    Arc::as_ptr(text).cast::<u8>() as usize
}

impl Value {
    fn new(text: &Arc<str>, lexicon: &Lexicon) -> Self {
        let sounding = Sounding::new(text, lexicon);
        let parts = parts(&sounding.text).into();
        let exact = text.split(' ').all(is_of_number);
        Self { text: Arc::clone(text), sounding, parts, exact }
    }
}

/// How many parts each value has in common with some words. One is used for all words of a text, so
/// that nothing has to be cleared but what was counted.
pub(super) struct Common {
    counts: Vec<u16>,
    counted: Vec<u32>,
}

impl Common {
    fn count(&mut self, value: u32) {
        let count = &mut self.counts[value as usize];
        if *count == 0 {
            self.counted.push(value);
        }
        *count = count.saturating_add(1);
    }

    /// The values with a share that counts, in no order; forgets all counts.
    fn shares(&mut self, share: impl Fn(u32, u16) -> f32) -> Vec<(f32, u32)> {
        let mut closest = Vec::new();
        for value in self.counted.drain(..) {
            let share = share(value, std::mem::take(&mut self.counts[value as usize]));
            if share >= IN_COMMON {
                closest.push((share, value));
            }
        }
        closest
    }
}

/// The groups of three letters in a text with its ends, each once and as a number.
fn parts(text: &str) -> Vec<u32> {
    let padded = [b"^^", text.as_bytes(), b"$$"].concat();
    let number = |part: &[u8]| part.iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
    let mut parts: Vec<u32> = padded.windows(3).map(number).collect();
    parts.sort_unstable();
    parts.dedup();
    parts
}
