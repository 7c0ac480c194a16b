//! What a sentence means: as hassil understood it where that is recorded, else as our recogniser
//! does, which `crates/intent` proves to be the same.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::fs::read_to_string;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use intent::{Context, Recogniser, Sentences};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use voice::{ListValue, Lists, SlotValue};

use super::corpus::{File, Form, Test, below, list, yaml};
use super::house;

/// What a sentence means.
#[derive(Clone)]
pub struct Meaning {
    pub intent: String,
    pub response: String,
    pub slots: BTreeMap<String, Slot>,
}

#[derive(Clone, Deserialize)]
pub struct Slot {
    pub value: Value,
    /// The words it came from; empty when none were said.
    pub text: String,
}

/// What hassil understood.
pub struct Golden {
    /// Of intents, and of combinations, which are tested alone.
    sentences: [Arc<Sentences>; 2],
    known: HashMap<String, Row>,
    /// For the house of the language, which all tests of intents share.
    shared: OnceCell<Recogniser>,
}

#[derive(Deserialize)]
struct Row {
    text: String,
    result: Option<Understood>,
}

#[derive(Deserialize)]
struct Understood {
    intent: String,
    response: String,
    slots: BTreeMap<String, Slot>,
    combo: Option<String>,
}

impl Golden {
    /// Reads what is known of a language.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(corpus: &Path, set: &str, language: &str) -> Result<Self> {
        let merged = corpus.join(format!("merged/{set}_{language}.json"));
        let text = read_to_string(&merged)
            .with_context(|| format!("failed to read {}", merged.display()))?;
        let sentences = Sentences::parse(&[("merged", &text)])?;
        // hassil's results lack those of the early tests only.
        let combinations = match set {
            "old" => combinations(&super::corpus::set(corpus, set)?, language)?,
            _ => Sentences::parse(&[])?,
        };
        let begin = format!("{set}_{language}_");
        let mut known = HashMap::new();
        for entry in corpus.join("golden").read_dir()? {
            let path = entry?.path();
            if !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&begin)) {
                continue;
            }
            // The first line has the lists.
            for line in read_to_string(&path)?.lines().skip(1) {
                let row: Row = serde_json::from_str(line)?;
                known.insert(row.text.clone(), row);
            }
        }
        Ok(Self {
            sentences: [Arc::new(sentences), Arc::new(combinations)],
            known,
            shared: OnceCell::new(),
        })
    }

    /// What a sentence of a test means.
    ///
    /// # Errors
    /// When it is not understood, or something else.
    pub fn understand(
        &self,
        file: &File,
        test: &Test,
        sentence: &str,
        fixtures: &Value,
    ) -> Result<Meaning> {
        let combination = file.name.split('/').nth(1);
        let known = self.known.get(sentence).and_then(|row| row.result.as_ref());
        let meaning = match known {
            Some(known) if combination.is_none() || known.combo.as_deref() == combination => {
                Meaning {
                    intent: known.intent.clone(),
                    response: known.response.clone(),
                    slots: known.slots.clone(),
                }
            }
            _ => self.recognise(file, test, sentence, fixtures)?,
        };
        anyhow::ensure!(meaning.intent == test.intent(), "understood as {}", meaning.intent);
        Ok(meaning)
    }

    fn recognise(
        &self,
        file: &File,
        test: &Test,
        sentence: &str,
        fixtures: &Value,
    ) -> Result<Meaning> {
        let [intents, combinations] = &self.sentences;
        let own;
        let (recogniser, context) = match file.form {
            Form::Intent => {
                if self.shared.get().is_none() {
                    let recogniser = Recogniser::new(Arc::clone(intents), lists(fixtures))?;
                    // It was empty, and nobody else fills it.
                    let _ = self.shared.set(recogniser);
                }
                let shared = self.shared.get().context("it has just been made")?;
                (shared, test.content["intent"]["context"].clone())
            }
            Form::Combination => {
                own = Recogniser::new(Arc::clone(combinations), lists(&file.content))?;
                (&own, json!({"area": CONTEXT_AREA}))
            }
        };
        let context = Context { area: None, known: pairs(context.as_object()) };
        let found = recogniser.recognise_fully(sentence, &context).context("not understood")?;
        let slots = found.intent.slots.iter().map(|slot| {
            let value = match &slot.value {
                SlotValue::Text(text) => Value::from(text.expose()),
                SlotValue::Number(number) => json!(number),
            };
            (slot.name.clone(), Slot { value, text: slot.text.expose().to_owned() })
        });
        Ok(Meaning {
            slots: slots.collect(),
            intent: found.intent.name,
            response: found.intent.response,
        })
    }
}

/// The room of a speaker in the tests of combinations.
const CONTEXT_AREA: &str = "__context_area__";

/// The sentences of combinations, which name what they need in a shorter way.
fn combinations(set: &Path, language: &str) -> Result<Sentences> {
    let mut intents: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let schema = yaml(&set.join("intents.yaml"))?;
    let folder = set.join("sentences").join(language);
    for file in below(&folder)? {
        let name = file.strip_prefix(&folder)?.with_extension("").to_string_lossy().into_owned();
        let Some((intent, combination)) = name.split_once('/') else { continue };
        let known = &schema[intent]["slot_combinations"][combination];
        for block in list(&yaml(&file)?, "data") {
            let mut block = block.clone();
            if known["context_area"] == true {
                block["requires_context"]["area"] = json!({"slot": true});
            }
            // For people who read it.
            let fields = block.as_object_mut().context("a block of sentences")?;
            fields.retain(|name, _| !matches!(&**name, "example" | "importance"));
            intents.entry(intent.to_owned()).or_default().push(block);
        }
    }
    if intents.is_empty() {
        return Ok(Sentences::parse(&[])?);
    }
    let intents = intents.into_iter().map(|(name, data)| (name, json!({"data": data})));
    let intents = json!({"language": language, "intents": intents.collect::<Map<_, _>>()});
    let mut texts = vec![("combinations".to_owned(), intents.to_string())];
    for folder in ["lists", &format!("lists/{language}"), &format!("rules/{language}")] {
        for file in below(&set.join(folder))? {
            // What is below a folder of another language is not of this one.
            if file.parent() == Some(&*set.join(folder)) {
                texts.push((file.display().to_string(), read_to_string(&file)?));
            }
        }
    }
    let texts = texts.iter().map(|(name, text)| (&**name, &**text)).collect::<Vec<_>>();
    Ok(Sentences::parse(&texts)?)
}

/// The names of a house.
fn lists(house: &Value) -> Lists {
    let mut lists = Lists::default();
    for (key, name) in [("floors", "floor"), ("areas", "area"), ("entities", "name")] {
        lists.0.entry(name.to_owned()).or_default();
        for thing in list(house, key) {
            let mut known = pairs(thing["attributes"].as_object());
            if name == "name" {
                known.push(("domain".to_owned(), house::domain(thing)));
            }
            for spoken in house::names(thing) {
                let context = known.clone();
                lists.push(name, ListValue { out: spoken.clone(), spoken, context });
            }
        }
    }
    lists
}

fn pairs(map: Option<&Map<String, Value>>) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    map.into_iter().flatten().map(|(key, value)| (key.clone(), text(value))).collect()
}
