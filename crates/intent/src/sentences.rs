//! Sentence files: read and checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use voice::{Phrase, PrivateText, SlotValue};

use crate::Error;
use crate::context::{Requirement, Rules};
use crate::edges::{Edges, Fills, Names, NumberWords, openers};
use crate::filter::{Filter, Needs};
use crate::lexicon::Lexicon;
use crate::numbers::{Fractions, Range};
use crate::parse::{SyntaxError, parse};
use crate::size::{Sizes, check_literals};
use crate::spell::Speller;
use crate::template::{InlineRange, Node};
use crate::text_list::{TextList, TextValue};
use crate::vocabulary::Vocabulary;
use crate::yaml::{self, Scalar};

/// Lists that the household fills; they may be empty, or missing while it has no such things.
pub(crate) const HOUSEHOLD_LISTS: [&str; 3] = ["name", "area", "floor"];

/// Sentence templates, parsed and checked: every rule exists and none leads back to itself.
#[derive(Default)]
pub struct Sentences {
    pub(crate) blocks: Vec<Block>,
    pub(crate) lists: HashMap<String, List>,
    pub(crate) rules: HashMap<String, Node>,
    /// Words that change nothing (`please`), lower case, longest first.
    pub(crate) skip_words: Vec<String>,
    /// Those of them that are one word.
    pub(crate) single_skip_words: Vec<String>,
    pub(crate) carrier: Carrier,
    pub(crate) filter: Filter,
    pub(crate) number_words: NumberWords,
    /// Words of sentences, and of no list, with which one begins.
    pub(crate) openers: HashSet<String>,
    pub(crate) lexicon: Arc<Lexicon>,
    pub(crate) language: Option<String>,
}

/// Sentences of one intent that share their conditions.
#[derive(Default)]
pub(crate) struct Block {
    pub intent: String,
    pub sentences: Vec<Sentence>,
    pub slots: Vec<(String, SlotValue)>,
    pub response: String,
    pub context: Rules,
    pub required_keywords: Vec<String>,
    /// Not for a speech engine.
    pub written: bool,
    pub rules: HashMap<String, Node>,
    pub lists: HashMap<String, List>,
    /// File and number, for errors.
    place: String,
}

/// Carrier phrases: what may stand around spoken sentences.
#[derive(Default)]
pub(crate) struct Carrier {
    pub phrases: Vec<(Phrase, Node)>,
    /// A block without conditions, in which they have their meaning.
    pub block: Block,
}

impl Carrier {
    fn extend(&mut self, file: &str, raw: yaml::Carrier) -> Result<(), Error> {
        let place = format!("{file}, carrier");
        let yaml::Carrier { negation, before, behind, between } = raw;
        for (phrase, texts) in Phrase::ALL.into_iter().zip([negation, before, behind, between]) {
            for text in texts {
                let node = parse(&text).map_err(|error| syntax(&place, &text, error))?;
                self.phrases.push((phrase, node));
            }
        }
        Ok(())
    }
}

/// What names mean in a block, without the lists of a household.
struct Local<'a> {
    block: &'a Block,
    rules: &'a HashMap<String, Node>,
    lists: &'a HashMap<String, List>,
}

impl<'a> Names<'a> for Local<'a> {
    fn rule(&self, name: &str) -> Option<&'a Node> {
        self.block.rules.get(name).or_else(|| self.rules.get(name))
    }

    fn fills(&self, list: &str) -> Option<Fills<'a>> {
        let shared = || self.lists.get(list).filter(|_| !HOUSEHOLD_LISTS.contains(&list));
        match self.block.lists.get(list).or_else(shared)? {
            List::Text(values) => Some(Fills::Values(values)),
            List::Range(_) => Some(Fills::Number),
            List::Wildcard => None,
        }
    }
}

/// One sentence template.
pub(crate) struct Sentence {
    pub template: Node,
    /// What every text that fits contains.
    pub needs: Needs,
    /// What it begins and ends with.
    pub edges: Edges,
    pub text: String,
}

/// A list of what can fill a slot.
pub(crate) enum List {
    Text(TextList),
    Range(Range),
    Wildcard,
}

impl List {
    /// What is known of some value.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let values = if let Self::Text(values) = self { Some(values) } else { None };
        values.into_iter().flat_map(TextList::keys)
    }
}

impl Sentences {
    /// Reads sentence files, given as pairs of name and YAML text. Later files add to earlier ones:
    /// blocks and skip words are appended, rules and lists of the same name are replaced. A file whose
    /// name ends with `.txt` is the list of the common words of the language and their sounds.
    ///
    /// # Errors
    /// When a file cannot be read, a template is wrong, or a rule is missing or leads back to
    /// itself. Lists are looked for later, since the household brings some of them.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, Error> {
        let mut sentences = Self::default();
        for (file, text) in files {
            if std::path::Path::new(file).extension().is_some_and(|ending| ending == "txt") {
                sentences.add_words(file, text)?;
            } else {
                sentences.add(file, text)?;
            }
        }
        sentences.skip_words.sort_by_key(|words| std::cmp::Reverse(words.chars().count()));
        sentences.skip_words.dedup();
        let single = sentences.skip_words.iter().filter(|words| !words.contains(' '));
        sentences.single_skip_words = single.cloned().collect();
        sentences.check_rules()?;
        sentences.make_filter();
        Ok(sentences)
    }

    /// Finds out what each template asks for; every rule exists by now and ends.
    fn make_filter(&mut self) {
        for block in &mut self.blocks {
            let mut sentences = std::mem::take(&mut block.sentences);
            let names = Local { block, rules: &self.rules, lists: &self.lists };
            for Sentence { template, needs, edges, .. } in &mut sentences {
                *needs = self.filter.add(template, &|name| names.rule(name));
                *edges = Edges::new(template, &names);
                self.openers.extend(openers(template, &names));
            }
            block.sentences = sentences;
        }
        self.filter.build();
        let own = self.blocks.iter().flat_map(|block| block.lists.values());
        for list in self.lists.values().chain(own) {
            if let List::Range(range) = list {
                self.number_words.add(range);
            }
        }
    }

    fn add_words(&mut self, file: &str, text: &str) -> Result<(), Error> {
        let words = Vocabulary::parse(text).map_err(|line| Error::Syntax {
            place: format!("{file}, line {line}"),
            column: 1,
            expected: "a word and its sound, front coded and sorted".to_owned(),
        })?;
        Arc::make_mut(&mut self.lexicon).vocabulary = Arc::new(words);
        Ok(())
    }

    fn add(&mut self, file: &str, text: &str) -> Result<(), Error> {
        let yaml = |source: serde_saphyr::Error| Error::Yaml {
            file: file.to_owned(),
            source: Box::new(source),
        };
        let raw: yaml::File = serde_saphyr::from_str(text).map_err(yaml)?;
        let language = self.language.get_or_insert_with(|| raw.language.clone());
        if *language != raw.language {
            let expected = format!("the language `{language}` of the other files");
            return Err(Error::Syntax { place: file.to_owned(), column: 1, expected });
        }
        let words = Speller::of(language);
        let place = format!("{file}, skip_words");
        for skip in &raw.skip_words {
            let template = parse(skip).map_err(|e| syntax(&place, skip, e))?;
            check_literals(&template, &place)?;
            self.skip_words.extend(template.literals().iter().map(|t| t.trim().to_owned()));
        }
        self.skip_words.retain(|skip| !skip.is_empty());
        Arc::make_mut(&mut self.lexicon).extend(raw.words);
        self.carrier.extend(file, raw.carrier)?;
        self.rules.extend(rules(&raw.expansion_rules, &format!("{file}, expansion_rules"))?);
        for (name, list) in raw.lists {
            let list = list_of(file, &name, list, words)?;
            self.lists.insert(name, list);
        }
        for (intent, blocks) in raw.intents {
            for (number, block) in blocks.data.into_iter().enumerate() {
                let place = format!("{file}, block {} of {intent}", number + 1);
                let block = block_of(file, &intent, place, block, words)?;
                self.blocks.push(block);
            }
        }
        self.add_inline_ranges(words)
    }

    /// Makes lists of the ranges that are written into templates.
    fn add_inline_ranges(&mut self, words: Option<&'static Speller>) -> Result<(), Error> {
        let mut found = Vec::new();
        for block in &self.blocks {
            let local = block.rules.values().map(|node| (node, block.place.as_str()));
            let own = block.sentences.iter().map(|s| (&s.template, block.place.as_str()));
            for (node, place) in own.chain(local) {
                inline_ranges(node, &mut |name, range| found.push((name, range, place)));
            }
        }
        for (_, node) in &self.carrier.phrases {
            inline_ranges(node, &mut |name, range| found.push((name, range, "carrier")));
        }
        for (rule, node) in &self.rules {
            inline_ranges(node, &mut |name, range| found.push((name, range, rule)));
        }
        for (name, range, place) in found {
            if range.from > range.to || range.step < 1 {
                let expected = "a range from the smaller number to the larger".to_owned();
                return Err(Error::List {
                    file: place.to_owned(),
                    list: name.to_owned(),
                    expected,
                });
            }
            if !self.lists.contains_key(name) {
                let list = Range::new(range.from, range.to, range.step, Fractions::None, words);
                self.lists.insert(name.to_owned(), List::Range(list));
            }
        }
        Ok(())
    }

    /// Names of all intents that some sentence leads to, sorted.
    pub fn intents(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.blocks.iter().map(|block| block.intent.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The block of that number; the one behind the last is that of the carrier phrases.
    pub(crate) fn block(&self, number: usize) -> &Block {
        self.blocks.get(number).unwrap_or(&self.carrier.block)
    }

    /// The rule of that name, as the block sees it.
    pub(crate) fn rule<'a>(&'a self, block: &'a Block, name: &str) -> Option<&'a Node> {
        block.rules.get(name).or_else(|| self.rules.get(name))
    }

    fn check_rules(&self) -> Result<(), Error> {
        for block in &self.blocks {
            let mut sizes =
                Sizes::new(|rule| self.rule(block, rule), |list| self.texts(block, list));
            for sentence in &block.sentences {
                sizes.check(&sentence.template, &sentence.place(block))?;
            }
        }
        let block = &self.carrier.block;
        let mut sizes = Sizes::new(|rule| self.rule(block, rule), |list| self.texts(block, list));
        for (_, node) in &self.carrier.phrases {
            sizes.check(node, "carrier")?;
        }
        Ok(())
    }

    /// The values of the list of that name, as the block sees it, if they are texts.
    pub(crate) fn texts<'a>(&'a self, block: &'a Block, name: &str) -> Option<&'a TextList> {
        match block.lists.get(name).or_else(|| self.lists.get(name)) {
            Some(List::Text(values)) => Some(values),
            _ => None,
        }
    }
}

impl Sentence {
    /// File, block and text, for errors.
    pub fn place(&self, block: &Block) -> String {
        format!("{}, sentence `{}`", block.place, self.text)
    }
}

fn syntax(place: &str, text: &str, error: SyntaxError) -> Error {
    let place = format!("{place}, sentence `{text}`");
    Error::Syntax { place, column: error.column, expected: error.expected }
}

fn rules(raw: &BTreeMap<String, String>, place: &str) -> Result<HashMap<String, Node>, Error> {
    raw.iter()
        .map(|(name, text)| {
            let node = parse(text).map_err(|e| syntax(&format!("{place} `{name}`"), text, e))?;
            Ok((name.clone(), node))
        })
        .collect()
}

fn block_of(
    file: &str,
    intent: &str,
    place: String,
    raw: yaml::Block,
    words: Option<&'static Speller>,
) -> Result<Block, Error> {
    let sentences = raw
        .sentences
        .into_iter()
        .map(|text| match parse(&text) {
            Ok(template) => {
                Ok(Sentence { template, needs: Needs::default(), edges: Edges::default(), text })
            }
            Err(error) => Err(syntax(&place, &text, error)),
        })
        .collect::<Result<_, _>>()?;
    let lists = raw
        .lists
        .into_iter()
        .map(|(name, list)| Ok((name.clone(), list_of(file, &name, list, words)?)))
        .collect::<Result<_, Error>>()?;
    Ok(Block {
        intent: intent.to_owned(),
        sentences,
        slots: raw
            .slots
            .into_iter()
            .map(|(name, value)| (name, slot_value(value.joined())))
            .collect(),
        response: raw.response.unwrap_or_else(|| "default".to_owned()),
        context: Rules {
            requires: requirements(raw.requires_context),
            excludes: requirements(raw.excludes_context),
        },
        required_keywords: raw.required_keywords.iter().map(|w| w.to_lowercase()).collect(),
        written: raw.metadata.written,
        rules: rules(&raw.expansion_rules, &place)?,
        lists,
        place,
    })
}

fn requirements(raw: BTreeMap<String, Option<yaml::ContextRule>>) -> Vec<Requirement> {
    let strings = |values: Vec<Scalar>| values.iter().map(Scalar::to_string).collect();
    raw.into_iter()
        .map(|(key, rule)| {
            let (values, slot) = match rule {
                None => (Vec::new(), None),
                Some(yaml::ContextRule::One(value)) => (vec![value.to_string()], None),
                Some(yaml::ContextRule::Any(values)) => (strings(values), None),
                Some(yaml::ContextRule::Full(rule)) => {
                    let values = match rule.value {
                        None => Vec::new(),
                        Some(yaml::Values::One(value)) => vec![value.to_string()],
                        Some(yaml::Values::Any(values)) => strings(values),
                    };
                    let slot = match rule.slot {
                        None | Some(Scalar::Bool(false)) => None,
                        Some(Scalar::Bool(true)) => Some(key.clone()),
                        Some(name) => Some(name.to_string()),
                    };
                    (values, slot)
                }
            };
            Requirement { key, values, slot }
        })
        .collect()
}

fn slot_value(value: Scalar) -> SlotValue {
    match value {
        Scalar::Number(number) => SlotValue::Number(number),
        other => SlotValue::Text(PrivateText::new(other.to_string())),
    }
}

fn list_of(
    file: &str,
    name: &str,
    raw: yaml::List,
    words: Option<&'static Speller>,
) -> Result<List, Error> {
    let wrong = |expected: &str| Error::List {
        file: file.to_owned(),
        list: name.to_owned(),
        expected: expected.to_owned(),
    };
    match (raw.values, raw.range, raw.wildcard) {
        (Some(values), None, false) => {
            let place = format!("{file}, list `{name}`");
            values
                .into_iter()
                .map(|value| text_value(&place, value).map(Arc::new))
                .collect::<Result<_, _>>()
                .map(List::Text)
        }
        (None, Some(raw), false) => {
            if raw.from > raw.to {
                return Err(wrong("`from` not above `to`"));
            }
            if raw.step < 1 {
                return Err(wrong("a `step` of at least 1"));
            }
            if !raw.digits && !raw.words {
                return Err(wrong("`digits` or `words`, or both"));
            }
            let words = raw.words_language.as_deref().map_or(words, Speller::of);
            let spoken = words.filter(|_| raw.words);
            let mut range = Range::new(raw.from, raw.to, raw.step, raw.fractions, spoken);
            range.digits = raw.digits;
            range.multiplier = raw.multiplier.unwrap_or(1.0);
            Ok(List::Range(range))
        }
        (None, None, true) => Ok(List::Wildcard),
        _ => Err(wrong("one of `values`, `range`, `wildcard: true`")),
    }
}

fn text_value(place: &str, raw: yaml::Value) -> Result<TextValue, Error> {
    let (text, out, context) = match raw {
        yaml::Value::Plain(text) => {
            let plain = text.to_string();
            let is_template = plain.contains(['(', ')', '{', '}', '<', '>', '[', ']', '|', '@']);
            (plain, (!is_template).then_some(text), BTreeMap::new())
        }
        yaml::Value::Full { r#in, out, context } => {
            (r#in.to_string(), out.map(yaml::Values::joined), context)
        }
    };
    let template = parse(&text).map_err(|error| syntax(place, &text, error))?;
    let context =
        context.into_iter().filter_map(|(key, value)| Some((key, value?.to_string()))).collect();
    Ok(TextValue::new(template, out.map(slot_value), context))
}

fn inline_ranges<'a>(node: &'a Node, found: &mut impl FnMut(&'a str, InlineRange)) {
    if let Node::List(list) = node
        && let Some(range) = InlineRange::parse(&list.list)
    {
        found(&list.list, range);
    }
    for child in node.children() {
        inline_ranges(child, found);
    }
}
