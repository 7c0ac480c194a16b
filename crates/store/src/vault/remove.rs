//! Removing parts: the steps, and what a power cut between any two of them leaves.
//!
//! 1. The ids are written down (`pending`). From here on the deletion is finished at the next start,
//!    whatever happens.
//! 2. A new root is put into the free slot.
//! 3. In one transaction the parts go, the buckets they were in get new keys, and the ring is sealed
//!    under the new root. A start after this chooses the new root, because the ring names it.
//! 4. The old root is overwritten and read back. From here on nothing opens the parts any more.
//! 5. Files of the parts go, and the database's log is cut: tidiness, for all of it is noise.
//!
//! Only then is anything answered.

use std::collections::BTreeSet;

use super::keys::{Bucket, PartId, Ring};
use super::{Vault, put_bucket, put_ring};
use crate::passphrase::Factor;
use crate::root::Root;
use crate::{Error, Result};

/// Names of clips, which hang from the ids of their parts.
pub(crate) fn clip_name(part: &PartId) -> String {
    use std::fmt::Write as _;
    part.iter().fold(String::with_capacity(32), |mut name, byte| {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
        name
    })
}

impl Vault {
    /// Removes these parts for ever.
    ///
    /// # Errors
    /// What could not be removed is tried again by the next removal.
    pub async fn remove(&mut self, parts: &[PartId]) -> Result<()> {
        self.owed.extend_from_slice(parts);
        let parts = self.owed.clone();
        if parts.is_empty() {
            return self.finish_erasing();
        }
        self.write_down(&parts).await?;
        self.remove_pending(&parts).await?;
        self.owed.clear();
        self.tidy(&parts).await
    }

    /// Removes everything. The root goes first, so that even a dead card keeps nothing that can be
    /// read.
    pub async fn clear(&mut self) -> Result<()> {
        self.finish_erasing()?;
        let old = self.slot;
        let next = self.root.generation.wrapping_add(1);
        let root = self.roots.write(old.other(), next, self.factor.as_ref())?;
        self.unerased = true;
        self.slot = old.other();
        self.root = root;
        self.finish_erasing()?;
        let caps = self.ring.caps.clone();
        self.forget_keys();
        self.ring.caps = caps;
        // What is still in the tables is noise; they are emptied as far as the card allows.
        let emptied = self.empty_tables().await;
        self.owed.clear();
        emptied?;
        self.remove_all_clips()?;
        self.truncate_log().await
    }

    /// Lets the root hang from this passphrase and no other, by drawing a new one.
    pub async fn set_factor(&mut self, factor: Option<Factor>) -> Result<()> {
        let (before, generation) = (self.factor.clone(), self.root.generation);
        self.factor = factor;
        let drawn = self.remove_pending(&[]).await;
        if self.root.generation == generation {
            self.factor = before;
        }
        drawn
    }

    pub(super) fn forget_keys(&mut self) {
        self.ring = Ring::default();
        self.buckets.clear();
        self.places.clear();
        self.filling = None;
    }

    pub(super) async fn empty_tables(&mut self) -> Result<()> {
        let mut failed = None;
        for attempt in 0..2 {
            match self.try_to_empty_tables().await {
                Err(error @ Error::Full) if attempt == 0 => {
                    self.reserve.release()?;
                    failed = Some(error);
                }
                Err(error) => failed = Some(error),
                Ok(()) => {
                    self.reserve.renew();
                    return Ok(());
                }
            }
        }
        Err(failed.unwrap_or(Error::Full))
    }

    async fn try_to_empty_tables(&self) -> Result<()> {
        let mut tx = self.db.begin().await?;
        for table in ["DELETE FROM part", "DELETE FROM bucket", "DELETE FROM pending"] {
            sqlx::query(table).execute(&mut *tx).await?;
        }
        put_ring(&mut tx, &self.ring, &self.root, self.factor.as_ref()).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn write_down(&mut self, parts: &[PartId]) -> Result<()> {
        match self.try_to_write_down(parts).await {
            Err(Error::Full) => {
                self.reserve.release()?;
                self.try_to_write_down(parts).await
            }
            written => written,
        }
    }

    async fn try_to_write_down(&self, parts: &[PartId]) -> Result<()> {
        let mut tx = self.db.begin().await?;
        for part in parts {
            sqlx::query("INSERT OR IGNORE INTO pending (id) VALUES (?1)")
                .bind(part.as_slice())
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Steps 2 to 4, for parts that are written down.
    pub(super) async fn remove_pending(&mut self, parts: &[PartId]) -> Result<()> {
        self.finish_erasing()?;
        let touched: BTreeSet<i64> =
            parts.iter().filter_map(|part| self.places.get(part).copied()).collect();
        let mut ring = self.ring.clone();
        let mut renewed = Vec::with_capacity(touched.len());
        for id in touched {
            let Some(bucket) = self.buckets.get(&id) else { continue };
            let mut fresh = Bucket::new().map_err(Error::Random)?;
            let stays = bucket.parts.iter().filter(|(part, _)| !parts.contains(part));
            fresh.parts = stays.map(|(part, key)| (*part, key.clone())).collect();
            if fresh.parts.is_empty() {
                ring.keys.remove(&id);
                renewed.push((id, None));
            } else {
                ring.keys.insert(id, fresh.key.clone());
                renewed.push((id, Some(fresh)));
            }
        }
        let free = self.slot.other();
        let next = self.root.generation.wrapping_add(1);
        let root = self.roots.write(free, next, self.factor.as_ref())?;
        let written = match self.write_rotation(parts, &ring, &renewed, &root).await {
            Err(Error::Full) => {
                self.reserve.release()?;
                self.write_rotation(parts, &ring, &renewed, &root).await
            }
            written => written,
        };
        if let Err(error) = written {
            // The ring still names the old root, so the new one is of no use. If it cannot be
            // erased now, the next rotation or start does.
            self.unerased = self.roots.erase(free).is_err();
            return Err(error);
        }
        self.slot = free;
        self.root = root;
        self.ring = ring;
        for (id, bucket) in renewed {
            match bucket {
                Some(bucket) => self.buckets.insert(id, bucket),
                None => self.buckets.remove(&id),
            };
            if self.filling == Some(id) && !self.buckets.contains_key(&id) {
                self.filling = None;
            }
        }
        for part in parts {
            self.places.remove(part);
        }
        self.unerased = true;
        self.finish_erasing()
    }

    async fn write_rotation(
        &self,
        parts: &[PartId],
        ring: &Ring,
        renewed: &[(i64, Option<Bucket>)],
        root: &Root,
    ) -> Result<()> {
        let mut tx = self.db.begin().await?;
        for part in parts {
            sqlx::query("DELETE FROM part WHERE id = ?1")
                .bind(part.as_slice())
                .execute(&mut *tx)
                .await?;
        }
        for (id, bucket) in renewed {
            match bucket {
                Some(bucket) => put_bucket(&mut tx, *id, bucket).await?,
                None => {
                    sqlx::query("DELETE FROM bucket WHERE id = ?1")
                        .bind(id)
                        .execute(&mut *tx)
                        .await?;
                }
            }
        }
        put_ring(&mut tx, ring, root, self.factor.as_ref()).await?;
        sqlx::query("DELETE FROM pending").execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Erases the slot that is not in use, if something may stand in it.
    pub(super) fn finish_erasing(&mut self) -> Result<()> {
        if self.unerased {
            self.roots.erase(self.slot.other())?;
            self.unerased = false;
        }
        Ok(())
    }

    /// Step 5.
    pub(super) async fn tidy(&mut self, parts: &[PartId]) -> Result<()> {
        let mut any = false;
        for part in parts {
            match std::fs::remove_file(self.clips.join(clip_name(part))) {
                Ok(()) => any = true,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(Error::Clip(error)),
            }
        }
        if any {
            self.sync_clips()?;
        }
        self.truncate_log().await?;
        self.reserve.renew();
        Ok(())
    }

    pub(super) fn remove_all_clips(&self) -> Result<()> {
        for file in std::fs::read_dir(&self.clips).map_err(Error::Clip)? {
            std::fs::remove_file(file.map_err(Error::Clip)?.path()).map_err(Error::Clip)?;
        }
        self.sync_clips()
    }

    /// Makes the removal of files durable.
    pub(super) fn sync_clips(&self) -> Result<()> {
        let folder = std::fs::File::open(&self.clips).map_err(Error::Clip)?;
        folder.sync_all().map_err(Error::Clip)
    }

    /// Moves the log into the database and cuts it to nothing. The pragma reports a failure only
    /// in its result row, so that row is looked at.
    pub(super) async fn truncate_log(&self) -> Result<()> {
        let (busy, _, _): (i64, i64, i64) =
            sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&self.db).await?;
        if busy == 0 { Ok(()) } else { Err(Error::Busy) }
    }
}
