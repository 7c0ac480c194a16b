//! Sentences, responses and templates of others, and what people type.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use intent::{Context, Recogniser, Sentences};
use jinja::{Environment, Value};
use language::Language;
use voice::{Intent, ListValue, Lists, PrivateText, Slot, SlotValue, Wording as _};

use crate::two;

/// Sentence files: YAML, templates in it, and texts against what came out.
pub fn sentences(bytes: &[u8]) {
    let Some((template, text)) = two(bytes) else { return };
    let quoted = quoted(template);
    let yaml = format!(
        "language: en\nintents:\n  A:\n    data:\n      - sentences: [{quoted}]\n\
         lists:\n  name:\n    values: [{quoted}]\n"
    );
    for yaml in [yaml.as_str(), template] {
        if let Ok(sentences) = Sentences::parse(&[("fuzz.yaml", yaml)])
            && let Ok(recogniser) = Recogniser::new(Arc::new(sentences), Lists::default())
        {
            recogniser.recognise(text, &Context::default());
        }
    }
}

/// A YAML string in double quotes.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        // Writing to memory does not fail.
        let _ = match c {
            '"' | '\\' => write!(out, "\\{c}"),
            c if c.is_control() => write!(out, "\\u{:04x}", c as u32),
            c => out.write_char(c),
        };
    }
    out.push('"');
    out
}

/// Responses of a household: a whole file, and one text that is rendered with a slot of any value.
pub fn responses(bytes: &[u8]) {
    static ENGLISH: LazyLock<Language> =
        LazyLock::new(|| Language::built_in("en").expect("it is built in"));
    /// A response says a sentence; a text that fills the room is cut off before this.
    const LONGEST: usize = 1 << 20;
    let Some((template, value)) = two(bytes) else { return };
    let one = format!(
        "language: en\nresponses:\n  intents:\n    A:\n      default: {}\n",
        quoted(template)
    );
    for yaml in [one.as_str(), template] {
        let Ok(own) = ENGLISH.with_own(&[("fuzz.yaml", yaml)]) else { continue };
        let mut intent = Intent::named("A");
        for name in ["name", "value"] {
            let said = PrivateText::from(value.to_owned());
            let value = SlotValue::Text(said.clone());
            intent.slots.push(Slot { name: name.to_owned(), value, text: said });
        }
        if let Some(speech) = own.own_response(&intent) {
            let text = own.text(&[speech]);
            assert!(text.expose().len() <= LONGEST);
            let _ = own.speakable(text.expose());
        }
    }
}

/// Templates and values that strangers send: they end, and the text is no longer than it may be.
pub fn template(bytes: &[u8]) {
    let Some((template, values)) = two(bytes) else { return };
    let values = serde_json::from_str(values).unwrap_or_else(|_| Value::from(values));
    let values = Value::from_pairs([("value", values.clone()), ("value_json", values)]);
    let environment = Environment::new().with_fuel(20_000);
    for environment in [environment.clone().forgiving().strict(), environment] {
        let Ok(template) = environment.compile(template) else { continue };
        if let Ok(text) = template.render(values.clone()) {
            assert!(text.len() <= Environment::LONGEST_OUTPUT);
        }
    }
}

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

/// Texts that people type or engines write, against sentences and a name of the household, word for word and as what
/// was nearly said.
pub fn texts(bytes: &[u8]) {
    let Some((text, name)) = two(bytes) else { return };
    let sentences = Sentences::parse(&[("fuzz.yaml", SENTENCES)]).expect("they are right");
    let mut lists = Lists::default();
    for spoken in ["Kitchen Light".to_owned(), name.to_owned()] {
        lists.push("name", ListValue { spoken, out: "light".to_owned(), context: Vec::new() });
    }
    let recogniser = Recogniser::new(Arc::new(sentences), lists).expect("all lists exist");
    let context = Context::default();
    recogniser.recognise(text, &context);
    let tolerance = recogniser.tolerance(&context);
    for near in tolerance.nearest(text) {
        assert!(near.cost.is_finite() && near.cost >= 0.0);
    }
    recogniser.guess(&tolerance, text, &context);
}
