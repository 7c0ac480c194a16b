//! The word graph: every sentence of a recogniser.
//!
//! Templates glue text together (`light[s]`), so a graph of pieces of text and spaces is built
//! first, from the end of each sentence to its start. Equal nodes become one, so that sentences
//! share what they end with. The names of a house and ranges of numbers stand in lists that are
//! called. Then the pieces between spaces are joined to words.

mod call;
mod pieces;
mod spoken;
mod words;

use std::sync::Arc;

use voice::{Phrase, WordGraph};

pub(crate) use self::pieces::Texts;
use self::pieces::{Called, DEAD, END, Pieces, Place, Step};
pub(crate) use self::spoken::Spoken;
use self::words::Words;
use crate::Recogniser;
use crate::context::Context;
use crate::parse::parse;
use crate::scope::Scope;
use crate::sentences::List;
use crate::spell::Speller;
use crate::template::{Node, is_speakable};

/// How many words such as `please` a sentence of the graph may start with.
const LEADING_SKIP_WORDS: usize = 2;

impl Recogniser {
    /// Every sentence that is understood in this context, as people say it: words in lower case,
    /// numbers in words, names of the household included. Those written with signs or digits are
    /// left out, and blocks with `metadata: {written: true}`. Words that change nothing (`please`) may stand at the start
    /// and at the end.
    pub fn graph(&self, context: &Context) -> WordGraph {
        self.graph_and_calls(context).0
    }

    /// The same, with the places at which lists of the household are called.
    fn graph_and_calls(&self, context: &Context) -> (WordGraph, Called) {
        let mut pieces = Pieces::new(true);
        let skip_words: Vec<_> = self
            .sentences
            .skip_words
            .iter()
            .filter_map(|words| parse(&escape(words)).ok())
            .collect();
        // Behind a command people say "please"; longer phrases there only invite mishearing.
        let short = skip_words.iter().zip(&self.sentences.skip_words);
        let short = short.filter(|(_, text)| !text.trim().contains(' ')).map(|(words, _)| words);
        let tail: Vec<_> = short.map(|words| pieces.literal(words, END)).collect();
        let tail = pieces.union(&tail, END);
        let tail = pieces.add(vec![(Step::Space, tail), (Step::Nothing, END)]);
        let mut starts = Vec::new();
        for (number, block) in self.sentences.blocks.iter().enumerate() {
            if block.written || block.context.conflicts(|key| context.get(key)) {
                continue;
            }
            let scope = self.scope(block);
            for sentence in &block.sentences {
                let mut builder = Builder { pieces: &mut pieces, scope, block: number, context };
                if builder.can_be_said(&sentence.template) {
                    starts.push(builder.build(&sentence.template, tail));
                }
            }
        }
        let mut start = pieces.either(&starts);
        for _ in 0..LEADING_SKIP_WORDS {
            let spaced = pieces.add(vec![(Step::Space, start)]);
            let mut with: Vec<_> = skip_words.iter().map(|w| pieces.literal(w, spaced)).collect();
            with.push(start);
            start = pieces.either(&with);
        }
        let carrier = self.carrier(&mut pieces, context);
        let mut graph = Words::of(&pieces, start);
        for list in pieces.called.iter().flat_map(|called| &called.graphs) {
            graph.add_list(Arc::clone(list));
        }
        let phrases = carrier.into_iter().filter(|(_, start)| *start != DEAD);
        graph.carry(phrases.map(|(phrase, start)| (phrase, Words::of(&pieces, start))).collect());
        let numbers = self.speller().into_iter().flat_map(Speller::words);
        graph.guard(self.sentences.lexicon.guarded.iter().cloned(), numbers);
        (graph, pieces.called.unwrap_or_default())
    }

    /// Where each kind of carrier phrase starts.
    fn carrier<'a>(
        &'a self,
        pieces: &mut Pieces<'a>,
        context: &'a Context,
    ) -> [(Phrase, Place); Phrase::ALL.len()] {
        let carrier = &self.sentences.carrier;
        let (scope, block) = (self.scope(&carrier.block), self.sentences.blocks.len());
        Phrase::ALL.map(|phrase| {
            let mut builder = Builder { pieces: &mut *pieces, scope, block, context };
            let of_kind = carrier.phrases.iter().filter(|(kind, _)| *kind == phrase);
            let starts: Vec<_> = of_kind.map(|(_, node)| builder.build(node, END)).collect();
            (phrase, pieces.either(&starts))
        })
    }
}

/// Text as a template that stands for just that text.
fn escape(text: &str) -> String {
    let special = |c: char| "()[]{}<>|;\\".contains(c);
    text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
}

/// Builds the sentences of one block.
struct Builder<'p, 'a> {
    pieces: &'p mut Pieces<'a>,
    scope: Scope<'a>,
    /// Index of the block.
    block: usize,
    context: &'p Context,
}

impl<'a> Builder<'_, 'a> {
    /// The node from which the template can be said, going on to `next`.
    fn build(&mut self, node: &'a Node, next: Place) -> Place {
        if next == DEAD {
            return DEAD;
        }
        match node {
            Node::Text(text) => self.pieces.text(text, next),
            Node::Sequence(items) => {
                items.iter().rev().fold(next, |next, item| self.build(item, next))
            }
            Node::Alternative(items) => {
                let places: Vec<_> = items.iter().map(|item| self.build(item, next)).collect();
                self.pieces.either(&places)
            }
            Node::Permutation(items) => self.permutation(&items.iter().collect::<Vec<_>>(), next),
            Node::Rule(name) => match self.scope.rule(name) {
                Some(rule) => self.build(rule, next),
                None => DEAD,
            },
            Node::List(node) => match self.scope.list(&node.list) {
                None => DEAD,
                Some(List::Wildcard) => {
                    let open = self.pieces.add(vec![(Step::Open, next)]);
                    let name = format!("{}{}", voice::Lists::LIKELY, node.list);
                    match self.scope.household.get(&name) {
                        Some(likely) if self.pieces.called.is_some() => {
                            let likely = self.call(&name, likely, next);
                            self.pieces.either(&[likely, open])
                        }
                        _ => open,
                    }
                }
                Some(list) if self.pieces.called.is_some() && self.is_called(&node.list) => {
                    self.call(&node.list, list, next)
                }
                Some(list) => self.list(list, next),
            },
        }
    }

    /// The number of what the block asks of the context.
    fn condition(&mut self) -> usize {
        let rules = &self.scope.block.context;
        let known = self.pieces.conditions.iter().position(|before| *before == rules);
        known.unwrap_or_else(|| {
            self.pieces.conditions.push(rules);
            self.pieces.conditions.len() - 1
        })
    }

    fn permutation(&mut self, items: &[&'a Node], next: Place) -> Place {
        if items.is_empty() {
            return next;
        }
        let mut places = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let others = [&items[..index], &items[index + 1..]].concat();
            let after = self.permutation(&others, next);
            places.push(self.build(item, after));
        }
        self.pieces.either(&places)
    }

    fn list(&mut self, list: &'a List, next: Place) -> Place {
        let condition = self.condition();
        let key = (std::ptr::from_ref(list) as usize, condition, next);
        if let Some(&place) = self.pieces.lists.get(&key) {
            return place;
        }
        let place = match list {
            List::Wildcard => DEAD,
            List::Range(_) => self.plain(list, &[], next),
            List::Text(values) => {
                let sayable = self.sayable(list);
                let mut others = Vec::new();
                for &value in &sayable {
                    let value = &values.values()[value as usize];
                    if value.plain.is_none() {
                        others.push(self.build(&value.template, next));
                    }
                }
                let others = self.pieces.union(&others, next);
                let plain = self.plain(list, &sayable, next);
                self.pieces.either(&[plain, others])
            }
        };
        self.pieces.lists.insert(key, place);
        place
    }

    /// Those of these values of the list that are plain text, or all of a range.
    fn plain(&mut self, list: &List, values: &[u32], next: Place) -> Place {
        match list {
            List::Wildcard => DEAD,
            List::Range(range) => {
                let mut spellings = Vec::new();
                range.spellings().for_each(|text| spellings.push(text.replace('-', " ")));
                spellings.retain(|text| is_speakable(text));
                spellings.sort_unstable();
                let texts: Vec<_> = spellings.iter().map(String::as_str).collect();
                self.pieces.texts(&texts, 0, next)
            }
            List::Text(list) => {
                let texts: Vec<_> = list.sorted(values).into_iter().map(AsRef::as_ref).collect();
                self.pieces.texts(&texts, 0, next)
            }
        }
    }

    /// The values that meet what the block asks of the context, by their index.
    fn sayable(&self, list: &List) -> Vec<u32> {
        let List::Text(values) = list else { return Vec::new() };
        let mut wanted = self.missing_keys();
        wanted.retain(|key| values.brings(key));
        let rules = &self.scope.block.context;
        values.with_context(|context| {
            let has = |key: &&str| context.iter().any(|(known, _)| known == key);
            !rules.conflict_with(context) && wanted.iter().all(has)
        })
    }

    /// What the block asks for and only a list value can bring.
    fn missing_keys(&self) -> Vec<&'a str> {
        let requires = self.scope.block.context.requires.iter();
        let keys = requires.map(|rule| rule.key.as_str());
        keys.filter(|key| self.context.get(key).is_none()).collect()
    }

    /// Whether the lists of the template bring everything that the block asks for.
    fn can_be_said(&self, template: &'a Node) -> bool {
        self.missing_keys().into_iter().all(|key| self.brings(template, key))
    }

    fn brings(&self, node: &'a Node, key: &str) -> bool {
        match node {
            Node::List(list) => match self.scope.list(&list.list) {
                Some(List::Text(values)) => values.brings(key),
                _ => false,
            },
            Node::Rule(name) => self.scope.rule(name).is_some_and(|rule| self.brings(rule, key)),
            node => node.children().iter().any(|child| self.brings(child, key)),
        }
    }
}
