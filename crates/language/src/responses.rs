//! Response tables: the texts under their keys, as they are written in YAML.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::{Error, Result};

/// Texts by their keys: `HassTurnOn.light`, `hark.not_caught`.
pub(crate) type Texts = BTreeMap<String, String>;

/// A file with responses; sentences may stand in it, too.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    responses: Responses,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Responses {
    /// By intent and response key.
    #[serde(default)]
    intents: BTreeMap<String, BTreeMap<String, String>>,
    /// What answers no intent.
    #[serde(default)]
    hark: BTreeMap<String, Entry>,
    /// What answers where something went wrong is other people's.
    #[serde(default, rename = "errors")]
    _errors: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Text(String),
    Group(BTreeMap<String, Entry>),
}

/// Reads the responses of a file.
pub(crate) fn read(file: &str, text: &str) -> Result<Texts> {
    let parsed: File = serde_saphyr::from_str(text)
        .map_err(|source| Error::File { file: file.to_owned(), source: Box::new(source) })?;
    let mut texts = Texts::new();
    for (intent, responses) in parsed.responses.intents {
        for (key, text) in responses {
            texts.insert(format!("{intent}.{key}"), text);
        }
    }
    flatten("hark", parsed.responses.hark, &mut texts);
    Ok(texts)
}

fn flatten(start: &str, group: BTreeMap<String, Entry>, texts: &mut Texts) {
    for (key, entry) in group {
        let key = format!("{start}.{key}");
        match entry {
            Entry::Text(text) => drop(texts.insert(key, text)),
            Entry::Group(group) => flatten(&key, group, texts),
        }
    }
}

/// A response of a household as a template: `{slot}` in single braces stands for what was said there.
pub(crate) fn with_single_braces(text: &str) -> String {
    if text.contains("{{") || text.contains("{%") {
        return text.to_owned();
    }
    let mut template = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { break };
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        template.push_str(before);
        if is_name {
            template.extend(["{{ slots.", name, " }}"]);
        } else {
            template.extend(["{", name, "}"]);
        }
        rest = behind;
    }
    template + rest
}
