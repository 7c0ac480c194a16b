//! Names and other values of lists, found in words that are nearly those.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, LazyLock};

use voice::{Step, WordGraph};

use super::SMALL;
use super::likeness::Sounding;
use crate::graph::{Spoken, Texts};
use crate::spell::Speller;

/// Words of an input that one value may have been heard as, at most.
const LONGEST: usize = 5;
/// Values that are looked at closely for the same words.
const CLOSEST: usize = 10;
/// The share of its groups of letters that a value has in common with what was heard, at least.
const IN_COMMON: f32 = 0.2;
/// What it costs that a word was heard that we know, which the value has not.
const OTHER_KNOWN: f32 = 0.45;
/// What it costs at least that it is written otherwise.
const OTHERWISE: f32 = 0.1;
/// A list with more values than this is not unrolled.
const MOST_VALUES: usize = 20_000;

/// The values of all lists, each once.
pub(super) struct Values {
    texts: Vec<Arc<Value>>,
    lists: Vec<Listed>,
    /// By list, the values in it, as bits.
    held: Vec<Vec<u64>>,
    /// Values by the groups of letters in them.
    parts: HashMap<u32, Vec<u32>, Scatter>,
    by_text: HashMap<Arc<str>, u32>,
    /// All words of values.
    known: HashSet<Box<str>>,
}

struct Value {
    text: Arc<str>,
    sounding: Sounding,
    /// The groups of letters in it.
    parts: Box<[u32]>,
    /// Numbers are never guessed: fifteen is like fifty.
    exact: bool,
}

/// One list. Its texts are kept here, so that no other text takes the place of one in memory.
struct Listed {
    graph: Arc<WordGraph>,
    texts: Texts,
}

/// A value that may have been heard as the words `from..to`.
pub(super) struct Found {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) value: u32,
    pub(super) cost: f32,
}

impl Values {
    /// The values of the lists; `before` are those that were known until now.
    pub(super) fn new(spoken: &Spoken, before: Option<&Self>) -> Self {
        let mut values = Self {
            texts: Vec::new(),
            lists: Vec::new(),
            held: Vec::new(),
            parts: HashMap::default(),
            by_text: HashMap::new(),
            known: HashSet::new(),
        };
        // A name stands in several lists, and is found by its address there.
        let mut numbers: HashMap<usize, u32, Scatter> = HashMap::default();
        for (graph, texts) in spoken.lists() {
            let known = before.into_iter().flat_map(|before| &before.lists);
            let known = known.into_iter().find(|listed| Arc::ptr_eq(&listed.graph, graph));
            let texts = known
                .map(|listed| &listed.texts)
                .or(texts)
                .map_or_else(|| sentences(graph).into_iter().map(Arc::from).collect(), Arc::clone);
            let mut held = vec![0_u64; values.texts.len() / 64 + 1];
            for text in texts.iter() {
                let address = Arc::as_ptr(text).cast::<u8>() as usize;
                let number = *numbers.entry(address).or_insert_with(|| values.add(text, before));
                let block = number as usize / 64;
                if held.len() <= block {
                    held.resize(block + 1, 0_u64);
                }
                held[block] |= 1 << (number % 64);
            }
            values.held.push(held);
            values.lists.push(Listed { graph: Arc::clone(graph), texts });
        }
        values
    }

    fn add(&mut self, text: &Arc<str>, before: Option<&Self>) -> u32 {
        if let Some(&known) = self.by_text.get(text) {
            return known;
        }
        let known = before.and_then(|before| {
            before.by_text.get(text).map(|value| Arc::clone(&before.texts[*value as usize]))
        });
        let value = known.unwrap_or_else(|| Arc::new(Value::new(text)));
        let number = self.texts.len() as u32;
        for part in &value.parts {
            self.parts.entry(*part).or_default().push(number);
        }
        for word in value.text.split(' ') {
            if !self.known.contains(word) {
                self.known.insert(word.into());
            }
        }
        self.texts.push(value);
        self.by_text.insert(Arc::clone(text), number);
        number
    }

    pub(super) fn text(&self, value: u32) -> &str {
        &self.texts[value as usize].text
    }

    pub(super) fn knows(&self, word: &str) -> bool {
        self.known.contains(word)
    }

    pub(super) fn holds(&self, list: u32, value: u32) -> bool {
        let bits = self.held[list as usize].get(value as usize / 64);
        bits.is_some_and(|bits| bits & (1 << (value % 64)) != 0)
    }

    /// Every value that some words may have been heard from, with what that costs.
    pub(super) fn find(&self, tokens: &[String], knows: impl Fn(&str) -> bool) -> Vec<Found> {
        let mut found = Vec::new();
        let counts = vec![0; self.texts.len()];
        let mut common = Common { counts, counted: Vec::new() };
        for from in 0..tokens.len() {
            for to in from + 1..=tokens.len().min(from + LONGEST) {
                let words = &tokens[from..to];
                // A small word at an end is not part of a name that was mis-heard.
                let ends = [&words[0], &words[words.len() - 1]];
                let guess = ends.iter().all(|word| !SMALL.contains(&word.as_str()));
                if let Some(&value) = self.by_text.get(words.join(" ").as_str()) {
                    found.push(Found { from, to, value, cost: 0.0 });
                }
                if guess {
                    self.like(words, &knows, &mut common, |value, cost| {
                        found.push(Found { from, to, value, cost });
                    });
                }
            }
        }
        found
    }

    fn like(
        &self,
        words: &[String],
        knows: &dyn Fn(&str) -> bool,
        common: &mut Common,
        mut found: impl FnMut(u32, f32),
    ) {
        let text: String = words.concat();
        let heard_parts = parts(&text);
        for value in heard_parts.iter().filter_map(|part| self.parts.get(part)).flatten() {
            common.count(*value);
        }
        let share = |value: u32, count: u16| {
            let all = heard_parts.len() + self.texts[value as usize].parts.len();
            2.0 * f32::from(count) / all.max(1) as f32
        };
        let closest = common.closest(share);
        if closest.is_empty() {
            return;
        }
        let heard = Sounding::new(&text);
        for value in closest {
            let Value { text, sounding, exact, .. } = &*self.texts[value as usize];
            if *exact || words.join(" ") == **text {
                continue;
            }
            // Split or joined it is not quite what was written.
            let Some(cost) = heard.cost(sounding).map(|cost| cost.max(OTHERWISE)) else { continue };
            let others =
                words.iter().filter(|word| knows(word) && !sounding.text.contains(word.as_str()));
            found(value, cost + OTHER_KNOWN * others.count() as f32);
        }
    }
}

impl Value {
    fn new(text: &Arc<str>) -> Self {
        let sounding = Sounding::new(text);
        let parts = parts(&sounding.text).into();
        let exact = text.split(' ').all(|word| NUMBERS.contains(word));
        Self { text: Arc::clone(text), sounding, parts, exact }
    }
}

/// How many parts each value has in common with some words. One is used for all words of a text, so
/// that nothing has to be cleared but what was counted.
struct Common {
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

    /// The values with the largest share, largest first; forgets all counts.
    fn closest(&mut self, share: impl Fn(u32, u16) -> f32) -> Vec<u32> {
        let mut closest: Vec<(f32, u32)> = Vec::new();
        for value in self.counted.drain(..) {
            let share = share(value, std::mem::take(&mut self.counts[value as usize]));
            if share >= IN_COMMON {
                closest.push((share, value));
            }
        }
        closest.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        closest.truncate(CLOSEST);
        closest.into_iter().map(|(_, value)| value).collect()
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

/// Scatters the numbers of groups of letters, which nobody chooses to make a table slow: a
/// multiplication by 2^64 divided by the golden ratio (Knuth, volume 3, 6.4).
type Scatter = BuildHasherDefault<Scattered>;

#[derive(Default)]
struct Scattered(u64);

impl Hasher for Scattered {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_usize(&mut self, number: usize) {
        self.0 = (self.0 ^ number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_u32(&mut self, number: u32) {
        self.write_usize(number as usize);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}

/// Words of which numbers are made, in all languages that have some.
static NUMBERS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut words: HashSet<String> = ["and", "percent", "point"].map(str::to_owned).into();
    for language in ["en", "de", "es", "fr", "it", "nl"] {
        let Some(speller) = Speller::of(language) else { continue };
        for number in (0..=100).chain([200, 1_000]) {
            let ways = speller.ways(number * 10).into_iter();
            words.extend(
                ways.flat_map(|way| way.split([' ', '-']).map(str::to_owned).collect::<Vec<_>>()),
            );
        }
    }
    words
});

/// Every sentence of a list.
fn sentences(graph: &WordGraph) -> Vec<String> {
    let mut steps: HashMap<u32, Vec<(Step, u32)>> = HashMap::new();
    for arc in graph.arcs() {
        steps.entry(arc.from).or_default().push((arc.step, arc.to));
    }
    let mut found = Vec::new();
    let mut open = vec![(graph.start(), String::new())];
    while let Some((node, text)) = open.pop() {
        if found.len() >= MOST_VALUES {
            break;
        }
        for (step, to) in steps.get(&node).into_iter().flatten() {
            let text = match step {
                Step::Word(word) => {
                    voice::join_words([text.as_str(), &graph.words()[*word as usize]])
                }
                _ => text.clone(),
            };
            open.push((*to, text));
        }
        if node == graph.end() && !text.is_empty() {
            found.push(text.trim().to_owned());
        }
    }
    found
}
