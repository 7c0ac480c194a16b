//! An answer: the template that belongs to a meaning, with what the house knows.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use jinja::{Environment, collapse_whitespace};
use serde_json::{Value, json};

use super::corpus::{self, Form};
use super::house::House;
use super::understood::{Meaning, Slot};

/// Templates by intent and name.
pub struct Responses(BTreeMap<String, BTreeMap<String, String>>);

impl Responses {
    /// Reads the answers of a language.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(set: &Path, language: &str) -> Result<Self> {
        let mut all: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for file in corpus::below(&set.join("responses").join(language))? {
            let content = corpus::yaml(&file)?;
            let intents = content["responses"]["intents"].as_object();
            for (intent, responses) in intents.into_iter().flatten() {
                for (name, template) in responses.as_object().into_iter().flatten() {
                    let template = template.as_str().unwrap_or_default().to_owned();
                    all.entry(intent.clone()).or_default().insert(name.clone(), template);
                }
            }
        }
        Ok(Self(all))
    }

    /// What is said.
    ///
    /// # Errors
    /// When there is no such answer, or it cannot be rendered.
    pub fn render(
        &self,
        environment: &Environment,
        house: &House,
        meaning: &Meaning,
    ) -> Result<String> {
        // The sentence says itself what to answer.
        if house.form == Form::Intent
            && meaning.intent == "HassRespond"
            && let Some(answer) = meaning.slots.get("response")
        {
            return Ok(answer.value.as_str().unwrap_or_default().to_owned());
        }
        // Nothing is said where there is nothing to say.
        let Some(templates) = self.0.get(&meaning.intent) else { return Ok(String::new()) };
        let template = templates.get(&meaning.response);
        let template = template.with_context(|| format!("no answer {}", meaning.response))?;
        let template = environment.compile(template).map_err(|error| told(&error))?;
        let text = template.render(values(house, meaning)).map_err(|error| told(&error))?;
        Ok(collapse_whitespace(&text))
    }
}

/// An error with its cause, which says what is wrong.
fn told(error: &jinja::Error) -> anyhow::Error {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    anyhow::anyhow!("failed to {error}: {cause}")
}

fn values(house: &House, meaning: &Meaning) -> jinja::Value {
    let matched = house.matched(meaning);
    let states = matched.matched.clone();
    let state_attr = jinja::function(move |arguments| {
        let [id, name] = arguments else { return Err("state_attr wants two".to_owned()) };
        let (id, name) = (id.as_str().unwrap_or_default(), name.as_str().unwrap_or_default());
        let state = states.iter().find(|state| state["entity_id"] == id);
        Ok(jinja::value(&state.map_or(&Value::Null, |state| &state["attributes"][name])))
    });
    let first = matched.matched.first().or(matched.unmatched.first());
    let mut values = vec![("slots", slots(house, meaning)), ("state_attr", state_attr)];
    if house.early {
        let Some(first) = first.filter(|_| meaning.slots.contains_key("name")) else {
            return jinja::Value::from_pairs(values);
        };
        let mut first = first.clone();
        if first["said_with_unit"].is_string() {
            first["state_with_unit"] = first["said_with_unit"].clone();
        }
        if meaning.intent == "HassGetState" {
            let some = |filled: bool| if filled { json!([first]) } else { json!([]) };
            let right = !matched.matched.is_empty();
            values.push((
                "query",
                jinja::value(&json!({"matched": some(right), "unmatched": some(!right)})),
            ));
        }
        values.push(("state", jinja::value(&first)));
        return jinja::Value::from_pairs(values);
    }
    let query = json!({
        "matched": matched.matched,
        "unmatched": matched.unmatched,
        "total_results": matched.matched.len() + matched.unmatched.len(),
    });
    values.push(("state", jinja::value(&first)));
    values.push(("query", jinja::value(&query)));
    jinja::Value::from_pairs(values)
}

fn slots(house: &House, meaning: &Meaning) -> jinja::Value {
    let timers = house.timers(meaning);
    let mut slots = vec![("canceled".to_owned(), jinja::value(&timers.len()))];
    slots.push(("timers".to_owned(), jinja::value(&timers)));
    if let Some(media) = house.media(meaning) {
        slots.push(("media".to_owned(), jinja::value(&media)));
    }
    let all = house.form == Form::Intent;
    if all || meaning.intent == "HassGetCurrentDate" {
        slots.push(("date".to_owned(), date()));
    }
    if all || meaning.intent == "HassGetCurrentTime" {
        slots
            .push(("time".to_owned(), jinja::value(&json!({"hour": 1, "minute": 2, "second": 0}))));
    }
    for (name, slot) in &meaning.slots {
        slots.push((name.clone(), jinja::value(&said(house, slot))));
    }
    jinja::Value::from_pairs(slots)
}

/// A Tuesday.
fn date() -> jinja::Value {
    jinja::Value::from_pairs([
        ("year", jinja::value(&2013)),
        ("month", jinja::value(&9)),
        ("day", jinja::value(&17)),
        ("weekday", jinja::function(|_| Ok(jinja::value(&1)))),
    ])
}

/// What a template gets of a slot: words or value, each form of test in its own way.
fn said(house: &House, slot: &Slot) -> Value {
    let words = slot.text.trim().trim_matches(['.', ',', '?', '!', ';', ':', '¿', '¡', '’']).trim();
    let use_words = match house.form {
        Form::Intent => true,
        Form::Combination => !house.early && slot.value.is_number(),
    };
    if use_words && !words.is_empty() { json!(words) } else { slot.value.clone() }
}
