//! Scopes: what the names of lists and rules mean inside one block of sentences.

use crate::household::Household;
use crate::sentences::{Block, List, Sentences};
use crate::template::Node;

/// What names mean inside one block.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub sentences: &'a Sentences,
    pub household: &'a Household,
    pub block: &'a Block,
}

impl<'a> Scope<'a> {
    pub fn rule(&self, name: &str) -> Option<&'a Node> {
        self.sentences.rule(self.block, name)
    }

    pub fn list(&self, name: &str) -> Option<&'a List> {
        let own = self.block.lists.get(name);
        own.or_else(|| self.household.get(name)).or_else(|| self.sentences.lists.get(name))
    }

    /// Whether the template is of that one list, and the list takes any words.
    pub fn is_wildcard(&self, node: Option<&Node>) -> bool {
        let Some(Node::List(list)) = node else { return false };
        matches!(self.sentences.lists.get(&list.list), Some(List::Wildcard))
    }
}
