//! Our sentences as a graph of words: what it says is understood, and it stays small.

use language::testing::language;
use std::sync::Arc;

use home::{Config, House};
use intent::{Context, Recogniser, Sentences};
use proptest::prelude::*;
use proptest::sample::Index;
use voice::{ListValue, Lists, Step, WordGraph, join_words};

fn recogniser(lists: Lists) -> Recogniser {
    let sentences = Sentences::parse(&language().sentences()).expect("valid sentences");
    Recogniser::new(Arc::new(sentences), lists).expect("all lists exist")
}

fn in_the_kitchen() -> Context {
    let kitchen = "kitchen".to_owned();
    Context::in_area(Some(kitchen))
}

fn demo_house() -> Lists {
    House::new(&Config::default()).expect("the demo house is valid").lists()
}

/// A path through the graph; each choice of a step comes from `choices`.
fn path(graph: &WordGraph, leaving: &[Vec<usize>], choices: &[Index]) -> String {
    let mut choices = choices.iter();
    let mut words = Vec::new();
    let mut here = graph.start();
    while here != graph.end() {
        let steps = &leaving[here as usize];
        let step = choices.next().map_or(steps[0], |choice| steps[choice.index(steps.len())]);
        let arc = &graph.arcs()[step];
        if let Step::Word(word) = arc.step {
            words.push(graph.words()[word as usize].as_str());
        }
        here = arc.to;
    }
    join_words(words)
}

fn leaving(graph: &WordGraph) -> Vec<Vec<usize>> {
    let mut leaving = vec![Vec::new(); graph.node_count() as usize];
    for (index, arc) in graph.arcs().iter().enumerate() {
        leaving[arc.from as usize].push(index);
    }
    leaving
}

#[test]
fn every_sampled_sentence_is_understood() {
    let recogniser = recogniser(demo_house());
    let context = in_the_kitchen();
    let graph = recogniser.graph(&context).flat();
    let leaving = leaving(&graph);
    for arc in graph.arcs() {
        let (node, leads) = (arc.to, !leaving[arc.to as usize].is_empty());
        assert!(leads || node == graph.end(), "node {node} leads nowhere");
    }
    proptest!(|(choices in prop::collection::vec(any::<Index>(), 60))| {
        let text = path(&graph, &leaving, &choices);
        prop_assert!(recogniser.recognise(&text, &context).is_some(), "{}", text);
    });
}

#[test]
fn commands_of_the_demo_house_are_in_the_graph() {
    let graph = recogniser(demo_house()).graph(&in_the_kitchen());
    for (text, expected) in [
        ("turn on the kitchen light", true),
        ("could you please turn off all of the lights in the office", true),
        ("set a timer for three hours and ten minutes", true),
        ("set the bedroom lamp to fifty percent", true),
        ("delete what i just said", true),
        ("nevermind", true),
        ("unlock the front door", true),
        ("turn on the front door", false),
        ("set a timer for five hundred hours", false),
        ("please", false),
    ] {
        assert_eq!(graph.accepts(text.split(' ')), expected, "{text}");
    }
}

#[test]
fn two_thousand_names_stay_small() {
    let domains =
        ["light", "switch", "cover", "sensor", "lock", "climate", "media_player", "scene"];
    let mut lists = demo_house();
    for number in 0..2000 {
        let context = vec![("domain".to_owned(), domains[number % domains.len()].to_owned())];
        let spoken = format!("Room {} Thing {number}", number / 20);
        lists.push("name", ListValue { spoken, out: format!("x.{number}"), context });
    }
    let small = recogniser(demo_house()).graph(&in_the_kitchen());
    let started = std::time::Instant::now();
    let large = recogniser(lists).graph(&in_the_kitchen());
    println!(
        "demo house: {} nodes, {} arcs, {} words; with 2000 names: {} nodes, {} arcs, {:?}",
        small.node_count(),
        small.arcs().len(),
        small.words().len(),
        large.node_count(),
        large.arcs().len(),
        started.elapsed(),
    );
    assert!(large.arcs().len() < 200_000, "{} arcs", large.arcs().len());
}
