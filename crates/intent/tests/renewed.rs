//! Other names: what is made of those that stay is used again, and nobody can tell.

use std::sync::Arc;

use intent::{Context, Recogniser, Sentences};
use voice::{ListValue, Lists};

const SENTENCES: &str = r#"
language: en
lists:
  percent: {range: {from: 0, to: 100}}
  item: {wildcard: true}
intents:
  On:
    data:
      - sentences: ["turn on [the] {name}"]
        requires_context: {domain: light}
      - sentences: ["switch on [the] {name}"]
        requires_context: {domain: [light, switch]}
      - sentences: ["start [the] {name}"]
        requires_context: {domain: vacuum}
      - sentences: ["turn on the lights in [the] {area}"]
  Dim:
    data:
      - sentences: ["set [the] {name} to {percent} percent"]
        requires_context: {domain: light}
  Add:
    data:
      - sentences: ["add {item} to my list"]
"#;

/// A house: spoken names with their domain, and rooms.
type House = (&'static [(&'static str, &'static str)], &'static [&'static str]);

const BEFORE: House = (
    &[("Hall Lamp", "light"), ("Kitchen Light", "light"), ("Fan", "switch"), ("Lamp 3", "light")],
    &["Kitchen"],
);
/// What becomes of that house.
const AFTER: [House; 9] = [
    BEFORE,
    (&[("Hall Lamp", "light"), ("Kitchen Light", "light"), ("Fan", "switch")], &["Kitchen"]),
    // One more, at the end and between.
    (
        &[
            ("Hall Lamp", "light"),
            ("Attic Light", "light"),
            ("Kitchen Light", "light"),
            ("Fan", "switch"),
            ("Lamp 3", "light"),
            ("Old Lamp", "light"),
        ],
        &["Kitchen"],
    ),
    // Another name, another kind, another order.
    (
        &[("Hall Lamp", "light"), ("Cook Light", "light"), ("Fan", "switch"), ("Lamp 3", "light")],
        &["Kitchen"],
    ),
    (
        &[
            ("Hall Lamp", "light"),
            ("Kitchen Light", "light"),
            ("Fan", "light"),
            ("Lamp 3", "light"),
        ],
        &["Kitchen"],
    ),
    (&[("Lamp 3", "light"), ("Fan", "switch"), ("Hall Lamp", "light")], &["Kitchen", "Attic"]),
    // The first of a kind, and the last of one.
    (&[("Hall Lamp", "light"), ("Robby", "vacuum")], &["Kitchen"]),
    (&[("Fan", "switch")], &["Attic"]),
    (&[], &[]),
];

fn lists((names, rooms): House) -> Lists {
    let mut lists = Lists::default();
    let mut add = |list: &str, spoken: &str, context: Vec<(String, String)>| {
        let out = spoken.replace(' ', "_").to_lowercase();
        lists.push(list, ListValue { spoken: spoken.to_owned(), out, context });
    };
    for (name, domain) in names {
        add("name", name, vec![("domain".to_owned(), (*domain).to_owned())]);
    }
    for room in rooms {
        add("area", room, Vec::new());
    }
    lists
}

const TEXTS: [&str; 8] = [
    "turn on the hall lamb",
    "turn on the kitchen lite",
    "switch on the fan please",
    "set lamp three two fifty percent",
    "turn on the attic lite",
    "start the robbie",
    "turn on the lights in the kitchens",
    "set the cook light to fourty percent",
];

#[test]
fn nobody_can_tell_names_that_came_later_from_those_that_were_there() {
    let sentences = Arc::new(Sentences::parse(&[("test.yaml", SENTENCES)]).expect("sentences"));
    let here = "den".to_owned();
    let context = Context::in_area(Some(here));
    for (from, before) in AFTER.into_iter().enumerate() {
        for (to, after) in AFTER.into_iter().enumerate() {
            let fresh =
                Recogniser::new(Arc::clone(&sentences), lists(after)).expect("a recogniser");
            let expected = fresh.tolerance(&context);
            let old = Recogniser::new(Arc::clone(&sentences), lists(before)).expect("a recogniser");
            let renewed = old.with_lists(lists(after)).expect("a recogniser");
            let tolerance = old.tolerance(&context).renewed(&renewed, &context);
            let all = |graph: &voice::WordGraph| sentences_of(&graph.flat());
            assert_eq!(all(tolerance.graph()), all(expected.graph()), "{from} to {to}");
            for text in TEXTS {
                let near = tolerance.nearest(text).into_iter();
                let near: Vec<_> = near.map(|near| (near.text, near.cost)).collect();
                let fresh = expected.nearest(text).into_iter();
                let mut fresh: Vec<_> = fresh.map(|near| (near.text, near.cost)).collect();
                let mut near = near;
                let by_cost = |a: &(String, f32), b: &(String, f32)| {
                    a.1.total_cmp(&b.1).then_with(|| a.0.cmp(&b.0))
                };
                near.sort_by(by_cost);
                fresh.sort_by(by_cost);
                assert_eq!(near, fresh, "{text}, {from} to {to}");
            }
        }
    }
}

/// Every sentence of a graph, in order.
fn sentences_of(graph: &voice::WordGraph) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(graph.start(), Vec::<&str>::new())];
    while let Some((node, said)) = open.pop() {
        if node == graph.end() {
            found.push(voice::join_words(said.iter().copied()));
        }
        for arc in graph.arcs().iter().filter(|arc| arc.from == node) {
            let mut said = said.clone();
            if let voice::Step::Word(word) = arc.step {
                said.push(&graph.words()[word as usize]);
            }
            open.push((arc.to, said));
        }
    }
    found.sort();
    found.dedup();
    found
}
