//! Every sentence of a recogniser as a graph of words.
//!
//! Templates glue text together (`light[s]`), so a graph of pieces of text and spaces is built
//! first, from the end of each sentence to its start. Equal nodes become one, so that sentences
//! share what they end with: the names of a house stand there once for each way to go on after a
//! name, however many sentences lead to it. Then the pieces between spaces are joined to words.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use voice::{NodeId, WordGraph};

use crate::Recogniser;
use crate::context::{Context, Rules};
use crate::parse::parse;
use crate::recogniser::Scope;
use crate::sentences::{List, TextValue};
use crate::template::Node;
use crate::trie::Trie;

/// How many words such as `please` a sentence of the graph may start with.
const LEADING_SKIP_WORDS: usize = 2;
/// Nodes with at most so many steps are merged into the node before them, in place of a step
/// without a word.
const MERGE_STEPS: usize = 4;

/// A node of the graph of pieces.
type Place = usize;
/// Nothing can be said from here.
const DEAD: Place = 0;
/// The end of a sentence.
const END: Place = 1;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Step {
    Nothing,
    Space,
    Piece(u32),
}

impl Recogniser {
    /// Every sentence that is understood in this context, as people say it: words in lower case,
    /// numbers in words, names of the household included. Sentences with a wildcard are left out,
    /// since any word may stand there, and so are those written with signs or digits, and blocks
    /// with `metadata: {written: true}`. Words that change nothing (`please`) may stand at the start
    /// and at the end.
    pub fn graph(&self, context: &Context) -> WordGraph {
        let mut pieces = Pieces { nodes: vec![Vec::new(), Vec::new()], ..Pieces::default() };
        let skip_words: Vec<_> = self
            .sentences
            .skip_words
            .iter()
            .filter_map(|words| parse(&escape(words)).ok())
            .collect();
        // Behind a command people say "please"; longer phrases there only invite mishearing.
        let short = skip_words.iter().zip(&self.sentences.skip_words);
        let short = short.filter(|(_, text)| !text.trim().contains(' ')).map(|(words, _)| words);
        let tail: Vec<_> = short.map(|words| pieces.literal(words, END)).collect();
        let tail = pieces.union(&tail, END);
        let tail = pieces.add(vec![(Step::Space, tail), (Step::Nothing, END)]);
        let mut starts = Vec::new();
        for block in &self.sentences.blocks {
            if block.written
                || block.context.conflicts(|key| context.get(key).map(|(value, _)| value))
            {
                continue;
            }
            let scope = self.scope(block);
            for sentence in &block.sentences {
                let mut builder = Builder { pieces: &mut pieces, scope, context };
                if builder.can_be_said(&sentence.template) {
                    starts.push(builder.build(&sentence.template, tail));
                }
            }
        }
        let mut start = pieces.either(&starts);
        for _ in 0..LEADING_SKIP_WORDS {
            let spaced = pieces.add(vec![(Step::Space, start)]);
            let mut with: Vec<_> = skip_words.iter().map(|w| pieces.literal(w, spaced)).collect();
            with.push(start);
            start = pieces.either(&with);
        }
        Words::of(&pieces, start)
    }
}

/// Whether the text is made of words as people say them, without digits and signs.
fn is_speakable(text: &str) -> bool {
    text.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '-' | ' '))
}

/// Text as a template that stands for just that text.
fn escape(text: &str) -> String {
    let special = |c: char| "()[]{}<>|;\\".contains(c);
    text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
}

/// The graph of pieces of text. Nodes are only ever added behind those they lead to, so there are
/// no circles.
#[derive(Default)]
struct Pieces<'a> {
    nodes: Vec<Vec<(Step, Place)>>,
    index: HashMap<Vec<(Step, Place)>, Place>,
    texts: Vec<String>,
    text_index: HashMap<String, u32>,
    /// Lists that stand in the graph already, by list, conditions and what follows.
    lists: HashMap<(usize, usize, Place), Place>,
    conditions: Vec<&'a Rules>,
    /// Plain values of lists, by list and conditions.
    tries: HashMap<(usize, usize), Rc<Trie>>,
}

impl Pieces<'_> {
    /// A node with these steps, or the one that has them already.
    fn add(&mut self, mut steps: Vec<(Step, Place)>) -> Place {
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
    fn either(&mut self, places: &[Place]) -> Place {
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
    fn union(&mut self, places: &[Place], next: Place) -> Place {
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
    fn literal(&mut self, node: &Node, next: Place) -> Place {
        match node {
            Node::Text(text) => self.text(text, next),
            node => node.children().iter().rev().fold(next, |next, n| self.literal(n, next)),
        }
    }

    fn text(&mut self, text: &str, next: Place) -> Place {
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

    /// Any of the texts of a tree.
    fn trie(&mut self, trie: &Trie, next: Place) -> Place {
        let mut steps = Vec::with_capacity(trie.next.len());
        for (word, rest) in &trie.next {
            let mut after = Vec::new();
            if !rest.next.is_empty() {
                after.push((Step::Space, self.trie(rest, next)));
            }
            if rest.ends {
                after.push((Step::Nothing, next));
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

/// Builds the sentences of one block.
struct Builder<'p, 'a> {
    pieces: &'p mut Pieces<'a>,
    scope: Scope<'a>,
    context: &'p Context,
}

impl<'a> Builder<'_, 'a> {
    /// The node from which the template can be said, going on to `next`.
    fn build(&mut self, node: &'a Node, next: Place) -> Place {
        if next == DEAD {
            return DEAD;
        }
        match node {
            Node::Text(text) => self.pieces.text(text, next),
            Node::Sequence(items) => {
                items.iter().rev().fold(next, |next, item| self.build(item, next))
            }
            Node::Alternative(items) => {
                let places: Vec<_> = items.iter().map(|item| self.build(item, next)).collect();
                self.pieces.either(&places)
            }
            Node::Permutation(items) => self.permutation(&items.iter().collect::<Vec<_>>(), next),
            Node::Rule(name) => match self.scope.rule(name) {
                Some(rule) => self.build(rule, next),
                None => DEAD,
            },
            Node::List(list) => match self.scope.list(&list.list) {
                Some(list) => self.list(list, next),
                None => DEAD,
            },
        }
    }

    fn permutation(&mut self, items: &[&'a Node], next: Place) -> Place {
        if items.is_empty() {
            return next;
        }
        let mut places = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let others = [&items[..index], &items[index + 1..]].concat();
            let after = self.permutation(&others, next);
            places.push(self.build(item, after));
        }
        self.pieces.either(&places)
    }

    fn list(&mut self, list: &'a List, next: Place) -> Place {
        let rules = &self.scope.block.context;
        let known = self.pieces.conditions.iter().position(|before| *before == rules);
        let condition = known.unwrap_or_else(|| {
            self.pieces.conditions.push(rules);
            self.pieces.conditions.len() - 1
        });
        let key = (std::ptr::from_ref(list) as usize, condition, next);
        if let Some(&place) = self.pieces.lists.get(&key) {
            return place;
        }
        let place = match list {
            List::Wildcard => DEAD,
            List::Range(_) => self.literals(list, condition, next),
            List::Text(values) => {
                let others: Vec<_> = self
                    .sayable(values)
                    .into_iter()
                    .filter(|value| value.template.as_literal().is_none())
                    .collect();
                let others: Vec<_> =
                    others.into_iter().map(|value| self.build(&value.template, next)).collect();
                let others = self.pieces.union(&others, next);
                let literals = self.literals(list, condition, next);
                self.pieces.either(&[literals, others])
            }
        };
        self.pieces.lists.insert(key, place);
        place
    }

    /// The values of the list that are plain text.
    fn literals(&mut self, list: &'a List, condition: usize, next: Place) -> Place {
        let key = (std::ptr::from_ref(list) as usize, condition);
        let known = self.pieces.tries.get(&key).map(Rc::clone);
        let trie = known.unwrap_or_else(|| {
            let mut trie = Trie::default();
            let mut add = |text: &str| {
                if is_speakable(text) {
                    trie.add(text.split([' ', '-']).filter(|word| !word.is_empty()));
                }
            };
            match list {
                List::Wildcard => {}
                List::Range(range) => range.spellings().for_each(add),
                List::Text(values) => {
                    let values = self.sayable(values).into_iter();
                    values.filter_map(|v| v.template.as_literal()).for_each(|text| add(&text));
                }
            }
            let trie = Rc::new(trie);
            self.pieces.tries.insert(key, Rc::clone(&trie));
            trie
        });
        self.pieces.trie(&trie, next)
    }

    /// The values that meet what the block asks of the context.
    fn sayable(&self, values: &'a [TextValue]) -> Vec<&'a TextValue> {
        let missing = self.missing_keys();
        let has = |value: &TextValue, key: &str| value.context.iter().any(|(k, _)| k == key);
        let wanted: Vec<_> =
            missing.into_iter().filter(|key| values.iter().any(|v| has(v, key))).collect();
        let rules = &self.scope.block.context;
        let sayable = values.iter().filter(|value| {
            !rules.conflict_with(&value.context) && wanted.iter().all(|key| has(value, key))
        });
        sayable.collect()
    }

    /// What the block asks for and only a list value can bring.
    fn missing_keys(&self) -> Vec<&'a str> {
        let requires = self.scope.block.context.requires.iter();
        let keys = requires.map(|rule| rule.key.as_str());
        keys.filter(|key| self.context.get(key).is_none()).collect()
    }

    /// Whether the lists of the template bring everything that the block asks for.
    fn can_be_said(&self, template: &'a Node) -> bool {
        self.missing_keys().into_iter().all(|key| self.brings(template, key))
    }

    fn brings(&self, node: &'a Node, key: &str) -> bool {
        match node {
            Node::List(list) => match self.scope.list(&list.list) {
                Some(List::Text(values)) => {
                    values.iter().any(|v| v.context.iter().any(|(k, _)| k == key))
                }
                _ => false,
            },
            Node::Rule(name) => self.scope.rule(name).is_some_and(|rule| self.brings(rule, key)),
            node => node.children().iter().any(|child| self.brings(child, key)),
        }
    }
}

/// Joins pieces to words.
struct Words<'p> {
    pieces: &'p Pieces<'p>,
    graph: WordGraph,
    nodes: HashMap<Place, NodeId>,
}

/// Steps of the graph of words that leave one node.
type Leaving = BTreeSet<(Option<String>, Place)>;

impl<'p> Words<'p> {
    fn of(pieces: &'p Pieces<'p>, start: Place) -> WordGraph {
        let mut words = Self { pieces, graph: WordGraph::new(), nodes: HashMap::new() };
        words.nodes.insert(END, words.graph.end());
        words.leave(words.graph.start(), start);
        words.graph
    }

    fn node(&mut self, place: Place) -> NodeId {
        if let Some(&node) = self.nodes.get(&place) {
            return node;
        }
        let node = self.graph.add_node();
        self.nodes.insert(place, node);
        self.leave(node, place);
        node
    }

    fn leave(&mut self, node: NodeId, place: Place) {
        let mut steps = Leaving::new();
        self.collect(place, "", &mut steps);
        for (word, to) in steps {
            let to = self.node(to);
            self.graph.add_arc(node, to, word.as_deref(), 0.0);
        }
    }

    /// Follows pieces up to the next space; `said` is the word so far.
    fn collect(&self, place: Place, said: &str, steps: &mut Leaving) {
        let word = || (!said.is_empty()).then(|| said.to_owned());
        if place == END {
            steps.insert((word(), END));
            return;
        }
        for &(step, to) in &self.pieces.nodes[place] {
            match step {
                Step::Piece(piece) => {
                    let piece = &self.pieces.texts[piece as usize];
                    self.collect(to, &format!("{said}{piece}"), steps);
                }
                Step::Nothing if !said.is_empty() => self.collect(to, said, steps),
                Step::Space if !said.is_empty() => {
                    steps.insert((word(), to));
                }
                // Spaces before a word do not count.
                Step::Nothing | Step::Space => {
                    if to != END && self.pieces.nodes[to].len() <= MERGE_STEPS {
                        self.collect(to, said, steps);
                    } else {
                        steps.insert((None, to));
                    }
                }
            }
        }
    }
}
