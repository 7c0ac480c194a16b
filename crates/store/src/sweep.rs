//! Expiry: what is due goes by itself.

use std::time::SystemTime;

use crate::{Result, Store, time};

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Turns whose words went.
    pub texts: u64,
    /// Sounds that went.
    pub clips: u64,
    /// When the next thing is due.
    pub next: Option<SystemTime>,
}

impl Store {
    /// Erases everything that is due at `now`, in the same way as a deletion.
    ///
    /// # Errors
    /// As for [`Store::delete`]; what could not be erased is tried again by the next sweep.
    pub async fn sweep(&self, now: SystemTime) -> Result<Swept> {
        let now_ms = time::to_ms(now);
        let mut tx = self.history.begin().await?;
        let texts = sqlx::query(
            "UPDATE turn SET record = NULL, haystack = NULL, text_due_ms = NULL
             WHERE text_due_ms <= ?1",
        )
        .bind(now_ms)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        let clips: Vec<(String,)> =
            sqlx::query_as("SELECT clip FROM turn WHERE clip_due_ms <= ?1 AND clip IS NOT NULL")
                .bind(now_ms)
                .fetch_all(&mut *tx)
                .await?;
        sqlx::query(
            "UPDATE turn SET clip = NULL, clip_seconds = NULL, clip_peaks = NULL,
                             clip_due_ms = NULL
             WHERE clip_due_ms <= ?1",
        )
        .bind(now_ms)
        .execute(&mut *tx)
        .await?;
        let rows =
            sqlx::query("DELETE FROM turn WHERE text_due_ms IS NULL AND clip_due_ms IS NULL")
                .execute(&mut *tx)
                .await?
                .rows_affected();
        let (next,): (Option<i64>,) = sqlx::query_as(
            "SELECT min(due) FROM (SELECT min(text_due_ms) AS due FROM turn
                                   UNION ALL SELECT min(clip_due_ms) FROM turn)",
        )
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        self.remove_clips(clips.iter().map(|(name,)| name.as_str())).await?;
        if texts > 0 || rows > 0 || !clips.is_empty() {
            self.truncate_log().await?;
        }
        Ok(Swept { texts, clips: clips.len() as u64, next: next.map(time::from_ms) })
    }
}
