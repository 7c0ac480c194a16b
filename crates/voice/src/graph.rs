//! The word graph: the sentences that a grammar recogniser may hear.
//!
//! It is the form in which sentence templates reach a speech engine without the engine knowing
//! templates, or the templates knowing engines.
//!
//! Names of the household stand in lists of their own, which the graph calls wherever such a name
//! can be said: when a device appears, only its list is another one.

use std::collections::{BTreeSet, HashMap};
use std::sync;

/// A place between two words.
pub type NodeId = u32;

/// What is said on the way from one node to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// Nothing.
    Empty,
    /// A word: index into [`WordGraph::words`]. A word that begins with an apostrophe (`'s`) is
    /// joined to the word before it.
    Word(u32),
    /// Any one sentence of a list: index into [`WordGraph::lists`].
    List(u32),
    /// Any words, one at least.
    Open,
    /// Nothing, where a carrier phrase begins; only in [`WordGraph::carried`].
    Phrase(Phrase),
    /// A sentence from its start, once; only in [`WordGraph::carried`].
    Again,
}

/// A kind of carrier phrase: what may stand around a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phrase {
    /// Before it, and turns it round: "don't".
    Negation,
    /// Before it: "at sunset".
    Before,
    /// Behind it: "in ten minutes", "except the desk lamp".
    Behind,
    /// Between it and another one: "and then".
    Between,
}

impl Phrase {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Negation, Self::Before, Self::Behind, Self::Between];
}

/// The carrier phrases of a graph, which call its lists.
pub type Carrier = Vec<(Phrase, WordGraph)>;

/// One step through the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Arc {
    /// Where the step starts.
    pub from: NodeId,
    /// Where it leads.
    pub to: NodeId,
    /// What is said on the way.
    pub step: Step,
    /// Natural logarithm of the probability of this step, 0 at most.
    pub weight: f32,
}

/// Words as they are written one after another; one that begins with an apostrophe (`'s`) is joined
/// to the word before it.
pub fn join_words<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for word in words {
        if !text.is_empty() && !word.starts_with('\'') {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

/// A graph of words: every path from [`WordGraph::start`] to [`WordGraph::end`] is a sentence.
///
/// Words are lower case, as people say them: `twenty five`, not `25`. Names of the household are
/// among them, so it has no `Debug`.
#[derive(Clone, Default, PartialEq)]
pub struct WordGraph {
    words: Vec<String>,
    index: HashMap<String, u32>,
    arcs: Vec<Arc>,
    lists: Vec<sync::Arc<WordGraph>>,
    nodes: u32,
    end: NodeId,
    guarded: sync::Arc<Guarded>,
    carrier: sync::Arc<Carrier>,
}

/// Words that must never be guessed.
#[derive(Default, PartialEq)]
struct Guarded {
    opposites: BTreeSet<String>,
    numbers: BTreeSet<String>,
}

impl WordGraph {
    /// A graph with a start and an end and nothing between.
    pub fn new() -> Self {
        Self { nodes: 2, end: 1, ..Self::default() }
    }

    /// Where every sentence starts.
    pub fn start(&self) -> NodeId {
        0
    }

    /// Where every sentence ends.
    pub fn end(&self) -> NodeId {
        self.end
    }

    /// Number of nodes.
    pub fn node_count(&self) -> u32 {
        self.nodes
    }

    /// The distinct words, addressed by [`Step::Word`].
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// All arcs, in the order in which they were added.
    pub fn arcs(&self) -> &[Arc] {
        &self.arcs
    }

    /// Graphs that this one calls, addressed by [`Step::List`]; they call none themselves.
    pub fn lists(&self) -> &[sync::Arc<WordGraph>] {
        &self.lists
    }

    /// Whether the word must never be guessed: it has an opposite, or is a number.
    pub fn is_guarded(&self, word: &str) -> bool {
        self.guarded.opposites.contains(word) || self.is_number(word)
    }

    /// Whether the word is one of a number.
    pub fn is_number(&self, word: &str) -> bool {
        self.guarded.numbers.contains(word)
    }

    /// Says which words must never be guessed, in this graph and in its lists: those with an opposite, and those
    /// of numbers.
    pub fn guard(
        &mut self,
        opposites: impl IntoIterator<Item = String>,
        numbers: impl IntoIterator<Item = String>,
    ) {
        let (opposites, numbers) = (opposites.into_iter().collect(), numbers.into_iter().collect());
        self.guarded = sync::Arc::new(Guarded { opposites, numbers });
    }

    /// Says what may stand around the sentences.
    pub fn carry(&mut self, carrier: Carrier) {
        self.carrier = sync::Arc::new(carrier);
    }

    /// The sentences alone and with what may stand around them, in one graph: two of them at most, since a
    /// second one ends where it ends.
    #[must_use]
    pub fn carried(&self) -> Self {
        let mut carried = Self { carrier: sync::Arc::default(), ..self.clone() };
        // Only sentences begin at the inner start and end at the inner end, so that what stands around them
        // is said once.
        let (start, end) = (self.start(), self.end);
        let (inner, last) = (carried.add_node(), carried.add_node());
        for arc in carried.arcs.iter_mut().filter(|arc| arc.from == start) {
            arc.from = inner;
        }
        carried.add_arc(start, inner, None, 0.0);
        carried.add_arc(end, last, None, 0.0);
        carried.end = last;
        for (phrase, graph) in &*self.carrier {
            let (from, to) = match phrase {
                Phrase::Negation | Phrase::Before => (start, inner),
                Phrase::Behind => (end, last),
                Phrase::Between => (end, carried.add_node()),
            };
            let begin = carried.add_node();
            let step = Step::Phrase(*phrase);
            carried.arcs.push(Arc { from, to: begin, step, weight: 0.0 });
            carried.join(graph, begin, to);
            if *phrase == Phrase::Between {
                carried.arcs.push(Arc { from: to, to: last, step: Step::Again, weight: 0.0 });
            }
        }
        carried
    }

    /// Adds the sentences of another graph, which calls the lists of this one, between two nodes.
    fn join(&mut self, other: &Self, from: NodeId, to: NodeId) {
        let first = self.nodes;
        self.nodes += other.nodes;
        self.add_arc(from, first + other.start(), None, 0.0);
        self.add_arc(first + other.end, to, None, 0.0);
        for arc in &other.arcs {
            let step = match arc.step {
                Step::Word(word) => Step::Word(self.intern(&other.words[word as usize])),
                step => step,
            };
            let (from, to) = (first + arc.from, first + arc.to);
            self.arcs.push(Arc { from, to, step, weight: arc.weight });
        }
    }

    /// A new node.
    pub fn add_node(&mut self) -> NodeId {
        self.nodes += 1;
        self.nodes - 1
    }

    /// Adds a step for `word`, or one without a word.
    pub fn add_arc(&mut self, from: NodeId, to: NodeId, word: Option<&str>, weight: f32) {
        let step = word.map_or(Step::Empty, |word| Step::Word(self.intern(word)));
        self.arcs.push(Arc { from, to, step, weight });
    }

    /// Adds steps for words one after another, the weight on the last of them. No words add nothing.
    pub fn add_words<'a>(
        &mut self,
        from: NodeId,
        to: NodeId,
        words: impl IntoIterator<Item = &'a str>,
        weight: f32,
    ) {
        let mut words = words.into_iter().peekable();
        let mut here = from;
        while let Some(word) = words.next() {
            let last = words.peek().is_none();
            let (next, weight) = if last { (to, weight) } else { (self.add_node(), 0.0) };
            self.add_arc(here, next, Some(word), weight);
            here = next;
        }
    }

    /// Adds a list that [`WordGraph::add_call`] can call, and says under which number. It must not
    /// call lists itself.
    pub fn add_list(&mut self, list: sync::Arc<WordGraph>) -> u32 {
        self.lists.push(list);
        self.lists.len() as u32 - 1
    }

    /// The same with other lists in place of its own, one for each.
    ///
    /// # Panics
    /// When there are not as many of them.
    #[must_use]
    pub fn with_lists(&self, lists: Vec<sync::Arc<Self>>) -> Self {
        assert_eq!(lists.len(), self.lists.len(), "every call has its list");
        Self { lists, ..self.clone() }
    }

    /// Adds a step on which one sentence of a list is said.
    pub fn add_call(&mut self, from: NodeId, to: NodeId, list: u32) {
        self.arcs.push(Arc { from, to, step: Step::List(list), weight: 0.0 });
    }

    /// Adds a step on which anything is said.
    pub fn add_open(&mut self, from: NodeId, to: NodeId) {
        self.arcs.push(Arc { from, to, step: Step::Open, weight: 0.0 });
    }

    /// The same sentences with each list in place of its calls, for an engine that knows no lists.
    /// Sentences in which anything may be said are left out, and what may stand around them.
    #[must_use]
    pub fn flat(&self) -> Self {
        let guarded = sync::Arc::clone(&self.guarded);
        let mut flat = Self { nodes: self.nodes, end: self.end, guarded, ..Self::default() };
        for arc in &self.arcs {
            match arc.step {
                Step::Empty | Step::Phrase(_) => flat.add_arc(arc.from, arc.to, None, arc.weight),
                Step::Word(word) => {
                    flat.add_arc(arc.from, arc.to, Some(&self.words[word as usize]), arc.weight);
                }
                Step::List(list) => {
                    let list = &self.lists[list as usize];
                    let first = flat.nodes;
                    flat.nodes += list.nodes;
                    flat.add_arc(arc.from, first + list.start(), None, arc.weight);
                    for step in &list.arcs {
                        let word = match step.step {
                            Step::Word(word) => Some(list.words[word as usize].as_str()),
                            Step::Empty => None,
                            _ => continue,
                        };
                        flat.add_arc(first + step.from, first + step.to, word, step.weight);
                    }
                    flat.add_arc(first + list.end(), arc.to, None, 0.0);
                }
                Step::Open | Step::Again => {}
            }
        }
        flat.trim();
        flat
    }

    /// The same sentences with other words: `spell` gives the ways to say a word, each as one word
    /// or more; a word without any is left out, and every sentence with it. What may stand around them
    /// has to be joined before.
    #[must_use]
    pub fn respelled(&self, spell: &mut dyn FnMut(&str) -> Vec<Vec<String>>) -> Self {
        let lists: Vec<_> =
            self.lists.iter().map(|list| sync::Arc::new(list.respelled(spell))).collect();
        let guarded = sync::Arc::clone(&self.guarded);
        let mut other =
            Self { nodes: self.nodes, end: self.end, lists, guarded, ..Self::default() };
        let ways: Vec<Vec<Vec<String>>> = self.words.iter().map(|word| spell(word)).collect();
        for arc in &self.arcs {
            let Step::Word(word) = arc.step else {
                other.arcs.push(arc.clone());
                continue;
            };
            for way in &ways[word as usize] {
                other.add_words(arc.from, arc.to, way.iter().map(String::as_str), arc.weight);
            }
        }
        other
    }

    /// Takes out steps from which no sentence can end.
    fn trim(&mut self) {
        let mut before: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
        for arc in &self.arcs {
            before.entry(arc.to).or_default().push(arc.from);
        }
        let mut ends = vec![false; self.nodes as usize];
        let mut queue = vec![self.end];
        while let Some(node) = queue.pop() {
            if !std::mem::replace(&mut ends[node as usize], true) {
                queue.extend(before.get(&node).into_iter().flatten());
            }
        }
        self.arcs.retain(|arc| ends[arc.to as usize]);
    }

    fn intern(&mut self, word: &str) -> u32 {
        if let Some(&id) = self.index.get(word) {
            return id;
        }
        let id = self.words.len() as u32;
        self.words.push(word.to_owned());
        self.index.insert(word.to_owned(), id);
        id
    }

    /// Whether these words, in this order, are a sentence of the graph; those in which anything may
    /// be said do not count.
    pub fn accepts<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> bool {
        if self.arcs.iter().any(|arc| !matches!(arc.step, Step::Empty | Step::Word(_))) {
            return self.flat().accepts(words);
        }
        let mut here = self.closure(vec![self.start()]);
        for word in words {
            let Some(&id) = self.index.get(word) else { return false };
            let next = self
                .arcs
                .iter()
                .filter(|arc| arc.step == Step::Word(id) && here.binary_search(&arc.from).is_ok())
                .map(|arc| arc.to)
                .collect();
            here = self.closure(next);
        }
        here.binary_search(&self.end).is_ok()
    }

    /// Everything reachable without a word, sorted.
    fn closure(&self, mut nodes: Vec<NodeId>) -> Vec<NodeId> {
        let mut seen: std::collections::BTreeSet<NodeId> = nodes.iter().copied().collect();
        while let Some(node) = nodes.pop() {
            for arc in self.arcs.iter().filter(|arc| arc.step == Step::Empty && arc.from == node) {
                if seen.insert(arc.to) {
                    nodes.push(arc.to);
                }
            }
        }
        seen.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_exactly_its_paths() {
        let mut graph = WordGraph::new();
        let (turn, on) = (graph.add_node(), graph.add_node());
        graph.add_arc(graph.start(), turn, Some("turn"), 0.0);
        graph.add_arc(turn, on, Some("on"), 0.0);
        graph.add_arc(turn, on, Some("off"), 0.0);
        graph.add_arc(on, graph.end(), None, 0.0);
        assert!(graph.accepts(["turn", "on"]));
        assert!(graph.accepts(["turn", "off"]));
        assert!(!graph.accepts(["turn"]));
        assert!(!graph.accepts(["turn", "on", "on"]));
        assert!(!graph.accepts(["stop"]));
        assert_eq!(graph.words().len(), 3);
    }

    #[test]
    fn words_in_a_row_are_one_sentence() {
        let mut graph = WordGraph::new();
        graph.add_words(graph.start(), graph.end(), ["what", "time", "is", "it"], -0.5);
        graph.add_words(graph.start(), graph.end(), [], 0.0);
        assert!(graph.accepts("what time is it".split(' ')));
        assert!(!graph.accepts(["what", "time"]) && !graph.accepts([]));
        assert_eq!(
            graph.arcs().iter().map(|arc| arc.weight).collect::<Vec<_>>(),
            [0.0, 0.0, 0.0, -0.5]
        );
    }

    #[test]
    fn carrier_phrases_stand_around_a_sentence_once() {
        let phrase = |text: &str| {
            let mut graph = WordGraph::new();
            graph.add_words(graph.start(), graph.end(), text.split(' '), 0.0);
            graph
        };
        let mut graph = phrase("turn on");
        graph.carry(vec![
            (Phrase::Negation, phrase("don't")),
            (Phrase::Before, phrase("at noon")),
            (Phrase::Behind, phrase("at noon")),
            (Phrase::Between, phrase("and then")),
        ]);
        assert!(!graph.accepts("don't turn on".split(' ')), "by itself it has the sentences alone");
        let carried = graph.carried();
        for text in ["turn on", "don't turn on", "at noon turn on", "don't turn on at noon"] {
            assert!(carried.accepts(text.split(' ')), "{text}");
        }
        for text in
            ["don't", "don't at noon turn on", "turn on at noon at noon", "turn on and then"]
        {
            assert!(!carried.accepts(text.split(' ')), "{text}");
        }
    }

    #[test]
    fn a_list_is_said_wherever_it_is_called() {
        let mut rooms = WordGraph::new();
        for room in ["kitchen", "cellar"] {
            rooms.add_arc(rooms.start(), rooms.end(), Some(room), 0.0);
        }
        let mut graph = WordGraph::new();
        let rooms = graph.add_list(sync::Arc::new(rooms));
        let (to, open) = (graph.add_node(), graph.add_node());
        graph.add_call(graph.start(), to, rooms);
        graph.add_arc(to, open, Some("to"), 0.0);
        graph.add_call(open, graph.end(), rooms);
        graph.add_open(open, graph.end());
        assert!(graph.accepts(["kitchen", "to", "cellar"]));
        assert!(!graph.accepts(["kitchen", "to", "garden"]));
        assert!(!graph.accepts(["kitchen"]));
        assert!(graph.flat().lists().is_empty());
    }
}
