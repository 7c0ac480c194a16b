//! Lists, so that they survive a restart.

use crate::{Result, Store};

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

impl Store {
    /// All lists with what is on them, in the order in which they were made.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn lists(&self) -> Result<Vec<StoredList>> {
        // One statement: what another connection does in between cannot tear a list apart.
        let rows: Vec<(i64, String, Option<i64>, Option<String>)> = sqlx::query_as(
            "SELECT list.id, list.name, list_item.id, list_item.text
             FROM list LEFT JOIN list_item ON list_item.list_id = list.id
             ORDER BY list.id, list_item.position, list_item.id",
        )
        .fetch_all(&self.household)
        .await?;
        let mut lists: Vec<StoredList> = Vec::new();
        for (id, name, item, text) in rows {
            if lists.last().is_none_or(|list| list.id != id) {
                lists.push(StoredList { id, name, items: Vec::new() });
            }
            if let (Some(list), Some(item)) = (lists.last_mut(), item.zip(text)) {
                list.items.push(item);
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
        let mut ids: Vec<(i64,)> = sqlx::query_as(
            "INSERT INTO list (name) VALUES (?1)
             ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id",
        )
        .bind(name)
        .fetch_all(&self.household)
        .await?;
        let (id,) = ids.pop().ok_or(sqlx::Error::RowNotFound)?;
        Ok(id)
    }

    /// Removes a list with what is on it, if it is there.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_list(&self, id: i64) -> Result<()> {
        sqlx::query("DELETE FROM list WHERE id = ?1").bind(id).execute(&self.household).await?;
        self.forget_removed().await
    }

    /// Puts items at the end of a list, all of them or none, and returns their numbers.
    ///
    /// # Errors
    /// When the database cannot be written, or there is no such list.
    pub async fn add_list_items(&self, list: i64, texts: &[String]) -> Result<Vec<i64>> {
        let mut tx = self.household.begin().await?;
        let mut ids = Vec::with_capacity(texts.len());
        for text in texts {
            let row: Vec<(i64,)> = sqlx::query_as(
                "INSERT INTO list_item (list_id, text, position)
                 SELECT ?1, ?2, COALESCE(MAX(position), 0) + 1 FROM list_item WHERE list_id = ?1
                 RETURNING id",
            )
            .bind(list)
            .bind(text)
            .fetch_all(&mut *tx)
            .await?;
            ids.extend(row.into_iter().map(|(id,)| id));
        }
        tx.commit().await?;
        Ok(ids)
    }

    /// Removes items, all of them or none; those that are not there do not matter.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn remove_list_items(&self, ids: &[i64]) -> Result<()> {
        let mut tx = self.household.begin().await?;
        for id in ids {
            sqlx::query("DELETE FROM list_item WHERE id = ?1").bind(id).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        self.forget_removed().await
    }

    /// Cuts the log to nothing, so that what was taken off a list stands in no file. While another
    /// process reads, its words stay there until the next time.
    async fn forget_removed(&self) -> Result<()> {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(&self.household).await?;
        Ok(())
    }
}
