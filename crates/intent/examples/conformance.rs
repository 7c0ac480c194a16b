//! Compares the recogniser with recorded results of hassil:
//! `cargo run -p intent --example conformance -- MERGED.json GOLDEN.jsonl`.
//!
//! Prints how many rows agree and, with `--show`, those that do not.

use std::collections::BTreeMap;
use std::sync::Arc;

use intent::{AreaRef, Context, Recogniser, Sentences};
use serde::Deserialize;
use serde_json::Value;
use voice::{Intent, ListValue, Lists, SlotValue};

#[derive(Deserialize)]
struct Header {
    lists: Vec<BTreeMap<String, Vec<Entry>>>,
}

/// How it is said, what the slot holds, and what is known about it.
#[derive(Deserialize)]
struct Entry(String, Value, Option<BTreeMap<String, Value>>);

#[derive(Deserialize)]
struct Row {
    text: String,
    lists: usize,
    intent_context: BTreeMap<String, Value>,
    result: Option<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    intent: String,
    slots: BTreeMap<String, Filled>,
}

#[derive(Deserialize)]
struct Filled {
    value: Value,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let [merged, golden, rest @ ..] = args.as_slice() else {
        return Err("usage: conformance MERGED.json GOLDEN.jsonl [--show]".into());
    };
    let started = std::time::Instant::now();
    let sentences = Arc::new(Sentences::parse(&[(merged, &std::fs::read_to_string(merged)?)])?);
    println!("read in {:?}", started.elapsed());
    let golden = std::fs::read_to_string(golden)?;
    let mut lines = golden.lines();
    let header: Header = serde_json::from_str(lines.next().ok_or("an empty file")?)?;
    let houses = header
        .lists
        .iter()
        .map(|lists| Recogniser::new(Arc::clone(&sentences), household(lists)))
        .collect::<Result<Vec<_>, _>>()?;
    let (mut agree, mut total) = (0, 0);
    let started = std::time::Instant::now();
    for line in lines {
        let row: Row = serde_json::from_str(line)?;
        let area = row.intent_context.get("area").map(plain);
        let area = area.map(|area| AreaRef { out: area.clone(), spoken: area });
        let found = houses[row.lists].recognise(&row.text, &Context { area });
        let found = found.as_ref().map(shown);
        let expected = row.result.as_ref().map(|result| {
            let slots = result.slots.iter();
            let slots = slots.map(|(name, filled)| (name.clone(), plain(&filled.value))).collect();
            (result.intent.clone(), slots)
        });
        total += 1;
        if found == expected {
            agree += 1;
        } else if rest.iter().any(|arg| arg == "--show") {
            println!("{}\n  expected {expected:?}\n  found    {found:?}", row.text);
        }
    }
    println!("{agree} of {total} agree, {:?} each", started.elapsed() / total);
    Ok(())
}

fn household(lists: &BTreeMap<String, Vec<Entry>>) -> Lists {
    let mut household = Lists::default();
    for (list, entries) in lists {
        household.0.entry(list.clone()).or_default();
        for Entry(spoken, out, context) in entries {
            let context = context.iter().flatten().map(|(k, v)| (k.clone(), plain(v))).collect();
            household.push(list, ListValue { spoken: spoken.clone(), out: plain(out), context });
        }
    }
    household
}

fn shown(intent: &Intent) -> (String, BTreeMap<String, String>) {
    let slots = intent.slots.iter().map(|slot| {
        let value = match &slot.value {
            SlotValue::Text(text) => text.expose().to_owned(),
            SlotValue::Number(number) => number.to_string(),
        };
        (slot.name.clone(), value)
    });
    (intent.name.clone(), slots.collect())
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().unwrap_or_default().to_string(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
