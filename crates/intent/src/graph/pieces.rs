//! The graph of pieces of text and spaces, from which the word graph is made.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use voice::WordGraph;

use crate::context::Rules;
use crate::scatter::Scatter;
use crate::template::{Node, is_speakable};

/// Nodes with at most so many steps are merged into the node before them, in place of a step
/// without a word.
pub(super) const MERGE_STEPS: usize = 4;

/// A node of the graph of pieces.
pub(super) type Place = usize;
/// Nothing can be said from here.
pub(super) const DEAD: Place = 0;
/// The end of a sentence.
pub(super) const END: Place = 1;

/// What is said on the way from one place to the next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Step {
    Nothing,
    Space,
    Piece(u32),
    /// A name from one of [`Pieces::called`].
    List(u32),
    /// Any words.
    Open,
}

/// Texts that several may share.
pub(crate) type Texts = Arc<[Arc<str>]>;

/// Lists that are called.
#[derive(Default)]
pub(super) struct Called {
    pub graphs: Vec<Arc<WordGraph>>,
    /// The texts that each of them holds, where they are plain texts of the household.
    pub texts: Vec<Option<Texts>>,
    /// Their numbers, by list and values that can be said; none for one without any.
    pub numbers: HashMap<(usize, Vec<u32>), Option<u32>>,
    /// The same by list and conditions.
    pub by_condition: HashMap<(usize, usize), Option<u32>>,
    /// Where the lists of the household are called.
    pub calls: Vec<Call>,
}

/// A list of the household that is called under the conditions of a block.
#[derive(Clone)]
pub(super) struct Call {
    pub list: String,
    /// Index of the block.
    pub block: usize,
    pub number: Option<u32>,
}

/// The graph of pieces of text. Nodes are only ever added behind those they lead to, so there are
/// no circles.
pub(super) struct Pieces<'a> {
    pub nodes: Vec<Vec<(Step, Place)>>,
    index: HashMap<Vec<(Step, Place)>, Place, Scatter>,
    pub texts: Vec<String>,
    text_index: HashMap<String, u32>,
    /// Lists that stand in the graph already, by list, conditions and what follows.
    pub lists: HashMap<(usize, usize, Place), Place>,
    pub conditions: Vec<&'a Rules>,
    /// Lists that are called; none if nothing may be called here.
    pub called: Option<Called>,
}

impl Pieces<'_> {
    /// A graph in which nothing can be said yet.
    pub fn new(may_call: bool) -> Self {
        Self {
            nodes: vec![Vec::new(), Vec::new()],
            index: HashMap::default(),
            texts: Vec::new(),
            text_index: HashMap::new(),
            lists: HashMap::new(),
            conditions: Vec::new(),
            called: may_call.then(Default::default),
        }
    }

    /// A node with these steps, or the one that has them already.
    pub fn add(&mut self, mut steps: Vec<(Step, Place)>) -> Place {
        steps.retain(|(_, to)| *to != DEAD);
        steps.sort_unstable();
        steps.dedup();
        match steps[..] {
            [] => return DEAD,
            [(Step::Nothing, to)] => return to,
            _ => {}
        }
        if let Some(&place) = self.index.get(&steps) {
            return place;
        }
        self.nodes.push(steps.clone());
        self.index.insert(steps, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// A node from which any of these can be said.
    pub fn either(&mut self, places: &[Place]) -> Place {
        let mut steps = Vec::new();
        for &place in places {
            if place != END && self.nodes[place].len() <= MERGE_STEPS {
                steps.extend_from_slice(&self.nodes[place]);
            } else {
                steps.push((Step::Nothing, place));
            }
        }
        self.add(steps)
    }

    /// The same, with equal beginnings shared; `next` is where the places lead to in the end.
    pub fn union(&mut self, places: &[Place], next: Place) -> Place {
        let mut by_step: BTreeMap<Step, BTreeSet<Place>> = BTreeMap::new();
        for &place in places {
            if place == next || place == END {
                by_step.entry(Step::Nothing).or_default().insert(place);
                continue;
            }
            for &(step, to) in &self.nodes[place] {
                by_step.entry(step).or_default().insert(to);
            }
        }
        let mut steps = Vec::new();
        for (step, targets) in by_step {
            let targets: Vec<_> = targets.into_iter().collect();
            if step == Step::Nothing || targets.len() == 1 {
                steps.extend(targets.into_iter().map(|to| (step, to)));
            } else {
                steps.push((step, self.union(&targets, next)));
            }
        }
        self.add(steps)
    }

    /// Literal text with only literal parts.
    pub fn literal(&mut self, node: &Node, next: Place) -> Place {
        match node {
            Node::Text(text) => self.text(text, next),
            node => node.children().iter().rev().fold(next, |next, n| self.literal(n, next)),
        }
    }

    pub fn text(&mut self, text: &str, next: Place) -> Place {
        if next == DEAD || !is_speakable(text) {
            return DEAD;
        }
        let mut place = next;
        for (number, word) in text.rsplit([' ', '-']).enumerate() {
            if number > 0 {
                place = self.add(vec![(Step::Space, place)]);
            }
            if !word.is_empty() {
                let piece = self.intern(word);
                place = self.add(vec![(Step::Piece(piece), place)]);
            }
        }
        place
    }

    /// Any of these texts, which are sorted, have one space between words and are the same up to
    /// `from`, where a word begins.
    pub fn texts(&mut self, texts: &[&str], from: usize, next: Place) -> Place {
        let word_of = |text: &str| {
            let rest = &text[from..];
            rest.find(' ').unwrap_or(rest.len())
        };
        let mut steps = Vec::new();
        let mut left = texts;
        while let [first, ..] = left {
            let length = word_of(first);
            let word = &first[from..from + length];
            let is_same =
                |text: &&&str| word_of(text) == length && &text[from..from + length] == word;
            let (same, others) = left.split_at(left.iter().take_while(is_same).count());
            left = others;
            // The shorter text comes first.
            let ending = same.iter().take_while(|text| text.len() == from + length).count();
            let mut after = Vec::new();
            if ending > 0 {
                after.push((Step::Nothing, next));
            }
            if ending < same.len() {
                let rest = self.texts(&same[ending..], from + length + 1, next);
                after.push((Step::Space, rest));
            }
            let after = self.add(after);
            steps.push((Step::Piece(self.intern(word)), after));
        }
        self.add(steps)
    }

    fn intern(&mut self, text: &str) -> u32 {
        if let Some(&id) = self.text_index.get(text) {
            return id;
        }
        let id = self.texts.len() as u32;
        self.texts.push(text.to_owned());
        self.text_index.insert(text.to_owned(), id);
        id
    }
}
