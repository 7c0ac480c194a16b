//! Compares renderings with those of Jinja2 in Python: `judge FILE`, where `FILE` is what
//! `tests/judge.py` wrote. Prints how many are the same, the first few that are not, and how many have
//! a text where Python has none: it compares and adds only what fits, such as no word with a number.

use std::fs::File;
use std::io::{BufRead as _, BufReader};

use anyhow::{Context as _, Result};
use jinja::{Environment, Value, collapse_whitespace};
use serde::Deserialize;

/// Differences that are printed.
const SHOWN: usize = 10;

#[derive(Deserialize)]
struct Case {
    template: String,
    values: serde_json::Map<String, serde_json::Value>,
    /// What Python says; nothing where it fails.
    text: Option<String>,
}

fn main() -> Result<()> {
    let path = std::env::args_os().nth(1).context("failed to find the file: name it")?;
    let file = File::open(&path).context("failed to open the file")?;
    let environment = Environment::new().forgiving();
    let (mut same, mut failed, mut lenient, mut other) = (0, 0, 0, 0);
    for line in BufReader::new(file).lines() {
        let case: Case = serde_json::from_str(&line?).context("failed to read a case")?;
        let found = rendered(&environment, &case);
        if found == case.text {
            same += 1;
            failed += usize::from(found.is_none());
            continue;
        }
        if case.text.is_none() {
            lenient += 1;
            continue;
        }
        other += 1;
        if other <= SHOWN {
            println!("{}\n  python {:?}\n  here   {found:?}\n", case.template, case.text);
        }
    }
    let all: usize = same + lenient + other;
    println!("{same} of {all} the same, of which {failed} fail in both");
    println!("{lenient} with a text where Python fails, {other} with another one");
    Ok(())
}

fn rendered(environment: &Environment, case: &Case) -> Option<String> {
    let template = environment.compile(&case.template).ok()?;
    let query = &case.values["query"]["matched"];
    let states = query.as_array().cloned().unwrap_or_default();
    let state_attr = jinja::function(move |arguments| {
        let [id, name] = arguments else { return Err("state_attr wants two".to_owned()) };
        let (id, name) = (id.as_str().unwrap_or_default(), name.as_str().unwrap_or_default());
        let state = states.iter().find(|state| state["entity_id"] == id);
        let attribute = state.and_then(|state| state["attributes"].get(name));
        Ok(jinja::value(&attribute))
    });
    let slots = case.values["slots"].as_object()?;
    let day = slots["date"]["day"].as_u64()?;
    let weekday = jinja::function(move |_| Ok(Value::from(day % 7)));
    let date = ["year", "month", "day"].map(|part| (part, jinja::value(&slots["date"][part])));
    let date = Value::from_pairs(date.into_iter().chain([("weekday", weekday)]));
    let slots = slots.iter().filter(|(name, _)| *name != "date");
    let slots = slots.map(|(name, slot)| (name.clone(), jinja::value(slot)));
    let slots = Value::from_pairs(slots.chain([("date".to_owned(), date)]));
    let values = Value::from_pairs([
        ("slots", slots),
        ("state", jinja::value(&case.values["state"])),
        ("query", jinja::value(&case.values["query"])),
        ("state_attr", state_attr),
    ]);
    template.render(values).ok().map(|text| collapse_whitespace(&text))
}
