//! Timers, so that they survive a restart.

use std::time::{Duration, SystemTime};

use crate::{Result, Store, time};

/// A timer as it is stored.
#[derive(Clone, PartialEq)]
pub struct StoredTimer {
    /// Its number; 0 for one that is not stored yet.
    pub id: i64,
    /// What it is called, if it is.
    pub name: Option<String>,
    /// When it rings.
    pub due: SystemTime,
    /// How long it was set for.
    pub total: Duration,
    /// What is left, while it is paused.
    pub paused_left: Option<Duration>,
    /// Whether it rings.
    pub ringing: bool,
}

type Row = (i64, Option<String>, i64, i64, Option<i64>, bool);

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

fn span(millis: i64) -> Duration {
    Duration::from_millis(millis.max(0).unsigned_abs())
}

impl Store {
    /// All timers, in the order in which they were set.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn timers(&self) -> Result<Vec<StoredTimer>> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, name, due_ms, total_ms, paused_left_ms, ringing FROM timer ORDER BY id",
        )
        .fetch_all(&self.household)
        .await?;
        let timer = |(id, name, due, total, left, ringing): Row| StoredTimer {
            id,
            name,
            due: time::from_ms(due),
            total: span(total),
            paused_left: left.map(span),
            ringing,
        };
        Ok(rows.into_iter().map(timer).collect())
    }

    /// Writes a timer and returns its number.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn save_timer(&self, timer: &StoredTimer) -> Result<i64> {
        let id = (timer.id != 0).then_some(timer.id);
        // All rows, although there is one: a full disk is noticed behind it, when it is committed.
        let mut ids: Vec<(i64,)> = sqlx::query_as(
            "INSERT INTO timer (id, name, due_ms, total_ms, paused_left_ms, ringing)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, due_ms = excluded.due_ms,
                 total_ms = excluded.total_ms, paused_left_ms = excluded.paused_left_ms,
                 ringing = excluded.ringing
             RETURNING id",
        )
        .bind(id)
        .bind(&timer.name)
        .bind(time::to_ms(timer.due))
        .bind(millis(timer.total))
        .bind(timer.paused_left.map(millis))
        .bind(timer.ringing)
        .fetch_all(&self.household)
        .await?;
        let (id,) = ids.pop().ok_or(sqlx::Error::RowNotFound)?;
        Ok(id)
    }

    /// Removes a timer, if it is there.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn remove_timer(&self, id: i64) -> Result<()> {
        sqlx::query("DELETE FROM timer WHERE id = ?1").bind(id).execute(&self.household).await?;
        Ok(())
    }
}
