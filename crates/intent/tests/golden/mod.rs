//! What hassil makes of the test sentences of Home Assistant, and what we make of them.
//!
//! A corpus is a folder with `merged/SET_LANGUAGE.json` (sentences) and
//! `golden/SET_LANGUAGE_VERSION.jsonl`: a line with the lists, then a line for each text.

use std::collections::BTreeMap;
use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use intent::{Context, Recognised, Recogniser, Sentences, Ties};
use serde::Deserialize;
use serde_json::Value;
use voice::{ListValue, Lists, SlotValue};

#[derive(Deserialize)]
struct Header {
    hassil: String,
    lists: Vec<BTreeMap<String, Vec<Entry>>>,
}

/// How it is said, what the slot holds, and what is known about it.
#[derive(Deserialize)]
struct Entry(String, Value, Option<BTreeMap<String, Value>>);

/// One text and what it means.
#[derive(Deserialize)]
pub struct Row {
    pub text: String,
    lists: usize,
    intent_context: BTreeMap<String, Value>,
    result: Option<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    intent: String,
    response: String,
    slots: BTreeMap<String, Filled>,
    context: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Filled {
    value: Value,
}

/// What a text means, in a form that can be compared and shown.
#[derive(Debug, PartialEq)]
struct Meaning {
    intent: String,
    response: String,
    slots: BTreeMap<String, String>,
    context: BTreeMap<String, String>,
}

/// One file of texts with the sentences and houses that they are for.
pub struct Golden {
    pub name: String,
    pub rows: Vec<Row>,
    houses: Vec<Recogniser>,
}

/// The files of a corpus, sorted.
///
/// # Errors
/// When there is no such folder or it has no such files.
pub fn files(corpus: &Path) -> Result<Vec<PathBuf>> {
    let folder = corpus.join("golden");
    let entries = read_dir(&folder).with_context(|| format!("no folder {}", folder.display()))?;
    let mut files: Vec<PathBuf> =
        entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "jsonl"));
    files.sort();
    anyhow::ensure!(!files.is_empty(), "{} has no .jsonl files", folder.display());
    Ok(files)
}

impl Golden {
    /// Reads a file of [`files`] and the sentences it is about.
    ///
    /// # Errors
    /// When one of them cannot be read, or has another form.
    pub fn read(file: &Path) -> Result<Self> {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let corpus = file.parent().and_then(Path::parent).unwrap_or(Path::new(""));
        let (set, _) =
            name.rsplit_once('_').context("the file is not called SET_LANGUAGE_VERSION")?;
        let merged = corpus.join(format!("merged/{set}.json"));
        let text = read_to_string(&merged)
            .with_context(|| format!("failed to read {}", merged.display()))?;
        let sentences = Arc::new(Sentences::parse(&[(&merged.display().to_string(), &text)])?);
        let text = read_to_string(file)?;
        let mut lines = text.lines();
        let header: Header = serde_json::from_str(lines.next().context("an empty file")?)?;
        let ties = ties(&header.hassil)?;
        let house = |lists| {
            Recogniser::new(Arc::clone(&sentences), household(lists)).map(|r| r.with_ties(ties))
        };
        let houses = header.lists.iter().map(house).collect::<Result<_, _>>()?;
        let rows = lines.map(serde_json::from_str).collect::<Result<_, _>>()?;
        Ok(Self { name, rows, houses })
    }

    /// What we make of a row.
    pub fn recognise(&self, row: &Row) -> Option<Recognised<'_>> {
        let known = row.intent_context.iter().map(|(key, value)| (key.clone(), plain(value)));
        let context = Context { area: None, known: known.collect() };
        self.houses[row.lists].recognise_fully(&row.text, &context)
    }

    /// What is wrong with it, if anything.
    pub fn difference(row: &Row, found: Option<Recognised<'_>>) -> Option<String> {
        let expected = row.result.as_ref().map(expected);
        let found = found.map(meaning);
        (found != expected)
            .then(|| format!("{}\n  expected {expected:?}\n  found    {found:?}", row.text))
    }
}

/// How the version of hassil that the results are of decides between equals.
fn ties(version: &str) -> Result<Ties> {
    let mut numbers = version.split('.').map(str::parse::<u32>);
    let (Some(Ok(major)), Some(Ok(minor))) = (numbers.next(), numbers.next()) else {
        anyhow::bail!("{version} is no version of hassil");
    };
    Ok(if (major, minor) < (3, 8) { Ties::AsWritten } else { Ties::ByName })
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

fn expected(result: &Expected) -> Meaning {
    let slots = result.slots.iter();
    let context = result.context.iter();
    Meaning {
        intent: result.intent.clone(),
        response: result.response.clone(),
        slots: slots.map(|(name, filled)| (name.clone(), plain(&filled.value))).collect(),
        context: context.map(|(key, value)| (key.clone(), plain(value))).collect(),
    }
}

fn meaning(found: Recognised<'_>) -> Meaning {
    let slots = found.intent.slots.iter().map(|slot| {
        let value = match &slot.value {
            SlotValue::Text(text) => text.expose().to_owned(),
            SlotValue::Number(number) => number.to_string(),
        };
        (slot.name.clone(), value)
    });
    Meaning {
        slots: slots.collect(),
        intent: found.intent.name,
        response: found.intent.response,
        context: found.context.into_iter().collect(),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().unwrap_or_default().to_string(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
