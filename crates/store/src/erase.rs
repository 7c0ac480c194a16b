//! Deleting, so that the bytes are gone from the folder.

use std::time::SystemTime;

use voice::RecordId;

use crate::{Error, Filter, Result, Store, time};

/// How often a checkpoint is tried while another process reads. Each try waits for the busy
/// timeout, so that this is about half a minute.
const CHECKPOINT_TRIES: usize = 6;

/// What to delete.
#[derive(Clone)]
pub enum Selection {
    /// These turns.
    Ids(Vec<RecordId>),
    /// What a filter finds.
    Filter(Filter),
    /// The latest turn.
    Latest,
    /// The whole history.
    All,
}

impl Store {
    /// Deletes turns with their clips and returns how many went, after they are gone: rows
    /// overwritten (`secure_delete`), clips unlinked, the write-ahead log cut to nothing.
    ///
    /// # Errors
    /// [`Error::Busy`] when another process kept the log open: the turns are deleted, yet their
    /// bytes may stand in the log until the next successful deletion or sweep.
    pub async fn delete(&self, what: &Selection, now: SystemTime) -> Result<u64> {
        let mut tx = self.history.begin().await?;
        let gone: Vec<(Option<String>,)> = match what {
            Selection::Ids(ids) => {
                let mut gone = Vec::with_capacity(ids.len());
                for id in ids {
                    gone.extend(
                        sqlx::query_as("DELETE FROM turn WHERE id = ?1 RETURNING clip")
                            .bind(id.0.to_be_bytes().to_vec())
                            .fetch_optional(&mut *tx)
                            .await?,
                    );
                }
                gone
            }
            Selection::Filter(filter) => {
                let bound = filter.bound();
                sqlx::query_as(
                    "DELETE FROM turn
                     WHERE (?1 IS NULL OR haystack LIKE ?1 ESCAPE '\\')
                       AND (?2 IS NULL OR at_ms >= ?2) AND (?3 IS NULL OR at_ms < ?3)
                       AND (?4 IS NULL OR outcome = ?4)
                     RETURNING clip",
                )
                .bind(bound.like)
                .bind(bound.since_ms)
                .bind(bound.until_ms)
                .bind(bound.outcome)
                .fetch_all(&mut *tx)
                .await?
            }
            Selection::Latest => {
                sqlx::query_as(
                    "DELETE FROM turn WHERE id = (
                         SELECT id FROM turn WHERE text_due_ms > ?1 OR clip_due_ms > ?1
                         ORDER BY at_ms DESC, id DESC LIMIT 1)
                     RETURNING clip",
                )
                .bind(time::to_ms(now))
                .fetch_all(&mut *tx)
                .await?
            }
            Selection::All => {
                sqlx::query_as("DELETE FROM turn RETURNING clip").fetch_all(&mut *tx).await?
            }
        };
        tx.commit().await?;
        self.remove_clips(gone.iter().filter_map(|(clip,)| clip.as_deref())).await?;
        self.truncate_log().await?;
        Ok(gone.len() as u64)
    }

    pub(crate) async fn remove_clips(&self, names: impl Iterator<Item = &str>) -> Result<()> {
        let mut any = false;
        for name in names {
            self.remove_clip(name).await?;
            any = true;
        }
        if any { self.sync_clips().await } else { Ok(()) }
    }

    /// Moves the log into the database and cuts it to nothing. The pragma reports a failure only
    /// in its result row, so that row is looked at.
    pub(crate) async fn truncate_log(&self) -> Result<()> {
        for _ in 0..CHECKPOINT_TRIES {
            let (busy, _, _): (i64, i64, i64) =
                sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&self.history).await?;
            if busy == 0 {
                return Ok(());
            }
            tracing::warn!("the history is open elsewhere; trying again to erase");
        }
        Err(Error::Busy)
    }
}
