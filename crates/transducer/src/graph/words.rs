//! Determinises a graph of words and removes its epsilon steps, by the subset construction.
//!
//! Templates overlap a great deal ("turn on the …" begins hundreds of them). As they stand, a word
//! at the start leads to hundreds of nodes and a search would follow them all.

use std::collections::HashMap;

use voice::{NodeId, Step, WordGraph};

/// States; 0 is the start.
pub(super) struct Automaton {
    /// What is said and the state it leads to, sorted; never [`Step::Empty`].
    pub(super) steps: Vec<Vec<(Step, u32)>>,
    /// Whether a sentence may end there.
    pub(super) ends: Vec<bool>,
}

/// The graph sorted by where steps start, and room for following the empty ones.
struct Source {
    empty: Vec<Vec<NodeId>>,
    said: Vec<Vec<(Step, NodeId)>>,
    end: NodeId,
    /// The round in which a node was last seen.
    seen: Vec<u32>,
    round: u32,
}

impl Automaton {
    pub(super) fn new(graph: &WordGraph) -> Self {
        let mut source = Source::new(graph);
        let start = source.closure(vec![graph.start()]);
        let mut numbers = HashMap::from([(start.clone(), 0)]);
        let mut subsets = vec![start];
        let mut automaton = Self { steps: Vec::new(), ends: Vec::new() };
        while let Some(subset) = subsets.get(automaton.steps.len()) {
            let mut next: Vec<(Step, NodeId)> =
                subset.iter().flat_map(|&node| &source.said[node as usize]).copied().collect();
            next.sort_unstable();
            next.dedup();
            automaton.ends.push(subset.binary_search(&graph.end()).is_ok());
            let mut steps = Vec::new();
            for group in next.chunk_by(|a, b| a.0 == b.0) {
                let to = source.closure(group.iter().map(|step| step.1).collect());
                let fresh = subsets.len() as u32;
                let number = if let Some(&number) = numbers.get(&to) {
                    number
                } else {
                    numbers.insert(to.clone(), fresh);
                    subsets.push(to);
                    fresh
                };
                steps.push((group[0].0, number));
            }
            automaton.steps.push(steps);
        }
        automaton
    }
}

impl Source {
    fn new(graph: &WordGraph) -> Self {
        let nodes = graph.node_count() as usize;
        let mut source = Self {
            empty: vec![Vec::new(); nodes],
            said: vec![Vec::new(); nodes],
            end: graph.end(),
            seen: vec![0; nodes],
            round: 0,
        };
        for arc in graph.arcs() {
            match arc.step {
                Step::Empty => source.empty[arc.from as usize].push(arc.to),
                step => source.said[arc.from as usize].push((step, arc.to)),
            }
        }
        source
    }

    /// The nodes with all that empty steps lead to, sorted. Those that only pass on are left out.
    fn closure(&mut self, mut queue: Vec<NodeId>) -> Vec<NodeId> {
        self.round += 1;
        let mut nodes = Vec::with_capacity(queue.len());
        while let Some(node) = queue.pop() {
            let at = node as usize;
            if std::mem::replace(&mut self.seen[at], self.round) == self.round {
                continue;
            }
            queue.extend_from_slice(&self.empty[at]);
            if !self.said[at].is_empty() || node == self.end {
                nodes.push(node);
            }
        }
        nodes.sort_unstable();
        nodes
    }
}
