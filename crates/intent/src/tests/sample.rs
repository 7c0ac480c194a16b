//! Texts of templates: for each place where a number may stand a short one with `N` there.

use std::collections::BTreeSet;

use crate::Recogniser;
use crate::scope::Scope;
use crate::sentences::List;
use crate::template::Node;

/// Texts that are made of one template, at most; a time of day alone has dozens of forms.
const MOST: usize = 2;
/// A number that nothing is asked about.
const OTHER: &str = "3";

/// Texts with one `N`, of all sentences.
pub(super) fn with_number(recogniser: &Recogniser) -> BTreeSet<String> {
    let blocks = recogniser.sentences.blocks.iter();
    let all = blocks.flat_map(|block| block.sentences.iter().map(move |one| (block, one)));
    let sampled = all.flat_map(|(block, sentence)| {
        let scope = recogniser.scope(block);
        let mut texts = marked(scope, &sentence.template);
        // Not only the first alternatives.
        let step = texts.len().div_ceil(MOST).max(1);
        texts = texts.into_iter().step_by(step).collect();
        texts
    });
    let one_blank = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    sampled.map(one_blank).collect()
}

/// The texts of a part in which one number is marked.
fn marked(scope: Scope<'_>, node: &Node) -> Vec<String> {
    match node {
        Node::Text(_) => Vec::new(),
        Node::Rule(name) => scope.rule(name).map(|rule| marked(scope, rule)).unwrap_or_default(),
        Node::List(list) => match scope.list(&list.list) {
            Some(List::Range(_)) => vec!["N".to_owned()],
            _ => Vec::new(),
        },
        Node::Alternative(items) => items.iter().flat_map(|item| marked(scope, item)).collect(),
        Node::Sequence(items) | Node::Permutation(items) => {
            let around = |items: &[Node]| -> Option<String> {
                items.iter().map(|item| plain(scope, item)).collect()
            };
            let at = (0..items.len()).filter_map(|at| {
                let (before, behind) = (around(&items[..at])?, around(&items[at + 1..])?);
                let between = marked(scope, &items[at]).into_iter();
                Some(between.map(move |text| format!("{before}{text}{behind}")))
            });
            at.flatten().collect()
        }
    }
}

/// The shortest text of a part, with words where any may stand.
fn plain(scope: Scope<'_>, node: &Node) -> Option<String> {
    match node {
        Node::Text(text) => Some(text.clone()),
        Node::Rule(name) => plain(scope, scope.rule(name)?),
        Node::List(list) => match scope.list(&list.list)? {
            List::Text(values) => plain(scope, &values.values().first()?.template),
            List::Range(_) => Some(OTHER.to_owned()),
            List::Wildcard => Some("green tea".to_owned()),
        },
        Node::Alternative(items) => {
            let texts = items.iter().filter_map(|item| plain(scope, item));
            texts.min_by_key(|text| text.trim().len())
        }
        Node::Sequence(items) | Node::Permutation(items) => {
            items.iter().map(|item| plain(scope, item)).collect()
        }
    }
}
