//! Lists: the shopping list and its sisters.

mod book;
mod items;
mod meant;
mod skill;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use voice::Result;

pub use book::{ListBook, ListItem, ListView, MemoryLists, NamedList};

/// The lists of the household. They are kept in a [`ListBook`], so that they outlive the program.
pub struct NamedLists {
    book: Arc<dyn ListBook>,
    lists: Mutex<Vec<NamedList>>,
    /// Held from the reading to the end of the write, so that no act builds on what another is
    /// about to change.
    acts: tokio::sync::Mutex<()>,
}

impl NamedLists {
    /// Takes up the lists in the book.
    ///
    /// # Errors
    /// When the book cannot be read.
    pub async fn new(book: Arc<dyn ListBook>) -> Result<Self> {
        let lists = Mutex::new(book.load().await?);
        Ok(Self { book, lists, acts: tokio::sync::Mutex::default() })
    }

    /// The passphrase was given: takes up the lists that waited for it.
    ///
    /// # Errors
    /// When the book cannot be read.
    pub async fn unlocked(&self) -> Result<()> {
        let _act = self.acts.lock().await;
        *self.lock() = self.book.load().await?;
        Ok(())
    }

    /// The lists as the page shows them, in the order in which they were made.
    pub fn views(&self) -> Vec<ListView> {
        let view = |list: &NamedList| ListView {
            name: list.name.clone(),
            items: list.items.iter().map(|item| item.text.clone()).collect(),
        };
        self.lock().iter().map(view).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<NamedList>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, name: &str) -> Option<NamedList> {
        self.lock().iter().find(|list| list.name == name).cloned()
    }

    async fn create(&self, name: &str) -> Result<NamedList> {
        let id = self.book.create(name).await?;
        let list = NamedList { id, name: name.to_owned(), items: Vec::new() };
        self.lock().push(list.clone());
        Ok(list)
    }

    async fn take_off(&self, items: &[ListItem]) -> Result<()> {
        let ids: Vec<_> = items.iter().map(|item| item.id).collect();
        self.book.remove(&ids).await?;
        for list in self.lock().iter_mut() {
            list.items.retain(|item| !ids.contains(&item.id));
        }
        Ok(())
    }
}
