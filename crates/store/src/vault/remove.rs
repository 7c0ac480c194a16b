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
//!
//! If step 3 fails, the ring on the card may name either root. Both stand until it is known which
//! (`settle`).

use std::collections::{BTreeSet, HashSet};

use super::Vault;
use super::change::Change;
use super::factor::Factor;
use super::keys::{Bucket, PartId, Rekeyed, Ring};
use super::named::{Named, Row};
use super::wish::{Wish, or_for_now};
use crate::blur::blur_at;
use crate::error::Doing as _;
use crate::{Error, Result, folder};

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
        self.settle().await?;
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
    ///
    /// # Errors
    /// Before anything else is written it is tried again.
    pub async fn clear(&mut self) -> Result<()> {
        self.clearing = true;
        let wish = Wish::of(self.database.folder());
        let is_written_down = wish.write();
        or_for_now(self.clear_now().await, is_written_down)?;
        // What comes from now on must not go with it.
        wish.fulfil()?;
        self.clearing = false;
        Ok(())
    }

    async fn clear_now(&mut self) -> Result<()> {
        // The ring on the card may name the root in the other slot.
        self.unerased |= self.database.torn;
        self.finish_erasing()?;
        self.unerased = true;
        let old = self.slot;
        let next = self.root.generation.wrapping_add(1);
        let root = self.roots.write(old.other(), next, self.factor.as_ref())?;
        self.slot = old.other();
        self.root = root;
        self.finish_erasing()?;
        let caps = self.ring.caps.clone();
        self.forget_keys();
        self.ring.caps = caps;
        // What is still in the tables is noise; they are emptied as far as the card allows.
        if self.database.torn {
            self.database.settle().await?;
            self.database.torn = false;
        }
        self.empty_tables().await?;
        self.owed.clear();
        self.remove_all_clips()?;
        self.database.cut_log().await
    }

    /// Goes by what is on the card, if something went wrong with the last transaction: then the ring
    /// there may name either root, and both stand until it is known which.
    ///
    /// # Errors
    /// While it cannot be known; nothing may be written and no root erased meanwhile.
    pub async fn settle(&mut self) -> Result<()> {
        if self.clearing {
            // It comes back to here only when it is done.
            return Box::pin(self.clear()).await;
        }
        if !self.database.torn {
            return Ok(());
        }
        tracing::warn!(
            "failed to learn whether the last transaction was committed; reading it from the card"
        );
        self.database.settle().await?;
        let row = Row::read(&self.database.pool).await?.ok_or(Error::Torn)?;
        let mut named = Named::by(&self.roots, &row, self.factor.as_ref())?;
        if named.is_none() {
            std::mem::swap(&mut self.factor, &mut self.factor_before);
            named = Named::by(&self.roots, &row, self.factor.as_ref())?;
        }
        // Only damage makes both roots useless; the next start tells of it.
        let Named { slot, root, ring } = named.ok_or(Error::Torn)?;
        self.factor_before = None;
        self.forget_keys();
        (self.slot, self.root, self.ring) = (slot, root, ring);
        self.unerased = true;
        self.read_buckets().await?;
        self.database.torn = false;
        Ok(())
    }

    /// Lets the root hang from this passphrase and no other, by drawing a new one.
    ///
    /// # Errors
    /// Then the one before holds, or it is not known which does until the vault has settled.
    pub async fn set_factor(&mut self, factor: Option<Factor>) -> Result<()> {
        self.settle().await?;
        let generation = self.root.generation;
        self.factor_before = std::mem::replace(&mut self.factor, factor);
        let drawn = self.remove_pending(&[]).await;
        if self.database.torn {
            return drawn;
        }
        let before = self.factor_before.take();
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
        let mut change = Change::default();
        change.empty();
        change.put_ring(&self.ring, &Rekeyed::new(), &self.root, self.factor.as_ref())?;
        self.database.write_for_certain(change.statements()).await?;
        self.database.renew_reserve();
        Ok(())
    }

    async fn write_down(&mut self, parts: &[PartId]) -> Result<()> {
        let mut change = Change::default();
        for part in parts {
            change.write_down(*part);
        }
        self.database.write_for_certain(change.statements()).await
    }

    /// Steps 2 to 4, for parts that are written down.
    pub(super) async fn remove_pending(&mut self, parts: &[PartId]) -> Result<()> {
        self.finish_erasing()?;
        let touched: BTreeSet<i64> =
            parts.iter().filter_map(|part| self.places.get(part).copied()).collect();
        let gone: HashSet<&PartId> = parts.iter().collect();
        let mut rekeyed = Rekeyed::new();
        let mut renewed = Vec::with_capacity(touched.len());
        for id in touched {
            let Some(bucket) = self.buckets.get(&id) else { continue };
            let mut fresh = Bucket::new().map_err(Error::Random)?;
            let stays = bucket.parts.iter().filter(|(part, _)| !gone.contains(part));
            fresh.parts = stays.map(|(part, key)| (*part, key.clone())).collect();
            let fresh = (!fresh.parts.is_empty()).then_some(fresh);
            rekeyed.insert(id, fresh.as_ref().map(|fresh| fresh.key.clone()));
            renewed.push((id, fresh));
        }
        let free = self.slot.other();
        self.unerased = true;
        let next = self.root.generation.wrapping_add(1);
        let root = self.roots.write(free, next, self.factor.as_ref())?;
        let mut change = Change::default();
        for part in parts {
            change.remove_part(*part);
        }
        for (id, bucket) in &renewed {
            match bucket {
                Some(bucket) => change.put_bucket(*id, bucket)?,
                None => change.remove_bucket(*id),
            }
        }
        change.put_ring(&self.ring, &rekeyed, &root, self.factor.as_ref())?;
        change.forget_what_was_written_down();
        let written = self.database.write_for_certain(change.statements()).await;
        if let Err(error) = written {
            // If it is sure that the ring still names the old root, the new one is of no use. If it
            // cannot be erased now, the next removal or start does.
            if !self.database.torn {
                let _ = self.finish_erasing();
            }
            return Err(error);
        }
        self.slot = free;
        self.root = root;
        self.ring.rekey(rekeyed);
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
        self.finish_erasing()
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
            let path = self.clips.join(clip_name(part));
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                removed => {
                    removed.doing("remove", &path)?;
                    any = true;
                }
            }
        }
        if any {
            self.sync_clips()?;
        }
        self.database.cut_log().await?;
        self.database.renew_reserve();
        Ok(())
    }

    pub(super) fn remove_all_clips(&self) -> Result<()> {
        for file in folder::entries(&self.clips)? {
            std::fs::remove_file(file.path()).doing("remove", &file.path())?;
        }
        self.sync_clips()
    }

    /// Makes the removal of files durable.
    pub(super) fn sync_clips(&self) -> Result<()> {
        blur_at(&self.clips);
        folder::sync(&self.clips)
    }
}
