//! The schema of a sentence file.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::lexicon::Lexicon;
use crate::numbers::Fractions;

/// One file. Keys that only others use (`settings`, `metadata`, `responses`) are let through.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    #[serde(default = "english")]
    pub language: String,
    #[serde(default)]
    pub skip_words: Vec<String>,
    /// What may stand around spoken sentences.
    #[serde(default)]
    pub carrier: Carrier,
    #[serde(default)]
    pub words: Lexicon,
    #[serde(default)]
    /// In the order of the file, which decides between equals ([`crate::Ties::AsWritten`]).
    pub intents: IndexMap<String, Intent>,
    #[serde(default)]
    pub lists: BTreeMap<String, List>,
    #[serde(default)]
    pub expansion_rules: BTreeMap<String, String>,
    #[serde(default, rename = "responses")]
    _responses: IgnoredAny,
    #[serde(default, rename = "settings")]
    _settings: IgnoredAny,
}

fn english() -> String {
    "en".to_owned()
}

/// Carrier phrases, as templates.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Carrier {
    pub negation: Vec<String>,
    pub before: Vec<String>,
    pub behind: Vec<String>,
    pub between: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Intent {
    pub data: Vec<Block>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Block {
    pub sentences: Vec<String>,
    #[serde(default)]
    pub slots: BTreeMap<String, Values>,
    pub response: Option<String>,
    #[serde(default)]
    pub requires_context: BTreeMap<String, Option<ContextRule>>,
    #[serde(default)]
    pub excludes_context: BTreeMap<String, Option<ContextRule>>,
    #[serde(default)]
    pub expansion_rules: BTreeMap<String, String>,
    #[serde(default)]
    pub lists: BTreeMap<String, List>,
    #[serde(default)]
    pub required_keywords: Vec<String>,
    #[serde(default)]
    pub metadata: Metadata,
    #[serde(default, rename = "inferred_domain")]
    _inferred_domain: IgnoredAny,
    #[serde(default, rename = "name_domains")]
    _name_domains: IgnoredAny,
}

/// What a block says about itself; other keys are other people's.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Metadata {
    /// Understood as text, and not offered to a speech engine: each rarely said sentence more makes
    /// the others slower and harder to tell apart.
    pub written: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum ContextRule {
    One(Scalar),
    Any(Vec<Scalar>),
    Full(FullRule),
}

#[derive(Deserialize)]
pub(crate) struct FullRule {
    pub value: Option<Values>,
    pub slot: Option<Scalar>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Values {
    One(Scalar),
    Any(Vec<Scalar>),
}

#[derive(Deserialize)]
pub(crate) struct List {
    pub values: Option<Vec<Value>>,
    pub range: Option<Range>,
    #[serde(default)]
    pub wildcard: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Value {
    Plain(Scalar),
    Full {
        r#in: Scalar,
        out: Option<Values>,
        #[serde(default)]
        context: BTreeMap<String, Option<Scalar>>,
    },
}

#[derive(Deserialize)]
pub(crate) struct Range {
    pub from: i64,
    pub to: i64,
    #[serde(default = "one")]
    pub step: i64,
    #[serde(default)]
    pub fractions: Fractions,
    pub multiplier: Option<f64>,
    #[serde(default = "yes")]
    pub digits: bool,
    #[serde(default = "yes")]
    pub words: bool,
    /// The language of the words, if it is not that of the file.
    pub words_language: Option<String>,
}

fn one() -> i64 {
    1
}

fn yes() -> bool {
    true
}

impl Values {
    /// A single value; several become one text, parted by commas.
    pub fn joined(self) -> Scalar {
        match self {
            Self::One(value) => value,
            Self::Any(values) => {
                let texts: Vec<_> = values.iter().map(Scalar::to_string).collect();
                Scalar::Text(texts.join(","))
            }
        }
    }
}

/// A plain value of YAML.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(untagged)]
pub(crate) enum Scalar {
    Bool(bool),
    Number(f64),
    Text(String),
}

impl std::fmt::Display for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bool(flag) => flag.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}
