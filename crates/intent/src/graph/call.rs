//! Lists as subgraphs that the word graph calls, so that a change in one leaves the rest as it is.

use std::sync::Arc;

use voice::WordGraph;

use super::Builder;
use super::pieces::{Call, DEAD, END, Pieces, Place, Step, Texts};
use super::words::Words;
use crate::sentences::List;

impl<'a> Builder<'_, 'a> {
    /// Whether the list is called: that of a household, and long ones.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let own = self.scope.block.lists.contains_key(name);
        (!own && self.scope.household.has(name))
            || matches!(self.scope.list(name), Some(List::Range(_)))
    }

    /// A step on which the list is called.
    pub(super) fn call(&mut self, name: &str, list: &'a List, next: Place) -> Place {
        let key = (std::ptr::from_ref(list) as usize, self.condition());
        let called = self.pieces.called.get_or_insert_default();
        let number = if let Some(&known) = called.by_condition.get(&key) {
            known
        } else {
            let number = self.called(key.0, list);
            let called = self.pieces.called.get_or_insert_default();
            called.by_condition.insert(key, number);
            if self.scope.household.has(name) {
                called.calls.push(Call { list: name.to_owned(), block: self.block, number });
            }
            number
        };
        number.map_or(DEAD, |number| self.pieces.add(vec![(Step::List(number), next)]))
    }

    /// The number of the list with the values that can be said here; blocks that ask for other
    /// things often mean the same values.
    fn called(&mut self, address: usize, list: &List) -> Option<u32> {
        let values = self.sayable(list);
        let key = (address, values);
        if let Some(&known) = self.pieces.called.get_or_insert_default().numbers.get(&key) {
            return known;
        }
        let graph = self.called_graph(list, &key.1);
        let called = self.pieces.called.get_or_insert_default();
        let number = graph.map(|graph| {
            called.graphs.push(Arc::new(graph));
            called.texts.push(texts(list, &key.1));
            called.graphs.len() as u32 - 1
        });
        called.numbers.insert(key, number);
        number
    }

    /// Those values of the list as a graph of their own.
    pub(super) fn called_graph(&self, list: &List, values: &[u32]) -> Option<WordGraph> {
        let mut pieces = Pieces::new(false);
        let mut inner = Builder { pieces: &mut pieces, ..*self };
        let start = inner.plain(list, values, END);
        (start != DEAD).then(|| Words::of(&pieces, start))
    }
}

/// Those of these values of the list that are plain text.
pub(super) fn texts(list: &List, values: &[u32]) -> Option<Texts> {
    let List::Text(list) = list else { return None };
    Some(list.sorted(values).into_iter().map(Arc::clone).collect())
}
