//! The grammar: the sentences that may be said, as a graph of pieces.
//!
//! It is compiled from a graph of words: beginnings merged, so that each piece leads to one place,
//! and equal continuations merged, so that it is small. Lists (the names of the house) are compiled
//! on their own and entered from the sentences while searching, so that a name is there once, however
//! many sentences call it. The weights of the word graph are not used: what is heard and the network's
//! own sense of English decide, and sharing a template's probability among its sentences would only
//! favour short ones.

mod pieces;
mod words;

use std::sync::Arc;

use voice::{Phrase, WordGraph};

use crate::tokens::{Token, Tokens};

/// Sentences of pieces. Names of the household are among them, so it has no `Debug`. A clone shares
/// everything.
#[derive(Clone)]
pub struct Grammar {
    main: Arc<PieceGraph>,
    lists: Arc<[Arc<PieceGraph>]>,
    unspelled: Arc<[String]>,
}

/// One automaton; states are numbers.
pub(crate) struct PieceGraph {
    pub(crate) start: u32,
    /// Whether a sentence may end in a state.
    pub(crate) last: Vec<bool>,
    /// Where the arcs of a state begin, and of the one after the last state.
    pub(crate) first_arc: Vec<u32>,
    /// Piece, and the state it leads to.
    pub(crate) arcs: Vec<(Token, u32)>,
    pub(crate) first_call: Vec<u32>,
    /// What is entered, and the state after it.
    pub(crate) calls: Vec<(Call, u32)>,
}

/// What stands between two states that is no piece.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Call {
    /// A list, by number.
    List(u32),
    /// Any words.
    Open,
    /// The beginning of a carrier phrase.
    Phrase(Phrase),
    /// A second sentence; it ends where it ends.
    Again,
}

/// Where a search is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// State of the sentences; within a call the one after it.
    main: u32,
    inner: Inner,
    /// Whether it is the second sentence of a breath.
    second: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inner {
    Sentence,
    List { list: u32, state: u32 },
    Open,
}

/// Which part of a sentence a word belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The words of the template.
    Sentence,
    /// A name: number of the list in [`WordGraph::lists`].
    List(u32),
    /// Free words.
    Open,
}

/// A way on from a place.
pub(crate) enum Move {
    /// This piece leads there; with the carrier phrase that begins with it.
    Piece(Token, Place, Option<Phrase>),
    /// Any piece leads there; with `true` only one that begins a word.
    Any(bool, Place),
}

impl Grammar {
    /// Compiles a graph and its lists. Sentences with a word that cannot be spelled are left out;
    /// [`Grammar::unspelled`] has these words.
    pub fn compile(graph: &WordGraph, tokens: &Tokens) -> Self {
        let mut unspelled = Vec::new();
        let main = PieceGraph::compile(graph, tokens, &mut unspelled);
        let lists: Vec<_> = graph
            .lists()
            .iter()
            .map(|list| Arc::new(PieceGraph::compile(list, tokens, &mut unspelled)))
            .collect();
        Self { main: Arc::new(main), lists: lists.into(), unspelled: sorted(unspelled) }
    }

    /// Words that have characters outside A–Z and `'`; write them as they sound.
    pub fn unspelled(&self) -> &[String] {
        &self.unspelled
    }

    /// Number of states, lists included.
    pub fn states(&self) -> usize {
        self.main.last.len() + self.lists.iter().map(|list| list.last.len()).sum::<usize>()
    }

    pub(crate) fn start(&self) -> Place {
        Place { main: self.main.start, inner: Inner::Sentence, second: false }
    }

    /// Whether a sentence may end there.
    pub(crate) fn ends(&self, place: Place) -> bool {
        self.main.last[place.main as usize]
            && match place.inner {
                Inner::Sentence | Inner::Open => true,
                Inner::List { list, state } => self.lists[list as usize].last[state as usize],
            }
    }

    /// Every way on.
    pub(crate) fn moves(&self, place: Place, mut take: impl FnMut(Move)) {
        match place.inner {
            Inner::Sentence => self.moves_of_sentence(place, &mut take),
            Inner::Open => {
                take(Move::Any(false, place));
                self.moves_of_sentence(place, &mut take);
            }
            Inner::List { list, state } => {
                let graph = &self.lists[list as usize];
                for &(token, state) in graph.arcs(state) {
                    let inner = Inner::List { list, state };
                    take(Move::Piece(token, Place { inner, ..place }, None));
                }
                if graph.last[state as usize] {
                    self.moves_of_sentence(place, &mut take);
                }
            }
        }
    }

    fn moves_of_sentence(&self, place: Place, take: &mut impl FnMut(Move)) {
        self.moves_within(place, None, take);
    }

    /// Every way on from a state of the sentences, which is the beginning of that phrase.
    fn moves_within(&self, place: Place, phrase: Option<Phrase>, take: &mut impl FnMut(Move)) {
        for &(token, main) in self.main.arcs(place.main) {
            take(Move::Piece(token, Place { main, inner: Inner::Sentence, ..place }, phrase));
        }
        for &(call, main) in self.main.calls(place.main) {
            match call {
                Call::Open => take(Move::Any(true, Place { main, inner: Inner::Open, ..place })),
                Call::List(list) => {
                    let Some(graph) = self.lists.get(list as usize) else { continue };
                    for &(token, state) in graph.arcs(graph.start) {
                        let inner = Inner::List { list, state };
                        take(Move::Piece(token, Place { main, inner, ..place }, phrase));
                    }
                }
                // Behind a second sentence none begins.
                Call::Phrase(Phrase::Between) if place.second => {}
                Call::Phrase(phrase) => {
                    let begin = Place { main, inner: Inner::Sentence, ..place };
                    self.moves_within(begin, Some(phrase), take);
                }
                Call::Again => {
                    self.moves_within(Place { second: true, ..self.start() }, phrase, take);
                }
            }
        }
    }
}

impl Place {
    pub(crate) fn part(self) -> Part {
        match self.inner {
            Inner::Sentence => Part::Sentence,
            Inner::Open => Part::Open,
            Inner::List { list, .. } => Part::List(list),
        }
    }
}

impl PieceGraph {
    fn compile(graph: &WordGraph, tokens: &Tokens, unspelled: &mut Vec<String>) -> Self {
        let spelled: Vec<_> = graph.words().iter().map(|word| tokens.spell(word)).collect();
        let missing = graph.words().iter().zip(&spelled).filter(|(_, pieces)| pieces.is_none());
        unspelled.extend(missing.map(|(word, _)| word.clone()));
        pieces::build(&words::Automaton::new(graph), &spelled)
    }

    fn arcs(&self, state: u32) -> &[(Token, u32)] {
        let state = state as usize;
        &self.arcs[self.first_arc[state] as usize..self.first_arc[state + 1] as usize]
    }

    fn calls(&self, state: u32) -> &[(Call, u32)] {
        let state = state as usize;
        &self.calls[self.first_call[state] as usize..self.first_call[state + 1] as usize]
    }
}

fn sorted(mut words: Vec<String>) -> Arc<[String]> {
    words.sort();
    words.dedup();
    words.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::tests::sample;

    /// All sentences, sorted; free words are `…`.
    fn sentences(grammar: &Grammar, tokens: &Tokens) -> Vec<String> {
        let mut all = Vec::new();
        let mut stack = vec![(grammar.start(), String::new())];
        while let Some((place, text)) = stack.pop() {
            if grammar.ends(place) {
                all.push(text.trim().to_lowercase());
            }
            grammar.moves(place, |step| match step {
                Move::Piece(token, to, _) => {
                    stack.push((to, format!("{text}{}", tokens.piece(token).replace('▁', " "))));
                }
                Move::Any(true, to) => stack.push((to, format!("{text} …"))),
                Move::Any(false, _) => {}
            });
        }
        all.sort();
        all
    }

    /// `turn (on|off) [the] {name}`, each choice with a node of its own; `call …`; `light[s]`.
    fn home(names: &[&str]) -> WordGraph {
        let mut graph = WordGraph::new();
        let list = graph.add_list(std::sync::Arc::new(list(names)));
        let verb = graph.add_node();
        graph.add_arc(graph.start(), verb, Some("turn"), 0.0);
        for way in ["on", "off"] {
            let (said, article) = (graph.add_node(), graph.add_node());
            graph.add_arc(verb, said, Some(way), -0.7);
            graph.add_arc(said, article, Some("the"), -0.7);
            graph.add_arc(said, article, None, -0.7);
            let end = graph.add_node();
            graph.add_call(article, end, list);
            graph.add_arc(end, graph.end(), None, 0.0);
        }
        let call = graph.add_node();
        graph.add_arc(graph.start(), call, Some("call"), 0.0);
        graph.add_open(call, graph.end());
        for word in ["light", "lights", "küche"] {
            graph.add_arc(graph.start(), graph.end(), Some(word), 0.0);
        }
        graph
    }

    fn list(names: &[&str]) -> WordGraph {
        let mut list = WordGraph::new();
        for name in names {
            list.add_words(list.start(), list.end(), name.split(' '), 0.0);
        }
        list
    }

    #[test]
    fn keeps_the_sentences_and_tells_what_it_cannot_spell() {
        let tokens = sample();
        let grammar = Grammar::compile(&home(&["lamp", "lamp light"]), &tokens);
        let mut expected = vec!["call …".to_owned(), "light".to_owned(), "lights".to_owned()];
        for way in ["on", "off"] {
            for name in ["lamp", "lamp light", "the lamp", "the lamp light"] {
                expected.push(format!("turn {way} {name}"));
            }
        }
        expected.sort();
        assert_eq!(sentences(&grammar, &tokens), expected);
        assert_eq!(grammar.unspelled(), ["küche"]);
    }

    #[test]
    fn a_name_may_be_joined_by_what_follows_it() {
        let tokens = sample();
        let mut graph = WordGraph::new();
        let names = graph.add_list(std::sync::Arc::new(list(&["lamp"])));
        let (name, joined) = (graph.add_node(), graph.add_node());
        graph.add_call(graph.start(), name, names);
        graph.add_arc(name, joined, Some("'s"), 0.0);
        graph.add_arc(joined, graph.end(), Some("light"), 0.0);
        let grammar = Grammar::compile(&graph, &tokens);
        assert_eq!(sentences(&grammar, &tokens), ["lamp's light"]);
    }

    #[test]
    fn a_second_sentence_is_the_last() {
        let tokens = sample();
        let mut graph = list(&["on"]);
        let phrases = [(Phrase::Negation, "call"), (Phrase::Between, "the")];
        graph.carry(phrases.map(|(kind, text)| (kind, list(&[text]))).to_vec());
        let grammar = Grammar::compile(&graph.carried(), &tokens);
        let expected = [
            "call on",
            "call on the call on",
            "call on the on",
            "on",
            "on the call on",
            "on the on",
        ];
        assert_eq!(sentences(&grammar, &tokens), expected);
        let mut phrases = Vec::new();
        grammar.moves(grammar.start(), |step| {
            if let Move::Piece(_, _, phrase) = step {
                phrases.push(phrase);
            }
        });
        assert_eq!(phrases, [None, Some(Phrase::Negation)], "what begins a phrase says so");
    }

    #[test]
    fn equal_continuations_are_one() {
        let tokens = sample();
        // turn (2 pieces: ▁TURN), on/off, the: on and off go on alike.
        let grammar = Grammar::compile(&home(&["lamp"]), &tokens);
        let alone = Grammar::compile(&list(&["lamp"]), &tokens).states();
        // start, turn, on|off, the, end; c a l l; light before s.
        assert!(grammar.states() - alone <= 11, "{} states", grammar.states() - alone);
    }

    #[test]
    fn an_empty_graph_and_a_loop_are_no_trouble() {
        let tokens = sample();
        assert!(sentences(&Grammar::compile(&WordGraph::new(), &tokens), &tokens).is_empty());
        let mut graph = WordGraph::new();
        let node = graph.add_node();
        graph.add_arc(graph.start(), node, Some("on"), 0.0);
        graph.add_arc(node, graph.start(), Some("on"), 0.0);
        graph.add_arc(node, graph.end(), None, 0.0);
        graph.add_arc(graph.start(), graph.end(), None, 0.0);
        let grammar = Grammar::compile(&graph, &tokens);
        assert_eq!(sentences(&grammar, &tokens), ["on"]);
    }
}
