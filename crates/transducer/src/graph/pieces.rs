//! Composes words with their pieces and minimises, built from the ends of the sentences backwards: a
//! state that goes on like one that exists already is that one.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use voice::Step;

use super::words::Automaton;
use super::{Call, PieceGraph};
use crate::tokens::Token;

#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct State {
    arcs: Vec<(Token, u32)>,
    calls: Vec<(Call, u32)>,
    last: bool,
}

struct Builder {
    states: Vec<Rc<State>>,
    known: HashMap<Rc<State>, u32>,
}

/// The pieces left of a word and the state after it.
type Rest<'a> = (&'a [Token], u32);

/// Compiles an automaton of words; `spelled` has the pieces of each word, where there are any.
pub(super) fn build(words: &Automaton, spelled: &[Option<Vec<Token>>]) -> PieceGraph {
    let mut builder = Builder { states: Vec::new(), known: HashMap::new() };
    // State of words to state of pieces, once it is finished; `None` is a dead end.
    let mut done: Vec<Option<Option<u32>>> = vec![None; words.steps.len()];
    // The stack is our own, because a long sentence is a deep graph.
    let mut stack = vec![(0_u32, false)];
    let mut open = HashSet::new();
    while let Some((node, children_done)) = stack.pop() {
        let at = node as usize;
        if done[at].is_some() {
            continue;
        }
        let steps = &words.steps[at];
        if !children_done {
            // A step back to a state that is still open would be a loop; sentences have an end, so
            // it is left out.
            if open.insert(node) {
                stack.push((node, true));
                let missing = steps.iter().filter(|step| done[step.1 as usize].is_none());
                stack.extend(missing.map(|step| (step.1, false)));
            }
            continue;
        }
        let mut state = State { last: words.ends[at], ..State::default() };
        let mut rest: Vec<Rest<'_>> = Vec::with_capacity(steps.len());
        for &(step, to) in steps {
            let Some(Some(to)) = done[to as usize] else { continue };
            match step {
                Step::Empty => {}
                Step::List(list) => state.calls.push((Call::List(list), to)),
                Step::Open => state.calls.push((Call::Open, to)),
                Step::Phrase(phrase) => state.calls.push((Call::Phrase(phrase), to)),
                Step::Again => state.calls.push((Call::Again, to)),
                Step::Word(word) => {
                    if let Some(Some(pieces)) = spelled.get(word as usize) {
                        rest.push((pieces, to));
                    }
                }
            }
        }
        rest.sort_unstable();
        done[at] = Some(builder.state(state, &rest));
    }
    let root = done.first().copied().flatten().flatten();
    // Nothing is no sentence, even where the graph has no word.
    let mut start =
        root.map_or_else(State::default, |root| (*builder.states[root as usize]).clone());
    start.last = false;
    let start = builder.intern(start);
    builder.finish(start)
}

impl Builder {
    /// The state that goes on as `state` and with the words of `rest`, which are sorted; `None`
    /// where nothing goes on and nothing ends.
    fn state(&mut self, mut state: State, rest: &[Rest<'_>]) -> Option<u32> {
        for group in rest.chunk_by(|a, b| a.0[0] == b.0[0]) {
            let token = group[0].0[0];
            let shorter: Vec<Rest<'_>> = group.iter().map(|(p, to)| (&p[1..], *to)).collect();
            // Sorted: words that are complete here come first.
            let complete = shorter.partition_point(|(pieces, _)| pieces.is_empty());
            let to = match &shorter[..] {
                [(_, to)] if complete == 1 => Some(*to),
                _ => {
                    let mut merged = State::default();
                    for &(_, to) in &shorter[..complete] {
                        let to = &self.states[to as usize];
                        merged.arcs.extend_from_slice(&to.arcs);
                        merged.calls.extend_from_slice(&to.calls);
                        merged.last |= to.last;
                    }
                    self.state(merged, &shorter[complete..])
                }
            };
            state.arcs.extend(to.map(|to| (token, to)));
        }
        let alive = state.last || !state.arcs.is_empty() || !state.calls.is_empty();
        alive.then(|| self.intern(state))
    }

    fn intern(&mut self, mut state: State) -> u32 {
        state.arcs.sort_unstable();
        state.arcs.dedup();
        state.calls.sort_unstable();
        state.calls.dedup();
        let fresh = self.states.len() as u32;
        let state = Rc::new(state);
        let number = *self.known.entry(state.clone()).or_insert(fresh);
        if number == fresh {
            self.states.push(state);
        }
        number
    }

    /// Numbers what can be reached.
    fn finish(self, start: u32) -> PieceGraph {
        drop(self.known);
        let mut numbers = vec![u32::MAX; self.states.len()];
        let mut order = vec![start];
        numbers[start as usize] = 0;
        let mut at = 0;
        while let Some(&state) = order.get(at) {
            at += 1;
            let state = &self.states[state as usize];
            let targets = state.arcs.iter().map(|a| a.1).chain(state.calls.iter().map(|c| c.1));
            for to in targets {
                if numbers[to as usize] == u32::MAX {
                    numbers[to as usize] = order.len() as u32;
                    order.push(to);
                }
            }
        }
        let mut graph = PieceGraph {
            start: 0,
            last: Vec::with_capacity(order.len()),
            first_arc: Vec::with_capacity(order.len() + 1),
            arcs: Vec::new(),
            first_call: Vec::with_capacity(order.len() + 1),
            calls: Vec::new(),
        };
        for &state in &order {
            let state = &self.states[state as usize];
            graph.first_arc.push(graph.arcs.len() as u32);
            graph.first_call.push(graph.calls.len() as u32);
            graph.last.push(state.last);
            graph.arcs.extend(state.arcs.iter().map(|&(t, to)| (t, numbers[to as usize])));
            graph.calls.extend(state.calls.iter().map(|&(c, to)| (c, numbers[to as usize])));
        }
        graph.first_arc.push(graph.arcs.len() as u32);
        graph.first_call.push(graph.calls.len() as u32);
        graph
    }
}
