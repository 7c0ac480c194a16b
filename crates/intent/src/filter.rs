//! Prefilter: rules out templates that a text cannot fit, in one pass over the text.
//!
//! From every template it is known which literal texts each sentence of it must contain: all clauses,
//! and of each clause one text at least. That only saves time; what is left is matched in full.

use std::collections::{BTreeSet, HashMap};

use aho_corasick::{AhoCorasick, MatchKind};

use crate::normalise::is_punctuation;
use crate::template::Node;

/// Rules within rules that are looked into.
const DEEPEST: usize = 24;
/// A clause with more texts than this is of little use.
const WIDEST: usize = 40;
/// Clauses of one template that are asked for.
const MOST_CLAUSES: usize = 4;

/// Texts of which one must be there.
type Clause = BTreeSet<String>;

/// The texts that templates ask for, all at once.
#[derive(Default)]
pub(crate) struct Filter {
    automaton: Option<AhoCorasick>,
    numbers: HashMap<String, u32>,
}

/// What one template asks for: clauses of numbers of texts.
#[derive(Default)]
pub(crate) struct Needs(Vec<Box<[u32]>>);

/// Which texts are in an input, as bits.
pub(crate) struct Hits(Vec<u64>);

impl Filter {
    /// Takes in a template; `rule` looks up the rules that it refers to. [`Filter::build`] makes the
    /// filter ready afterwards.
    pub fn add<'a>(
        &mut self,
        template: &'a Node,
        rule: &dyn Fn(&str) -> Option<&'a Node>,
    ) -> Needs {
        let mut clauses = clauses(template, rule, 0);
        clauses.retain(|clause| clause.len() <= WIDEST);
        // What few templates ask for is asked first: few texts, and long ones.
        clauses.sort_by_key(|clause| {
            let shortest = clause.iter().map(String::len).min().unwrap_or(0);
            (clause.len(), std::cmp::Reverse(shortest))
        });
        clauses.dedup();
        clauses.truncate(MOST_CLAUSES);
        let mut number = |text: String| {
            let next = self.numbers.len() as u32;
            *self.numbers.entry(text).or_insert(next)
        };
        let needs = clauses.into_iter().map(|clause| clause.into_iter().map(&mut number).collect());
        Needs(needs.collect())
    }

    /// Makes the filter ready. If that fails everything is let through.
    pub fn build(&mut self) {
        let mut texts: Vec<(&String, &u32)> = self.numbers.iter().collect();
        texts.sort_by_key(|(_, number)| **number);
        self.automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(texts.iter().map(|(text, _)| text.as_bytes()))
            .ok();
    }

    /// The texts that are in these inputs, which are lower case.
    pub fn find<'t>(&self, inputs: impl IntoIterator<Item = &'t str>) -> Hits {
        let words = self.numbers.len().div_ceil(64);
        let Some(automaton) = &self.automaton else { return Hits(vec![u64::MAX; words]) };
        let mut found = vec![0; words];
        for input in inputs {
            for found_here in automaton.find_overlapping_iter(input) {
                let number = found_here.pattern().as_usize();
                found[number / 64] |= 1 << (number % 64);
            }
        }
        Hits(found)
    }
}

impl Hits {
    /// Whether everything is there that a template asks for.
    pub fn meets(&self, needs: &Needs) -> bool {
        let has = |number: &u32| self.0[*number as usize / 64] & (1 << (number % 64)) != 0;
        needs.0.iter().all(|clause| clause.iter().any(has))
    }
}

/// What every sentence of a template contains.
fn clauses<'a>(
    node: &'a Node,
    rule: &dyn Fn(&str) -> Option<&'a Node>,
    depth: usize,
) -> Vec<Clause> {
    match node {
        Node::Text(text) => pieces(text).map(|piece| Clause::from([piece.to_owned()])).collect(),
        Node::Sequence(items) | Node::Permutation(items) => {
            items.iter().flat_map(|item| clauses(item, rule, depth)).collect()
        }
        Node::Alternative(items) => {
            let mut any = Clause::new();
            for item in items {
                let of_item = clauses(item, rule, depth);
                let Some(smallest) = of_item.into_iter().min_by_key(Clause::len) else {
                    return Vec::new();
                };
                any.extend(smallest);
            }
            vec![any]
        }
        Node::Rule(name) if depth < DEEPEST => {
            rule(name).map(|node| clauses(node, rule, depth + 1)).unwrap_or_default()
        }
        Node::Rule(_) | Node::List(_) => Vec::new(),
    }
}

/// What a literal asks for: an input may have hyphens in place of spaces, and lacks punctuation.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '-', '_'])
        .filter(|piece| !piece.is_empty() && !piece.contains(|c: char| is_punctuation(c)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;

    #[test]
    fn a_template_is_passed_over_if_something_is_missing() {
        let node = |text: &str| parse(text).expect("a template");
        let turn = node("(turn|switch)");
        let template = node("[please] <turn> (on|off;[the]) light[s] wi-fi {name}");
        let mut filter = Filter::default();
        let needs = filter.add(&template, &|name| (name == "turn").then_some(&turn));
        filter.build();
        for (text, expected) in [
            ("turn on the lights wi fi", true),
            ("please switch the light off wi-fi lamp", true),
            ("turning lightson wifi", true),
            ("on the lights wi fi", false),
            ("turn the lights", false),
            ("", false),
        ] {
            assert_eq!(filter.find([text]).meets(&needs), expected, "{text}");
        }
        // Half of it may be in one form of the input and half in another.
        assert!(filter.find(["turn on the", "light wi fi"]).meets(&needs));
        let anything = filter.add(&node("[well] {anything}"), &|_| None);
        assert!(filter.find([""]).meets(&anything));
    }
}
