//! Persistence of lists.

use serde::{Deserialize, Serialize};

use crate::household::Kind;
use crate::{Error, Result, Store};

/// A list as it is stored. Its words are the household's, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct StoredList {
    /// Its number.
    pub id: i64,
    /// What it is called: `shopping`.
    pub name: String,
    /// What is on it, in its order: number and text.
    pub items: Vec<(i64, String)>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct List {
    pub name: String,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Item {
    pub list: i64,
    pub text: String,
    pub position: i64,
}

impl Store {
    /// All lists with what is on them, in the order in which they were made.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn lists(&self) -> Result<Vec<StoredList>> {
        // Together, so that nothing that happens in between tears a list apart.
        let mut read = self.household.begin().await;
        let lists: Vec<(i64, List)> = read.all(Kind::List).await?;
        let mut items: Vec<(i64, Item)> = read.all(Kind::Item).await?;
        items.sort_by_key(|(id, item)| (item.position, *id));
        let mut lists: Vec<_> = lists
            .into_iter()
            .map(|(id, List { name })| StoredList { id, name, items: Vec::new() })
            .collect();
        for (id, item) in items {
            if let Some(list) = lists.iter_mut().find(|list| list.id == item.list) {
                list.items.push((id, item.text));
            }
        }
        Ok(lists)
    }

    /// Makes an empty list and returns its number; that of the list which has the name already, if
    /// there is one.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn create_list(&self, name: &str) -> Result<i64> {
        let mut change = self.household.begin().await;
        let lists: Vec<(i64, List)> = change.all(Kind::List).await?;
        if let Some((id, _)) = lists.iter().find(|(_, list)| list.name == name) {
            return Ok(*id);
        }
        let id = change.put(Kind::List, None, &List { name: name.to_owned() }).await?;
        change.commit().await?;
        Ok(id)
    }

    /// Removes a list with what is on it, if it is there.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_list(&self, id: i64) -> Result<()> {
        let mut change = self.household.begin().await;
        let items: Vec<(i64, Item)> = change.all(Kind::Item).await?;
        for (item, _) in items.iter().filter(|(_, item)| item.list == id) {
            change.remove(Kind::Item, *item);
        }
        change.remove(Kind::List, id);
        change.commit().await
    }

    /// Puts items at the end of a list, all of them or none, and returns their numbers.
    ///
    /// # Errors
    /// When the database cannot be written, or there is no such list.
    pub async fn add_list_items(&self, list: i64, texts: &[String]) -> Result<Vec<i64>> {
        let mut change = self.household.begin().await;
        let lists: Vec<(i64, List)> = change.all(Kind::List).await?;
        if !lists.iter().any(|(id, _)| *id == list) {
            return Err(Error::Invalid(
                "put that on the list: it has just been removed".to_owned(),
            ));
        }
        let there: Vec<(i64, Item)> = change.all(Kind::Item).await?;
        let on_it = there.iter().filter(|(_, item)| item.list == list);
        let last = on_it.map(|(_, item)| item.position).max().unwrap_or(0);
        let mut ids = Vec::with_capacity(texts.len());
        for (text, position) in texts.iter().zip(last + 1..) {
            let item = Item { list, text: text.clone(), position };
            ids.push(change.put(Kind::Item, None, &item).await?);
        }
        change.commit().await?;
        Ok(ids)
    }

    /// Removes items, all of them or none; those that are not there do not matter.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn remove_list_items(&self, ids: &[i64]) -> Result<()> {
        self.household.remove(Kind::Item, ids).await
    }
}
