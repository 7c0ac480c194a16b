//! Rendering: texts of the response tables as templates.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::Kwargs;
use minijinja::{Environment, State, Value};
use voice::Speech;

use crate::responses::Texts;
use crate::words::{Words, upper_first};
use crate::{Error, Result};

/// Keys under which a filter is defined as a template of its `value`.
const FILTERS: &str = "hark.filter.";
/// Steps that a template may take: it is to say a sentence.
const FUEL: u64 = 20_000;

/// An environment with these texts as templates.
pub(crate) fn environment(texts: &Texts, words: &Arc<Words>) -> Result<Environment<'static>> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    let listing = Arc::clone(words);
    environment.add_filter("listed", move |parts: Vec<String>, word: Option<String>| {
        listing.listed(&parts, word.as_deref().unwrap_or("and"))
    });
    let naming = Arc::clone(words);
    environment.add_filter("the", move |name: String| naming.definite(&name));
    let naming = Arc::clone(words);
    environment.add_filter("all_the", move |names: Vec<String>| {
        names.iter().map(|name| naming.definite(name)).collect::<Vec<_>>()
    });
    environment.add_filter("last_word", |text: String| {
        text.split_whitespace().last().unwrap_or_default().to_owned()
    });
    environment.add_filter("upper_first", |text: String| upper_first(&text));
    for key in texts.keys() {
        let Some(name) = key.strip_prefix(FILTERS) else { continue };
        let template = key.clone();
        environment.add_filter(
            name.to_owned(),
            move |state: &State, value: Value, more: Kwargs| {
                let template = state.env().get_template(&template)?;
                let more = more.args().filter_map(|name| Some((name, more.get(name).ok()?)));
                let slots: BTreeMap<&str, Value> = more.chain([("value", value)]).collect();
                template.render(Value::from(slots)).map(|text| text.trim().to_owned())
            },
        );
    }
    for (key, text) in texts {
        let added = environment.add_template_owned(key.clone(), text.clone());
        added.map_err(|source| Error::Response { key: key.clone(), source: Box::new(source) })?;
    }
    Ok(environment)
}

/// The words of a sentence. What there are no words for is said by its key, so that it is noticed.
pub(crate) fn text(environment: &Environment<'static>, speech: &Speech) -> String {
    if let Some(text) = speech.as_verbatim() {
        return text.expose().to_owned();
    }
    let Ok(template) = environment.get_template(speech.key()) else {
        return speech.key().to_owned();
    };
    let slots = speech.slots().iter();
    let slots: BTreeMap<&str, Value> =
        slots.map(|(name, slot)| (*name, value(environment, slot))).collect();
    match template.render(Value::from(slots)) {
        Ok(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Err(_) => speech.key().to_owned(),
    }
}

fn value(environment: &Environment<'static>, slot: &voice::Value) -> Value {
    match slot {
        voice::Value::Text(text) => text.expose().into(),
        voice::Value::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            Value::from(*number as i64)
        }
        voice::Value::Number(number) => Value::from(*number),
        voice::Value::Flag(flag) => Value::from(*flag),
        voice::Value::List(values) => values.iter().map(|slot| value(environment, slot)).collect(),
        voice::Value::Speech(speech) => text(environment, speech).into(),
    }
}
