//! Joins pieces of text to words.

use std::collections::{BTreeSet, HashMap};

use voice::{NodeId, WordGraph};

use super::pieces::{END, MERGE_STEPS, Pieces, Place, Step};
use crate::scatter::Scatter;

/// Joins pieces to words.
pub(super) struct Words<'p> {
    pieces: &'p Pieces<'p>,
    graph: WordGraph,
    /// The nodes of places, apart for those right behind a name, where the same word goes on.
    nodes: HashMap<(Place, bool), NodeId, Scatter>,
}

/// What is said on a step of the graph of words.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Nothing,
    Word(String),
    List(u32),
    Open,
}

/// Steps of the graph of words that leave one node; whether a name ends at the place they lead to.
type Leaving = BTreeSet<(Said, Place, bool)>;

impl<'p> Words<'p> {
    pub fn of(pieces: &'p Pieces<'p>, start: Place) -> WordGraph {
        let mut words = Self { pieces, graph: WordGraph::new(), nodes: HashMap::default() };
        words.nodes.insert((END, false), words.graph.end());
        words.nodes.insert((END, true), words.graph.end());
        words.leave(words.graph.start(), start, false);
        words.graph
    }

    fn node(&mut self, place: Place, behind_name: bool) -> NodeId {
        if let Some(&node) = self.nodes.get(&(place, behind_name)) {
            return node;
        }
        let node = self.graph.add_node();
        self.nodes.insert((place, behind_name), node);
        self.leave(node, place, behind_name);
        node
    }

    fn leave(&mut self, node: NodeId, place: Place, behind_name: bool) {
        let mut steps = Leaving::new();
        self.collect(place, "", behind_name, &mut steps);
        for (said, to, name) in steps {
            let to = self.node(to, name);
            match said {
                Said::Nothing => self.graph.add_arc(node, to, None, 0.0),
                Said::Word(word) => self.graph.add_arc(node, to, Some(&word), 0.0),
                Said::List(list) => self.graph.add_call(node, to, list),
                Said::Open => self.graph.add_open(node, to),
            }
        }
    }

    /// Follows pieces up to the next space; `said` is the word so far.
    fn collect(&self, place: Place, said: &str, behind_name: bool, steps: &mut Leaving) {
        let word = || if said.is_empty() { Said::Nothing } else { Said::Word(said.to_owned()) };
        if place == END {
            steps.insert((word(), END, false));
            return;
        }
        for &(step, to) in &self.pieces.nodes[place] {
            match step {
                Step::Piece(piece) => {
                    let piece = &self.pieces.texts[piece as usize];
                    // Behind a name only what is written with an apostrophe joins it.
                    if !behind_name || piece.starts_with('\'') {
                        self.collect(to, &format!("{said}{piece}"), false, steps);
                    }
                }
                Step::Nothing if !said.is_empty() => self.collect(to, said, false, steps),
                Step::Space if !said.is_empty() => {
                    steps.insert((word(), to, false));
                }
                // A name that is joined to the word before it is not one that people say.
                Step::List(list) if said.is_empty() && !behind_name => {
                    steps.insert((Said::List(list), to, true));
                }
                Step::Open if said.is_empty() && !behind_name => {
                    steps.insert((Said::Open, to, true));
                }
                Step::List(_) | Step::Open => {}
                // Spaces before a word do not count.
                Step::Nothing | Step::Space => {
                    let behind_name = behind_name && step == Step::Nothing;
                    if to != END && self.pieces.nodes[to].len() <= MERGE_STEPS {
                        self.collect(to, said, behind_name, steps);
                    } else {
                        steps.insert((Said::Nothing, to, behind_name));
                    }
                }
            }
        }
    }
}
