//! Determinises and minimises the word graph, and removes its epsilon steps: from every state each
//! word leads to one state only, and no two states go on with the same sentences.
//!
//! Templates overlap a great deal ("turn on the …" begins hundreds of them). As they stand, a word
//! at the start leads to hundreds of states and the search follows them all; merged, it follows
//! one. Residual weights do not tell subsets apart, and weights are rounded, so that more states are
//! equal.

use std::collections::{BTreeMap, HashMap, HashSet};

use voice::{NodeId, WordGraph};

/// A step: word, weight as natural logarithm, state it leads to.
type Step = (u32, f32, u32);

/// What can follow at a state, and whether the sentence may end there; weights in [`GRAIN`]s.
type Future = (Vec<(u32, i32, u32)>, bool);

/// Weights that differ by less than half of this are the same: against acoustic scores, which count
/// in the hundreds, it is nothing, and it lets more states be merged.
const GRAIN: f32 = 0.25;

/// A minimal deterministic automaton without epsilon steps. State 0 is the start.
pub(crate) struct Determinized {
    /// State in which every sentence ends.
    pub last: u32,
    /// Number of states.
    pub states: u32,
    /// From, to, word (index into the words of the graph), weight as natural logarithm.
    pub arcs: Vec<(u32, u32, u32, f32)>,
}

impl Determinized {
    /// Merges beginnings, removes epsilon steps, and merges ends. The graph is a flat one.
    pub(crate) fn new(graph: &WordGraph) -> Self {
        let mut merger =
            Merger { from: determinise(graph), known: HashMap::new(), states: Vec::new() };
        let start = merger.state(0);
        merger.number(start)
    }
}

/// Steps of each state, and whether a sentence may end there. State 0 is the start.
type Automaton = Vec<(Vec<Step>, bool)>;

/// The nodes in which the search may be after the same words, with how much worse each is than the
/// best of them.
type Subset = BTreeMap<NodeId, f32>;

fn determinise(graph: &WordGraph) -> Automaton {
    let nodes = graph.node_count() as usize;
    let mut empty: Vec<Vec<(NodeId, f32)>> = vec![Vec::new(); nodes];
    let mut spoken: Vec<Vec<(u32, f32, NodeId)>> = vec![Vec::new(); nodes];
    for arc in graph.arcs() {
        match arc.step {
            voice::Step::Empty => empty[arc.from as usize].push((arc.to, arc.weight)),
            voice::Step::Word(word) => spoken[arc.from as usize].push((word, arc.weight, arc.to)),
            // A flat graph has none of these.
            _ => {}
        }
    }
    let close = |subset: &mut Subset| {
        let mut queue: Vec<NodeId> = subset.keys().copied().collect();
        while let Some(here) = queue.pop() {
            let weight = subset[&here];
            for &(to, step) in &empty[here as usize] {
                // A step cannot make a sentence likelier, so a loop of them ends.
                let better = weight + step.min(0.0);
                if subset.get(&to).is_none_or(|&old| better > old) {
                    subset.insert(to, better);
                    queue.push(to);
                }
            }
        }
    };
    let mut start = Subset::from([(graph.start(), 0.0)]);
    close(&mut start);
    // The same nodes with other weights count as the same subset; the first weights hold.
    let mut numbers: HashMap<Vec<NodeId>, u32> = HashMap::new();
    numbers.insert(start.keys().copied().collect(), 0);
    let mut subsets = vec![start];
    let mut automaton = Automaton::new();
    while let Some(subset) = subsets.get(automaton.len()) {
        let mut next: BTreeMap<u32, Subset> = BTreeMap::new();
        for (&node, &weight) in subset {
            for &(word, step, to) in &spoken[node as usize] {
                let slot = next.entry(word).or_default().entry(to).or_insert(f32::NEG_INFINITY);
                *slot = slot.max(weight + step);
            }
        }
        let ends = subset.contains_key(&graph.end());
        let mut steps = Vec::with_capacity(next.len());
        for (word, mut to) in next {
            let best = to.values().copied().fold(f32::NEG_INFINITY, f32::max);
            for weight in to.values_mut() {
                *weight -= best;
            }
            close(&mut to);
            let fresh = subsets.len() as u32;
            let number = *numbers.entry(to.keys().copied().collect()).or_insert(fresh);
            if number == fresh {
                subsets.push(to);
            }
            steps.push((word, (best / GRAIN).round() * GRAIN, number));
        }
        automaton.push((steps, ends));
    }
    automaton
}

struct Merger {
    from: Automaton,
    /// State before to state after, once it is finished.
    known: HashMap<u32, u32>,
    states: Automaton,
}

impl Merger {
    /// The state for `root` and all that follow it, made from the ends backwards. The stack is our
    /// own, because a long list of alternatives can be a deep graph.
    fn state(&mut self, root: u32) -> u32 {
        let mut futures: HashMap<Future, u32> = HashMap::new();
        let mut stack = vec![(root, false)];
        let mut open = HashSet::new();
        while let Some((node, children_done)) = stack.pop() {
            if self.known.contains_key(&node) {
                continue;
            }
            let (steps, ends) = &self.from[node as usize];
            if !children_done && open.insert(node) {
                stack.push((node, true));
                let missing = steps.iter().map(|step| step.2);
                stack.extend(
                    missing.filter(|to| !self.known.contains_key(to)).map(|to| (to, false)),
                );
                continue;
            }
            // A step back to a state that is still open would be a loop; sentences have an end, so
            // it is left out.
            let steps: Vec<Step> = steps
                .iter()
                .filter_map(|&(word, weight, to)| Some((word, weight, *self.known.get(&to)?)))
                .collect();
            let key = steps
                .iter()
                .map(|&(word, weight, to)| (word, (weight / GRAIN).round() as i32, to))
                .collect();
            let state = *futures.entry((key, *ends)).or_insert_with(|| {
                self.states.push((steps, *ends));
                self.states.len() as u32 - 1
            });
            self.known.insert(node, state);
        }
        self.known[&root]
    }

    /// Numbers what can be reached from `start`; the last state is where sentences end.
    fn number(&self, start: u32) -> Determinized {
        let mut numbers: HashMap<u32, u32> = HashMap::from([(start, 0)]);
        let mut order = vec![start];
        let mut at = 0;
        while let Some(&state) = order.get(at) {
            at += 1;
            for &(_, _, to) in &self.states[state as usize].0 {
                if let std::collections::hash_map::Entry::Vacant(new) = numbers.entry(to) {
                    new.insert(order.len() as u32);
                    order.push(to);
                }
            }
        }
        let last = order.len() as u32;
        let mut arcs = Vec::new();
        for &state in &order {
            let from = numbers[&state];
            for &(word, weight, to) in &self.states[state as usize].0 {
                let (steps, ends) = &self.states[to as usize];
                if *ends {
                    arcs.push((from, last, word, weight));
                }
                if !steps.is_empty() {
                    arcs.push((from, numbers[&to], word, weight));
                }
            }
        }
        Determinized { last, states: last + 1, arcs }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All sentences, sorted.
    fn sentences(graph: &WordGraph, automaton: &Determinized) -> Vec<String> {
        let mut all = Vec::new();
        let mut stack = vec![(0, String::new())];
        while let Some((state, text)) = stack.pop() {
            if state == automaton.last {
                all.push(text.trim().to_owned());
            }
            for &(_, to, word, _) in automaton.arcs.iter().filter(|arc| arc.0 == state) {
                stack.push((to, format!("{text} {}", graph.words()[word as usize])));
            }
        }
        all.sort();
        all
    }

    #[test]
    fn keeps_the_sentences_and_merges_what_ends_alike() {
        // turn (on|off) [the] (lamp|fan), each choice with a node of its own.
        let mut graph = WordGraph::new();
        let verb = graph.add_node();
        graph.add_arc(graph.start(), verb, Some("turn"), 0.0);
        for way in ["on", "off"] {
            let (said, article) = (graph.add_node(), graph.add_node());
            graph.add_arc(verb, said, Some(way), -0.7);
            graph.add_arc(said, article, Some("the"), -0.7);
            graph.add_arc(said, article, None, -0.7);
            for thing in ["lamp", "fan"] {
                let end = graph.add_node();
                graph.add_arc(article, end, Some(thing), -0.7);
                graph.add_arc(end, graph.end(), None, 0.0);
            }
        }
        let automaton = Determinized::new(&graph);
        let expected = [
            "turn off fan",
            "turn off lamp",
            "turn off the fan",
            "turn off the lamp",
            "turn on fan",
            "turn on lamp",
            "turn on the fan",
            "turn on the lamp",
        ];
        assert_eq!(sentences(&graph, &automaton), expected);
        assert!(automaton.states < graph.node_count(), "{} states", automaton.states);
    }

    #[test]
    fn a_sentence_may_be_the_beginning_of_another() {
        let mut graph = WordGraph::new();
        let stop = graph.add_node();
        graph.add_arc(graph.start(), stop, Some("stop"), 0.0);
        graph.add_arc(stop, graph.end(), None, 0.0);
        graph.add_arc(stop, graph.end(), Some("it"), 0.0);
        assert_eq!(sentences(&graph, &Determinized::new(&graph)), ["stop", "stop it"]);
        assert!(Determinized::new(&WordGraph::new()).arcs.is_empty());
    }
}
