//! Templates of `Zigbee2MQTT` and other projects render as they did in Home Assistant.
//!
//! `house/fixtures/templates` has a line for each rendering that was recorded: the template, its
//! values, and the result or the error. What Home Assistant only warns of, a name that does not
//! exist, is among the errors.

use std::path::PathBuf;
use std::process::Command;

use jinja::{Environment, Value};

#[derive(serde::Deserialize)]
struct Recording {
    template: String,
    #[serde(rename = "vars")]
    values: Value,
    result: Option<String>,
    #[serde(default)]
    error: Option<String>,
}

/// Functions of a clock, which the crate does not know.
const CLOCK: [&str; 3] = ["now(", "as_datetime", "as_timestamp"];

fn recordings() -> Vec<Recording> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let data = std::env::var("HARK_TEST_DATA").unwrap_or_else(|_| default.to_owned());
    let file = PathBuf::from(data).join("house/fixtures/templates/templates.jsonl.gz");
    let out = Command::new("gzip").arg("-dc").arg(file).output().expect("gzip");
    let text = String::from_utf8(out.stdout).expect("text");
    // The first line tells where it comes from.
    text.lines().skip(1).map(|line| serde_json::from_str(line).expect("a recording")).collect()
}

/// A recording leaves out the text of what is there as JSON, too.
fn with_value(values: &Value) -> Value {
    let json = values.get_attr("value_json").expect("a map");
    let known = !values.get_attr("value").expect("a map").is_undefined();
    if known || json.is_undefined() {
        return values.clone();
    }
    let text = serde_json::to_string(&json).expect("it was JSON");
    let pairs = values.try_iter().expect("a map").map(|key| {
        let value = values.get_item(&key).expect("a map");
        (key, value)
    });
    Value::from_pairs(pairs.chain([(Value::from("value"), Value::from(text))]))
}

#[needs::test(houses)]
fn templates_render_as_they_did_in_home_assistant() {
    let lenient = Environment::new();
    let strict = lenient.clone().strict();
    let recordings = recordings();
    let (clock, others): (Vec<_>, Vec<_>) = recordings
        .iter()
        .partition(|recording| CLOCK.iter().any(|name| recording.template.contains(name)));
    let mut wrong = Vec::new();
    for recording in &others {
        let environment = if recording.error.is_some() { &strict } else { &lenient };
        let template = environment.compile(&recording.template);
        let found = template.and_then(|template| template.render(with_value(&recording.values)));
        let same = match (&found, &recording.result) {
            // Home Assistant takes the white space off its results.
            (Ok(found), Some(expected)) => found.trim() == expected,
            (found, expected) => found.is_err() && expected.is_none(),
        };
        if !same {
            wrong.push(format!(
                "{}\n  expected {:?} {:?}\n  found    {found:?}",
                recording.template, recording.result, recording.error
            ));
        }
    }
    let all = others.len();
    println!("{} of {all} the same, {} ask for the time", all - wrong.len(), clock.len());
    assert!(wrong.is_empty(), "{} of {all} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(all > 1000, "only {all} recordings");
}
