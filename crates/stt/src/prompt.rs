//! Contextual biasing of an open-vocabulary recogniser: the names of the household as its prompt.

use std::cmp::Reverse;
use std::collections::HashSet;

use voice::{NodeId, PrivateText, Step, WordGraph};

/// Longest prompt, in characters: about 80 tokens, with which a short command still takes no longer
/// to write than to hear.
const MOST_CHARS: usize = 240;
/// Names of one list that are considered.
const MOST_NAMES: usize = 4_000;

/// The names in the lists of the graph, as many as fit: first those with words that an engine would
/// hardly come upon by itself, and of these the names that the most sentences call. No word is
/// there for its own sake twice.
pub(crate) fn of_names(graph: &WordGraph, usual: &HashSet<String>) -> PrivateText {
    let mut calls = vec![0_usize; graph.lists().len()];
    for arc in graph.arcs() {
        if let Step::List(list) = arc.step {
            calls[list as usize] += 1;
        }
    }
    let mut lists: Vec<_> = graph.lists().iter().zip(calls).collect();
    lists.sort_by_key(|(_, calls)| Reverse(*calls));
    let names: Vec<Vec<&str>> = lists.iter().flat_map(|(list, _)| sentences(list)).collect();
    let mut said: HashSet<&str> = HashSet::new();
    let mut prompt = String::new();
    for common in [false, true] {
        for name in &names {
            let new = name.iter().any(|word| {
                let known = graph.is_guarded(word) || (!common && usual.contains(*word));
                !known && !said.contains(word)
            });
            let text = voice::join_words(name.iter().copied());
            if !new || prompt.len() + text.len() + 2 > MOST_CHARS {
                continue;
            }
            said.extend(name);
            prompt += if prompt.is_empty() { "" } else { ", " };
            prompt += &text;
        }
    }
    if !prompt.is_empty() {
        prompt.push('.');
    }
    prompt.into()
}

/// The sentences of a list, each as its words, in the order of its steps.
fn sentences(list: &WordGraph) -> Vec<Vec<&str>> {
    let mut from: Vec<Vec<(NodeId, Step)>> = vec![Vec::new(); list.node_count() as usize];
    for arc in list.arcs().iter().rev() {
        from[arc.from as usize].push((arc.to, arc.step));
    }
    let mut found = Vec::new();
    let mut open = vec![(list.start(), Vec::new())];
    while let Some((node, words)) = open.pop() {
        if node == list.end() {
            found.push(words);
            if found.len() == MOST_NAMES {
                break;
            }
            continue;
        }
        for &(to, step) in &from[node as usize] {
            let mut words = words.clone();
            match step {
                Step::Word(word) => words.push(list.words()[word as usize].as_str()),
                Step::Empty => {}
                // A list calls no other, and free words are no name.
                _ => continue,
            }
            open.push((to, words));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn list(names: &[&str]) -> Arc<WordGraph> {
        let mut list = WordGraph::new();
        for name in names {
            list.add_words(list.start(), list.end(), name.split(' '), 0.0);
        }
        Arc::new(list)
    }

    fn common() -> HashSet<String> {
        ["kitchen", "room", "office", "light", "lamp"].map(str::to_owned).into()
    }

    /// A graph in which each list is called so many times.
    fn graph(lists: &[(Arc<WordGraph>, usize)]) -> WordGraph {
        let mut graph = WordGraph::new();
        graph.guard(["one", "twenty", "five"].map(str::to_owned));
        for (list, calls) in lists {
            let number = graph.add_list(Arc::clone(list));
            for _ in 0..*calls {
                graph.add_call(graph.start(), graph.end(), number);
            }
        }
        graph
    }

    #[test]
    fn uncommon_names_come_first_and_numbers_never() {
        let rooms = list(&["kitchen", "zoe 's room", "office"]);
        let numbers = list(&["one", "twenty five"]);
        let devices = list(&["kitchen light", "ecobee", "kitchen lamp", "hue lamp", "hue light"]);
        let prompt = of_names(&graph(&[(rooms, 1), (numbers, 9), (devices, 3)]), &common());
        assert_eq!(prompt.expose(), "ecobee, hue lamp, zoe's room, kitchen light, office.");
        assert!(of_names(&WordGraph::new(), &common()).is_empty());
    }

    #[test]
    fn a_large_house_has_a_short_prompt() {
        let names: Vec<String> = (0..2_000).map(|n| format!("gadget{n} lamp")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let prompt = of_names(&graph(&[(list(&names), 1)]), &common());
        assert!(prompt.expose().starts_with("gadget0 lamp, gadget1 lamp"));
        assert!((MOST_CHARS - 20..=MOST_CHARS).contains(&prompt.expose().len()));
    }
}
