//! The graph says what the recogniser understands.

use std::sync::Arc;

use intent::{Context, Recogniser, Sentences};
use proptest::prelude::*;
use voice::{ListValue, Lists, Step, WordGraph, join_words};

const SENTENCES: &str = "
skip_words: [please, could you]
lists:
  brightness: {range: {from: 0, to: 100}}
  anything: {wildcard: true}
  color: {values: [red, {in: '[dark ]blue', out: blue}]}
expansion_rules:
  the: '[the]'
intents:
  On:
    data:
      - sentences: ['turn on <the> {name}', 'turn <the> {name} on', '{name}[''s] light[s] on']
        requires_context: {domain: [light]}
      - sentences: ['turn on <the> light[s]']
        requires_context: {area: {slot: true}}
  Set:
    data:
      - sentences: ['set <the> {name} to {brightness}[%| percent]', '(light;{color}) <the> {name}']
  Wait:
    data:
      - sentences: ['wait {1..999:seconds} seconds', 'wait {anything}', 'wait 5 times']
";

fn house(names: &[(&str, &str)], area: bool) -> (Recogniser, Context) {
    let mut lists = Lists::default();
    for (spoken, domain) in names {
        lists.push(
            "name",
            ListValue {
                spoken: (*spoken).to_owned(),
                out: (*spoken).to_owned(),
                context: vec![("domain".to_owned(), (*domain).to_owned())],
            },
        );
    }
    let sentences = Sentences::parse(&[("test.yaml", SENTENCES)]).expect("valid templates");
    let kitchen = "kitchen".to_owned();
    let context = Context::in_area(area.then_some(kitchen));
    (Recogniser::new(Arc::new(sentences), lists).expect("their lists exist"), context)
}

fn demo() -> (Recogniser, Context) {
    house(
        &[
            ("Kitchen Light", "light"),
            ("Kitchen Lamp #2", "light"),
            ("Kids' Room", "light"),
            ("Garage Door", "cover"),
            ("Caf\u{e9} R2-D2", "switch"),
        ],
        true,
    )
}

fn accepts(graph: &WordGraph, text: &str) -> bool {
    // What a template joins to a name is a word of its own in the graph.
    graph.accepts(text.replace("light's", "light 's").split(' '))
}

#[test]
fn the_graph_holds_the_sentences() {
    let (recogniser, context) = demo();
    let graph = recogniser.graph(&context);
    for sentence in [
        "turn on the kitchen light",
        "please turn kitchen lamp two on",
        "could you please turn on the kids' room please",
        "kitchen light lights on",
        "kitchen light's light on",
        "turn on light",
        "turn on the lights",
        "set garage door to ninety nine percent",
        "set café r two d two to zero",
        "light dark blue the garage door",
        "red light garage door",
        "wait nine hundred ninety nine seconds",
    ] {
        assert!(accepts(&graph, sentence), "{sentence}");
        assert!(recogniser.recognise(sentence, &context).is_some(), "{sentence}");
    }
    for sentence in [
        "turn on the garage door",
        "turn on the light s",
        "set garage door to ninety nine %",
        "wait five times",
        "wait anything",
        "turn on",
        "please",
    ] {
        assert!(!accepts(&graph, sentence), "{sentence}");
    }
}

#[test]
fn what_may_stand_around_sentences_is_apart_from_them() {
    let carrier = "
carrier:
  negation: [\"(don't|do not)\"]
  behind: ['in {1..60:minutes} minutes', 'but not <the> {name}']
  between: ['and [then]']
";
    let text = format!("{SENTENCES}{carrier}");
    let sentences = Sentences::parse(&[("test.yaml", &text)]).expect("valid templates");
    let mut lists = Lists::default();
    let context = vec![("domain".to_owned(), "light".to_owned())];
    lists.push("name", ListValue { spoken: "Lamp".into(), out: "lamp".into(), context });
    let recogniser = Recogniser::new(Arc::new(sentences), lists).expect("their lists exist");
    let graph = recogniser.graph(&Context::default());
    let carried = graph.carried();
    for sentence in [
        "turn on the lamp",
        "don't turn on the lamp",
        "please turn on lamp in fifty nine minutes",
        "do not turn lamp on but not the lamp",
    ] {
        assert!(accepts(&carried, sentence), "{sentence}");
    }
    assert!(!accepts(&graph, "don't turn on the lamp"));
    assert!(!accepts(&carried, "turn on the lamp and then"));
    let wrong = SENTENCES.to_owned() + "carrier: {behind: ['in <nowhere>']}";
    assert!(
        Sentences::parse(&[("test.yaml", &wrong)]).is_err(),
        "a rule that is missing is an error"
    );
}

#[test]
fn without_a_room_its_sentences_are_left_out() {
    let (recogniser, _) = demo();
    let graph = recogniser.graph(&Context::default());
    assert!(!accepts(&graph, "turn on the lights"));
    assert!(accepts(&graph, "turn on kitchen light"));
}

#[test]
fn names_are_shared_between_sentences() {
    let names: Vec<_> = (0..2000).map(|n| format!("Room {} Thing {n}", n / 10)).collect();
    let pairs: Vec<_> = names.iter().map(|name| (name.as_str(), "light")).collect();
    let (recogniser, context) = house(&pairs, true);
    let graph = recogniser.graph(&context);
    // The sentences are what they are in a house with five such names.
    let (recogniser, context) = house(&pairs[..5], true);
    assert_eq!(graph.arcs().len(), recogniser.graph(&context).arcs().len());
    // About two arcs for each name in each list, and no more.
    let arcs: usize = graph.lists().iter().map(|list| list.arcs().len()).sum();
    assert!(arcs < 10_000, "{arcs} arcs");
}

/// A path through the graph; each choice of a step comes from `choices`.
fn path(graph: &WordGraph, choices: &[prop::sample::Index]) -> String {
    let mut choices = choices.iter();
    let mut words = Vec::new();
    let mut here = graph.start();
    while here != graph.end() {
        let leaving: Vec<_> = graph.arcs().iter().filter(|arc| arc.from == here).collect();
        let arc = choices.next().map_or(leaving[0], |choice| leaving[choice.index(leaving.len())]);
        if let Step::Word(word) = arc.step {
            words.push(graph.words()[word as usize].as_str());
        }
        here = arc.to;
    }
    join_words(words)
}

proptest! {
    #[test]
    fn every_path_is_understood(choices in prop::collection::vec(any::<prop::sample::Index>(), 40)) {
        let (recogniser, context) = demo();
        let text = path(&recogniser.graph(&context).flat(), &choices);
        prop_assert!(recogniser.recognise(&text, &context).is_some(), "{}", text);
    }
}
