//! Names and other values of lists, found in words that are nearly those.

use std::collections::HashMap;
use std::sync::Arc;

use voice::{Step, WordGraph};

use super::MOST;
use super::index::{Common, Index, Value};
use super::likeness::Sounding;
use super::tokens::Token;
use crate::graph::{Spoken, Texts};
use crate::lexicon::Lexicon;
use crate::spell::is_number_word;

/// Words of an input that one value may have been heard as, at most.
const LONGEST: usize = 5;
/// Values that are looked at closely for the same words.
const CLOSEST: usize = 10;
/// What it costs that a word was heard that we know, which the value has not.
const OTHER_KNOWN: f32 = 0.45;
/// The same of a common word, which must sound like the value anyway.
const OTHER_ALIKE: f32 = 0.3;
/// What it costs that only some words of the value were said, however many: where several values have
/// them, all are as near.
const PART_COST: f32 = 0.45;
/// What it costs at least that it is written otherwise.
const OTHERWISE: f32 = 0.1;
/// A list with more values than this is not unrolled.
const MOST_VALUES: usize = 20_000;

/// The values of all lists.
pub(super) struct Values {
    index: Index,
    lists: Vec<Listed>,
    lexicon: Arc<Lexicon>,
}

/// One list.
#[derive(Clone)]
struct Listed {
    graph: Arc<WordGraph>,
    /// The values in it, as bits.
    held: Vec<u64>,
}

/// A value that may have been heard as the words `from..to`.
pub(super) struct ValueMatch {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) value: u32,
    pub(super) cost: f32,
}

impl Values {
    /// The values of the lists. Of `before`, those that were known until now, everything is used
    /// again that is still the same: names come and go one at a time.
    pub(super) fn new(spoken: &Spoken, before: Option<&Self>) -> Self {
        let mut index = before.map(|before| before.index.clone()).unwrap_or_default();
        let mut lists: Vec<Listed> = Vec::new();
        let lexicon = spoken.lexicon();
        for (graph, texts) in spoken.lists() {
            let known = before.into_iter().flat_map(|before| &before.lists);
            let known = known.into_iter().find(|listed| Arc::ptr_eq(&listed.graph, graph));
            lists.push(known.cloned().unwrap_or_else(|| {
                let texts: Texts = texts.map_or_else(
                    || sentences(graph).into_iter().map(Arc::from).collect(),
                    Arc::clone,
                );
                let held = bits(texts.iter().map(|text| index.number(text, lexicon)));
                Listed { graph: Arc::clone(graph), held }
            }));
        }
        index.retain(|value| lists.iter().any(|listed| listed.holds(value)));
        Self { index, lists, lexicon: Arc::clone(lexicon) }
    }

    pub(super) fn text(&self, value: u32) -> &str {
        self.index.text(value)
    }

    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.index.words()
    }

    pub(super) fn knows(&self, word: &str) -> bool {
        self.index.knows(word)
    }

    pub(super) fn holds(&self, list: u32, value: u32) -> bool {
        self.lists[list as usize].holds(value)
    }

    /// Every value that some words may have been heard from, with what that costs.
    pub(super) fn find(&self, tokens: &[Token], knows: impl Fn(&str) -> bool) -> Vec<ValueMatch> {
        let mut found = Vec::new();
        let mut common = self.index.counts();
        for from in 0..tokens.len() {
            for to in from + 1..=tokens.len().min(from + LONGEST) {
                let words = &tokens[from..to];
                // A small word at an end is not part of a name that was mis-heard.
                let ends = [&words[0], &words[words.len() - 1]];
                let guess = ends.iter().all(|word| !self.lexicon.is_function_word(&word.said));
                let exactly = self.index.exactly(&joined(words));
                // Two numbers are not one.
                let numbers = words.iter().filter(|word| word.exact).count();
                if let Some(value) = exactly.filter(|v| numbers < 2 || !self.index.value(*v).exact)
                {
                    found.push(ValueMatch { from, to, value, cost: 0.0 });
                }
                if guess {
                    self.like(words, &knows, &mut common, |value, cost| {
                        found.push(ValueMatch { from, to, value, cost });
                    });
                }
            }
        }
        found
    }

    fn like(
        &self,
        words: &[Token],
        knows: &dyn Fn(&str) -> bool,
        common: &mut Common,
        mut found: impl FnMut(u32, f32),
    ) {
        let heard = match words {
            [word] => &word.sounding,
            words => &Sounding::joined(words.iter().map(|word| &word.sounding), &self.lexicon),
        };
        let closest = self.index.closest(&heard.text, CLOSEST, common);
        let spoken = joined(words);
        for value in closest {
            let Value { text, sounding, exact, .. } = self.index.value(value);
            if *exact || *spoken == **text {
                continue;
            }
            if is_part(words, text) {
                found(value, PART_COST);
                continue;
            }
            // Split or joined it is not quite what was written.
            let Some(cost) = heard.cost(sounding, MOST).map(|cost| cost.max(OTHERWISE)) else {
                continue;
            };
            if !self.may_be(words, heard, text, sounding, knows) {
                continue;
            }
            let others = words
                .iter()
                .filter(|word| knows(&word.said) && !sounding.text.contains(word.said.as_str()));
            let others = others
                .map(|word| if word.sounding.is_common() { OTHER_ALIKE } else { OTHER_KNOWN });
            found(value, cost + others.sum::<f32>());
        }
    }

    /// Whether no word speaks against the value: one of the language or the house that neither is in it nor sounds like a
    /// word of it, a number that is not in it, or one of its own that nobody said.
    fn may_be(
        &self,
        words: &[Token],
        heard: &Sounding,
        text: &str,
        sounding: &Sounding,
        knows: &dyn Fn(&str) -> bool,
    ) -> bool {
        let own: Vec<&str> = text.split(' ').collect();
        let is_own = |word: &str| own.contains(&word);
        let numbers = |word: &&str| is_number_word(word);
        if words.iter().any(|word| {
            let mut numbers = word.said.split(' ').filter(|part| word.exact || numbers(part));
            !numbers.all(is_own)
        }) {
            return false;
        }
        let said_number = |number: &&str| {
            let number = Sounding::new(number, &self.lexicon);
            words.iter().any(|word| {
                word.said.split(' ').any(|part| part == number.text)
                    || word.sounding.may_be(&number, false)
            })
        };
        if !own.iter().filter(|own| is_number_word(own)).all(said_number) {
            return false;
        }
        let speaks = |word: &&Token| word.sounding.is_common() || knows(&word.said);
        if let ([_], [word]) = (&own[..], words) {
            return !speaks(&word) || word.sounding.may_be(sounding, false);
        }
        if own.len() > words.len() && heard.text.len() * 4 < sounding.text.len() * 3 {
            return false;
        }
        let strange: Vec<_> = words.iter().filter(|word| !is_own(&word.said)).collect();
        let missing = own.iter().filter(|own| words.iter().all(|word| word.said != **own));
        let missing: Vec<_> = missing.map(|own| Sounding::new(own, &self.lexicon)).collect();
        let against = strange.iter().copied().filter(speaks);
        let against = against.filter(|word| !self.lexicon.is_function_word(&word.said));
        let among_others = strange.len() < words.len();
        let mut against = against.map(|word| &word.sounding).peekable();
        if against.peek().is_none() {
            return true;
        }
        // What was split or joined sounds like all that is missing.
        if own.len() != words.len() && !missing.is_empty() {
            let strange = strange.iter().map(|word| &word.sounding);
            let strange = Sounding::joined(strange, &self.lexicon);
            if strange.may_be(&Sounding::joined(missing.iter(), &self.lexicon), true) {
                return true;
            }
        }
        against.all(|word| missing.iter().any(|missing| word.may_be(missing, among_others)))
    }
}

/// Whether these are words of the text, in its order, and it has others.
fn is_part(words: &[Token], text: &str) -> bool {
    let mut own = text.split(' ');
    let mut words = words.iter().flat_map(|word| word.said.split(' '));
    words.clone().count() < own.clone().count() && words.all(|word| own.any(|own| own == word))
}

fn joined(words: &[Token]) -> String {
    let words: Vec<_> = words.iter().map(|word| word.said.as_str()).collect();
    words.join(" ")
}

impl Listed {
    fn holds(&self, value: u32) -> bool {
        let bits = self.held.get(value as usize / 64);
        bits.is_some_and(|bits| bits & (1 << (value % 64)) != 0)
    }
}

fn bits(numbers: impl Iterator<Item = u32>) -> Vec<u64> {
    let mut bits = Vec::new();
    for number in numbers {
        let block = number as usize / 64;
        if bits.len() <= block {
            bits.resize(block + 1, 0_u64);
        }
        bits[block] |= 1 << (number % 64);
    }
    bits
}

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
