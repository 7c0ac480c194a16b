//! Alarms, reminders and later commands, so that they survive a restart.

use std::time::SystemTime;

use voice::PrivateText;

use crate::{Result, Store, time};

/// An entry of the agenda as it is stored.
#[derive(Clone, PartialEq)]
pub struct StoredEntry {
    /// Its number; 0 for one that is not stored yet.
    pub id: i64,
    /// What happens: `alarm`, `reminder`, `job`.
    pub kind: String,
    /// When, as text that the agenda understands.
    pub rule: String,
    /// What it is called.
    pub label: Option<PrivateText>,
    /// What it does, as text that the agenda understands.
    pub steps: PrivateText,
    /// When it is due next.
    pub next: Option<SystemTime>,
    /// When it rings again after it was snoozed.
    pub snoozed: Option<SystemTime>,
    /// When it was due for which it rings now.
    pub ringing: Option<SystemTime>,
    /// When it was due without anybody hearing of it yet.
    pub missed: Option<SystemTime>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    kind: String,
    rule: String,
    label: Option<String>,
    steps: String,
    next_ms: Option<i64>,
    snoozed_ms: Option<i64>,
    ringing_ms: Option<i64>,
    missed_ms: Option<i64>,
}

impl Store {
    /// All entries, in the order in which they were made.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn agenda(&self) -> Result<Vec<StoredEntry>> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT * FROM agenda ORDER BY id").fetch_all(&self.household).await?;
        let entry = |row: Row| StoredEntry {
            id: row.id,
            kind: row.kind,
            rule: row.rule,
            label: row.label.map(PrivateText::from),
            steps: row.steps.into(),
            next: row.next_ms.map(time::from_ms),
            snoozed: row.snoozed_ms.map(time::from_ms),
            ringing: row.ringing_ms.map(time::from_ms),
            missed: row.missed_ms.map(time::from_ms),
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    /// Writes an entry and returns its number.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn save_entry(&self, entry: &StoredEntry) -> Result<i64> {
        let id = (entry.id != 0).then_some(entry.id);
        // All rows, although there is one: a full disk is noticed behind it, when it is committed.
        let mut ids: Vec<(i64,)> = sqlx::query_as(
            "INSERT INTO agenda
                 (id, kind, rule, label, steps, next_ms, snoozed_ms, ringing_ms, missed_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, rule = excluded.rule,
                 label = excluded.label, steps = excluded.steps, next_ms = excluded.next_ms,
                 snoozed_ms = excluded.snoozed_ms, ringing_ms = excluded.ringing_ms,
                 missed_ms = excluded.missed_ms
             RETURNING id",
        )
        .bind(id)
        .bind(&entry.kind)
        .bind(&entry.rule)
        .bind(entry.label.as_ref().map(PrivateText::expose))
        .bind(entry.steps.expose())
        .bind(entry.next.map(time::to_ms))
        .bind(entry.snoozed.map(time::to_ms))
        .bind(entry.ringing.map(time::to_ms))
        .bind(entry.missed.map(time::to_ms))
        .fetch_all(&self.household)
        .await?;
        let (id,) = ids.pop().ok_or(sqlx::Error::RowNotFound)?;
        Ok(id)
    }

    /// Removes an entry, if it is there.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn remove_entry(&self, id: i64) -> Result<()> {
        sqlx::query("DELETE FROM agenda WHERE id = ?1").bind(id).execute(&self.household).await?;
        Ok(())
    }
}
