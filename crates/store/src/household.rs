//! The data of the household: settings, timers, lists, alarms, receipts. It does not expire, holds no
//! way back to what was said, and is not encrypted under the root of the history: losing one does not
//! lose the other.
//!
//! Every thing is sealed under the household's key, a file next to the database. So the database alone
//! says nothing; whoever has both files reads what is in them.

mod open;
mod plain;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use zeroize::Zeroizing;

use crate::vault::seal::{Key, padded, unpadded};
use crate::{Error, Result};

/// What there is of the household's; the numbers stand in the database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// All settings by their names, in one.
    Settings = 0,
    Timer = 1,
    List = 2,
    /// Something on a list.
    Item = 3,
    /// An alarm, a reminder or a later command.
    Entry = 4,
    Receipt = 5,
}

/// The database and its key.
pub(crate) struct Household {
    db: SqlitePool,
    key: Key,
}

/// Changes that are made together or not at all.
pub(crate) struct Change<'h> {
    tx: sqlx::Transaction<'static, sqlx::Sqlite>,
    key: &'h Key,
}

impl Household {
    /// All things of a kind with their numbers, in the order in which they were made.
    pub async fn all<T: DeserializeOwned>(&self, kind: Kind) -> Result<Vec<(i64, T)>> {
        let mut db = self.db.acquire().await?;
        all(&mut db, &self.key, kind).await
    }

    /// The oldest thing of a kind, and the newest.
    pub async fn ends<T: DeserializeOwned>(&self, kind: Kind) -> Result<[Option<(i64, T)>; 2]> {
        let mut db = self.db.acquire().await?;
        let oldest = "SELECT id, sealed FROM thing WHERE kind = ?1 ORDER BY id LIMIT 1";
        let newest = "SELECT id, sealed FROM thing WHERE kind = ?1 ORDER BY id DESC LIMIT 1";
        let oldest = select(&mut db, &self.key, kind, oldest).await?.pop();
        Ok([oldest, select(&mut db, &self.key, kind, newest).await?.pop()])
    }

    /// Writes a thing, under a new number if it has none, and returns that.
    pub async fn put<T: Serialize>(&self, kind: Kind, id: Option<i64>, thing: &T) -> Result<i64> {
        let mut db = self.db.acquire().await?;
        put(&mut db, &self.key, kind, id, thing).await
    }

    /// Removes things, all of them or none, and cuts the log, so that even what is sealed stands in no
    /// file any more. Those that are not there do not matter.
    pub async fn remove(&self, kind: Kind, ids: &[i64]) -> Result<()> {
        let mut change = self.begin().await?;
        for id in ids {
            change.remove(kind, *id).await?;
        }
        change.commit().await?;
        self.cut_log().await
    }

    pub async fn begin(&self) -> Result<Change<'_>> {
        Ok(Change { tx: self.db.begin().await?, key: &self.key })
    }

    pub async fn cut_log(&self) -> Result<()> {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(&self.db).await?;
        Ok(())
    }

    pub async fn close(&self) {
        self.db.close().await;
    }
}

impl Change<'_> {
    pub async fn all<T: DeserializeOwned>(&mut self, kind: Kind) -> Result<Vec<(i64, T)>> {
        all(&mut self.tx, self.key, kind).await
    }

    pub async fn put<T: Serialize>(
        &mut self,
        kind: Kind,
        id: Option<i64>,
        thing: &T,
    ) -> Result<i64> {
        put(&mut self.tx, self.key, kind, id, thing).await
    }

    pub async fn remove(&mut self, kind: Kind, id: i64) -> Result<()> {
        sqlx::query("DELETE FROM thing WHERE kind = ?1 AND id = ?2")
            .bind(kind as i64)
            .bind(id)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    pub async fn commit(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }
}

async fn all<T: DeserializeOwned>(
    db: &mut SqliteConnection,
    key: &Key,
    kind: Kind,
) -> Result<Vec<(i64, T)>> {
    select(db, key, kind, "SELECT id, sealed FROM thing WHERE kind = ?1 ORDER BY id").await
}

async fn select<T: DeserializeOwned>(
    db: &mut SqliteConnection,
    key: &Key,
    kind: Kind,
    which: &'static str,
) -> Result<Vec<(i64, T)>> {
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(which).bind(kind as i64).fetch_all(db).await?;
    let there = rows.len();
    let opened = rows.into_iter().filter_map(|(id, sealed)| {
        let plain = key.open(&about(kind, id), &sealed)?;
        Some((id, serde_json::from_slice(unpadded(&plain)?).ok()?))
    });
    let opened: Vec<_> = opened.collect();
    if opened.len() < there {
        // They stay where they are; the rest is worth more than a start that fails.
        let damaged = there - opened.len();
        tracing::warn!(damaged, "some of the household's settings or lists are damaged");
    }
    Ok(opened)
}

async fn put<T: Serialize>(
    db: &mut SqliteConnection,
    key: &Key,
    kind: Kind,
    id: Option<i64>,
    thing: &T,
) -> Result<i64> {
    let id = if let Some(id) = id {
        id
    } else {
        let next = "SELECT COALESCE(MAX(id), 0) + 1 FROM thing WHERE kind = ?1";
        sqlx::query_scalar(next).bind(kind as i64).fetch_one(&mut *db).await?
    };
    let plain = serde_json::to_vec(thing).map(Zeroizing::new);
    // The reason could quote the household's words, so it is not passed on.
    let wrong =
        |_| Error::Invalid("write that: it cannot be put into the form that is kept".into());
    let plain = plain.map_err(wrong)?;
    let sealed = key.seal(&about(kind, id), &padded(&plain)).map_err(Error::Random)?;
    sqlx::query(
        "INSERT INTO thing (kind, id, sealed) VALUES (?1, ?2, ?3)
         ON CONFLICT (kind, id) DO UPDATE SET sealed = excluded.sealed",
    )
    .bind(kind as i64)
    .bind(id)
    .bind(sealed)
    .execute(db)
    .await?;
    Ok(id)
}

/// What a thing is sealed with, so that none can be put in the place of another.
fn about(kind: Kind, id: i64) -> Vec<u8> {
    [b"hark household 1".as_slice(), &[kind as u8], &id.to_le_bytes()].concat()
}
