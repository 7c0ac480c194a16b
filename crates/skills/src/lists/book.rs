//! The book of lists: where they are kept, so that they outlive the program.

use std::sync::{Mutex, PoisonError};

use voice::{BoxFuture, Error, Result};

/// A list of the household, as it is kept. Its words are private, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct NamedList {
    /// Its number.
    pub id: i64,
    /// What it is called: `shopping`.
    pub name: String,
    /// What is on it, in its order.
    pub items: Vec<ListItem>,
}

/// One thing on a list.
#[derive(Clone, PartialEq)]
pub struct ListItem {
    /// Its number.
    pub id: i64,
    /// What it says.
    pub text: String,
}

/// A list as the page shows it.
#[derive(Clone, PartialEq)]
pub struct ListView {
    /// What it is called: `shopping`.
    pub name: String,
    /// What is on it, in its order.
    pub items: Vec<String>,
}

/// Keeps lists.
pub trait ListBook: Send + Sync {
    /// All lists.
    ///
    /// # Errors
    /// When they cannot be read.
    fn load(&self) -> BoxFuture<'_, Result<Vec<NamedList>>>;

    /// Whether they wait for a passphrase.
    fn is_locked(&self) -> bool {
        false
    }

    /// Makes an empty list and returns its number.
    ///
    /// # Errors
    /// When it cannot be written.
    fn create<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<i64>>;

    /// Removes a list with what is on it.
    ///
    /// # Errors
    /// When it cannot be removed.
    fn delete(&self, list: i64) -> BoxFuture<'_, Result<()>>;

    /// Puts these at the end of a list, all or none, and returns their numbers in the same order.
    ///
    /// # Errors
    /// When they cannot be written, or there is no such list.
    fn add<'a>(&'a self, list: i64, texts: &'a [String]) -> BoxFuture<'a, Result<Vec<i64>>>;

    /// Takes items off their lists, all or none.
    ///
    /// # Errors
    /// When they cannot be removed.
    fn remove<'a>(&'a self, items: &'a [i64]) -> BoxFuture<'a, Result<()>>;
}

/// Keeps lists as long as the program runs.
#[derive(Default)]
pub struct MemoryLists(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    lists: Vec<NamedList>,
    last: i64,
}

impl Kept {
    fn number(&mut self) -> i64 {
        self.last += 1;
        self.last
    }
}

impl ListBook for MemoryLists {
    fn load(&self) -> BoxFuture<'_, Result<Vec<NamedList>>> {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner).lists.clone();
        Box::pin(std::future::ready(Ok(lists)))
    }

    fn create<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<i64>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = kept.number();
        kept.lists.push(NamedList { id, name: name.to_owned(), items: Vec::new() });
        Box::pin(std::future::ready(Ok(id)))
    }

    fn delete(&self, list: i64) -> BoxFuture<'_, Result<()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).lists.retain(|it| it.id != list);
        Box::pin(std::future::ready(Ok(())))
    }

    fn add<'a>(&'a self, list: i64, texts: &'a [String]) -> BoxFuture<'a, Result<Vec<i64>>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let items: Vec<_> =
            texts.iter().map(|text| ListItem { id: kept.number(), text: text.clone() }).collect();
        let ids = items.iter().map(|item| item.id).collect();
        let added = match kept.lists.iter_mut().find(|it| it.id == list) {
            Some(list) => {
                list.items.extend(items);
                Ok(ids)
            }
            None => Err(Error::failed("add to the list", "it is gone")),
        };
        Box::pin(std::future::ready(added))
    }

    fn remove<'a>(&'a self, items: &'a [i64]) -> BoxFuture<'a, Result<()>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for list in &mut kept.lists {
            list.items.retain(|item| !items.contains(&item.id));
        }
        Box::pin(std::future::ready(Ok(())))
    }
}
