//! Texts that people type or engines write, against sentences and a name of the household, word for
//! word and as what was nearly said.
#![no_main]

use std::sync::Arc;

use intent::{Context, Recogniser, Sentences};
use voice::{ListValue, Lists};

const SENTENCES: &str = r#"
language: en
lists:
  percent: {range: {from: 0, to: 100, fractions: halves}}
  item: {wildcard: true}
intents:
  On:
    data:
      - sentences: ["(turn|switch) on [the] {name}", "{name} on", "turn [the] {name} (on;now)"]
  Set:
    data:
      - sentences: ["set [the] {name} to {percent}[%| percent]"]
  Add:
    data:
      - sentences: ["add {item} to my list", "what is {item}"]
skip_words: [please]
"#;

libfuzzer_sys::fuzz_target!(|input: (String, String)| {
    let (text, name) = input;
    let sentences = Sentences::parse(&[("fuzz.yaml", SENTENCES)]).expect("they are right");
    let mut lists = Lists::default();
    for spoken in ["Kitchen Light".to_owned(), name] {
        lists.push("name", ListValue { spoken, out: "light".to_owned(), context: Vec::new() });
    }
    let recogniser = Recogniser::new(Arc::new(sentences), lists).expect("all lists exist");
    let context = Context::default();
    recogniser.recognise(&text, &context);
    let tolerance = recogniser.tolerance(&context);
    for near in tolerance.nearest(&text) {
        assert!(near.cost.is_finite() && near.cost >= 0.0);
    }
    recogniser.guess(&tolerance, &text, &context);
});
