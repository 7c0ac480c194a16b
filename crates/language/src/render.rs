//! Rendering: texts of the response tables as templates.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, Weak};

use jinja::{Environment, Templates, Value};
use voice::Speech;

use crate::responses::Texts;
use crate::words::{Words, upper_first};
use crate::{Error, Result};

/// Keys under which a filter of the language stands, as a template of its `value`.
const FILTERS: &str = "hark.filter.";
/// Work that a response may do: it is to say a sentence.
const FUEL: u64 = 20_000;

/// The texts of a language as templates.
pub(crate) struct Responses {
    templates: Arc<Templates>,
    /// Texts with nothing to fill in: a compiled template takes 10 KiB each.
    plain: BTreeMap<String, String>,
}

impl Responses {
    /// Compiles texts; filters of the language are looked for when they are used, so that they may
    /// use one another.
    pub fn new(texts: &Texts, words: &Arc<Words>) -> Result<Self> {
        let mut environment = Environment::new().forgiving().with_fuel(FUEL);
        add_filters(&mut environment, words);
        // Weak, since the templates hold these filters.
        let own: Arc<OnceLock<Weak<Templates>>> = Arc::default();
        for key in texts.keys().filter(|key| key.starts_with(FILTERS)) {
            let (key, own) = (key.clone(), Arc::clone(&own));
            let name = key[FILTERS.len()..].to_owned();
            environment.filter(name, move |value, _, named| {
                let templates = own.get().and_then(Weak::upgrade);
                let slots = named.into_iter().chain([("value".to_owned(), value)]);
                let slots = slots.collect::<BTreeMap<_, _>>();
                let text = templates.and_then(|templates| templates.render(&key, slots));
                let text = text.ok_or("the language has no such filter")?;
                let text = text.map_err(|error| format!("failed to {error}"))?;
                Ok(jinja::collapse_whitespace(&text).into())
            });
        }
        let is_plain = |key: &str, text: &str| {
            !text.contains('{') && !text.contains('}') && !key.starts_with(FILTERS)
        };
        let plain = texts.iter().filter(|(key, text)| is_plain(key, text));
        let plain = plain.map(|(key, text)| (key.clone(), jinja::collapse_whitespace(text)));
        let templates = texts.iter().filter(|(key, text)| !is_plain(key, text));
        let sources = templates.map(|(key, text)| (key.as_str(), text.as_str()));
        let templates = environment.compile_all(sources).map_err(|(key, source)| {
            Error::Response { key: key.to_owned(), source: Box::new(source) }
        })?;
        let templates = Arc::new(templates);
        // It was empty: nobody else has it.
        let _ = own.set(Arc::downgrade(&templates));
        Ok(Self { templates, plain: plain.collect() })
    }

    /// The words of a sentence. What there are no words for is said by its key, so that it is
    /// noticed.
    pub fn text(&self, speech: &Speech) -> String {
        if let Some(text) = speech.as_verbatim() {
            return text.expose().to_owned();
        }
        let slots = speech.slots().iter().map(|(name, slot)| (*name, self.value(slot)));
        self.render(speech.key(), slots.collect::<BTreeMap<_, _>>().into())
            .unwrap_or_else(|| speech.key().to_owned())
    }

    /// The text under that key with these values; nothing if there is none, or it cannot be said.
    pub fn render(&self, key: &str, values: Value) -> Option<String> {
        if let Some(text) = self.plain.get(key) {
            return Some(text.clone());
        }
        let text = self.templates.render(key, values)?;
        let text = text.inspect_err(|error| {
            let error = error as &dyn std::error::Error;
            tracing::warn!(key, error, "failed to render a response");
        });
        Some(jinja::collapse_whitespace(&text.ok()?))
    }

    fn value(&self, slot: &voice::Value) -> Value {
        match slot {
            voice::Value::Text(text) => text.expose().into(),
            voice::Value::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
                Value::from(*number as i64)
            }
            voice::Value::Number(number) => Value::from(*number),
            voice::Value::Flag(flag) => Value::from(*flag),
            voice::Value::List(values) => values.iter().map(|slot| self.value(slot)).collect(),
            voice::Value::Speech(speech) => self.text(speech).into(),
        }
    }
}

/// The filters that all languages have, with the words of this one.
fn add_filters(environment: &mut Environment, words: &Arc<Words>) {
    let mut add = |name: &str, filter: fn(&Words, Value, &[Value]) -> Option<Value>| {
        let words = Arc::clone(words);
        environment.filter(name.to_owned(), move |value, more, _| {
            filter(&words, value, more)
                .ok_or_else(|| "the value is none for this filter".to_owned())
        });
    };
    // Several things in a sentence: `milk, eggs and bread`.
    add("listed", |words, value, more| {
        let last = more.first().and_then(|word| word.as_str()).unwrap_or("and");
        Some(words.listed(&texts(&value)?, last).into())
    });
    // A name in the middle of a sentence, and several of them.
    add("the", |words, value, _| Some(words.definite(&value.to_string()).into()));
    add("all_the", |words, value, _| {
        Some(texts(&value)?.iter().map(|name| Value::from(words.definite(name))).collect())
    });
    add("upper_first", |_, value, _| Some(upper_first(&value.to_string()).into()));
    add("last_word", |_, value, _| {
        Some(value.to_string().split_whitespace().last().unwrap_or_default().into())
    });
}

fn texts(value: &Value) -> Option<Vec<String>> {
    Some(value.try_iter().ok()?.map(|part| part.to_string()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::language;

    #[test]
    fn a_language_that_was_replaced_is_freed() {
        let texts = Texts::from([
            ("hark.filter.loud".to_owned(), "{{ value | upper }}".to_owned()),
            ("hark.hello".to_owned(), "{{ 'hello' | loud }}".to_owned()),
        ]);
        let words = Arc::new(language().words().clone());
        let responses = Responses::new(&texts, &words).expect("templates");
        assert_eq!(responses.text(&Speech::of("hark.hello")), "HELLO");
        let templates = Arc::downgrade(&responses.templates);
        drop(responses);
        assert!(templates.upgrade().is_none());
    }
}
