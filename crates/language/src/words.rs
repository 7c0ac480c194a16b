//! Words that belong to a language and to no sentence of it.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The file `words.yaml` of a language.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// What stands between the parts of an enumeration.
    pub list: Enumeration,
    /// How a name stands in the middle of a sentence.
    pub article: Article,
    /// Routines of a household that has not thought of its own.
    pub routines: Vec<UsualRoutine>,
    /// What joins and turns the clauses of one breath.
    pub clauses: Clauses,
    /// Commands with a `{name}`, to find out which names are words of another command.
    pub probes: Vec<String>,
    /// How one of several things is chosen.
    pub choice: Choice,
    /// What a recogniser of any words must know.
    pub recogniser: Recogniser,
    /// The voice of espeak-ng that speaks where the configuration names none.
    pub voice: String,
}

/// What joins and turns the clauses of one breath, in small letters.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Clauses {
    /// What stands between two commands; the first is what a comma stands for.
    pub between: Vec<String>,
    /// What stands in front of a command that is not to be done.
    pub negations: Vec<String>,
    /// What stands in front of a command and changes nothing.
    pub urgings: Vec<String>,
    /// What stands in front of what is left out.
    pub exceptions: Vec<String>,
    /// What stands in front of a room.
    pub places: Vec<String>,
    /// What stands in front of the name of a room or thing.
    pub articles: Vec<String>,
    /// What stands between a command and what takes the place of its end.
    pub corrections: Vec<String>,
    /// What stands behind a command that is taken back.
    pub never_mind: Vec<String>,
}

impl Clauses {
    /// The word that a comma stands for.
    pub fn comma(&self) -> &str {
        self.between.first().map_or("", String::as_str)
    }
}

/// "The first one", "the last".
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Words for the first of them, the second and so on.
    pub order: Vec<Vec<String>>,
    /// Words for the last of them.
    pub last: Vec<String>,
    /// Words that choose nothing.
    pub idle: Vec<String>,
}

/// What an open-vocabulary recogniser must know of the language that it writes.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Recogniser {
    /// Texts that it writes for noise, without case and punctuation.
    pub hallucinations: Vec<String>,
    /// What stands in such texts.
    pub hallucination_parts: Vec<String>,
}

/// A named sequence of commands.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct UsualRoutine {
    /// What people say.
    pub say: Vec<String>,
    /// The commands, as people would say them.
    pub commands: Vec<String>,
    /// What is answered when all of it was done; the answers of the commands if it is empty.
    #[serde(default)]
    pub reply: String,
}

/// `milk, eggs and bread`.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Enumeration {
    /// Between all parts but the last two.
    pub between: String,
    /// Between the last two, by what it means: `and`, `or`, …
    pub last: BTreeMap<String, String>,
}

/// The definite article, where a language has one for all names.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Article {
    /// The article with the space behind it.
    pub definite: String,
    /// First words of names that take none.
    pub none_before: Vec<String>,
    /// Ends of first words of names that take none: `Anna's`.
    pub none_after: Vec<String>,
    /// Whether a capitalised word of a name is written small in the middle of a sentence.
    pub lower_titles: bool,
}

impl Words {
    /// The parts as one text: `milk, eggs and bread`.
    pub fn listed(&self, parts: &[String], word: &str) -> String {
        let last = self.list.last.get(word).map_or(self.list.between.as_str(), String::as_str);
        match parts {
            [] => String::new(),
            [one] => one.clone(),
            [head @ .., end] => format!("{}{last}{end}", head.join(&self.list.between)),
        }
    }

    /// A name in the middle of a sentence: `the kitchen light`, `my lamp`, `the TV`.
    pub fn definite(&self, name: &str) -> String {
        let article = &self.article;
        let case =
            |word: &str| if article.lower_titles { plain_case(word) } else { word.to_owned() };
        let words: Vec<_> = name.split_whitespace().map(case).collect();
        let is_bare = words.first().is_some_and(|first| {
            article.none_before.contains(first)
                || article.none_after.iter().any(|end| first.ends_with(end.as_str()))
        });
        let definite = if is_bare { "" } else { &article.definite };
        format!("{definite}{}", words.join(" "))
    }
}

/// A word of a title as it stands in a sentence; `TV` and `EcoBee` stay as they are.
fn plain_case(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next();
    let is_title = first.is_some_and(char::is_uppercase)
        && word.chars().count() > 1
        && letters.all(|letter| !letter.is_uppercase());
    if is_title { word.to_lowercase() } else { word.to_owned() }
}

/// The text with a capital letter at its start.
pub(crate) fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
